import NIOCore
import Synchronization

/// The end of a channel's pipeline: bytes in, replies out to the batches that wait for them, in order.
///
/// `@unchecked Sendable`: all but `failure`, which has a lock, is touched on the channel's event loop only.
final class ReplyHandler: ChannelInboundHandler, @unchecked Sendable {
  typealias InboundIn = ByteBuffer

  private let reader: ReplyReader
  private let hasCertificate: Bool
  private var batches: [Batch] = []
  private let broken = Mutex<ConnectionFailure?>(nil)

  /// - Parameter hasCertificate: Whether we have a client's certificate to show.
  init(reader: ReplyReader, hasCertificate: Bool) {
    self.reader = reader
    self.hasCertificate = hasCertificate
  }

  /// Why the connection can't be used any more.
  var failure: ConnectionFailure? { broken.withLock { $0 } }

  /// Writes a batch, unless it was given up before its turn.
  func send(_ batch: Batch, _ bytes: ByteBuffer, on channel: any Channel) {
    if batch.result.isComplete { return }
    if let failure {
      batch.result.complete(.failure(failure))
      return
    }
    batches.append(batch)
    channel.writeAndFlush(bytes).whenFailure { error in
      self.fail(ConnectionFailure(error), channel)
    }
  }

  /// Ends the connection because a batch was given up: a late reply would be taken for the next command's.
  func abandon(_ batch: Batch, _ failure: ConnectionFailure, on channel: any Channel) {
    if batches.contains(where: { $0 === batch }) { fail(failure, channel) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    do {
      try unsafe unwrapInboundIn(data).withUnsafeReadableBytes { bytes in try unsafe reader.feed(bytes) }
      while let reply = try reader.next() {
        guard let batch = batches.first else {
          if let text = reply.error, ConnectionFailure.turnsAway(text) { throw ConnectionFailure.turnedAway(text) }
          throw ConnectionFailure.malformed("an answer that nobody asked for")
        }
        if batch.add(reply) { batches.removeFirst() }
      }
    } catch {
      fail(ConnectionFailure(error), context.channel)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    // A server that turns a client away says why and closes the connection, in place of an answer.
    let last = batches.first?.received.last?.error
    let reason = last.flatMap { ConnectionFailure.turnsAway($0) ? ConnectionFailure.turnedAway($0) : nil }
    fail(reason ?? .closed("the connection was closed"), context.channel)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    fail(ConnectionFailure(error, hasCertificate: hasCertificate), context.channel)
  }

  func fail(_ failure: ConnectionFailure, _ channel: any Channel) {
    let first = broken.withLock { broken in
      broken = broken ?? failure
      return broken ?? failure
    }
    let waiting = batches
    batches = []
    for batch in waiting { batch.result.complete(.failure(first)) }
    channel.close(promise: nil)
  }
}
