import CEL
import Foundation
import PlaybookEngine
import PlaybookLanguage
import RedisExecutor
import Testing

@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct TransportTests {
  @Test func `TLS works where the certificate is trusted, and only there`() async throws {
    let folder = "/tmp/pbr-tls-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let (certificate, key) = (folder + "/cert.pem", folder + "/key.pem")
    let made = try run(
      "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days",
      "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
    try #require(made == 0)
    let port = Int.random(in: 20_000...30_000)
    let arguments = [
      "--tls-port", "\(port)", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no",
    ]
    try await RedisServer.with(arguments) { server in
      let url: [(String, Value)] = [("url", .string("rediss://localhost:\(port)"))]
      let trusted = url + [("ca_file", .string(certificate))]
      let outcome = try await server.perform(["args": ["PING"]], .query, settings: trusted)
      #expect(outcome.fields["value"]?.stringValue == "PONG")
      let byAddress: [(String, Value)] = [
        ("url", .string("rediss://127.0.0.1:\(port)")), ("ca_file", .string(certificate)),
      ]
      for settings in [url, byAddress, [("url", .string("redis://localhost:\(port)"))]] {
        let error = await failure { try await server.perform(["args": ["PING"]], .act, settings: settings) }
        #expect([.unreachable, .malformed].contains(error.code), "\(error.message)")
        #expect(!error.mayHaveTakenEffect)
      }
      let missing = await failure {
        try await server.perform(["args": ["PING"]], .query, settings: url + [("ca_file", "/nonexistent.pem")])
      }
      #expect(missing.code == .unreachable, "\(missing.message)")
    }
  }

  @Test func `a cluster's keys are found on all primaries, and commands follow their keys`() async throws {
    let ports = [Int.random(in: 30_001...40_000), Int.random(in: 40_001...50_000)]
    func arguments(_ port: Int) -> [String] {
      ["--port", "\(port)", "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"]
    }
    try await RedisServer.with(arguments(ports[0]), tcp: true) { first in
      try await RedisServer.with(arguments(ports[1]), tcp: true) { second in
        _ = try first.cli("CLUSTER", "ADDSLOTSRANGE", "0", "8191")
        _ = try second.cli("CLUSTER", "ADDSLOTSRANGE", "8192", "16383")
        _ = try first.cli("CLUSTER", "MEET", "127.0.0.1", "\(ports[1])")
        for server in [first, second] {
          while try !server.cli("CLUSTER", "INFO").contains("cluster_state:ok") {
            try await Task.sleep(for: .milliseconds(50))
          }
        }
        let settings: [(String, Value)] = [("url", .string("redis://127.0.0.1:\(ports[0])"))]
        for number in 0..<40 {
          _ = try await first.perform(
            ["args": ["SET", .string("key:\(number)"), .int(Int64(number))]], .act, settings: settings)
        }
        let scan = try await first.perform(["scan": "key:*", "ttl": true], .query, settings: settings)
        #expect(scan.fields["count"]?.intValue == 40)
        let keys = try await first.perform(["args": ["KEYS", "*"]], .query, settings: settings)
        #expect(keys.fields["value"]?.listValue?.count == 40)
        let sizes = try [first, second].map { try Int($0.cli("DBSIZE").prefix { $0.isNumber }) ?? 0 }
        #expect(sizes[0] > 0 && sizes[1] > 0 && sizes[0] + sizes[1] == 40)
        for number in 0..<40 {
          let outcome = try await first.perform(
            ["args": ["GET", .string("key:\(number)")]], .query, settings: settings)
          #expect(outcome.fields["value"]?.stringValue == "\(number)")
        }
        second.kill()
        let error = await failure { try await first.perform(["scan": "*"], .query, settings: settings) }
        #expect(error.code == .unreachable || error.code == .rejected, "\(error.message)")
      }
    }
  }

  private func run(_ program: String, _ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
