import CEL
import ExecutorKit
import NIOCore
import NIOHTTP1
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

struct FailureTests {
  private static let get: [(String, Value)] = [("path", "/x")]

  @Test func `the server of a call to a whole URL is the one that it names, also in a plan`() async throws {
    try await WebServer.with({ $1.answer("204 No Content") }) { server, executor in
      let settings: [(String, Value)] = [("url", "http://api.internal"), ("hosts", ["127.0.0.1:*"])]
      let unlock = call([("method", "DELETE"), ("url", .string(server.url + "/lock"))], .act)
      let place = try await executor.server(of: unlock, context: .test(settings))
      #expect(place == CallServer(server.url, movedFrom: "api.internal"))
      let authority = server.url.dropFirst("http://".count)
      let lines = try await executor.plan(unlock, context: .test(settings))
      #expect(lines.count == 1 && lines[0].hasSuffix("(\(authority)) answers"), "\(lines)")
      #expect(server.received.map(\.method) == ["OPTIONS"])
      // What is none of the target's hosts has no server.
      await #expect(throws: ExecutorError.self) {
        try await executor.server(of: call([("url", "http://10.0.0.9/")], .act), context: .test(settings))
      }
    }
  }

  @Test func `a failed call to a whole URL names the host that was asked`() async throws {
    let settings: [(String, Value)] = [("url", "http://api.invalid"), ("hosts", ["127.0.0.1:1"])]
    let executor = HTTPExecutor()
    for mode in [CallMode.query, .act] {
      let error = await failure {
        try await executor.perform(call([("url", "http://127.0.0.1:1/x")], mode), context: .test(settings))
      }
      #expect(error.code == .unreachable && error.message.contains("127.0.0.1:1"), "\(error.message)")
      #expect(!error.message.contains("api.invalid"), "\(error.message)")
    }
    await executor.close()
  }

  @Test(arguments: [
    ("http://127.0.0.1:1", "connection refused"), ("http://no-such-host.invalid", "does not resolve"),
  ])
  func `a server that is not there is unreachable, and no act took effect`(_ url: String, _ reason: String) async {
    let executor = HTTPExecutor()
    for mode in [CallMode.query, .act] {
      let error = await failure {
        try await executor.perform(call(Self.get, mode), context: .test([("url", .string(url))]))
      }
      #expect(error.code == .unreachable)
      #expect(error.message.contains(reason), "\(error.message)")
      #expect(!error.mayHaveTakenEffect)
    }
    await executor.close()
  }

  @Test func `TLS with a server that speaks none is unreachable`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      let settings: [(String, Value)] = [("url", .string("https://127.0.0.1:\(server.port)"))]
      let error = await failure { try await executor.perform(call(Self.get, .act), context: .test(settings)) }
      #expect(error.code == .unreachable, "\(error.message)")
      #expect(!error.mayHaveTakenEffect)
    }
  }

  static let hanging: [@Sendable (any Channel) -> Void] = [
    { _ in }, { $0.send("HTTP/1.1 200 OK\r\n") }, { $0.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") },
    { $0.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab") },
  ]

  @Test(arguments: hanging.indices)
  func `a server that hangs ends at the deadline, wherever it hangs`(_ index: Int) async throws {
    try await WebServer.with({ Self.hanging[index]($1) }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      for mode in [CallMode.query, .act] {
        let error = await failure {
          try await executor.perform(call(Self.get, mode), context: .test(settings, within: .milliseconds(300)))
        }
        #expect(error.code == .timedOut, "\(error.message)")
        #expect(error.mayHaveTakenEffect == (mode == .act))
      }
    }
  }

  @Test(arguments: hanging.indices)
  func `a cancelled task cancels its call`(_ index: Int) async throws {
    try await WebServer.with({ Self.hanging[index]($1) }) { server, executor in
      let context = CallContext.test([("url", .string(server.url))], within: .seconds(600))
      let task = Task { try await executor.perform(call(Self.get, .act), context: context) }
      while server.received.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
      try await Task.sleep(for: .milliseconds(50))
      task.cancel()
      let error = await failure { try await task.value }
      #expect(error.code == .cancelled)
      #expect(error.mayHaveTakenEffect)
    }
  }

  static let breaking: [String] = [
    "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "garbage\r\n\r\n", "HTTP/1.1 999999 X\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "\u{0}\u{1}\u{2}",
  ]

  @Test(arguments: breaking)
  func `an answer that breaks off or is none is an error, and an act's effect is open`(_ answer: String) async throws {
    try await WebServer.with({ _, channel in
      channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      for mode in [CallMode.query, .act] {
        let error = await failure { try await executor.perform(call(Self.get, mode), context: .test(settings)) }
        #expect([.disconnected, .malformed].contains(error.code), "\(error.code) \(error.message)")
        #expect(error.mayHaveTakenEffect == (mode == .act))
      }
    }
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "HTTP/1.1 200 OK\r\nContent-Le",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", "",
  ])
  func `an answer that ends early is a connection that broke`(_ answer: String) async throws {
    try await WebServer.with({ _, channel in
      channel.writeAndFlush(ByteBuffer(string: answer)).whenComplete { _ in channel.close(promise: nil) }
    }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      for mode in [CallMode.query, .act] {
        let error = await failure { try await executor.perform(call(Self.get, mode), context: .test(settings)) }
        #expect(error.code == .disconnected, "\(error.code) \(error.message)")
        #expect(error.message.contains("closed the connection"))
        #expect(error.mayHaveTakenEffect == (mode == .act))
      }
    }
  }

  @Test func `trailers and early hints are not part of the answer`() async throws {
    try await WebServer.with({ _, channel in
      channel.send(
        "HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
          + "Trailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n")
    }) { server, executor in
      let outcome = try await executor.perform(
        call(Self.get, .query), context: .test([("url", .string(server.url))]))
      #expect(outcome.fields["text"]?.stringValue == "ok")
      #expect(outcome.fields["status"]?.intValue == 200)
    }
  }

  @Test func `an act is sent once, whatever happens to it`() async throws {
    try await WebServer.with({ $1.close(promise: nil) }) { server, executor in
      _ = await failure {
        try await executor.perform(call(Self.get, .act), context: .test([("url", .string(server.url))]))
      }
      #expect(server.received.count == 1)
    }
  }

  @Test func `a body beyond the limit is cut and marked`() async throws {
    try await WebServer.with({ _, channel in
      channel.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n")
      let megabyte = ByteBuffer(repeating: UInt8(ascii: "x"), count: 1 << 20)
      for _ in 0..<100 { channel.writeAndFlush(megabyte, promise: nil) }
    }) { server, executor in
      var limits = CallContext.Limits()
      limits.bytes = 1 << 20
      let outcome = try await executor.perform(
        call(Self.get, .query), context: .test([("url", .string(server.url))], limits: limits))
      #expect(outcome.isTruncated)
      #expect(outcome.fields["text"]?.stringValue?.utf8.count == 1 << 20)
    }
  }

  @Test func `huge headers end in an error`() async throws {
    let header = "X: " + String(repeating: "y", count: 10 << 20)
    try await WebServer.with({ $1.answer("200 OK", [header]) }) { server, executor in
      let error = await failure {
        try await executor.perform(call(Self.get, .query), context: .test([("url", .string(server.url))]))
      }
      #expect([.malformed, .disconnected].contains(error.code), "\(error.code) \(error.message)")
    }
  }

  @Test func `a redirect circle ends`() async throws {
    try await WebServer.with({ $1.answer("301 Moved Permanently", ["Location: /x"]) }) { server, executor in
      let error = await failure {
        try await executor.perform(call(Self.get, .query), context: .test([("url", .string(server.url))]))
      }
      #expect(error.code == .rejected)
      #expect(server.received.count == 6)
    }
  }

  @Test func `a query survives a connection that its server closed between two calls`() async throws {
    try await WebServer.with({ request, channel in
      channel.json("{}")
      channel.eventLoop.scheduleTask(in: .milliseconds(20)) { channel.close(promise: nil) }
    }) { server, executor in
      for _ in 0..<10 {
        _ = try await executor.perform(call(Self.get, .query), context: .test([("url", .string(server.url))]))
        try await Task.sleep(for: .milliseconds(19))
      }
    }
  }
}
