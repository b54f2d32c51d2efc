import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import RedisExecutor
import Testing

@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct TransportTests {
  @Test func `TLS works where the certificate is trusted, and only there`() async throws {
    let files = try Certificates()
    defer { files.remove() }
    let port = Int.random(in: 22_100...30_000)
    try await RedisServer.with(files.server(port, "--tls-auth-clients", "no")) { server in
      let url: [(String, Value)] = [("url", .string("rediss://localhost:\(port)"))]
      let authority: [(String, Value)] = [("ca_file", .string(files["ca.pem"]))]
      func error(_ settings: [(String, Value)], _ mode: CallMode = .act) async -> ExecutorError {
        let error = await failure { try await server.perform(["args": ["PING"]], mode, settings: settings) }
        #expect(!error.mayHaveTakenEffect)
        #expect(!error.message.contains("Error") && !error.message.contains("swift-nio"), "\(error.message)")
        return error
      }
      let outcome = try await server.perform(["args": ["PING"]], .query, settings: url + authority)
      #expect(outcome.fields["value"]?.stringValue == "PONG")
      let address: [(String, Value)] = [("url", .string("rediss://127.0.0.1:\(port)"))]
      let named = try await server.perform(
        ["args": ["PING"]], .query, settings: address + authority + [("server_name", "localhost")])
      #expect(named.fields["value"]?.stringValue == "PONG")

      let cases: [([(String, Value)], ExecutorError.Code, String)] = [
        (url, .unreachable, "its certificate is not one that we trust"),
        (address + authority, .unreachable, "its certificate is not for"),
        (url + [("ca_file", "/nonexistent.pem")], .invalid, "`ca_file` /nonexistent.pem: there is no such file"),
        (url + [("ca_file", .string(files["ca.key"]))], .invalid, "there is no certificate in it"),
        (
          url + authority + [("cert_file", .string(files["ca.pem"])), ("key_file", .string(files["server.key"]))],
          .invalid, "not the key of the certificate"
        ),
        ([("url", .string("redis://localhost:\(port)"))] + authority, .invalid, "`ca_file` is for TLS"),
        (
          [("url", .string("redis://localhost:\(port)")), ("password", "some-password")], .unreachable,
          "this port speaks TLS; write rediss://"
        ),
      ]
      for (settings, code, words) in cases {
        for mode in [CallMode.query, .act] {
          let found = await error(settings, mode)
          #expect(found.code == code && found.message.contains(words), "\(found.code) \(found.message)")
        }
      }
    }
  }

  @Test func `server_name is held against the names of a certificate that has the server's address as well`()
    async throws
  {
    let files = try Certificates()
    defer { files.remove() }
    let port = Int.random(in: 22_100...30_000)
    try await RedisServer.with(files.server(port, as: "addressed", "--tls-auth-clients", "no")) { server in
      let base: [(String, Value)] = [
        ("url", .string("rediss://127.0.0.1:\(port)")), ("ca_file", .string(files["ca.pem"])),
        ("password", "some-password"),
      ]
      let error = await failure {
        try await server.perform(["args": ["PING"]], .act, settings: base + [("server_name", "other.internal")])
      }
      #expect(error.code == .unreachable && !error.mayHaveTakenEffect)
      #expect(error.message.contains("not for other.internal"), "\(error.message)")
      #expect(try !server.cli("INFO", "commandstats").contains("cmdstat_auth"))
      let named = try await server.perform(
        ["args": ["PING"]], .query, settings: Array(base.dropLast()) + [("server_name", "localhost")])
      #expect(named.fields["value"]?.stringValue == "PONG")
    }
  }

  @Test func `a server that asks for a client's certificate is told so, and gets one`() async throws {
    let files = try Certificates()
    defer { files.remove() }
    let port = Int.random(in: 22_100...30_000)
    try await RedisServer.with(files.server(port, "--tls-auth-clients", "yes")) { server in
      let base: [(String, Value)] = [
        ("url", .string("rediss://localhost:\(port)")), ("ca_file", .string(files["ca.pem"])),
      ]
      for mode in [CallMode.query, .act] {
        let error = await failure { try await server.perform(["args": ["GET", "k"]], mode, settings: base) }
        #expect(error.code == .unreachable && !error.mayHaveTakenEffect)
        #expect(error.message.contains("the server asks for a client certificate"), "\(error.message)")
      }
      let stranger =
        base + [
          ("cert_file", .string(files["stranger.pem"])), ("key_file", .string(files["stranger.key"])),
        ]
      let refused = await failure { try await server.perform(["args": ["GET", "k"]], .act, settings: stranger) }
      #expect(refused.code == .unreachable && refused.message.contains("client certificate"), "\(refused.message)")
      let own = base + [("cert_file", .string(files["client.pem"])), ("key_file", .string(files["client.key"]))]
      try await server.perform(["args": ["SET", "k", "v"]], .act, settings: own)
      #expect(
        try await server.perform(["args": ["GET", "k"]], .query, settings: own).fields["value"]?.stringValue == "v")
    }
  }

  @Test func `TLS on a port without it is told in words, whether the server answers or is full`() async throws {
    let port = Int.random(in: 22_100...30_000)
    try await RedisServer.with(["--port", "\(port)"], tcp: true) { server in
      let settings: [(String, Value)] = [
        ("url", .string("rediss://127.0.0.1:\(port)")), ("password", "some-password"), ("connect_timeout", "20s"),
      ]
      func error(_ mode: CallMode) async -> ExecutorError {
        await failure { try await server.perform(["args": ["PING"]], mode, settings: settings) }
      }
      for mode in [CallMode.query, .act] {
        let silent = await error(mode)
        #expect(silent.code == .unreachable && !silent.mayHaveTakenEffect)
        #expect(silent.message.contains("does not speak TLS; write redis://"), "\(silent.message)")
      }
      _ = try await server.query("PING")
      _ = try server.cli("CONFIG", "SET", "maxclients", "1")
      #expect(await error(.query).message.contains("does not speak TLS"))
    }
  }
}

/// Certificates that openssl makes: an authority with a server's and a client's, and a stranger that signs itself.
private struct Certificates {
  private let folder = "/tmp/pbr-tls-\(UUID().uuidString.prefix(8))"

  subscript(_ file: String) -> String { "\(folder)/\(file)" }

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    for name in ["ca", "stranger"] {
      try openssl(
        ["req", "-x509"] + key + ["-subj", "/CN=\(name)", "-keyout", self["\(name).key"], "-out", self["\(name).pem"]])
    }
    for (name, extensions) in [
      ("server", "subjectAltName=DNS:localhost"), ("addressed", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
      ("client", "extendedKeyUsage=clientAuth"),
    ] {
      try Data((extensions + "\n").utf8).write(to: URL(fileURLWithPath: self["extensions"]))
      try openssl(
        ["req"] + key + ["-subj", "/CN=\(name)", "-keyout", self["\(name).key"], "-out", self["\(name).csr"]])
      try openssl([
        "x509", "-req", "-in", self["\(name).csr"], "-CA", self["ca.pem"], "-CAkey", self["ca.key"], "-CAcreateserial",
        "-days", "2", "-extfile", self["extensions"], "-out", self["\(name).pem"],
      ])
    }
  }

  func server(_ port: Int, as name: String = "server", _ arguments: String...) -> [String] {
    ["--tls-port", "\(port)", "--tls-cert-file", self["\(name).pem"], "--tls-key-file", self["\(name).key"]]
      + ["--tls-ca-cert-file", self["ca.pem"]] + arguments
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
