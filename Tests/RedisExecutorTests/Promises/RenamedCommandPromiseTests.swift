import CEL
import PlaybookEngine
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// A server whose harmless names are other commands: a query sends none of them, neither the author's nor the program's
/// own.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct RenamedCommandPromiseTests {
  /// The name that a query would send, and the command that has it.
  static let names: [(name: String, command: String)] = [
    ("PING", "BGSAVE"), ("ECHO", "SHUTDOWN"), ("ROLE", "CONFIG"), ("TIME", "BGREWRITEAOF"), ("ROLE", "FLUSHALL"),
    ("DBSIZE", "FLUSHALL"), ("INFO", "FLUSHALL"),
    ("LASTSAVE", "SAVE"), ("STRLEN", "INCR"), ("TTL", "DEL"), ("GET", "EVAL_RO"), ("EXISTS", "TOUCH"), ("HGET", "SET"),
    ("MYGET", "GET"),
    ("MYKEYS", "KEYS"), ("LLEN", "LPOP"), ("SLOWLOG", "CONFIG"), ("CONFIG", "ACL"), ("MEMORY", "SCRIPT"),
    ("SCAN", "SPUBLISH"),
    ("CLUSTER", "FLUSHDB"),
  ]

  @Test(arguments: names.indices) func `a query sends no command under another name`(_ index: Int) async throws {
    let (name, command) = Self.names[index]
    // The true bearer of the name makes room for the other one.
    let known = !name.hasPrefix("MY")
    let arguments = (known ? ["--rename-command", name, "ORIGINAL"] : []) + ["--rename-command", command, name]
    try await RedisServer.with(arguments) { server in
      _ = try server.cli("APPEND", "k", "1")
      let calls: [Value] = [
        [.string(name)], [.string(name), "k"], [.string(name), "GET", "*"], [.string(name), "k", "1"],
        [.string(name), "USAGE", "k"],
      ]
      for words in calls {
        let error = await failure { try await server.perform(["args": words], .query) }
        #expect(error.code == .refused, "\(words): \(error.message)")
      }
      for call in [
        ["args": ["GET", "k"]], ["scan": "*", "ttl": true], ["args": ["DBSIZE"]], ["args": ["LRANGE", "k", 0, 1]],
      ] as [Value] {
        _ = try? await server.perform(call, .query)
      }
      #expect(try server.cli("APPEND", "k", "2").hasPrefix("2"), "the key is as it was")
    }
  }
}

/// Reads that would keep the server busy.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct BusyServerPromiseTests {
  @Test func `a query keeps no server busy`() async throws {
    try await RedisServer.with { server in
      _ = try server.cli(
        "EVAL", "for i = 1, 150000 do redis.call('RPUSH', 'list', i); redis.call('ZADD', 'set', i, i) end", "0")
      _ = try server.cli("SETBIT", "bits", "\(8 * 20_000_000)", "1")
      let refused: [[Value]] = [
        ["LPOS", "list", "x"], ["LPOS", "list", "x", "RANK", "-1"], ["LPOS", "list", "x", "MAXLEN", "0"],
        ["LPOS", "list", "x", "MAXLEN", "140000"], ["LPOS", "list", "x", "COUNT", "0"], ["BITCOUNT", "bits"],
        ["BITCOUNT", "bits", "0", "-1"], ["BITCOUNT", "bits", "0", "-1", "BIT"], ["BITPOS", "bits", "1"],
        ["BITPOS", "bits", "1", "0"],
        ["BITPOS", "bits", "0", "0", "-1", "BIT"], ["MEMORY", "USAGE", "list", "SAMPLES", "0"],
        ["MEMORY", "USAGE", "list", "samples", "1000000"],
        ["ZRANGEBYSCORE", "set", "-inf", "+inf", "LIMIT", "140000", "1"],
      ]
      for words in refused {
        let error = await failure { try await server.perform(["args": .list(words)], .query) }
        #expect(error.code == .refused, "\(words): \(error.message)")
      }
      let fine: [[Value]] = [
        ["LPOS", "list", "5", "MAXLEN", "1000"], ["BITCOUNT", "bits", "0", "1000"],
        ["BITCOUNT", "bits", "0", "1000", "BIT"],
        ["BITPOS", "bits", "1", "0", "1000"], ["MEMORY", "USAGE", "list"], ["MEMORY", "USAGE", "list", "SAMPLES", "5"],
        ["ZRANGEBYSCORE", "set", "-inf", "+inf", "LIMIT", "5", "1"], ["LPOS", "none", "x"], ["BITCOUNT", "none"],
      ]
      for words in fine { try await server.perform(["args": .list(words)], .query) }
    }
  }

  @Test func `an account that may not ask for the role is denied once on a connection`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "v")
      _ = try server.cli(
        "ACL", "SETUSER", "reads", "on", ">oncall-password", "~*", "-@all", "+@read", "+command|info", "+client|setname"
      )
      _ = try server.cli("ACL", "LOG", "RESET")
      for _ in 0..<4 {
        try await server.perform(
          ["args": ["GET", "k"]], .query, settings: [("user", "reads"), ("password", "oncall-password")])
      }
      let log = try server.cli("ACL", "LOG")
      let counts = log.split(separator: "\n").enumerated().filter { $0.element == "count" }.map { $0.offset }
      let lines = log.split(separator: "\n")
      #expect(counts.count <= 2 && counts.allSatisfy { lines[$0 + 1] == "1" }, "\(log)")
    }
  }
}
