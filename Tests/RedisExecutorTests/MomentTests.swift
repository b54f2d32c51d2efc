import CEL
import ExecutorKit
import NIOCore
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// Errors of the moment: in the server's words, worth another try, and not remembered.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct MomentTests {
  @Test func `a busy server is busy now, and well later`() async throws {
    try await RedisServer.with(["--busy-reply-threshold", "50"]) { server in
      try await server.act("SET", "k1", "v1")
      try await server.act("SET", "list", "x")
      let script = Task {
        _ = await failure { try await server.act("EVAL", "while true do end", 0) }
      }
      while try !server.cli("PING").contains("BUSY") { try await Task.sleep(for: .milliseconds(20)) }
      for words: [Value] in [
        ["GET", "k1"], ["INFO"], ["PING"], ["DBSIZE"], ["LRANGE", "list", 0, -1], ["KEYS", "*"],
      ] {
        // A connection of its own, too: its first question must not be remembered.
        for executor in [server.executor, RedisExecutor()] {
          let error = await failure {
            try await executor.perform(
              call(["args": .list(words)], .query), context: .test([("url", .string(server.url))]))
          }
          #expect(error.code == .rejected && error.message.contains("BUSY"), "\(words): \(error.message)")
        }
      }
      #expect(await failure { try await server.perform(["scan": "*"], .query) }.message.contains("BUSY"))
      for words: [Value] in [["SET", "k1", "v2"], ["EVAL", "return 1", 0]] {
        let error = await failure { try await server.perform(["args": .list(words)], .act) }
        #expect(error.code == .rejected && !error.mayHaveTakenEffect, "\(words): \(error.message)")
      }
      let pipeline = await failure {
        try await server.perform(["pipeline": [["SET", "k1", "v3"], ["SET", "k2", "v3"]]], .act)
      }
      #expect(!pipeline.mayHaveTakenEffect && pipeline.message.contains("1 and 2 not"), "\(pipeline.message)")
      _ = try server.cli("SCRIPT", "KILL")
      await script.value
      #expect(try await server.query("GET", "k1").fields["value"]?.stringValue == "v1")
      #expect(try await server.query("STRLEN", "k1").fields["value"]?.intValue == 2)
      #expect(try await server.perform(["scan": "*"], .query).fields["count"]?.intValue == 2)
    }
  }

  @Test func `a replica without its primary, and a full server, say so`() async throws {
    try await RedisServer.with(["--replica-serve-stale-data", "no"]) { server in
      try await server.act("SET", "k", "v")
      _ = try server.cli("REPLICAOF", "127.0.0.1", "1")
      let error = await failure { try await server.query("GET", "k") }
      #expect(error.code == .rejected && error.message.contains("MASTERDOWN"), "\(error.message)")
      _ = try server.cli("CONFIG", "SET", "replica-serve-stale-data", "yes")
      let stale = try await server.query("GET", "k")
      #expect(stale.source?.contains("replica, link to its primary: connect") == true, "\(stale.source ?? "")")
      #expect(await failure { try await server.act("SET", "k", "w") }.message.contains("READONLY"))
      _ = try server.cli("REPLICAOF", "NO", "ONE")
      #expect(try await server.query("GET", "k").source?.contains("primary") == true)

      // The connections that the executor keeps are all that there may be.
      _ = try server.cli("CONFIG", "SET", "maxclients", "1")
      let executor = RedisExecutor()
      for settings: [(String, Value)] in [
        [("url", .string(server.url))], [("url", .string(server.url)), ("password", "some-password")],
        [("url", .string(server.url + "?db=2"))],
      ] {
        let full = await failure {
          try await executor.perform(call(["args": ["GET", "k"]], .query), context: .test(settings))
        }
        #expect(full.code == .unreachable, "\(full.message)")
        #expect(full.message.contains("max number of clients reached"), "\(full.message)")
      }
    }
  }

  /// A server that sends this to every new connection, before the first command and in answer to it.
  @Test(arguments: [false, true])
  func `a protected server's words are told`(_ isLate: Bool) async throws {
    let words = "-DENIED Redis is running in protected mode because protected mode is enabled\r\n"
    let server = try await FakeServer.start(
      greeting: { channel in
        if isLate { return }
        channel.writeAndFlush(ByteBuffer(string: words)).whenComplete { _ in channel.close(promise: nil) }
      },
      { _, channel in
        channel.writeAndFlush(ByteBuffer(string: words)).whenComplete { _ in channel.close(promise: nil) }
      })
    let executor = RedisExecutor()
    for settings: [(String, Value)] in [[], [("password", "some-password")]] {
      let error = await failure {
        try await executor.perform(
          call(["args": ["DEL", "k"]], .act), context: .test([("url", .string(server.url))] + settings))
      }
      #expect(error.message.contains("protected mode") || error.message.contains("reset"), "\(error.message)")
      #expect(!error.mayHaveTakenEffect)
      if isLate { #expect(error.code == .unauthorized) }
    }
    await executor.close()
    try await server.stop()
  }

  @Test func `an error of the moment in COMMAND INFO is not remembered`() async throws {
    let server = try await FakeServer.start(commandInfo: ["readonly"])
    let failing = try await FakeServer.start { received, channel in
      channel.send(received.contains("SETNAME") ? "+OK\r\n" : "-LOADING Redis is loading the dataset in memory\r\n")
    }
    let executor = RedisExecutor()
    let error = await failure {
      try await executor.perform(call(["args": ["TTL", "k"]], .query), context: .test([("url", .string(failing.url))]))
    }
    #expect(error.code == .rejected && error.message.contains("LOADING"))
    let good = try await executor.perform(
      call(["args": ["TTL", "k"]], .query), context: .test([("url", .string(server.url))]))
    #expect(good.fields["value"]?.stringValue == "done")
    // It knows no roles: the evidence is there all the same.
    #expect(good.source?.hasSuffix("role unknown)") == true)
    await executor.close()
    try await server.stop()
    try await failing.stop()
  }
}

