import NIOSSL

/// Why there was no TLS connection, in one sentence for an operator.
public struct TLSFailure: Sendable, Equatable {
  /// A clause with the server as its subject: "the server asks for a client certificate (`cert_file`, `key_file`)".
  public var reason: String
  /// Whether the handshake failed on one side or the other, so that the server took no request. Under TLS 1.3 the
  /// server's refusal of a client's certificate arrives after the client took the handshake for done and sent its request;
  /// the server has read nothing of it.
  public var isRefusal: Bool
  /// Whether the server's certificate is not trusted, which `CertificateLook` may say more of.
  public var isUntrusted = false

  /// Nil for an error that is not one of TLS.
  ///
  /// - Parameter hasCertificate: Whether we had a client's certificate to show.
  /// - Parameter plain: How a URL without TLS begins: `http://`.
  public init?(_ error: any Error, hasCertificate: Bool, plain: String) {
    switch error {
    case NIOSSLError.handshakeFailed(let cause):
      let word = Self.word(cause)
      reason = Self.reason(word, hasCertificate, plain)
      isRefusal = true
      isUntrusted = word == "CERTIFICATE_VERIFY_FAILED"
    case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
      reason = "its certificate can't be checked"
      isRefusal = true
    case let error as ExpectedName.Mismatch:
      reason = "its certificate is not for \(error.expected) (`server_name` says which name to expect)"
      isRefusal = true
    case let error as NIOSSLExtraError where error == .failedToValidateHostname:
      reason = Self.anotherName(error)
      isRefusal = true
    case is NIOSSLExtraError:
      reason = "its name is not a name that a certificate can have; `server_name` says which name to expect"
      isRefusal = true
    case let error as BoringSSLError:
      let word = Self.word(error)
      reason = Self.reason(word, hasCertificate, plain)
      isRefusal = Self.refusals.contains(word) || word.hasSuffix("CERTIFICATE_VERIFY_FAILED")
    default: return nil
    }
  }

  /// Alerts that a server sends of a handshake only.
  private static let refusals: Set<String> = [
    "CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "NO_CERTIFICATE", "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED", "CERTIFICATE_EXPIRED", "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "ACCESS_DENIED",
    "PROTOCOL_VERSION", "INSUFFICIENT_SECURITY", "UNRECOGNIZED_NAME", "NO_APPLICATION_PROTOCOL",
  ]

  private static func reason(_ word: String, _ hasCertificate: Bool, _ plain: String) -> String {
    switch word {
    case "EOF":
      "it closed the connection in the TLS handshake; perhaps its port does not speak TLS (`\(plain)` is for a plain one)"
    case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_MESSAGE", "INVALID_OUTER_RECORD_TYPE":
      "its port does not speak TLS (`\(plain)` is for a plain one)"
    case "CERTIFICATE_VERIFY_FAILED":
      "its certificate is not one that we trust: self-signed, of another authority, or expired "
        + "(`ca_file` names the authorities to trust)"
    case "CERTIFICATE_REQUIRED", "NO_CERTIFICATE":
      "the server asks for a client certificate (`cert_file`, `key_file`)"
    case "BAD_CERTIFICATE" where !hasCertificate:
      "the server asks for a client certificate (`cert_file`, `key_file`)"
    case "HANDSHAKE_FAILURE" where !hasCertificate:
      "the server refused the TLS handshake; perhaps it asks for a client certificate (`cert_file`, `key_file`)"
    case "HANDSHAKE_FAILURE":
      "the server refused the TLS handshake: it does not take our client certificate, or shares no cipher with us"
    case "UNKNOWN_CA":
      hasCertificate
        ? "the server does not know the authority of our client certificate (`cert_file`)"
        : "the server refused the TLS handshake: unknown authority"
    case "CERTIFICATE_EXPIRED": "the server says that our client certificate (`cert_file`) has expired"
    case "CERTIFICATE_REVOKED": "the server says that our client certificate (`cert_file`) is revoked"
    case "BAD_CERTIFICATE", "UNSUPPORTED_CERTIFICATE", "CERTIFICATE_UNKNOWN", "ACCESS_DENIED", "DECRYPT_ERROR":
      "the server does not take our client certificate (`cert_file`)"
    case "PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "INSUFFICIENT_SECURITY":
      "it speaks no version of TLS that we speak"
    case "UNRECOGNIZED_NAME": "it has no certificate for that name (`server_name` says which name to ask for)"
    default: "the TLS handshake failed: " + word.lowercased().replacing("_", with: " ")
    }
  }

  private static func anotherName(_ error: NIOSSLExtraError) -> String {
    let description = "\(error)"
    let after = description.split(separator: "Couldn't find ", maxSplits: 1).dropFirst().first
    let name = after?.split(separator: " in certificate").first.map(String.init) ?? ""
    let whole = name.isEmpty || name.contains("<") ? "the address that was called" : name
    return "its certificate is not for \(whole) (`server_name` says which name to expect)"
  }

  /// The library's word for it, without the kind of the alert: `CERTIFICATE_REQUIRED`.
  private static func word(_ error: BoringSSLError) -> String {
    let stack: NIOBoringSSLErrorStack =
      switch error {
      case .sslError(let stack), .unknownError(let stack), .invalidSNIName(let stack), .failedToSetALPN(let stack):
        stack
      case .syscallError, .zeroReturn: [.eofDuringHandshake]
      default: []
      }
    guard let first = stack.first else { return "UNKNOWN" }
    if first == .eofDuringHandshake || first == .eofDuringAdditionalCertficiateChainValidation { return "EOF" }
    let text = "\(first)"
    guard let after = text.split(separator: "OPENSSL_internal:", maxSplits: 1).dropFirst().first else {
      return "UNKNOWN"
    }
    var word = String(after.prefix { $0.isUppercase || $0.isNumber || $0 == "_" })
    for prefix in ["TLSV1_ALERT_", "SSLV3_ALERT_", "TLSV1_"] where word.hasPrefix(prefix) {
      word = String(word.dropFirst(prefix.count))
      break
    }
    return word
  }
}
