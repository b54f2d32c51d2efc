import NIOCore

/// Looks at the first bytes that come over a connection without TLS: a TLS server answers a plain request with an alert.
final class TLSAnswer: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  /// The server speaks TLS, and read nothing of the request.
  struct Error: Swift.Error {}

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytesView.prefix(2)
    // The record type of an alert and the first byte of every version of TLS.
    if bytes.elementsEqual([0x15, 0x03]) {
      context.fireErrorCaught(Error())
      context.close(promise: nil)
      return
    }
    context.fireChannelRead(data)
    _ = context.pipeline.syncOperations.removeHandler(self)
  }
}
