import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A connection to a Redis server, used by one call at a time.
final class Connection: Sendable {
  /// Where a server listens.
  enum Endpoint: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  let endpoint: Endpoint
  /// What this server said of its commands, so that each is asked about once.
  let facts = Mutex<[String: CommandFacts?]>([:])
  private let channel: any Channel
  private let handler: ReplyHandler
  private let isClosed = Mutex(false)

  private init(endpoint: Endpoint, channel: any Channel, handler: ReplyHandler) {
    self.endpoint = endpoint
    self.channel = channel
    self.handler = handler
  }

  var isUsable: Bool { channel.isActive && handler.failure == nil && !isClosed.withLock { $0 } }

  /// Connects, without any login. `limit` is the memory that one reply may take. Names are resolved on a thread of NIO's.
  static func open(
    _ endpoint: Endpoint, tls: NIOSSLContext?, limit: Int, until deadline: NIODeadline
  ) async throws(ConnectionFailure) -> Connection {
    let group = MultiThreadedEventLoopGroup.singleton
    let loop = group.any()
    let once = Once<Connection>(on: loop)
    let bootstrap = ClientBootstrap(group: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          guard let reader = ReplyReader(limit: limit) else { throw ConnectionFailure.unreachable("out of memory") }
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(Self.handler(tls, endpoint)) }
          try pipeline.addHandler(ReplyHandler(reader: reader))
        }
      }
      .connectTimeout(max(deadline - .now(), .milliseconds(1)))
    let timer = loop.scheduleTask(deadline: deadline) {
      _ = once.complete(.failure(.unreachable("no answer in time")))
    }
    let connecting =
      switch endpoint {
      case .tcp(let host, let port): bootstrap.connect(host: host, port: port)
      case .unix(let path): bootstrap.connect(unixDomainSocketPath: path)
      }
    connecting.flatMap { channel in
      channel.pipeline.handler(type: ReplyHandler.self)
        .map { Connection(endpoint: endpoint, channel: channel, handler: $0) }
    }
    .whenComplete { result in
      timer.cancel()
      switch result {
      case .success(let connection):
        // Whoever waited may have gone.
        if !once.complete(.success(connection)) { connection.close() }
      case .failure(let error): once.complete(.failure(ConnectionFailure(connecting: error)))
      }
    }
    return try await once.wait {}
  }

  private static func handler(_ tls: NIOSSLContext, _ endpoint: Endpoint) throws -> NIOSSLClientHandler {
    guard case .tcp(let host, _) = endpoint else { return try NIOSSLClientHandler(context: tls, serverHostname: nil) }
    // An address is no server name (RFC 6066, section 3); its certificate is held against the address.
    let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
    return try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host)
  }

  /// Writes the commands together and waits for all their replies. Where the deadline or a cancellation comes first the
  /// connection is closed.
  func send(_ commands: [[Word]], until deadline: NIODeadline) async throws(ConnectionFailure) -> [Reply] {
    if commands.isEmpty { return [] }
    if Task.isCancelled { throw .cancelled }
    guard let bytes = CommandEncoder.encode(commands) else { throw .malformed("the command is too large to send") }
    let (channel, handler) = (channel, handler)
    let batch = Batch(count: commands.count, on: channel.eventLoop)
    let timer = channel.eventLoop.scheduleTask(deadline: deadline) {
      if batch.result.complete(.failure(.timedOut)) { handler.abandon(batch, .timedOut, on: channel) }
    }
    defer { timer.cancel() }
    channel.eventLoop.execute { handler.send(batch, ByteBuffer(bytes: bytes), on: channel) }
    do throws(ConnectionFailure) {
      return try await batch.result.wait {
        channel.eventLoop.execute { handler.abandon(batch, .cancelled, on: channel) }
      }
    } catch {
      // At once, not when the event loop comes to it: the next call must not be given this connection.
      close()
      throw error
    }
  }

  func close() {
    isClosed.withLock { $0 = true }
    channel.close(promise: nil)
  }
}

extension Connection.Endpoint: CustomStringConvertible {
  var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): path
    }
  }
}
