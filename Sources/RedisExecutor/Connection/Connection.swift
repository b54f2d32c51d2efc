import NIOCore
import NIOPosix
import NIOSSL
import Reach
import Synchronization

/// A connection to a Redis server, used by one call at a time.
final class Connection: Sendable {
  /// Where a server listens.
  enum Endpoint: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  /// How a connection is secured.
  struct TLS: Sendable {
    var context: NIOSSLContext
    /// The name that the server's certificate must have, where it is not the host's.
    var serverName: String?
    /// Whether we have a client's certificate to show.
    var hasCertificate: Bool
  }

  let endpoint: Endpoint
  /// This server's facts about its commands, so that each is asked about once.
  let facts = Mutex<[String: CommandFacts?]>([:])
  /// Commands of our own that have their own names on this server, upper-case.
  let genuine = Mutex<Set<String>>([])
  /// Commands of our own that this account may not send: asked again they would only fill the server's log.
  let denied = Mutex<Set<String>>([])
  /// Whether this server is one of a cluster; nil until it said so.
  let isClustered = Mutex<Bool?>(nil)
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
    _ endpoint: Endpoint, tls: TLS?, limit: Int, until deadline: NIODeadline
  ) async throws(ConnectionFailure) -> Connection {
    let group = MultiThreadedEventLoopGroup.singleton
    let loop = group.any()
    let once = Once<Connection>(on: loop)
    guard let reader = ReplyReader(limit: limit) else { throw .unreachable("out of memory") }
    let handler = ReplyHandler(reader: reader, hasCertificate: tls?.hasCertificate ?? false)
    let bootstrap = ClientBootstrap(group: loop)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let pipeline = channel.pipeline.syncOperations
          if let tls { try pipeline.addHandler(Self.handler(tls, endpoint)) }
          try pipeline.addHandler(handler)
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
    connecting.map { Connection(endpoint: endpoint, channel: $0, handler: handler) }.whenComplete { result in
      timer.cancel()
      switch result {
      case .success(let connection):
        // The waiting caller may have gone.
        if !once.complete(.success(connection)) { connection.close() }
      case .failure(let error): once.complete(.failure(ConnectionFailure(connecting: error)))
      }
    }
    return try await once.wait {}
  }

  private static func handler(_ tls: TLS, _ endpoint: Endpoint) throws -> NIOSSLClientHandler {
    if let name = tls.serverName {
      return try NIOSSLClientHandler._makeSSLClientHandler(context: tls.context, serverHostname: name) {
        certificate, channel in
        channel.eventLoop.makeCompletedFuture { try ExpectedName(name).check(certificate) }
      }
    }
    guard case .tcp(let host, _) = endpoint else {
      return try NIOSSLClientHandler(context: tls.context, serverHostname: nil)
    }
    // An address is not a server name (RFC 6066, section 3); its certificate is held against the address.
    let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
    return try NIOSSLClientHandler(context: tls.context, serverHostname: isAddress ? nil : host)
  }

  /// The outcome of commands that were written together.
  struct Exchange: Sendable {
    /// The replies that came, in the commands' order.
    var replies: [Reply]
    /// Why not all of them came.
    var failure: ConnectionFailure?
  }

  /// Writes the commands together and waits for all their replies. Where the deadline or a cancellation comes first the
  /// connection is closed.
  func exchange(_ commands: [[Word]], until deadline: NIODeadline) async -> Exchange {
    if commands.isEmpty { return Exchange(replies: []) }
    if Task.isCancelled { return Exchange(replies: [], failure: .cancelled) }
    guard let bytes = CommandEncoder.encode(commands) else {
      return Exchange(replies: [], failure: .malformed("the command is too large to send"))
    }
    let (channel, handler) = (channel, handler)
    let batch = Batch(count: commands.count, on: channel.eventLoop)
    let timer = channel.eventLoop.scheduleTask(deadline: deadline) {
      if batch.result.complete(.failure(.timedOut)) { handler.abandon(batch, .timedOut, on: channel) }
    }
    defer { timer.cancel() }
    channel.eventLoop.execute { handler.send(batch, ByteBuffer(bytes: bytes), on: channel) }
    do throws(ConnectionFailure) {
      return Exchange(
        replies: try await batch.result.wait {
          channel.eventLoop.execute { handler.abandon(batch, .cancelled, on: channel) }
        })
    } catch {
      // At once, not when the event loop reaches it: the next call must not be given this connection.
      close()
      return Exchange(replies: batch.received, failure: error)
    }
  }

  /// Ends the connection for a reason. The calls that wait for a reply fail with it.
  func end(because failure: ConnectionFailure) {
    let (channel, handler) = (channel, handler)
    channel.eventLoop.execute { handler.fail(failure, channel) }
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
