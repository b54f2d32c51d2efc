import FoundationEssentials
package import PlaybookLanguage
package import SourceText
import YAMLTree

/// A scenario's `drill` folder: a world in which the incident is happening.
///
/// ```
/// environment.yaml   the drill's environment, with ${world.…} (see EnvironmentText); the only file that must be there
/// redis.lua          a script that Redis runs first, in place of many lines
/// redis.txt          one Redis command a line, in redis-cli's quoting
/// world.sql          schema and rows; run once, then copied from a cache for each drill
/// now.sql            rows that depend on the time, run at each start
/// api.yaml           the admin API (see APIDescription)
/// start              a program that is run once when all of that is up, before the drill begins
/// bin/               programs for the environment's shell target
/// background/        programs that run as long as the world is up
/// ```
///
/// Programs are copied into the world's folder and may keep state there: `$(dirname "$0")/..`. They find the addresses
/// in `world.env` beside `bin`, and in `$WORLD_CONTROL` the program `redis`, which stops and starts the world's Redis.
package struct DrillWorld: Sendable {
  /// The scenario's folder.
  package let scenario: String
  package let environment: EnvironmentText
  /// Paths, nil where there is no such file or folder.
  package let redisScript, redisCommands, schema, currentRows, api, start, programs: String?
  /// The folder of the background programs, and their names.
  package let background: (folder: String, names: [String])?

  /// Finds the files of the folder. Throws where it has no world; problems of `environment.yaml` go into `diagnostics`.
  package init(scenario: String, diagnostics: inout [Diagnostic]) throws(DrillError) {
    let folder = scenario + "/drill"
    let manager = FileManager.default
    func path(_ name: String) -> String? {
      manager.fileExists(atPath: "\(folder)/\(name)") ? "\(folder)/\(name)" : nil
    }
    guard let environmentPath = path("environment.yaml") else {
      let what = manager.fileExists(atPath: folder) ? "\(folder) has no environment.yaml" : "\(scenario) has no drill"
      throw DrillError(.badDescription, what)
    }
    self.scenario = scenario
    environment = EnvironmentText(try Self.read(environmentPath), diagnostics: &diagnostics)
    redisScript = path("redis.lua")
    redisCommands = path("redis.txt")
    schema = path("world.sql")
    currentRows = path("now.sql")
    api = path("api.yaml")
    start = path("start")
    programs = path("bin")
    background = path("background").map { folder in
      let names = (try? manager.contentsOfDirectory(atPath: folder)) ?? []
      return (folder, names.filter { !$0.hasPrefix(".") }.sorted())
    }
  }

  /// The admin API; without `api.yaml` one with no routes.
  package func readAPI(
    executors: [ExecutorSchema], diagnostics: inout [Diagnostic]
  ) throws(DrillError) -> APIDescription {
    guard let api else { return APIDescription(routes: []) }
    let (root, problems) = YAML.parse(try Self.read(api))
    diagnostics += problems
    guard let root else { return APIDescription(routes: []) }
    return APIDescription.decode(root, executors: executors, &diagnostics)
  }

  package static func read(_ path: String) throws(DrillError) -> SourceFile {
    do { return SourceFile(path: path, bytes: Array(try Data(contentsOf: URL(filePath: path)))) } catch {
      throw DrillError(.badDescription, "can't read \(path): \(error)")
    }
  }
}
