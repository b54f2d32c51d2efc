import CEL
import ExecutorKit
import HTTPExecutor
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PlaybookLanguage
import Synchronization
import Testing

/// A server within the test's process. What it reads is HTTP; what it writes is whatever bytes a test says.
final class WebServer: Sendable {
  /// A request as it arrived.
  struct Received: Sendable {
    var method: String
    var uri: String
    var headers: HTTPHeaders
    var body: String
  }

  typealias Answer = @Sendable (_ request: Received, _ channel: any Channel) -> Void

  private let channel: any Channel
  private let log: Log

  final class Log: Sendable {
    let requests = Mutex<[Received]>([])
  }

  var port: Int { channel.localAddress?.port ?? 0 }
  var url: String { "http://127.0.0.1:\(port)" }
  var received: [Received] { log.requests.withLock { $0 } }

  private init(_ channel: any Channel, _ log: Log) {
    self.channel = channel
    self.log = log
  }

  /// Runs a test's body with a server and an executor, and closes both.
  ///
  /// - Parameter tls: The server's side of TLS; nil: it speaks none.
  static func with(
    tls: NIOSSLContext? = nil, _ answer: @escaping Answer, _ body: (WebServer, HTTPExecutor) async throws -> Void
  ) async throws {
    let log = Log()
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: false)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
          try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
          try pipeline.addHandler(Handler(log, answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let executor = HTTPExecutor()
    do {
      try await body(WebServer(channel, log), executor)
    } catch {
      await executor.close()
      try await channel.close()
      throw error
    }
    await executor.close()
    try await channel.close()
  }

  private final class Handler: ChannelInboundHandler, @unchecked Sendable {
    typealias InboundIn = HTTPServerRequestPart
    let log: Log
    let answer: Answer
    var request = Received(method: "", uri: "", headers: [:], body: "")

    init(_ log: Log, _ answer: @escaping Answer) {
      self.log = log
      self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      switch unwrapInboundIn(data) {
      case .head(let head):
        request = Received(method: head.method.rawValue, uri: head.uri, headers: head.headers, body: "")
      case .body(let part): request.body += String(buffer: part)
      case .end:
        let request = request
        log.requests.withLock { $0.append(request) }
        answer(request, context.channel)
      }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
  }
}

extension Channel {
  func send(_ text: String) { writeAndFlush(ByteBuffer(string: text), promise: nil) }

  func answer(_ status: String, _ headers: [String] = [], _ body: String = "") {
    answer(status, headers, bytes: Array(body.utf8))
  }

  func answer(_ status: String, _ headers: [String] = [], bytes: [UInt8]) {
    let lines = ["HTTP/1.1 \(status)", "Content-Length: \(bytes.count)"] + headers
    writeAndFlush(ByteBuffer(bytes: Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + bytes), promise: nil)
  }

  func json(_ body: String, _ headers: [String] = []) {
    answer("200 OK", ["Content-Type: application/json"] + headers, body)
  }
}

func call(_ arguments: [(String, Value)], _ mode: CallMode, host: String? = nil) -> ResolvedCall {
  ResolvedCall(executor: "http", mode: mode, target: "http", host: host, arguments: MapValue(arguments))
}

extension CallContext {
  static func test(
    _ settings: [(String, Value)], limits: Limits = .init(), within time: Duration = .seconds(20)
  ) -> CallContext {
    CallContext(
      target: ResolvedTarget(name: "http", settings: MapValue(settings), environment: "test"),
      deadline: .now + time, label: "playbook 7f3k step", limits: limits)
  }
}

/// The error that `body` throws; records an issue where it throws none.
func failure(
  _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> CallOutcome
) async -> ExecutorError {
  do {
    let outcome = try await body()
    Issue.record("no error, but \(Value.map(outcome.fields).jsonText())", sourceLocation: location)
  } catch let error as ExecutorError {
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
  return ExecutorError(.malformed, "")
}
