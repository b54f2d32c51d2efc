import CEL
import ExecutorKit
import NIOCore
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
    ("CLUSTER", "FLUSHDB"), ("ACL", "SET"), ("MEMORY", "SET"), ("TYPE", "DEL"), ("GETRANGE", "SETRANGE"),
    ("HLEN", "DEL"), ("ZCARD", "PERSIST"), ("ACL", "CONFIG"), ("MEMORY", "OBJECT"),
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
      for arguments in [
        ["args": ["GET", "k"]], ["scan": "*", "ttl": true], ["args": ["DBSIZE"]], ["args": ["LRANGE", "k", 0, 1]],
      ] as [Value] {
        _ = try? await server.perform(arguments, .query)
      }
      _ = try? await server.perform(["args": ["DUMP", "k"]], .query)
      // A plan asks too, and so does a pipeline whether the server is one of a cluster.
      _ = try? await server.executor.plan(
        call(["args": ["EXPIRE", "k", "9"]], .act), context: .test([("url", .string(server.url))]))
      _ = try? await server.perform(["pipeline": [["PUBLISH", "c", "x"], ["PUBLISH", "c", "y"]]], .act)
      let names = try server.cli("KEYS", "*")
      #expect(names == "k\n" || name == "KEYS" || names.hasPrefix("ERR"), "\(names)")
      #expect(try server.cli("APPEND", "k", "2").hasPrefix("2"), "the key is as it was")
    }
  }
}

/// A server that does not say which of its commands have which names.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct SilentServerPromiseTests {
  @Test(arguments: ["DBSIZE", "INFO", "SCAN", "ROLE"])
  func `nothing of our own is sent where the server does not say what it is`(_ name: String) async throws {
    let arguments = ["--rename-command", name, "", "--rename-command", "FLUSHALL", name]
    try await RedisServer.with(arguments + ["--rename-command", "COMMAND", ""]) { server in
      _ = try server.cli("SET", "k", "1")
      let error = await failure { try await server.perform(["scan": "*"], .query) }
      #expect(error.code == .refused && error.message.contains("has no description of"), "\(error.message)")
      let lines = try await server.executor.plan(
        call(["args": ["EXPIRE", "k", "9"]], .act), context: .test([("url", .string(server.url))]))
      #expect(lines.contains { $0.contains("can't be told beforehand") }, "\(lines)")
      let outcome = try await server.perform(["pipeline": [["INCR", "k"], ["INCR", "k"]]], .act)
      #expect(outcome.fields["value"]?.listValue?.map(\.rendered) == ["2", "3"])
      #expect(try server.cli("GET", "k") == "3\n")
    }
  }

  @Test func `a word that is no subcommand is not asked about`() async throws {
    try await RedisServer.with(["--slowlog-log-slower-than", "0", "--slowlog-max-len", "10000"]) { server in
      for name in ["SET", "NOSUCH", "JSON.SET", "TOUCH", "COMMAND", "CONFIG", "OBJECT", "EVAL_RO", "FUNCTION"] {
        let error = await failure {
          try await server.perform(["args": [.string(name), "hunter2-hunter2", "x"]], .query)
        }
        #expect([.refused, .invalid].contains(error.code), "\(error.message)")
      }
      let log = try server.cli("SLOWLOG", "GET", "-1")
      #expect(!log.lowercased().contains("hunter2"))
    }
  }

  @Test(arguments: ["MOVED", "ASK"]) func `a redirection in answer to COMMAND INFO leads no further`(_ word: String)
    async throws
  {
    let other = try await FakeServer.start(commandInfo: ["readonly"]) { received, channel in
      Issue.record("the other server got \(received)")
      channel.send("+OK\r\n")
    }
    let server = try await FakeServer.start { received, channel in
      channel.send(received.contains("SETNAME") ? "+OK\r\n" : "-\(word) 1 127.0.0.1:\(other.port)\r\n")
    }
    let executor = RedisExecutor()
    for arguments: Value in [["args": ["GET", "k"]], ["scan": "*"], ["args": ["DBSIZE"]]] {
      let error = await failure {
        try await executor.perform(call(arguments, .query), context: .test([("url", .string(server.url))]))
      }
      #expect(error.code == .rejected && error.message.contains(word), "\(error.message)")
    }
    await executor.close()
    try await server.stop()
    try await other.stop()
  }

  @Test func `a server that lies about lengths ends no program`() async throws {
    for length in ["9223372036854775807", "-9223372036854775808", "-1"] {
      let server = try await FakeServer.start(commandInfo: ["readonly"]) { received, channel in
        let count = received.split(separator: "*").count
        channel.send(String(repeating: ":\(length)\r\n", count: count))
      }
      let executor = RedisExecutor()
      let calls: [[Value]] = [
        ["GETRANGE", "k", "9223372036854775807", "-9223372036854775808"], ["MGET", "a", "b", "c"],
        ["SUNION", "a", "b"],
        ["LRANGE", "k", "-9223372036854775808", "9223372036854775807"],
        ["BITCOUNT", "k", "0", "-1", "BIT"],
        ["BITPOS", "k", "1", "-9223372036854775808"], ["LCS", "a", "b"], ["GET", "k"], ["HGETALL", "k"], ["DBSIZE"],
      ]
      for words in calls {
        _ = try? await executor.perform(
          call(["args": .list(words)], .query), context: .test([("url", .string(server.url))]))
      }
      await executor.close()
      try await server.stop()
    }
  }
}

