import Foundation
import Glibc
import Testing

@testable import PlaybookDrill

@Suite(.enabled(if: Machine.hasServers, "redis-server and PostgreSQL are needed"), .serialized)
struct WorldTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `a world comes up with what its scenario seeds, and goes without a trace`() async throws {
    let scenario = try scratch.scenario([
      "now.sql": "INSERT INTO accounts VALUES ('b', false);\n",
      "redis.lua": "for n = 1, 1000 do redis.call('SET', 'n:' .. n, n) end",
      "bin/tool": "#!/bin/sh\n. \"$(dirname \"$0\")/../world.env\"\necho \"$WORLD_REDIS\"\n",
    ])
    let session = try await scratch.start(scenario)
    #expect(try await session.sql("SELECT string_agg(id, ',' ORDER BY id) FROM accounts") == "a,b")
    #expect(try await session.redis("GET", "greeting") == "good morning")
    #expect(try await session.redis("DBSIZE") == "1001")
    let tool = try await Command.run(ServerAccount(user: nil).command([scratch.world + "/bin/tool"]))
    #expect(tool.output == session.addresses.redis + "\n")
    let environment = try String(contentsOf: URL(filePath: session.addresses.environment), encoding: .utf8)
    #expect(environment.contains("url: \"\(session.addresses.http)\""))
    #expect(!environment.contains("${world"))
    #expect(try session.token.count >= 8)
    #expect(!environment.contains(try session.token))
    await session.stop()
    #expect(scratch.processes.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: scratch.world))
  }

  @Test func `the reading role reads and the other writes, and neither is a superuser`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    #expect(try await session.sql("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "f")
    #expect(try await session.sql("DELETE FROM accounts").contains("permission denied"))
    #expect(try await session.sql("UPDATE accounts SET locked = false", asAdmin: true) == "UPDATE 1")
    #expect(try await session.sql("DROP TABLE accounts", asAdmin: true).contains("must be owner"))
    await session.stop()
  }

  @Test func `nothing listens but the admin API, and that on the loopback address`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    #expect(try await session.sql("SHOW listen_addresses") == "")
    #expect(try await session.redis("CONFIG", "GET", "port") == "port\n0")
    #expect(session.addresses.http.hasPrefix("http://127.0.0.1:"))
    await session.stop()
  }

  @Test func `the world ends when whoever started it is killed`() async throws {
    let scenario = try scratch.scenario(["background/noise": "#!/bin/sh\nwhile :; do sleep 0.2; done\n"])
    // The shell holds the only writing end of the world's standard input, as a drill does.
    let script = "mkfifo in; \"$0\" \"$@\" < in > ready 3>&- & exec 3> in; wait"
    let parent = try await ChildProcess.start(
      "parent",
      [
        "--pdeathsig", "KILL", "--", "sh", "-c", script, Machine.worldProgram, scenario, "--folder", scratch.world,
        "--cache", scratch.cache,
      ], folder: scratch.path)
    try await waitForFile(scratch.path + "/ready")
    #expect(scratch.processes.count >= 4)
    let shells = scratch.processes.filter { pid in
      (try? String(contentsOf: URL(filePath: "/proc/\(pid)/comm"), encoding: .utf8)) == "sh\n" && !isNoise(pid)
    }
    for pid in shells { kill(pid, SIGKILL) }
    #expect(try await scratch.becomesQuiet())
    #expect(!FileManager.default.fileExists(atPath: scratch.world))
    await parent.stop()
  }

  @Test func `the servers end when the world itself is killed`() async throws {
    let scenario = try scratch.scenario(["background/noise": "#!/bin/sh\nwhile :; do sleep 0.2; done\n"])
    let session = try await scratch.start(scenario)
    let worlds = scratch.processes.filter { pid in
      (try? String(contentsOf: URL(filePath: "/proc/\(pid)/comm"), encoding: .utf8)) == "playbook-world\n"
    }
    #expect(worlds.count == 1)
    for pid in worlds { kill(pid, SIGKILL) }
    #expect(try await scratch.becomesQuiet())
    await session.stop()
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func `a signal to stop takes the world down`(signal: Int32) async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    for pid in scratch.processes
    where (try? String(contentsOf: URL(filePath: "/proc/\(pid)/comm"), encoding: .utf8)) == "playbook-world\n" {
      kill(pid, signal)
    }
    #expect(try await scratch.becomesQuiet())
    #expect(!FileManager.default.fileExists(atPath: scratch.world))
    await session.stop()
  }

  private func isNoise(_ pid: Int32) -> Bool {
    let line = (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline"))) ?? Data()
    return String(decoding: line, as: UTF8.self).contains("background/noise")
  }

  private func waitForFile(_ path: String) async throws {
    for _ in 0..<600 {
      if let data = try? Data(contentsOf: URL(filePath: path)), data.contains(UInt8(ascii: "\n")) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    Issue.record("the world was not ready within 30 seconds")
  }
}
