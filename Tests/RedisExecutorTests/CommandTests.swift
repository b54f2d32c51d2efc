import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor

@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct CommandTests {
  @Test func `answers become values`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "42")
      try await server.act("RPUSH", "l", "a", .bytes([0xFF, 0]), 7, true, 1.5)
      #expect(try await server.query("GET", "none").fields["value"]?.isNull == true)
      #expect(try await server.query("GET", "k").fields["value"]?.stringValue == "42")
      #expect(try await server.query("STRLEN", "k").fields["value"]?.intValue == 2)
      #expect(try await server.query("PING").fields["value"]?.stringValue == "PONG")
      let list = try #require(try await server.query("LRANGE", "l", 0, -1).fields["value"]?.listValue)
      #expect(list.count == 5)
      #expect(list.map(\.typeName.name) == ["string", "bytes", "string", "string", "string"])
      #expect(list.map(\.rendered).suffix(3) == ["7", "true", "1.5"])
      #expect(try await server.query("TYPE", "l").source?.contains("redis.sock") == true)
    }
  }

  @Test func `arguments are binary safe`() async throws {
    try await RedisServer.with { server in
      let texts = [
        "a b", "a\r\nb", "\0", "", "\"'\\", "é🔥", "*1\r\n$4\r\nPING\r\n", String(repeating: "x", count: 1 << 20),
      ]
      for text in texts {
        try await server.act("SET", .string(text), .string(text))
        #expect(try await server.query("GET", .string(text)).fields["value"]?.stringValue == text)
      }
      try await server.act("SET", .bytes([0, 255, 13, 10]), .bytes([255, 254]))
      let value = try await server.query("GET", .bytes([0, 255, 13, 10])).fields["value"]
      if case .bytes(let bytes) = value { #expect(bytes == [255, 254]) } else { Issue.record("no bytes") }
      #expect(try await server.query("DBSIZE").fields["value"]?.intValue == Int64(texts.count + 1))
    }
  }

  @Test(arguments: [Value.null, .list([1]), .unknown(Unknown(["`x` was skipped"])), .optional(1)])
  func `what has no one text is no argument`(_ value: Value) async throws {
    try await RedisServer.with { server in
      for mode in [CallMode.query, .act] {
        let error = await failure { try await server.perform(["args": .list(["GET", value])], mode) }
        #expect(error.code == .invalid)
      }
    }
  }

  @Test func `a hash has texts, and INFO numbers`() async throws {
    try await RedisServer.with { server in
      try await server.act("HSET", "h", "n", "42", "f", "1.50", "zip", "007", "t", "x")
      let hash = try await server.query("HGETALL", "h").fields["fields"]
      #expect(hash?["n"]?.stringValue == "42")
      #expect(hash?["f"]?.stringValue == "1.50")
      #expect(hash?["zip"]?.stringValue == "007")
      let info = try await server.query("INFO").fields["fields"]
      #expect((info?["used_memory"]?.intValue ?? 0) > 0)
      #expect(info?["db0"]?["keys"]?.intValue == 1)
      #expect(info?["role"]?.stringValue == "master")
      #expect(info?["redis_version"]?.typeName.name == "string")
      #expect(try await server.query("CONFIG", "GET", "maxmemory").fields["fields"]?["maxmemory"]?.stringValue == "0")
      #expect(try await server.query("ROLE").fields["fields"]?["role"]?.stringValue == "master")
      let clients = try await server.query("CLIENT", "LIST").fields["rows"]?.listValue
      #expect(clients?.contains { $0["name"]?.stringValue == "playbook-7f3k-step" } == true)
      #expect(try await server.query("MEMORY", "STATS").fields["fields"]?["keys.count"]?.intValue == 1)
      #expect(try await server.query("SLOWLOG", "GET").fields["rows"]?.listValue != nil)
      for words in [
        ["TIME"], ["LASTSAVE"], ["SLOWLOG", "LEN"], ["LATENCY", "LATEST"], ["LATENCY", "DOCTOR"], ["ACL", "WHOAMI"],
        ["ACL", "DRYRUN", "default", "SET", "k", "v"], ["OBJECT", "ENCODING", "h"], ["MEMORY", "USAGE", "h"],
        ["CLIENT", "INFO"], ["SORT_RO", "none"], ["BITFIELD_RO", "none", "GET", "u8", "0"], ["XLEN", "none"],
        ["SCAN", "0"], ["XREAD", "COUNT", "1", "STREAMS", "none", "0"], ["LATENCY", "HISTORY", "command"],
      ] {
        _ = try await server.perform(["args": .list(words.map { .string($0) })], .query)
      }
    }
  }

  @Test func `the server's passwords are hidden`() async throws {
    try await RedisServer.with(["--masterauth", "s3cret-password"]) { server in
      let outcome = try await server.query("CONFIG", "GET", "*")
      #expect(outcome.fields["fields"]?["masterauth"]?.stringValue == "(hidden)")
      #expect(!Value.map(outcome.fields).jsonText().contains("s3cret"))
    }
  }

  @Test func `scans find every key once, with types and times to live`() async throws {
    try await RedisServer.with { server in
      _ = try server.cli(
        "EVAL", "for i=1,5000 do redis.call('set','user:'..i,i) redis.call('sadd','set:'..i,i) end", "0")
      _ = try server.cli("SET", "user:1", "x", "EX", "1000")
      let all = try await server.perform(["scan": "user:*", "ttl": true], .query)
      #expect(all.fields["count"]?.intValue == 5000)
      #expect(!all.isTruncated)
      let ttl = try #require(all.fields["ttls"]?["user:1"]?.intValue)
      #expect((900...1000).contains(ttl))
      #expect(all.fields["ttls"]?["user:2"]?.intValue == -1)
      #expect(all.fields["rows"]?.listValue?.count == 5000)
      let names = Set(all.fields["keys"]?.listValue?.compactMap(\.stringValue) ?? [])
      #expect(names.count == 5000)
      #expect(try await server.perform(["scan": "*", "type": "set"], .query).fields["count"]?.intValue == 5000)
      let few = try await server.perform(["scan": "*", "limit": 100], .query)
      #expect(few.fields["count"]?.intValue == 100)
      #expect(few.isTruncated)
      let keys = try await server.query("keys", "user:*")
      #expect(keys.fields["value"]?.listValue?.count == 5000)
      #expect(try server.cli("INFO", "commandstats").contains("cmdstat_keys:") == false)
    }
  }

  @Test func `large collections are read in part and marked`() async throws {
    try await RedisServer.with { server in
      let fill = """
        for i=1,3000 do redis.call('sadd','s',i) redis.call('hset','h',i,i) redis.call('rpush','l',i)
        redis.call('zadd','z',i,i) redis.call('xadd','x','*','f',i) end redis.call('set','t',string.rep('x',200000))
        for i=1,101000 do redis.call('sadd','huge',i) end
        """
      _ = try server.cli("EVAL", fill, "0")
      var limits = CallContext.Limits()
      limits.rows = 1000
      limits.bytes = 100_000
      let cases: [([Value], Int)] = [
        (["SMEMBERS", "s"], 1000), (["HGETALL", "h"], 2000), (["HKEYS", "h"], 1000), (["HVALS", "h"], 1000),
        (["LRANGE", "l", 0, -1], 1000), (["LRANGE", "l", -2000, 2999], 1000), (["ZRANGE", "z", 0, -1], 1000),
        (["ZRANGE", "z", 0, -1, "WITHSCORES"], 2000), (["ZREVRANGE", "z", 0, -1], 1000),
        (["ZRANGEBYSCORE", "z", "-inf", "+inf"], 1000), (["ZRANGE", "z", 0, 9999, "BYSCORE", "WITHSCORES"], 2000),
        (["ZRANGEBYSCORE", "z", "-inf", "+inf", "LIMIT", 0, 2000], 1000),
        (["ZRANGEBYSCORE", "z", "-inf", "+inf", "LIMIT", 0, -1], 1000), (["XRANGE", "x", "-", "+"], 1000),
        (["XREVRANGE", "x", "+", "-", "COUNT", 5000], 1000),
      ]
      for (words, count) in cases {
        let outcome = try await server.perform(["args": .list(words)], .query, limits: limits)
        #expect(outcome.fields["value"]?.listValue?.count == count, "\(words.map(\.rendered))")
        #expect(outcome.isTruncated)
      }
      let part = try await server.query("LRANGE", "l", -2000, 2999, limits: limits).fields["value"]?.listValue
      #expect(part?.first?.stringValue == "1001")
      let text = try await server.query("GET", "t", limits: limits)
      #expect(text.fields["value"]?.stringValue?.count == 100_000)
      #expect(text.isTruncated)
      #expect(try await server.query("GETRANGE", "t", 1, 199_999, limits: limits).isTruncated)
      for words in [
        ["LRANGE", "l", "0", "9"], ["ZRANGE", "z", "0", "9"], ["GETRANGE", "t", "0", "9"], ["SMEMBERS", "none"],
      ] {
        let list = Value.list(words.map { .string($0) })
        #expect(try await !server.perform(["args": list], .query, limits: limits).isTruncated)
      }
      let refused: [[Value]] = [
        ["SUNION", "huge", "s"], ["SORT_RO", "huge"], ["SRANDMEMBER", "s", -1_000_000_000], ["HRANDFIELD", "h", -5000],
        ["SCAN", 0, "COUNT", 1_000_000], ["LCS", "t", "t"], ["DUMP", "t"], ["MGET", "t", "t"],
        ["XINFO", "STREAM", "x", "FULL", "COUNT", 0],
        ["SRANDMEMBER", "s", .int(.min)],
      ]
      for words in refused {
        let error = await failure { try await server.perform(["args": .list(words)], .query, limits: limits) }
        #expect(error.code == .refused, "\(words.map(\.rendered)): \(error.message)")
      }
    }
  }

  @Test func `a pipeline gives a list, and says where it failed`() async throws {
    try await RedisServer.with { server in
      let good = try await server.perform(["pipeline": [["SET", "a", 1], ["INCR", "a"], ["GET", "a"]]], .act)
      #expect(good.fields["value"]?.listValue?.map(\.rendered) == ["OK", "2", "2"])
      let read = try await server.perform(["pipeline": [["GET", "a"], ["TTL", "a"]]], .query)
      #expect(read.fields["value"]?.listValue?.map(\.rendered) == ["2", "-1"])
      let error = await failure {
        try await server.perform(["pipeline": [["SET", "b", 1], ["LPUSH", "b", 1]]], .act)
      }
      #expect(error.code == .rejected)
      #expect(error.message.contains("command 2 of 2"))
      #expect(error.outcome?["value"]?.listValue?.count == 2)
    }
  }

  @Test func `acts keep away from what changes the connection or everything`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "v")
      for name in Array(CommandRules.connectionCommands) + Array(CommandRules.onlyWhereAllowed) {
        let error = await failure { try await server.act(.string(name.lowercased()), "x") }
        #expect(error.code == .refused, "\(name)")
      }
      for subcommand in CommandRules.clientSubcommands {
        let error = await failure { try await server.act("CLIENT", .string(subcommand), "on") }
        #expect(error.code == .refused)
      }
      #expect(await failure { try await server.perform(["scan": "*"], .act) }.code == .invalid)
      #expect(try await server.query("EXISTS", "k").fields["value"]?.intValue == 1)
      try await server.act("FLUSHALL", settings: [("allow", ["flushall"])])
      #expect(try await server.query("EXISTS", "k").fields["value"]?.intValue == 0)
      try await server.act("MONITOR", settings: [("allow", ["MONITOR"])])
      #expect(
        try await server.act("SET", "k", "v", settings: [("allow", ["MONITOR"])]).fields["value"]?.stringValue == "OK")
      let allowed = await failure {
        try await server.perform(["args": ["FLUSHALL"]], .query, settings: [("allow", ["FLUSHALL"])])
      }
      #expect(allowed.code == .refused)
      // What helps an act is no advice for a read.
      for name in CommandRules.onlyWhereAllowed {
        let error = await failure { try await server.perform(["args": [.string(name)]], .query) }
        #expect(error.message.contains("query may") && !error.message.contains("allow"), "\(error.message)")
      }
    }
  }

  @Test func `a plan looks at the keys and changes nothing`() async throws {
    try await RedisServer.with { server in
      let script = try QueryCannotWriteTests.seed(server)
      let before = try server.snapshot(script: script)
      let context = CallContext.test([("url", .string(server.url))])
      let plan = try await server.executor.plan(
        call(["args": ["DEL", "text", "list", "none", "expiring"]], .act), context: context)
      #expect(plan[0] == "text: string of 8 bytes, does not expire")
      #expect(plan[1] == "list: list of 3 elements, does not expire")
      #expect(plan[2] == "none: there is no such key")
      #expect(plan[3].hasPrefix("expiring: string of 1 bytes, expires in "))
      #expect(try await server.executor.plan(call(["args": ["GET", "text"]], .query), context: context).isEmpty)
      await #expect(throws: ExecutorError.self) {
        try await server.executor.plan(call(["args": ["NOSUCH", "text"]], .act), context: context)
      }
      await #expect(throws: ExecutorError.self) {
        try await server.executor.plan(call(["args": ["DEL", "text"]], .query), context: context)
      }
      #expect(try server.snapshot(script: script) == before)
    }
  }

  @Test func `calls side by side have connections of their own`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "0")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<50 {
          group.addTask {
            let text = "\(number)"
            let outcome = try await server.query("ECHO", .string(text))
            #expect(outcome.fields["value"]?.stringValue == text)
          }
        }
        try await group.waitForAll()
      }
    }
  }
}
