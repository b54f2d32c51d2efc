import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// Promise 2 for each command and subcommand that a real server has, in odd letter cases and with odd numbers of
/// arguments: a query may read by it or be refused, and the server stays as it was.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct EveryCommandPromiseTests {
  /// What stands behind a command's name.
  private static let arguments: [[String]] = [
    [], ["text"], ["list", "0"], ["hash", "f", "v"], ["0", "MATCH", "*", "COUNT", "10"], ["1", "set"],
    ["zset", "0", "-1", "STORE", "other"], ["list", "BY", "nosort", "STORE", "other"], ["text", "EX", "1"],
    ["GROUP", "group", "me", "STREAMS", "log", ">"], ["GROUP", "group", "me", "BLOCK", "1", "STREAMS", "log", ">"],
    ["return(redis.call('SET','text','x'))", "0"], ["127.0.0.1", "1"], ["text", "text", "0", "1"], ["other", "text"],
    ["SET", "maxmemory", "1"], ["list", "LEFT", "COUNT", "1"], ["log", "group", "me", "0", "0"],
    ["zset", "0", "0", "1", "km"],
  ]

  private static func odd(_ name: String, _ number: Int) -> String {
    switch number % 3 {
    case 0: name.lowercased()
    case 1: name.uppercased()
    default: String(name.enumerated().map { $0 % 2 == 0 ? Character($1.uppercased()) : Character($1.lowercased()) })
    }
  }

  @Test func `no command of a server changes it by a query`() async throws {
    try await RedisServer.with(["--masterauth", "hunter2-hunter2", "--latency-monitor-threshold", "1000"]) { server in
      let script = try QueryCannotWriteTests.seed(server)
      let names = try server.cli("COMMAND", "LIST").split(separator: "\n").map(String.init).sorted()
      let parts = try names.flatMap { name in
        try server.cli("COMMAND", "LIST", "FILTERBY", "PATTERN", "\(name)|*").split(separator: "\n").map(String.init)
      }
      #expect(names.count > 200 && parts.count > 80)
      let before = try server.snapshot(script: script) + [server.cli("DEBUG", "DIGEST")]
      let settings = try server.cli("CONFIG", "GET", "*")
      for (number, name) in (names + parts).enumerated() {
        let words = Self.odd(name, number).split(separator: "|").map(String.init)
        for arguments in Self.arguments {
          let tried = words + arguments
          let outcome = try? await server.perform(["args": .list(tried.map { .string($0) })], .query)
          if let outcome { #expect(!Value.map(outcome.fields).jsonText().contains("hunter2"), "\(tried)") }
        }
        // Whoever changed something is named.
        let digest = try server.cli("DEBUG", "DIGEST")
        #expect(digest == before.last, "\(words)")
      }
      #expect(try server.snapshot(script: script) + [server.cli("DEBUG", "DIGEST")] == before)
      #expect(try server.cli("CONFIG", "GET", "*") == settings)
      let clients = try server.cli("CLIENT", "LIST").split(separator: "\n")
      #expect(clients.allSatisfy { $0.contains(" name= ") || $0.contains(" name=playbook-7f3k-step ") }, "\(clients)")
      #expect(clients.allSatisfy { $0.contains(" sub=0 ") && $0.contains(" multi=-1 ") && $0.contains(" db=0 ") })
    }
  }
}
