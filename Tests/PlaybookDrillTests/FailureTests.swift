import Foundation
import Glibc
import Testing

@testable import PlaybookDrill

@Suite(.enabled(if: Machine.hasServers, "redis-server and PostgreSQL are needed"), .serialized)
struct FailureTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// What the start of this world says, after which nothing of it may be left.
  private func failure(_ files: [String: String]) async throws -> String {
    let scenario = try scratch.scenario(files)
    var message = ""
    do {
      let session = try await scratch.start(scenario)
      await session.stop()
      Issue.record("the world came up")
    } catch {
      message = "\(error)"
    }
    #expect(scratch.processes.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: scratch.world))
    return message
  }

  @Test func `a mistake in world.sql is told with its line`() async throws {
    let message = try await failure(["world.sql": "CREATE TABLE t (x int);\nSELEKT 1;\n"])
    #expect(message.contains("drill/world.sql:2: ERROR:  syntax error at or near \"SELEKT\""))
  }

  @Test func `a mistake in now.sql is told with its line`() async throws {
    let message = try await failure(["now.sql": "\nINSERT INTO nowhere VALUES (1);\n"])
    #expect(message.contains("drill/now.sql:2: ERROR:  relation \"nowhere\" does not exist"))
  }

  @Test(arguments: [
    ("SET a\n", "wrong number of arguments"), ("NONSENSE 1\n", "unknown command"), ("SET a \"b\n", "Invalid argument"),
  ])
  func `a mistake in redis.txt is told`(commands: String, expected: String) async throws {
    let message = try await failure(["redis.txt": commands])
    #expect(message.contains("drill/redis.txt: Redis says:"))
    #expect(message.contains(expected))
  }

  @Test func `a mistake in redis.lua is told`() async throws {
    #expect(try await failure(["redis.lua": "redis.call('SET', 'x')"]).contains("drill/redis.lua: Redis says:"))
  }

  @Test func `mistakes in api.yaml are told with their places`() async throws {
    let message = try await failure([
      "api.yaml": """
      routes:
        - route: FETCH
          awnser: {}
        - route: GET /x
          do: [{sql: "SELECT ${request.path.id}"}]
      """
    ])
    #expect(message.contains("drill/api.yaml:3:5: error: a route has no key `awnser`"))
    #expect(message.contains("a route is a method and a path"))
    #expect(message.contains("drill/api.yaml:5:24: error: no value goes into `statement` by `${…}`"))
  }

  @Test func `a placeholder that the world does not know is told with its place`() async throws {
    let message = try await failure([
      "environment.yaml": "environments:\n  drill: {redis: {url: \"${world.reddis}\"}}\n"
    ])
    #expect(message.contains("drill/environment.yaml:2:25: error: a world has no `reddis`"))
    #expect(message.contains("did you mean `redis`?"))
  }

  @Test func `a background program that can't be run is told`() async throws {
    let message = try await failure(["background/attack": "no program"])
    #expect(message.contains("drill/background/attack can't be run: Permission denied"))
  }

  @Test func `a scenario without a drill is told`() async throws {
    let message = try await failure(["environment.yaml": "-", "world.sql": "-", "redis.txt": "-", "api.yaml": "-"])
    #expect(message.contains("has no drill"))
  }

  @Test func `a folder that is in use is refused and left alone`() async throws {
    let scenario = try scratch.scenario([:])
    try FileManager.default.createDirectory(atPath: scratch.world, withIntermediateDirectories: false)
    try Data("mine".utf8).write(to: URL(filePath: scratch.world + "/file"))
    await #expect(throws: DrillError.self) { try await scratch.start(scenario) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.world) == ["file"])
  }

  @Test(arguments: ["/tmp/" + String(repeating: "x", count: 100), "/tmp/with space", "/tmp/a'b", "/tmp/${x}"])
  func `a folder whose path can't be used is refused`(folder: String) async throws {
    let scenario = try scratch.scenario([:])
    await #expect(throws: DrillError.self) {
      try await DrillSession.start(scenario: scenario, worldProgram: Machine.worldProgram, folder: folder)
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `a world program that is missing is told`() async throws {
    let scenario = try scratch.scenario([:])
    let error = await #expect(throws: DrillError.self) {
      try await DrillSession.start(scenario: scenario, worldProgram: "/nowhere/playbook-world", folder: scratch.world)
    }
    #expect(error?.message.contains("/nowhere/playbook-world") == true)
  }

  @Test func `a start that takes too long is given up and leaves nothing`() async throws {
    let scenario = try scratch.scenario(["now.sql": "SELECT pg_sleep(60);\n"])
    let error = await #expect(throws: DrillError.self) {
      try await DrillSession.start(
        scenario: scenario, worldProgram: Machine.worldProgram, folder: scratch.world, cache: scratch.cache,
        timeout: .seconds(8))
    }
    #expect(error?.code == .timedOut)
    #expect(try await scratch.becomesQuiet())
    #expect(!FileManager.default.fileExists(atPath: scratch.world))
  }
}
