import CEL
import ExecutorKit
import NIOCore
import PlaybookLanguage
import Testing

@testable import RedisExecutor

struct ConnectionFailureTests {
  @Test(arguments: [
    ("unix:///nonexistent/redis.sock", "no such socket"), ("redis://127.0.0.1:1", "connection refused"),
    ("redis://no-such-host.invalid", "does not resolve"),
  ])
  func `a server that is not there is unreachable, and no act took effect`(_ url: String, _ reason: String) async {
    let executor = RedisExecutor()
    for mode in [CallMode.query, .act] {
      let error = await failure {
        try await executor.perform(call(["args": ["PING"]], mode), context: .test([("url", .string(url))]))
      }
      #expect(error.code == .unreachable)
      #expect(error.message.contains(reason), "\(error.message)")
      #expect(!error.mayHaveTakenEffect)
    }
  }

  static let answers: [(String, [ExecutorError.Code])] = [
    ("", [.disconnected]), ("$10\r\nabc", [.disconnected]), ("*2\r\n+a\r\n", [.disconnected]),
    ("garbage", [.malformed]),
    ("%1\r\n+a\r\n+b\r\n", [.malformed]), ("*2147483647\r\n", [.disconnected, .malformed]),
    ("$-5\r\n", [.disconnected, .malformed]), ("$99999999999999\r\n", [.disconnected, .malformed]),
    ("*-7\r\n", [.malformed, .disconnected]),
    ("HTTP/1.1 400 Bad Request\r\n\r\n", [.malformed]), (":99999999999999999999999\r\n", [.malformed, .disconnected]),
  ]

  @Test(arguments: answers.indices)
  func `an answer that breaks off or is none is an error, and an act's effect is open`(_ index: Int) async throws {
    let (answer, codes) = Self.answers[index]
    let server = try await FakeServer.start(commandInfo: ["readonly"]) { _, channel in
      channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }
    let executor = RedisExecutor()
    for mode in [CallMode.query, .act] {
      let error = await failure {
        try await executor.perform(call(["args": ["TTL", "k"]], mode), context: .test([("url", .string(server.url))]))
      }
      #expect(codes.contains(error.code), "\(error.code): \(error.message)")
      #expect(error.mayHaveTakenEffect == (mode == .act))
    }
    await executor.close()
    try await server.stop()
  }

  @Test func `an endless answer ends at the limit`() async throws {
    let server = try await FakeServer.start(commandInfo: ["readonly"]) { _, channel in
      channel.send("*2000000000\r\n")
      let part = ByteBuffer(string: String(repeating: "$1\r\nx\r\n", count: 100_000))
      for _ in 0..<200 { channel.writeAndFlush(part, promise: nil) }
    }
    let executor = RedisExecutor()
    var limits = CallContext.Limits()
    limits.bytes = 1 << 20
    let error = await failure {
      try await executor.perform(
        call(["args": ["TTL", "k"]], .query), context: .test([("url", .string(server.url))], limits: limits))
    }
    #expect(error.code == .rejected)
    #expect(error.message.contains("MiB"))
    await executor.close()
    try await server.stop()
  }

  @Test func `a server that never answers the login is unreachable in time`() async throws {
    let server = try await FakeServer.start { _, _ in }
    let executor = RedisExecutor()
    let settings: [(String, Value)] = [("url", .string(server.url)), ("connect_timeout", "200ms")]
    let error = await failure {
      try await executor.perform(call(["args": ["DEL", "k"]], .act), context: .test(settings))
    }
    #expect(error.code == .unreachable)
    #expect(!error.mayHaveTakenEffect)
    try await server.stop()
  }

  @Test func `a late answer is never taken for the next command's`() async throws {
    let server = try await FakeServer.start(commandInfo: ["readonly"]) { received, channel in
      if received.contains("slow") {
        channel.eventLoop.scheduleTask(in: .milliseconds(400)) { channel.send("$4\r\nslow\r\n") }
      } else {
        channel.send("$4\r\nfast\r\n")
      }
    }
    let executor = RedisExecutor()
    for _ in 0..<3 {
      let fast = try await executor.perform(
        call(["args": ["TTL", "fast"]], .query), context: .test([("url", .string(server.url))]))
      #expect(fast.fields["value"]?.stringValue == "fast")
      let late = await failure {
        try await executor.perform(
          call(["args": ["TTL", "slow"]], .query),
          context: .test([("url", .string(server.url))], within: .milliseconds(300)))
      }
      #expect(late.code == .timedOut)
    }
    await executor.close()
    try await server.stop()
  }

  @Test func `a target with wrong settings says which, and no password`() async throws {
    let cases: [([(String, Value)], String)] = [
      ([], "`url` is missing"), ([("url", "http://x")], "`url`"), ([("url", "redis://u:s3cret@h:x")], "`url`"),
      ([("url", "redis://h/x")], "`url`"), ([("url", "redis://")], "`url`"), ([("url", "unix://")], "`url`"),
      ([("url", "redis://h:0")], "`url`"), ([("url", "redis://h:99999")], "`url`"), ([("url", 1)], "`url`"),
      ([("url", "redis://h"), ("hots", [])], "`hots`"), ([("url", "redis://h"), ("hosts", [1])], "`hosts`"),
      ([("url", "redis://h"), ("connect_timeout", "soon")], "`connect_timeout`"),
      ([("url", "redis://h"), ("act", 1)], "`act`"),
    ]
    for (settings, part) in cases {
      let error = await failure {
        try await RedisExecutor().perform(call(["args": ["PING"]], .query), context: .test(settings))
      }
      #expect(error.code == .invalid)
      #expect(error.message.contains(part), "\(error.message)")
      #expect(!error.message.contains("s3cret"))
    }
  }

