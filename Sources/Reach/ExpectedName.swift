import CLibCrypto
public import NIOCore
public import NIOSSL

/// The name that a server's certificate must have (`server_name`). The TLS library also takes a certificate of the
/// address that was called, which proves another name than the one that was asked for.
public struct ExpectedName: Sendable, Hashable {
  public var name: String

  /// A point at the end of a name is that of the root, which no certificate has.
  public init(_ name: String) { self.name = name.hasSuffix(".") ? String(name.dropLast()) : name }

  /// The certificate has another name.
  public struct Mismatch: Error, Equatable {
    public var expected: String
  }

  /// Fails with `Mismatch` where the certificate is not one of this name (RFC 6125, by OpenSSL's `X509_check_host`).
  /// The chain is verified by the handshake.
  public func check(_ certificate: NIOSSLCertificate?) throws {
    guard let certificate, let bytes = try? certificate.toDERBytes(), isName(of: bytes) else {
      throw Mismatch(expected: name)
    }
  }

  /// Holds the certificate of an open connection against the name, and closes the connection where it does not fit. The
  /// handshake must have ended.
  public func check(_ channel: any Channel) -> EventLoopFuture<Void> {
    channel.nioSSL_peerCertificate().flatMapThrowing { try check($0) }.flatMapErrorThrowing { error in
      channel.close(promise: nil)
      throw error
    }
  }

  private func isName(of der: [UInt8]) -> Bool {
    unsafe der.withUnsafeBufferPointer { bytes in
      var start = bytes.baseAddress
      guard let certificate = unsafe d2i_X509(nil, &start, bytes.count) else { return false }
      defer { unsafe X509_free(certificate) }
      return unsafe X509_check_host(certificate, name, 0, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS), nil) == 1
    }
  }
}
