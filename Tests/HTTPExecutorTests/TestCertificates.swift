import Foundation
import NIOSSL

/// Certificates made by openssl, once for all tests: an authority, and what it and others signed.
enum TestCertificates {
  static let folder: String = {
    let folder = "/tmp/playbook-http-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    func selfSigned(_ name: String, _ common: String, _ more: [String] = []) {
      openssl(
        ["req", "-x509"] + key + ["-days", "2", "-subj", "/CN=\(common)", "-keyout", "\(folder)/\(name).key"]
          + ["-out", "\(folder)/\(name).pem"] + more)
    }
    selfSigned("ca", "Test authority")
    selfSigned("self", "localhost", ["-addext", "subjectAltName=DNS:localhost"])
    selfSigned("stranger", "somebody")
    let configuration = """
      [ca]
      default_ca = a
      [a]
      database = \(folder)/index
      rand_serial = yes
      default_md = sha256
      policy = p
      copy_extensions = copy
      [p]
      commonName = supplied
      """
    try? configuration.write(toFile: folder + "/ca.cnf", atomically: false, encoding: .utf8)
    try? "".write(toFile: folder + "/index", atomically: false, encoding: .utf8)
    try? "unique_subject = no\n".write(toFile: folder + "/index.attr", atomically: false, encoding: .utf8)
    for (name, common, more, from, until) in [
      ("server", "localhost", "", "20200101000000Z", "20990101000000Z"),
      ("named", "server.internal", "", "20200101000000Z", "20990101000000Z"),
      ("addressed", "server.internal", ",DNS:*.shop.internal,IP:127.0.0.1", "20200101000000Z", "20990101000000Z"),
      ("expired", "localhost", "", "20200101000000Z", "20210101000000Z"),
      ("client", "me", "", "20200101000000Z", "20990101000000Z"),
    ] {
      openssl(
        ["req", "-new"] + key + ["-subj", "/CN=\(common)", "-addext", "subjectAltName=DNS:\(common)\(more)"]
          + ["-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).csr"])
      openssl([
        "ca", "-batch", "-config", "\(folder)/ca.cnf", "-cert", "\(folder)/ca.pem", "-keyfile", "\(folder)/ca.key",
        "-notext",
        "-startdate", from, "-enddate", until, "-outdir", folder, "-in", "\(folder)/\(name).csr", "-out",
        "\(folder)/\(name).pem",
      ])
    }
    return folder
  }()

  static func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// The server's side, with the certificate `name`.
  static func server(
    _ name: String, asksForClients: Bool = false, from first: TLSVersion = .tlsv1, to last: TLSVersion? = nil
  ) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMFile(path(name + ".pem")).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: path(name + ".key"), format: .pem)))
    configuration.minimumTLSVersion = first
    configuration.maximumTLSVersion = last
    if asksForClients {
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .file(path("ca.pem"))
    }
    return try NIOSSLContext(configuration: configuration)
  }

  private static func openssl(_ arguments: [String]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
  }
}
