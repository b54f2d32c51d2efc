import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Finds out whether a port speaks the other of TLS and plain text, so that a URL with the wrong scheme is told in
/// words. It sends a question for the number of commands at most, and never a password.
extension Connection {
  private static let probeTime = TimeAmount.seconds(1)

  /// Beside the handshake of a TLS connection, which a server without TLS leaves without an answer: ends the connection
  /// once it is known that the port speaks none. Nil where the target asks for no TLS.
  func watchForPlainServer(_ target: RedisTarget) -> Task<Void, Never>? {
    guard target.isTLS else { return nil }
    return Task {
      try? await Task.sleep(for: .milliseconds(500))
      if !Task.isCancelled, await Self.speaksPlain(target.endpoint) { end(because: Self.withoutTLS) }
    }
  }

  /// A failure of the login, or the better reason for it.
  static func explained(_ failure: ConnectionFailure, _ target: RedisTarget) async -> ConnectionFailure {
    switch (failure, target.isTLS) {
    case (withoutTLS, _), (.cancelled, _), (.turnedAway, _): failure
    case (_, true): await speaksPlain(target.endpoint) ? withoutTLS : failure
    case (.closed, false), (.malformed, false): await speaksTLS(target.endpoint) ? withTLS : failure
    default: failure
    }
  }

  private static let withoutTLS = ConnectionFailure.unreachable(
    "this port does not speak TLS; write redis:// in `url`, or the port that speaks TLS")
  private static let withTLS = ConnectionFailure.unreachable("this port speaks TLS; write rediss:// in `url`")

  /// Whether a server answers as Redis does without TLS, an error included.
  private static func speaksPlain(_ endpoint: Endpoint) async -> Bool {
    let deadline = NIODeadline.now() + probeTime
    guard let connection = try? await open(endpoint, tls: nil, limit: 1 << 16, until: deadline) else { return false }
    defer { connection.close() }
    let exchange = await connection.exchange([["COMMAND", "COUNT"].map { Array($0.utf8) }], until: deadline)
    if case .turnedAway = exchange.failure { return true }
    return !exchange.replies.isEmpty
  }

  /// Whether a server shows a certificate, whichever; it is held against nothing, and nothing is sent over TLS.
  private static func speaksTLS(_ endpoint: Endpoint) async -> Bool {
    guard case .tcp(let host, let port) = endpoint,
      let context = try? NIOSSLContext(configuration: .makeClientConfiguration())
    else { return false }
    let group = MultiThreadedEventLoopGroup.singleton
    let loop = group.any()
    let once = Once<Bool>(on: loop)
    let bootstrap = ClientBootstrap(group: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: nil,
            customVerificationCallback: { _, promise in
              once.complete(.success(true))
              promise.succeed(.failed)
            })
          try channel.pipeline.syncOperations.addHandlers(handler, ClosingHandler(once))
        }
      }
      .connectTimeout(probeTime)
    let timer = loop.scheduleTask(in: probeTime) { _ = once.complete(.success(false)) }
    let connecting = bootstrap.connect(host: host, port: port)
    connecting.whenFailure { _ in once.complete(.success(false)) }
    let speaks = (try? await once.wait {}) ?? false
    timer.cancel()
    connecting.whenSuccess { $0.close(promise: nil) }
    return speaks
  }

  /// The end of a probe's connection: no certificate came.
  private final class ClosingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let once: Once<Bool>

    init(_ once: Once<Bool>) { self.once = once }

    func channelInactive(context: ChannelHandlerContext) {
      once.complete(.success(false))
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      once.complete(.success(false))
      context.close(promise: nil)
    }
  }
}
