import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// A stored text is shown as it is, and written back as it is.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct StoredTextTests {
  static let texts = [
    "1.10", "0.50", "1.0", "12", "00014", "1e5", "12345678901234567890", "0x10", ".5", "+1", "-0", "NaN", "true",
    "null",
    "", " ", "a b", "é🔥", "2026-11-29T17:00:00Z", "{\"a\":1}",
  ]
  static let bytes: [Value] = [.bytes([0xFF, 0, 13, 10]), .bytes([0xC3, 0x28])]
  static let values = texts.map { Value.string($0) } + bytes

  @Test func `a stream that is written back is the stream that was read`() async throws {
    try await RedisServer.with { server in
      for (position, value) in Self.values.enumerated() {
        try await server.perform(["args": ["XADD", "s", .string("1-\(position + 1)"), "k", value, "n", "1.10"]], .act)
      }
      let read = try #require(try await server.query("XRANGE", "s", "-", "+").fields["rows"]?.listValue)
      #expect(read.count == Self.values.count)
      for row in read {
        let pairs = (row["fields"]?.mapValue?.entries ?? []).flatMap { [$0.key, $0.value] }
        try await server.perform(["args": .list(["XADD", "copy", row["id"] ?? .null] + pairs)], .act)
      }
      let (one, other) = (
        try await server.query("XRANGE", "s", "-", "+").fields["value"],
        try await server.query(
          "XRANGE", "copy", "-", "+"
        ).fields["value"]
      )
      #expect(one != nil && one == other)
    }
  }

  @Test func `a hash's values are the texts that are stored`() async throws {
    try await RedisServer.with { server in
      let pairs = Self.texts.enumerated().flatMap { [Value.string("f\($0.offset)"), .string($0.element)] }
      try await server.perform(["args": .list(["HSET", "h"] + pairs)], .act)
      let outcome = try await server.query("HGETALL", "h")
      for (position, text) in Self.texts.enumerated() {
        #expect(outcome.fields["fields"]?["f\(position)"]?.stringValue == text)
      }
      #expect(outcome.fields["rows"] == nil)
      // A change of the spelling is a change.
      try await server.act("HSET", "h", "f0", "1.1")
      let again = try await server.query("HGETALL", "h")
      #expect(Value.map(outcome.fields).jsonText() != Value.map(again.fields).jsonText())
      // Names that are numbers or bytes keep their spelling as well.
      try await server.act("HSET", "names", "1.10", "a", "007", "b", .bytes([0xFF]), "c")
      let names = try await server.query("HGETALL", "names").fields
      #expect(names["fields"]?["1.10"]?.stringValue == "a")
      #expect(names["fields"]?["007"]?.stringValue == "b")
      #expect(names["fields"]?["\"\\xff\""]?.stringValue == "c")
      #expect(names["value"]?.listValue?.contains { if case .bytes([0xFF]) = $0 { true } else { false } } == true)
    }
  }

  @Test func `settings and names of clients are texts, counts are numbers`() async throws {
    try await RedisServer.with(["--proc-title-template", "1.10"]) { server in
      let settings = try await server.query("CONFIG", "GET", "*").fields["fields"]
      #expect(settings?["proc-title-template"]?.stringValue == "1.10")
      #expect(settings?["maxmemory"]?.stringValue == "0")
      for name in ["1.10", "12", "0.50"] {
        let context = CallContext(
          target: ResolvedTarget(
            name: "redis", settings: MapValue([("url", .string(server.url))]), environment: "test"),
          deadline: .now + .seconds(20), label: name)
        let executor = RedisExecutor()
        let rows = try await executor.perform(call(["args": ["CLIENT", "LIST"]], .query), context: context).fields[
          "rows"]
        let row = try #require(rows?.listValue?.first { $0["name"]?.rendered == name })
        #expect(row["name"]?.stringValue == name)
        #expect(row["id"]?.intValue != nil && row["age"]?.intValue != nil && row["db"]?.intValue == 0)
        #expect(row["cmd"]?.stringValue == "client|list")
        await executor.close()
      }
    }
  }

  @Test func `an act writes back byte for byte the values that a query read`() async throws {
    try await RedisServer.with { server in
      let fields = Self.values.enumerated().flatMap { [Value.string("f\($0.offset)"), $0.element] }
      try await server.perform(["args": .list(["HSET", "hash"] + fields + [.bytes([0xFE]), "x"])], .act)
      try await server.perform(["args": .list(["SADD", "set"] + Self.values)], .act)
      try await server.perform(["args": .list(["RPUSH", "list"] + Self.values)], .act)
      for (score, member) in zip(["1.10", "0.5", "1e20", "-inf", "12", "0.1"], Self.values) {
        try await server.act("ZADD", "zset", .string(score), member)
      }
      for id in 1...3 {
        try await server.perform(
          ["args": .list(["XADD", "stream", .string("\(id)-1")] + fields + ["f0", "twice"])], .act)
      }
      func read(_ words: Value...) async throws -> [Value] {
        try #require(try await server.perform(["args": .list(words)], .query).fields["value"]?.listValue)
      }
      try await server.perform(["args": .list(["HSET", "hash2"] + read("HGETALL", "hash"))], .act)
      try await server.perform(["args": .list(["SADD", "set2"] + read("SMEMBERS", "set"))], .act)
      try await server.perform(["args": .list(["RPUSH", "list2"] + read("LRANGE", "list", 0, -1))], .act)
      let ranked = try await server.query("ZRANGE", "zset", 0, -1, "WITHSCORES").fields["rows"]?.listValue ?? []
      #expect(ranked.count == 6)
      for row in ranked {
        try await server.act("ZADD", "zset2", try #require(row["score"]), try #require(row["member"]))
      }
      for entry in try await read("XRANGE", "stream", "-", "+") {
        let parts = try #require(entry.listValue)
        try await server.perform(
          ["args": .list(["XADD", "stream2", parts[0]] + (parts[1].listValue ?? []))], .act)
      }
      for key in ["hash", "set", "list", "zset", "stream"] {
        let digests = try server.cli("DEBUG", "DIGEST-VALUE", key, key + "2").split(separator: "\n")
        #expect(digests.count == 2 && digests[0] == digests[1], "\(key): \(digests)")
      }
    }
  }

  @Test func `a key with spaces or bytes is one key`() async throws {
    try await RedisServer.with { server in
      for key: Value in ["a key", "a  \"key\"", .bytes([0xFF, 0x20])] {
        try await server.act("HSET", key, "version", "1.10")
        #expect(try await server.query("HGETALL", key).fields["fields"]?["version"]?.stringValue == "1.10")
      }
      #expect(try await server.perform(["scan": "a *"], .query).fields["count"]?.intValue == 2)
    }
  }
}

struct RedisNumberTests {
  @Test func `a number is written again as it was`() {
    for text in [
      "007", "00.5", "+1", "1e5", "0x10", "1.", ".5", "--1", "1.2.3", "", "-", "inf", "nan", "1 ", "é",
    ] {
      #expect(RedisNumber.value(text).stringValue == text)
    }
    let numbers = [
      ("42", "int"), ("0", "int"), ("-9223372036854775808", "int"), ("1.05", "double"), ("-0.5", "double"),
      ("1.10", "decimal"), ("-0.50", "decimal"), ("1.0", "decimal"), ("99999999999999999999", "decimal"),
      ("1.1234567890123456789", "decimal"),
    ]
    for (text, type) in numbers {
      #expect(RedisNumber.value(text).typeName.name == type, "\(text)")
      #expect(RedisNumber.value(text).rendered == text)
    }
    for text in ["1e+20", "0.10000000000000001", "-inf"] { #expect(RedisNumber.measure(text).rendered == text) }
    #expect(RedisNumber.measure("1e+20").typeName.name == "decimal")
    #expect(RedisNumber.measure("-inf").stringValue == "-inf")
  }
}