@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct PipelineTests {
  @Test func `a pipeline that failed in part is failed, and each command's result is said`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "nonum", "x")
      let error = await failure {
        try await server.perform(["pipeline": [["SET", "a", 1], ["INCR", "nonum"], ["SET", "b", 2]]], .act)
      }
      #expect(error.code == .rejected && !error.mayHaveTakenEffect)
      #expect(
        error.message.contains("command 2 of 3 failed") && error.message.hasSuffix("1 and 3 done, 2 not"),
        "\(error.message)")
      let values = try #require(error.outcome?["value"]?.listValue)
      #expect(values[0].stringValue == "OK" && values[2].stringValue == "OK")
      #expect(values[1]["error"]?.stringValue?.contains("integer") == true)
      #expect(error.outcome?["partly"]?.boolValue == true)
      #expect(try server.cli("MGET", "a", "b") == "1\n2\n")

      let script = await failure {
        try await server.perform(
          ["pipeline": [["SET", "a", 1], ["EVAL", "redis.call('set','c','1') return redis.call('nope')", 0]]], .act)
      }
      #expect(script.mayHaveTakenEffect && script.message.hasSuffix("1 done, 2 unknown"), "\(script.message)")
      // A group that exists is an error of the script's own command, not of a busy server.
      let group = await failure {
        try await server.act(
          "EVAL",
          "redis.call('set','d','1') redis.call('xgroup','create','s','g','0','mkstream') redis.call('xgroup','create','s','g','0')",
          0)
      }
      #expect(group.mayHaveTakenEffect && group.message.contains("BUSYGROUP"), "\(group.message)")

      let query = await failure { try await server.perform(["pipeline": [["GET", "a"], ["LLEN", "a"]]], .query) }
      #expect(query.message.contains("command 2 of 2 failed") && query.message.contains("WRONGTYPE"))
      #expect(query.outcome?["value"]?.listValue?.map(\.rendered) == ["1"])
    }
  }

  @Test func `a server that goes in the middle leaves the answers that came`() async throws {
    let server = try await FakeServer.start { received, channel in
      if received.contains("SETNAME") {
        channel.send("+OK\r\n")
      } else if received.contains("INFO") {
        channel.send("$19\r\ncluster_enabled:0\r\n\r\n")
      } else {
        channel.writeAndFlush(ByteBuffer(string: "+OK\r\n")).whenComplete { _ in channel.close(promise: nil) }
      }
    }
    let executor = RedisExecutor()
    let error = await failure {
      try await executor.perform(
        call(["pipeline": [["SET", "a", "1"], ["SET", "b", "1"]]], .act), context: .test([("url", .string(server.url))])
      )
    }
    #expect(error.code == .disconnected && error.mayHaveTakenEffect)
    #expect(error.message.hasSuffix("1 done, 2 unknown"), "\(error.message)")
    #expect(error.outcome?["value"]?.listValue?.first?.stringValue == "OK")
    await executor.close()
    try await server.stop()
  }
}
