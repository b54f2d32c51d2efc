import ArgumentParser
import ExecutorKit
import FoundationEssentials
import PlaybookDrill
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import RedisExecutor
import SQLExecutor
import ShellExecutor
import SourceText
#if canImport(Glibc)
import Glibc
#endif

/// `playbook drill NAME`.
struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract:
      "Runs a playbook in a throw-away world: a real Redis, a real PostgreSQL and an admin API, started for it.",
    discussion: """
      Examples:
        playbook drill mass-lockout
        playbook drill mass-lockout --answers playbooks/mass-lockout/tests/attack-is-blocked.yaml
            as that test has it: its inputs, its changes to the world, its answers; what it does not answer is asked
        playbook drill mass-lockout --serve          leaves the world up and prints how to reach it
      """)

  @Argument(help: "The playbook's name.", completion: .custom(Completions.playbooks))
  var name: String

  @Flag(name: .long, help: "Start the world, print how to reach it, and wait for Ctrl-C; run nothing.")
  var serve = false

  @OptionGroup var playbooks: PlaybookOptions
  @OptionGroup var given: AnswerOptions
  @OptionGroup var runs: RunsOptions

  @Option(name: .long, help: "text, or json: the run's events on standard output, one a line.")
  var output = OutputFormat.text

  func run() async throws {
    let catalogue = playbooks.catalogue
    // Problems of the playbook are told before anything is started.
    let first = try Loading.playbook(name, catalogue, executors: Executors.schemas, commands: nil)
    guard let folder = first.folder else { throw CommandFailure.wrong("`\(name)` is a single file: it has no drill") }
    guard FileManager.default.fileExists(atPath: folder + "/drill") else {
      throw CommandFailure.wrong("`\(name)` has no drill: there is no folder \(folder)/drill")
    }
    // Problems of the command line show before the world is started for it.
    if serve {
      try await hold(folder)
      return
    }
    let beforehand = try Launch.Beforehand(given, for: first)
    let changes = try beforehand.file.map { try self.changes(in: $0, for: first) } ?? []
    let world = try await World.start(folder)
    let result: RunResult
    do {
      result = try await run(in: world, catalogue, beforehand, after: changes)
    } catch {
      await world.stop()
      throw error
    }
    await world.stop()
    try Launch.finish(result)
  }

  /// The changes to the world before the run that the file of answers asks for, where it is a test.
  private func changes(in file: SourceFile, for playbook: Playbook) throws -> [Call] {
    let surroundings = ScenarioTest.Surroundings(playbook: playbook, executors: Executors.schemas, routes: [])
    let (changes, diagnostics) = ScenarioTest.changes(in: file, surroundings)
    Output.operatorText(Output.diagnostics().render(diagnostics))
    if diagnostics.hasErrors { throw CommandFailure.wrong("nothing was started") }
    return changes
  }

  private func run(
    in world: DrillSession, _ catalogue: PlaybookCatalogue, _ beforehand: Launch.Beforehand, after changes: [Call]
  ) async throws -> RunResult {
    var options = EnvironmentOptions()
    options.environments = world.addresses.environment
    options.name = "drill"
    let surroundings = try await Loading.surroundings(options)
    let playbook = try Loading.playbook(
      name, catalogue, executors: surroundings.schemas, commands: surroundings.environment.commands)
    let session = try await Launch.session(
      playbook, mode: .drill, in: surroundings, playbooks: playbooks, beforehand, runs: runs, output: output)
    if !changes.isEmpty {
      let probe = try World.probe(world, surroundings.environment)
      do throws(DrillError) {
        try await probe.make(changes, inputs: (try? session.withDefaults()) ?? session.inputs)
      } catch {
        await probe.close()
        throw CommandFailure.failed("\(error)")
      }
      await probe.close()
    }
    return try await session.start().result
  }

  private func hold(_ folder: String) async throws {
    let world = try await World.start(folder)
    let addresses = world.addresses
    Output.data(
      """
      redis        redis-cli -s \(addresses.redis.replacing("unix://", with: ""))
      sql          psql '\(addresses.sql)'
      sql (admin)  psql '\(addresses.sqlAdmin)'
      http         \(addresses.http)
      environment  playbook run \(name) --env drill --environments \(addresses.environment)
      folder       \(addresses.folder)

      """)
    Output.operatorText("The world is up. Ctrl-C tears it down.\n")
    await StopSignal.wait()
    await world.stop()
  }
}

/// Starts the world of a scenario for a command.
enum World {
  static func start(_ folder: String) async throws -> DrillSession {
    do {
      return try await DrillSession.start(scenario: folder, worldProgram: program)
    } catch {
      throw CommandFailure.failed("\(error)")
    }
  }

  /// Changes a world and asks its servers.
  static func probe(_ world: DrillSession, _ environment: Environment) throws -> WorldProbe {
    try WorldProbe(world, executors: [RedisExecutor(), SQLExecutor(), ShellExecutor()], environment: environment)
  }

  /// `playbook-world`, beside this program.
  private static var program: String {
    if let path = ProcessInfo.processInfo.environment["PLAYBOOK_WORLD"] { return path }
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return (own.lastIndex(of: "/").map { own[..<$0] } ?? ".") + "/playbook-world"
  }
}
