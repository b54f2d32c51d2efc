import CEL
import ExecutorKit
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// Certificates of both sides, and a handshake that fails, which is told in one sentence and sends nothing.
struct TLSTests {
  private static let ca = ("ca_file", Value.string(TestCertificates.path("ca.pem")))

  private static func own(_ name: String) -> [(String, Value)] {
    [
      ("cert_file", .string(TestCertificates.path(name + ".pem"))),
      ("key_file", .string(TestCertificates.path(name + ".key"))),
    ]
  }

  private func settings(_ server: WebServer, host: String = "localhost", _ more: [(String, Value)]) -> [(String, Value)]
  {
    [("url", .string("https://\(host):\(server.port)"))] + more
  }

  /// Both a query and a change fail with a sentence, and nothing was done.
  private func refused(
    _ tls: NIOSSLContext?, host: String = "localhost", _ more: [(String, Value)], _ parts: String...,
    location: SourceLocation = #_sourceLocation
  ) async throws {
    try await WebServer.with(tls: tls, { $1.json("{}") }) { server, executor in
      for mode in [CallMode.query, .act] {
        let context = CallContext.test(settings(server, host: host, more))
        let error = await failure(location) {
          try await executor.perform(call([("path", "/x")], mode), context: context)
        }
        #expect(error.code == .unreachable, "\(error.code) \(error.message)", sourceLocation: location)
        #expect(!error.mayHaveTakenEffect, "\(error.message)", sourceLocation: location)
        for part in parts { #expect(error.message.contains(part), "\(error.message)", sourceLocation: location) }
        for dump in ["sslError", "NIOSSL", "OPENSSL", "error:", ".cc:", "Error("] {
          #expect(!error.message.contains(dump), "\(error.message)", sourceLocation: location)
        }
      }
      #expect(server.received.isEmpty, sourceLocation: location)
    }
  }

  @Test(arguments: [TLSVersion.tlsv12, .tlsv13])
  func `a server that asks for a client's certificate gets one, or it is said`(_ version: TLSVersion) async throws {
    let tls = try TestCertificates.server("server", asksForClients: true, from: version, to: version)
    try await refused(tls, [Self.ca], "asks for a client certificate", "`cert_file`")
    try await refused(tls, [Self.ca] + Self.own("stranger"), "client certificate")
    try await WebServer.with(tls: tls, { $1.json("{}") }) { server, executor in
      for mode in [CallMode.query, .act] {
        let outcome = try await executor.perform(
          call([("path", "/x")], mode), context: .test(settings(server, [Self.ca] + Self.own("client"))))
        #expect(outcome.fields["status"]?.intValue == 200)
      }
    }
  }

  @Test func `a change that a server refuses for want of a certificate is failed, time after time`() async throws {
    let tls = try TestCertificates.server("server", asksForClients: true)
    try await WebServer.with(tls: tls, { $1.json("{}") }) { server, executor in
      for _ in 0..<20 {
        let error = await failure {
          try await executor.perform(
            call([("path", "/x"), ("json", .string(String(repeating: "x", count: 100_000)))], .act),
            context: .test(settings(server, [Self.ca])))
        }
        #expect(error.code == .unreachable, "\(error.code) \(error.message)")
      }
      #expect(server.received.isEmpty)
    }
  }

  @Test func `server_name says which name the certificate must have, and the host stays the one that is asked`()
    async throws
  {
    let tls = try TestCertificates.server("named")
    try await WebServer.with(tls: tls, { $1.json("{}") }) { server, executor in
      for host in ["localhost", "127.0.0.1"] {
        let more = [Self.ca, ("server_name", Value.string("server.internal"))]
        let outcome = try await executor.perform(
          call([("path", "/x?y=1")], .query), context: .test(settings(server, host: host, more)))
        #expect(outcome.fields["status"]?.intValue == 200)
        #expect(outcome.fields["url"]?.stringValue == "https://\(host):\(server.port)/x?y=1")
        #expect(server.received.last?.headers["host"] == ["\(host):\(server.port)"])
        #expect(server.received.last?.uri == "/x?y=1")
      }
    }
    try await refused(tls, [Self.ca], "not for localhost", "`server_name`")
    try await refused(tls, host: "127.0.0.1", [Self.ca], "`server_name`")
    try await refused(tls, [Self.ca, ("server_name", "other.internal")], "not for other.internal")
  }

  @Test func `server_name is held against the names of a certificate that has the server's address as well`()
    async throws
  {
    let tls = try TestCertificates.server("addressed")
    for name in ["other.internal", "shop.internal", "a.b.shop.internal", "internal"] {
      try await refused(tls, host: "127.0.0.1", [Self.ca, ("server_name", .string(name))], "not for \(name) ")
    }
    try await WebServer.with(tls: tls, { $1.json("{}") }) { server, executor in
      for more in [[], ["Server.Internal"], ["server.internal."], ["a.shop.internal"]] {
        let settings = settings(server, host: "127.0.0.1", [Self.ca] + more.map { ("server_name", .string($0)) })
        let outcome = try await executor.perform(call([("path", "/x")], .query), context: .test(settings))
        #expect(outcome.fields["status"]?.intValue == 200)
      }
    }
  }

  @Test func `a certificate that is not trusted is told as that`() async throws {
    for name in ["self", "server"] {
      let tls = try TestCertificates.server(name)
      try await refused(tls, [], "certificate is not one that we trust", "`ca_file`")
    }
    let expired = try TestCertificates.server("expired")
    try await refused(expired, [Self.ca], "its certificate expired on 2021-01-01")
    try await refused(expired, host: "127.0.0.1", [Self.ca], "its certificate expired on 2021-01-01")
  }

  @Test func `TLS and a plain port don't fit, whichever side speaks it`() async throws {
    // A server that reads no TLS closes, answers in plain text, or waits.
    try await refused(nil, [], "TLS", "`http://`")
    let talking = try await plain { $0.send("SSH-2.0-OpenSSH_9.2\r\n") }
    let context = CallContext.test([("url", .string("https://127.0.0.1:\(talking.localAddress?.port ?? 0)"))])
    let executor = HTTPExecutor()
    let error = await failure { try await executor.perform(call([("path", "/x")], .act), context: context) }
    #expect(error.code == .unreachable)
    #expect(error.message.contains("does not speak TLS"), "\(error.message)")
    let silent = try await plain { _ in }
    let waiting = CallContext.test([
      ("url", .string("https://127.0.0.1:\(silent.localAddress?.port ?? 0)")), ("connect_timeout", "200ms"),
    ])
    let late = await failure { try await executor.perform(call([("path", "/x")], .act), context: waiting) }
    #expect(late.code == .unreachable)
    #expect(!late.mayHaveTakenEffect)
    try await talking.close()
    try await silent.close()
    await executor.close()
    try await WebServer.with(tls: TestCertificates.server("server"), { $1.json("{}") }) { server, executor in
      for mode in [CallMode.query, .act] {
        let error = await failure {
          try await executor.perform(call([("path", "/x")], mode), context: .test([("url", .string(server.url))]))
        }
        #expect([.unreachable, .disconnected].contains(error.code))
        #expect(error.message.contains("TLS") && error.message.contains("`https://`"), "\(error.code) \(error.message)")
      }
    }
  }

  private func plain(_ greet: @escaping @Sendable (any Channel) -> Void) async throws -> any Channel {
    try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        greet(channel)
        return channel.eventLoop.makeSucceededVoidFuture()
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  @Test(arguments: [
    ([("ca_file", "/missing.pem")], "`ca_file` /missing.pem: there is no such file"),
    ([("ca_file", "index.attr")], "there is no certificate in it"), ([("cert_file", "client.pem")], "no private key"),
    ([("cert_file", "client.pem"), ("key_file", "server.key")], "not the key of the certificate"),
    ([("cert_file", "/missing.pem"), ("key_file", "client.key")], "`cert_file` /missing.pem"),
    ([("key_file", "client.key")], "needs a `cert_file`"), ([("server_name", "/")], "`server_name`"),
  ])
  func `files that can't be used are named before anything is sent`(
    _ files: [(String, String)], _ part: String
  ) async throws {
    try await WebServer.with(tls: TestCertificates.server("server"), { $1.json("{}") }) { server, executor in
      let more = files.map { ($0, Value.string($1.hasPrefix("/") ? $1 : TestCertificates.path($1))) }
      for mode in [CallMode.query, .act] {
        let error = await failure {
          try await executor.perform(call([("path", "/x")], mode), context: .test(settings(server, more)))
        }
        #expect(error.code == .invalid)
        #expect(!error.mayHaveTakenEffect)
        #expect(error.message.contains(part), "\(error.message)")
      }
      #expect(server.received.isEmpty)
    }
  }
}