/// What a server says of an error, however much.
struct LongErrorPromiseTests {
  @Test(arguments: [800_000, 40_000_000, 300_000_000]) func `an error of any length is bounded`(_ length: Int)
    async throws
  {
    let server = try await FakeServer.start(commandInfo: ["readonly"]) { _, channel in
      channel.send("-ERR ")
      let part = ByteBuffer(string: String(repeating: "x ä ", count: 20_000))
      for _ in 0..<(length / 100_000) { channel.writeAndFlush(part, promise: nil) }
      channel.send("\r\n")
    }
    let executor = RedisExecutor()
    for (mode, words) in [(.query, ["TTL", "k"]), (.act, ["EVAL", "x", "0"])] as [(CallMode, [Value])] {
      let error = await failure {
        try await executor.perform(call(["args": .list(words)], mode), context: .test([("url", .string(server.url))]))
      }
      #expect(error.code == .rejected && error.message.utf8.count < 100_000, "\(error.message.prefix(200))")
      #expect(
        error.message.contains(length < 1_000_000 ? "truncated" : "more than 1 MiB"), "\(error.message.prefix(99))")
    }
    await executor.close()
    try await server.stop()
  }
}

/// Reads that would keep the server busy.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct BusyServerPromiseTests {
  @Test func `a query keeps no server busy`() async throws {
    try await RedisServer.with { server in
      _ = try server.cli(
        "EVAL", "for i = 1, 150000 do redis.call('RPUSH', 'list', i); redis.call('ZADD', 'set', i, i) end", "0")
      _ = try server.cli("EVAL", "for i = 1, 150000 do redis.call('XADD', 'stream', i, 'f', 'v') end", "0")
      _ = try server.cli("XGROUP", "CREATE", "stream", "g", "0")
      _ = try server.cli(
        "EVAL", "redis.call('XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', 150000, 'STREAMS', 'stream', '>')", "0")
      _ = try server.cli("SETBIT", "bits", "\(8 * 20_000_000)", "1")
      let refused: [[Value]] = [
        ["LPOS", "list", "x"], ["LPOS", "list", "x", "RANK", "-1"], ["LPOS", "list", "x", "MAXLEN", "0"],
        ["LPOS", "list", "x", "MAXLEN", "140000"], ["LPOS", "list", "x", "COUNT", "0"], ["BITCOUNT", "bits"],
        ["BITCOUNT", "bits", "0", "-1"], ["BITCOUNT", "bits", "0", "-1", "BIT"], ["BITPOS", "bits", "1"],
        ["BITPOS", "bits", "1", "0"],
        ["BITPOS", "bits", "0", "0", "-1", "BIT"], ["MEMORY", "USAGE", "list", "SAMPLES", "0"],
        ["MEMORY", "USAGE", "list", "samples", "1000000"],
        ["ZRANGEBYSCORE", "set", "-inf", "+inf", "LIMIT", "140000", "1"],
        ["ZRANGEBYSCORE", "set", "-inf", "+inf", "LIMIT", "0", "5", "LIMIT", "140000", "1"],
        ["ZRANGE", "set", "-inf", "+inf", "byscore", "limit", "0", "5", "Limit", "140000", "1"],
        ["SCAN", "0", "COUNT", "100000000", "MATCH", "COUNT"],
        ["SSCAN", "s", "0", "COUNT", "100000000", "MATCH", "COUNT"],
        ["XREAD", "COUNT", "100000000", "STREAMS", "COUNT", "0"],
        ["XPENDING", "s", "g", "-", "+", "100000000", "5"],
        ["XPENDING", "s", "g", "IDLE", "1", "-", "+", "100000000", "5"],
        ["XPENDING", "stream", "g", "IDLE", "1", "-", "+", "5"],
        ["XPENDING", "stream", "g", "idle", "1", "-", "+", "5", "c"],
        ["XINFO", "STREAM", "COUNT", "FULL", "COUNT", "0"], ["SRANDMEMBER", "s", "-10000"],
        ["HRANDFIELD", "h", "-1", "WITHVALUES"], ["ZRANDMEMBER", "set", "-5"],
        ["SORT_RO", "set", "BY", "nosort", "LIMIT", "0", "1000", "GET", "bits"],
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
        ["XPENDING", "stream", "g"], ["XPENDING", "stream", "g", "-", "+", "5"],
        ["SCAN", "0", "MATCH", "COUNT", "COUNT", "10"], ["SORT_RO", "s", "GET", "#"], ["SRANDMEMBER", "s", "5"],
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
