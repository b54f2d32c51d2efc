import CEL
import ExecutorKit
import NIOHTTP1
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// Names by which a server makes another request of the one that was checked: no query has one, and no plan.
struct OtherRequestPromiseTests {
  static let headers = [
    "X-HTTP-Method-Override", "X_HTTP_METHOD_OVERRIDE", "X-HTTP_Method-Override", "x-http-methodoverride",
    "XHttpMethodOverride",
    "X-HTTP-Method", "X-Method-Override", "X_METHOD_OVERRIDE", "X-Override-Method", "X-HTTP-Verb",
    "X-HTTP-Verb-Override",
    "X-Original-Method", "X-Rewrite-Method", "X-Forwarded-Method", "X_Forwarded_Method", "X-Envoy-Original-Method",
    "HTTP-Method",
    "X-Original-URL", "X_ORIGINAL_URL", "X-Rewrite-URL", "X_Rewrite-URL", "X-Original-URI", "X-Forwarded-URI",
    "X-Forwarded-Path",
    "X-Envoy-Original-Path", "X-Override-URL", "X-Real-URL", "Request-URI", "X-Original-Path", "X.Original.URL",
    "X!HTTP!Method!Override", "X~Original~URL",
  ]
  static let parameters = [
    "_method", "_METHOD", "_method[]", "[_method]", " _method", ".method", "_http_method", "X-HTTP-Method-Override",
    "x_http_method_override", "methodOverride", "method_override", "http_method_override", "_httpMethod", "_method\0",
    "_method\0x",
  ]

  @Test func `a query has no header, parameter or body that makes another request of it`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      func refuse(_ arguments: [(String, Value)], _ own: [(String, Value)] = []) async {
        let error = await failure {
          try await executor.perform(call(arguments, .query), context: .test([("url", .string(server.url))] + own))
        }
        #expect(error.code == .refused, "\(arguments) \(own): \(error.message)")
      }
      for name in Self.headers {
        let header = Value.map(MapValue([(name, "DELETE")]))
        await refuse([("path", "/x"), ("headers", header)])
        await refuse([("path", "/x")], [("headers", header)])
      }
      for name in Self.parameters {
        let fields = Value.map(MapValue([(name, "DELETE")]))
        await refuse([("path", "/x"), ("query", fields)])
        for method in ["GET", "HEAD", "OPTIONS"] {
          for body in ["form", "json"] { await refuse([("method", .string(method)), ("path", "/x"), (body, fields)]) }
          await refuse([("method", .string(method)), ("path", "/x"), ("body", .string("a=1&\(name)=DELETE"))])
        }
      }
      await refuse([("path", "/x?a=1&%5Fmethod=DELETE")])
      await refuse([("path", "/x"), ("json", ["a": ["_method": "DELETE"]])])
      #expect(server.received.isEmpty)
    }
  }

  @Test func `names that only look like it are sent`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      let headers: Value = [
        "X-Request-Id": "1", "X-Payment-Method": "card", "X-Callback-URL": "/x", "Access-Control-Request-Method": "GET",
        "Referer": "/x",
        "X-Forwarded-For": "192.0.2.1", "X-Methodology": "a",
      ]
      let query: Value = ["method": "card", "url": "/x", "http_method": "GET", "override": "no", "path": "/a"]
      let outcome = try await executor.perform(
        call(
          [("path", "/x"), ("headers", headers), ("query", query), ("json", ["query": ["match_all": [:]]])], .query),
        context: .test([("url", .string(server.url))]))
      #expect(outcome.fields["status"]?.intValue == 200)
    }
  }

  @Test func `a plan's question is OPTIONS and nothing else`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      for name in Self.headers {
        let header = Value.map(MapValue([(name, "DELETE"), ("X-Kept", "1")]))
        for own in [[], [("headers", header)]] as [[(String, Value)]] {
          _ = try await executor.plan(
            call(
              [("method", "POST"), ("path", "/x?_method=DELETE"), ("headers", header), ("query", ["_method": "PUT"])],
              .act),
            context: .test([("url", .string(server.url))] + own))
        }
      }
      #expect(server.received.count == 2 * Self.headers.count)
      for question in server.received {
        #expect(question.method == "OPTIONS" && question.uri == "/x" && question.body.isEmpty)
        #expect(
          question.headers.allSatisfy { field in !Self.headers.contains { $0.lowercased() == field.name.lowercased() } }
        )
        #expect(question.headers.contains(name: "X-Kept"))
      }
    }
  }
}
