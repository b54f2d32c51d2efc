import CEL
import ExecutorKit
import Foundation
import NIOSSL
import PlaybookLanguage
import Reach
import Testing

struct CertificatesTests {
  /// A folder with `ca.pem`, `a.pem` and `a.key`, `b.key`, `both.pem`, `locked.key`, made once for all tests.
  static let folder: String = {
    let folder = "/tmp/playbook-reach-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["a", "b"] {
      openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
        "/CN=\(name)", "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem")
    }
    openssl("ec", "-in", "\(folder)/a.key", "-aes256", "-passout", "pass:secret", "-out", "\(folder)/locked.key")
    let both = [".pem", ".key"].map { (try? String(contentsOfFile: folder + "/a" + $0, encoding: .utf8)) ?? "" }
    try? both.joined().write(toFile: folder + "/both.pem", atomically: false, encoding: .utf8)
    try? "default: t\n".write(toFile: folder + "/none.pem", atomically: false, encoding: .utf8)
    return folder
  }()

  private static func openssl(_ arguments: String...) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
  }

  private func certificates(_ files: [(String, String)]) throws -> Certificates {
    let settings = files.map { name, file in
      (name, Value.string(name == "server_name" || file.hasPrefix("/") ? file : Self.folder + "/" + file))
    }
    let target = ResolvedTarget(name: "http", settings: MapValue(settings), environment: "test")
    return try Certificates(TargetSettings(target, mode: .query, names: Certificates.settings))
  }

  @Test(arguments: [
    [], [("ca_file", "a.pem")], [("cert_file", "a.pem"), ("key_file", "a.key")], [("cert_file", "both.pem")],
    [("ca_file", "b.pem"), ("cert_file", "both.pem"), ("server_name", "api.internal")],
  ])
  func `files that fit make a connection's TLS`(_ files: [(String, String)]) throws {
    _ = try certificates(files).context()
  }

  @Test(arguments: [
    ([("ca_file", "/nonexistent/ca.pem")], "`ca_file` /nonexistent/ca.pem: there is no such file"),
    ([("ca_file", "none.pem")], "there is no certificate in it"), ([("ca_file", "a.key")], "there is no certificate"),
    ([("cert_file", "missing.pem")], "`cert_file`"), ([("cert_file", "a.pem")], "there is no private key in it"),
    ([("cert_file", "a.pem"), ("key_file", "missing.key")], "`key_file`"),
    ([("cert_file", "a.pem"), ("key_file", "none.pem")], "there is no private key in it"),
    ([("cert_file", "a.pem"), ("key_file", "b.key")], "is not the key of the certificate"),
    ([("cert_file", "a.pem"), ("key_file", "locked.key")], "passphrase"), ([("cert_file", "/")], "is a folder"),
    ([("key_file", "a.key")], "needs a `cert_file`"), ([("server_name", "10.0.0.1")], "must be the name of a host"),
    ([("server_name", "https://x")], "must be the name of a host"), ([("server_name", "::1")], "must be the name"),
  ])
  func `a file that does not fit is named before anything is sent`(
    _ files: [(String, String)], _ part: String
  ) throws {
    let error = #expect(throws: ExecutorError.self) { _ = try certificates(files).context() }
    #expect(error?.code == .invalid)
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
    #expect(error?.mayHaveTakenEffect == false)
  }

  @Test func `a file that was renewed gives other contents`() throws {
    let path = Self.folder + "/renewed.pem"
    try FileManager.default.copyItem(atPath: Self.folder + "/a.pem", toPath: path)
    let certificates = try certificates([("ca_file", "renewed.pem")])
    let before = try certificates.contents()
    #expect(try certificates.contents() == before)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.copyItem(atPath: Self.folder + "/b.pem", toPath: path)
    #expect(try certificates.contents() != before)
  }

  @Test func `an error that is not one of TLS is left to others`() {
    #expect(TLSFailure(CancellationError(), hasCertificate: false, plain: "http://") == nil)
    #expect(TLSFailure(NIOSSLError.uncleanShutdown, hasCertificate: false, plain: "http://") == nil)
    let broken = TLSFailure(
      NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])), hasCertificate: false, plain: "redis://")
    #expect(broken?.isRefusal == true)
    #expect(broken?.reason.contains("redis://") == true)
  }
}
