public import CEL
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Looks at a server's certificate after it was found not to be trusted, to say more of the reason: a handshake that ends
/// as soon as the certificate is there, with no request.
public enum CertificateLook {
  /// A clause such as "its certificate expired on 2026-11-28"; nil where its dates are fine, or nothing is heard in time.
  ///
  /// - Parameters:
  ///   - serverName: The name that is asked for; nil for an address.
  ///   - now: The time that the dates are held against.
  public static func reason(
    host: String, port: Int, serverName: String?, within time: Duration, now: Timestamp = .now()
  ) async -> String? {
    guard let context = try? NIOSSLContext(configuration: .makeClientConfiguration()) else { return nil }
    let limit = TimeAmount(time)
    let box = Box()
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(limit)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let look: NIOSSLCustomVerificationCallback = { certificates, promise in
            box.certificate.withLock { $0 = certificates.first }
            promise.succeed(.failed)
          }
          let handler = try NIOSSLClientHandler(
            context: context, serverHostname: serverName, customVerificationCallback: look)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
    guard let channel = try? await bootstrap.connect(host: host, port: port).get() else { return nil }
    let timer = channel.eventLoop.scheduleTask(in: limit) { _ = channel.close() }
    try? await channel.closeFuture.get()
    timer.cancel()
    guard let certificate = box.certificate.withLock({ $0 }) else { return nil }
    if certificate.notValidAfter < now.seconds { return "its certificate expired on \(day(certificate.notValidAfter))" }
    if certificate.notValidBefore > now.seconds {
      return "its certificate is not valid before \(day(certificate.notValidBefore)), or our clock is wrong"
    }
    return nil
  }

  private final class Box: Sendable {
    let certificate = Mutex<NIOSSLCertificate?>(nil)
  }

  private static func day(_ seconds: Int) -> String {
    String(Timestamp(seconds: Int64(seconds)).description.prefix(10))
  }
}