  @Test func `a call moves to the target's hosts only`() async throws {
    let server = try await FakeServer.start(commandInfo: ["readonly"])
    let executor = RedisExecutor()
    let settings: [(String, Value)] = [
      ("url", .string("redis://cache.invalid:\(server.port)")), ("hosts", ["127.0.0.*", "*.nodes.invalid"]),
    ]
    for host in ["127.0.0.1", "127.0.0.1:\(server.port)"] {
      let outcome = try await executor.perform(
        call(["args": ["TTL", "k"]], .query, host: host), context: .test(settings))
      #expect(outcome.fields["value"]?.stringValue == "done")
    }
    for host in ["localhost", "nodes.invalid", "127.0.1.1", "a b", "", "127.0.0.1@x", "127.0.0.1:x", "::1"] {
      let error = await failure {
        try await executor.perform(call(["args": ["TTL", "k"]], .query, host: host), context: .test(settings))
      }
      #expect([.refused, .invalid].contains(error.code), "\(host)")
    }
    await executor.close()
    try await server.stop()
  }
}

@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct ServerFailureTests {
  @Test func `a server that hangs ends at the deadline`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "v")
      _ = try await server.query("GET", "k")
      server.hang()
      for mode in [CallMode.query, .act] {
        let error = await failure {
          try await server.perform(["args": ["GET", "k"]], mode, within: .milliseconds(300))
        }
        #expect(error.code == .timedOut)
        #expect(error.mayHaveTakenEffect == (mode == .act))
      }
    }
  }

  @Test func `a cancelled task cancels its call, and the next call works`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "v")
      for _ in 0..<20 {
        let task = Task { try await server.act("BLPOP", "none", 0) }
        try await Task.sleep(for: .milliseconds(Int.random(in: 0...20)))
        task.cancel()
        #expect(await failure { try await task.value }.code == .cancelled)
        #expect(try await server.act("GET", "k").fields["value"]?.stringValue == "v")
      }
    }
  }

  @Test func `a server that dies in the middle is disconnected, then unreachable`() async throws {
    try await RedisServer.with { server in
      let task = Task { try await server.act("BLPOP", "none", 0) }
      while try !server.cli("INFO", "clients").contains("blocked_clients:1") {
        try await Task.sleep(for: .milliseconds(10))
      }
      server.kill()
      let error = await failure { try await task.value }
      #expect(error.code == .disconnected)
      #expect(error.mayHaveTakenEffect)
      let next = await failure { try await server.query("GET", "k") }
      #expect(next.code == .unreachable)
    }
  }

  @Test func `wrong and missing passwords are unauthorized and never shown`() async throws {
    try await RedisServer.with(["--requirepass", "right-password"]) { server in
      for settings: [(String, Value)] in [[], [("password", "wrong-password")], [("password", "x"), ("user", "eve")]] {
        let error = await failure { try await server.perform(["args": ["GET", "k"]], .query, settings: settings) }
        #expect(error.code == .unauthorized)
        #expect(!error.message.contains("wrong-password"))
      }
      let settings: [(String, Value)] = [("password", "right-password"), ("act", ["password": "wrong-password"])]
      _ = try await server.perform(["args": ["GET", "k"]], .query, settings: settings)
      #expect(
        await failure { try await server.perform(["args": ["GET", "k"]], .act, settings: settings) }.code
          == .unauthorized)
    }
  }

  @Test func `what an account may not do is unauthorized, also in a plan`() async throws {
    try await RedisServer.with { server in
      _ = try server.cli("ACL", "SETUSER", "limited", "on", ">limited-password", "~*", "+@all", "-del")
      let settings: [(String, Value)] = [("user", "limited"), ("password", "limited-password")]
      let error = await failure { try await server.perform(["args": ["DEL", "k"]], .act, settings: settings) }
      #expect(error.code == .unauthorized)
      let context = CallContext.test([("url", .string(server.url))] + settings)
      await #expect { try await server.executor.plan(call(["args": ["DEL", "k"]], .act), context: context) } throws: {
        ($0 as? ExecutorError)?.code == .unauthorized
      }
    }
  }

  @Test func `error replies are rejections with the server's words`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "k", "v")
      let error = await failure { try await server.act("LPUSH", "k", "x") }
      #expect(error.code == .rejected)
      #expect(error.message.contains("WRONGTYPE"))
      #expect(!error.mayHaveTakenEffect)
      let script = await failure {
        try await server.act("EVAL", "redis.call('set','k','w') return redis.call('nope')", 0)
      }
      #expect(script.mayHaveTakenEffect)
      #expect(await failure { try await server.query("LRANGE", "k", 0, -1) }.message.contains("WRONGTYPE"))
      #expect(await failure { try await server.query("GET") }.code == .rejected)
      _ = try server.cli("REPLICAOF", "127.0.0.1", "1")
      #expect(await failure { try await server.act("SET", "k", "v") }.message.contains("READONLY"))
    }
  }

  @Test func `the database of the URL is used`() async throws {
    try await RedisServer.with { server in
      let other: [(String, Value)] = [("url", .string(server.url + "?db=3"))]
      _ = try await server.perform(["args": ["SET", "k", "v"]], .act, settings: other)
      #expect(try server.cli("-n", "3", "GET", "k") == "v\n")
      let wrong: [(String, Value)] = [("url", .string(server.url + "?db=99"))]
      #expect(
        await failure { try await server.perform(["args": ["GET", "k"]], .query, settings: wrong) }.code == .rejected)
    }
  }
}
