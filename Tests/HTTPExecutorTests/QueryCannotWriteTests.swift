import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// Promise 2: a query sends GET, HEAD and OPTIONS to where it may read, and nothing else leaves the program.
struct QueryCannotWriteTests {
  /// Nothing of this reaches a server whose `read_paths` are `/api/*/health` and `/public/**`.
  static let refused: [[(String, Value)]] = [
    [("method", "POST"), ("path", "/public/x")], [("method", "PUT"), ("path", "/public/x")],
    [("method", "PATCH"), ("path", "/public/x")], [("method", "DELETE"), ("path", "/public/x")],
    [("method", "post"), ("path", "/public/x")], [("method", "TRACE"), ("path", "/public/x")],
    [("method", "CONNECT"), ("path", "/public/x")], [("method", "GET /admin HTTP/1.1\r\nX: y"), ("path", "/public/x")],
    [("method", ""), ("path", "/public/x")], [("method", "PROPPATCH"), ("path", "/public/x")],
    [("path", "/public/x"), ("headers", ["X-HTTP-Method-Override": "DELETE"])],
    [("path", "/public/x"), ("headers", ["x-http-method-override": "POST"])],
    [("path", "/public/x"), ("headers", ["X-HTTP-Method": "PUT"])],
    [("path", "/public/x"), ("headers", ["X-Method-Override": "PUT"])],
    [("path", "/public/x"), ("headers", ["X-Original-URL": "/admin"])],
    [("path", "/public/x"), ("headers", ["X-Rewrite-URL": "/admin"])],
    [("path", "/public/x"), ("query", ["_method": "DELETE"])], [("path", "/public/x?_method=delete")],
    [("path", "/public/x?a=1&%5Fmethod=delete")], [("path", "/public/x?a=1;_METHOD=delete")],
    [("path", "/public/x"), ("headers", ["X": "a\r\nX-HTTP-Method-Override: DELETE"])],
    [("path", "/public/x"), ("headers", ["X": "a\nY: b"])], [("path", "/public/x"), ("headers", ["X": "a\0b"])],
    [("path", "/public/x"), ("headers", ["X\r\nY": "b"])], [("path", "/public/x"), ("headers", ["X Y": "b"])],
    [("path", "/public/x"), ("headers", ["": "b"])], [("path", "/public/x"), ("headers", ["Host": "evil.example"])],
    [("path", "/public/x"), ("headers", ["Transfer-Encoding": "chunked"])],
    [("path", "/public/x"), ("headers", ["content-length": "0"])],
    [("path", "/public/x"), ("headers", ["Connection": "upgrade"])],
    [("path", "/admin")], [("path", "/")], [("path", "/publicx")], [("path", "/PUBLIC/x")], [("path", "/api/health")],
    [("path", "/api/v1/v2/health")], [("path", "/api/v1/health/x")], [("path", "/public/../admin")],
    [("path", "/public/./x")], [("path", "/public/%2e%2e/admin")], [("path", "/public/%2E./admin")],
    [("path", "/public/..")], [("path", "/public/..%2fadmin")], [("path", "/public/..%2Fadmin")],
    [("path", "/public/%2e%2e%2fadmin")], [("path", "/public/..%5cadmin")], [("path", "/public/%252e%252e/admin")],
    [("path", "/public/x%2f..%2f..%2fadmin")], [("path", "/public//admin")], [("path", "//admin")],
    [("path", "/public/..;/admin")], [("path", "/public/x;/../admin")], [("path", "/public/\\..\\admin")],
    [("path", "/public/%00")], [("path", "/public/%0d%0aX:y")], [("path", "/public/x\r\nX: y")],
    [("path", "/public/x y\nz")], [("path", "/public/%")], [("path", "/public/%zz")], [("path", "/public/x#y")],
    [("path", "/public/%ff")], [("path", "public/x")], [("path", "")], [("path", "@evil.example/x")],
    [("path", ".evil.example/x")], [("path", ":80/x")], [("url", "http://evil.example/public/x")],
    [("url", "http://127.0.0.1:1/public/x")], [("url", "https://127.0.0.1/public/x")],
    [("url", "http://user:pass@127.0.0.1/public/x")], [("url", "file:///etc/passwd")], [("url", "//127.0.0.1/public")],
    [("url", "http://127.0.0.1\\@evil.example/public/x")], [("url", "javascript:alert(1)")],
    [("url", "http://127.0.0.1#@evil.example/")], [("url", "http://[::1]/public/x")], [("url", "http:///public/x")],
    [("url", "http://127.0.0.1:99999/public/x")], [("path", "/public/x"), ("url", "http://127.0.0.1/public/x")],
    [],
  ]

  @Test func `a query reaches nothing but what it may read`() async throws {
    #expect(Self.refused.count >= 70)
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      let settings: [(String, Value)] = [
        ("url", .string(server.url)), ("read_paths", ["/api/*/health", "/public/**"]),
      ]
      for arguments in Self.refused {
        let error = await failure {
          try await executor.perform(call(arguments, .query), context: .test(settings))
        }
        #expect([.refused, .invalid].contains(error.code), "\(arguments): \(error.message)")
        #expect(!error.mayHaveTakenEffect)
      }
      #expect(server.received.isEmpty)
      for path in ["/api/v1/health", "/public/x", "/public/a/b/", "/public/x?q=1", "/public/%C3%A9", "/public/a%20b"] {
        let outcome = try await executor.perform(call([("path", .string(path))], .query), context: .test(settings))
        #expect(outcome.fields["status"]?.intValue == 200)
      }
      #expect(server.received.map(\.method).allSatisfy { $0 == "GET" })
    }
  }

  @Test func `a redirect takes a query nowhere that it may not read`() async throws {
    let places = [
      "/admin", "/public/../admin", "/public/%2e%2e/admin", "http://evil.example/public/x",
      "https://127.0.0.1/public/x",
      "//evil.example/public/x", "http://user@evil.example/", "file:///etc/passwd", "/public/loop?_method=DELETE", "",
    ]
    for place in places {
      try await WebServer.with({ $1.answer("302 Found", ["Location: \(place)"]) }) { server, executor in
        let settings: [(String, Value)] = [("url", .string(server.url)), ("read_paths", ["/public/**"])]
        let error = await failure {
          try await executor.perform(call([("path", "/public/start")], .query), context: .test(settings))
        }
        #expect([.refused, .invalid, .rejected, .malformed].contains(error.code), "\(place): \(error.message)")
        #expect(server.received.allSatisfy { $0.uri.hasPrefix("/public/start") }, "\(place)")
      }
    }
  }

  @Test func `another origin never gets the target's credentials`() async throws {
    try await WebServer.with({ $1.json("{}") }) { other, _ in
      let elsewhere = other.url
      try await WebServer.with({ $1.answer("307 Temporary Redirect", ["Location: \(elsewhere)/take"]) }) {
        server, executor in
        let settings: [(String, Value)] = [
          ("url", .string(server.url)), ("headers", ["Authorization": "Bearer s3cret-token"]),
        ]
        for mode in [CallMode.query, .act] {
          _ = try? await executor.perform(call([("path", "/x")], mode), context: .test(settings))
        }
        let error = await failure {
          try await executor.perform(call([("path", "/x")], .query), context: .test(settings))
        }
        #expect(error.message.contains("another origin"))
        #expect(!error.message.contains("s3cret"))
      }
      #expect(other.received.isEmpty)
    }
  }
}
