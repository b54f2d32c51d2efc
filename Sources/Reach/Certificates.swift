public import ExecutorKit
import FoundationEssentials
public import NIOSSL

/// The certificates of a target's TLS connections, as libpq has them: `ca_file` (the authorities to trust, PEM),
/// `cert_file` and `key_file` (our own certificate with its chain and its key, PEM; without `key_file` the key is in
/// `cert_file`) and `server_name` (the name that the server's certificate must have, where it is not the host's).
public struct Certificates: Sendable, Hashable {
  /// The names of the settings, for an executor's schema.
  public static let settings = ["ca_file", "cert_file", "key_file", "server_name"]

  public let caFile: String?
  public let certFile: String?
  public let keyFile: String?
  public let serverName: String?
  /// `the target `http` of production`, for messages.
  private let place: String

  /// The longest file that is read, in bytes.
  private static let limit = 8 << 20

  /// Reads the settings, not the files. Throws `.invalid` where they make no sense.
  public init(_ settings: TargetSettings) throws(ExecutorError) {
    place = "the target `\(settings.target)` of \(settings.environment)"
    caFile = try settings.text("ca_file")
    certFile = try settings.text("cert_file")
    keyFile = try settings.text("key_file")
    serverName = try settings.text("server_name")
    if keyFile != nil, certFile == nil { throw settings.problem("key_file", "needs a `cert_file` beside it") }
    if let serverName, !Self.isName(serverName) {
      throw settings.problem("server_name", "must be the name of a host, not an address or a URL")
    }
  }

  /// Whether there is a file to read.
  public var hasFiles: Bool { caFile != nil || certFile != nil }

  /// Whether a client's certificate is given.
  public var hasClientCertificate: Bool { certFile != nil }

  /// The contents of the files now. Two that are equal give equal connections; a file that was renewed gives another.
  public struct Contents: Sendable, Hashable {
    fileprivate var certificates: Certificates
    fileprivate var authorities: [UInt8]?
    fileprivate var chain: [UInt8]?
    fileprivate var key: [UInt8]?
  }

  /// Reads the files. Throws `.invalid`, before anything is sent, where one is missing or can't be read.
  public func contents() throws(ExecutorError) -> Contents {
    var contents = Contents(certificates: self)
    // A folder of authorities, named by their hashes, is read by the library itself.
    if let caFile, !Self.isFolder(Self.expanded(caFile)) { contents.authorities = try read(caFile, "ca_file") }
    if let certFile { contents.chain = try read(certFile, "cert_file") }
    if let keyFile { contents.key = try read(keyFile, "key_file") }
    return contents
  }

  /// The TLS of a connection to this target. Throws `.invalid`, before anything is sent, where a file is missing, holds
  /// no certificate or key, or where the key is not that of the certificate.
  public func context() throws(ExecutorError) -> NIOSSLContext { try contents().context() }

  private func read(_ path: String, _ setting: String) throws(ExecutorError) -> [UInt8] {
    let place = Self.expanded(path)
    if Self.isFolder(place) { throw problem(setting, path, "is a folder") }
    do {
      let data = try Data(contentsOf: URL(filePath: place))
      guard data.count <= Self.limit else { throw problem(setting, path, "is larger than 8 MiB") }
      return Array(data)
    } catch let error as ExecutorError {
      throw error
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw problem(setting, path, "there is no such file")
    } catch let error as CocoaError where error.code == .fileReadNoPermission {
      throw problem(setting, path, "may not be read by this user")
    } catch {
      throw problem(setting, path, "can't be read")
    }
  }

  fileprivate func problem(_ setting: String, _ path: String, _ message: String) -> ExecutorError {
    ExecutorError(.invalid, "\(place): `\(setting)` \(path): \(message) (nothing was sent)")
  }

  private static func isFolder(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeDirectory
  }

  fileprivate static func expanded(_ path: String) -> String {
    path.hasPrefix("~/") ? (ProcessInfo.processInfo.environment["HOME"] ?? "") + path.dropFirst(1) : path
  }

  /// Letters, digits, hyphens and dots, and not digits and dots alone, which is an address.
  private static func isName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty, bytes.count <= 253 else { return false }
    let isPlain = bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    return isPlain && !bytes.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
  }
}

extension Certificates.Contents {
  /// The configuration of a client's connection. Throws `.invalid` where a file holds no certificate or no key.
  public func configuration() throws(ExecutorError) -> TLSConfiguration {
    var configuration = TLSConfiguration.makeClientConfiguration()
    if let path = certificates.caFile {
      if let authorities {
        configuration.trustRoots = .certificates(try parsed(authorities, "ca_file", path))
      } else {
        configuration.trustRoots = .file(Certificates.expanded(path))
      }
    }
    guard let path = certificates.certFile, let chain else { return configuration }
    configuration.certificateChain = try parsed(chain, "cert_file", path).map { .certificate($0) }
    let (setting, place) = certificates.keyFile.map { ("key_file", $0) } ?? ("cert_file", path)
    do {
      configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key ?? chain, format: .pem))
    } catch {
      let isLocked = String(decoding: key ?? chain, as: UTF8.self).contains("ENCRYPTED")
      throw certificates.problem(
        setting, place,
        isLocked
          ? "its private key has a passphrase, which nobody could type" : "there is no private key in it (PEM)")
    }
    return configuration
  }

  /// The configuration, loaded. Throws `.invalid` as `configuration` does, and where the key is not the certificate's.
  public func context() throws(ExecutorError) -> NIOSSLContext {
    let configuration = try configuration()
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      guard let path = certificates.keyFile ?? certificates.certFile else {
        throw certificates.problem("ca_file", certificates.caFile ?? "", "can't be used")
      }
      throw certificates.problem(
        certificates.keyFile == nil ? "cert_file" : "key_file", path, "its key is not the key of the certificate")
    }
  }

  private func parsed(
    _ bytes: [UInt8], _ setting: String, _ path: String
  ) throws(ExecutorError) -> [NIOSSLCertificate] {
    guard let found = try? NIOSSLCertificate.fromPEMBytes(bytes), !found.isEmpty else {
      throw certificates.problem(setting, path, "there is no certificate in it (PEM)")
    }
    return found
  }
}
