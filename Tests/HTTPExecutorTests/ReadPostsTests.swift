import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// A POST that the environment lists as reading is a query, and nothing that is near it.
struct ReadPostsTests {
  private static func settings(_ server: WebServer, _ more: [(String, Value)] = []) -> [(String, Value)] {
    [("url", .string(server.url)), ("read_posts", ["/app-*/_search", "/graphql", "/loki/**"])] + more
  }

  private static func post(_ path: String, _ more: [(String, Value)] = []) -> ResolvedCall {
    call([("method", "POST"), ("path", .string(path))] + more, .query)
  }

  static let allowed: [(String, [(String, Value)])] = [
    ("/app-2026.11.29/_search", [("json", ["size": 0, "query": ["match": ["level": "error"]]])]),
    ("/app-1/_search?size=3", [("json", ["query": ["term": ["http_method": "POST", "doc_id": 7]]])]),
    ("/app-1/_search", [("body", "{\"size\":0}\n{\"query\":{\"match_all\":{}}}\n")]), ("/app-1/_search", []),
    ("/graphql", [("json", ["query": "{ pods { name } }", "variables": ["id": "x"], "operationName": "q"])]),
    ("/graphql", [("json", ["query": "query { mutations: permutation }"])]),
    ("/graphql?operationName=q", [("json", ["query": "query q { pods { name } }"])]),
    ("/app-1/_search", [("json", ["id": "ab"])]),
    ("/app-1/_search", [("json", ["query": ["match_all": [:]], "id": 7])]), ("/graphql", [("body", "{ pods { id } }")]),
    ("/loki/api/v1/query", [("form", ["query": "{app=\"api\"} |= \"error\"", "limit": 10])]),
  ]

  @Test(arguments: allowed.indices)
  func `a listed POST is sent, and said to be one`(_ index: Int) async throws {
    try await WebServer.with({ $1.json(#"{"hits":3}"#) }) { server, executor in
      let (path, more) = Self.allowed[index]
      let outcome = try await executor.perform(Self.post(path, more), context: .test(Self.settings(server)))
      #expect(server.received.map(\.method) == ["POST"])
      #expect(outcome.fields["body"]?["hits"]?.intValue == 3)
      #expect(outcome.fields["notices"]?.rendered.contains("POST, listed as reading") == true)
    }
  }

  static let refused: [(String, [(String, Value)])] = [
    ("/app-1/_bulk", []), ("/app-1/_delete_by_query", []), ("/app-1/../other/_search", []),
    ("/app-1%2f_bulk/_search", []),
    ("/app-1%2F..%2F_bulk/_search", []), ("/app-1/%2e%2e/_search", []), ("/app-1/_search/../_bulk", []),
    ("/app-1/_search;x", []), ("/app-1//_search", []), ("/APP-1/_search", []), ("/app-1/_search/x", []), ("/", []),
    ("/app-1/_search?_method=DELETE", []), ("/app-1/_search?a=1&%5fMETHOD=put", []),
    ("/app-1/_search", [("query", ["_method": "DELETE"])]),
    ("/app-1/_search", [("query", ["X-HTTP-Method-Override": "DELETE"])]),
    ("/app-1/_search", [("headers", ["X-HTTP-Method-Override": "DELETE"])]),
    ("/app-1/_search", [("headers", ["X-Original-URL": "/app-1/_bulk"])]),
    ("/app-1/_search", [("form", ["_method": "DELETE"])]),
    ("/app-1/_search", [("form", ["a": 1, "_METHOD": "DELETE"])]),
    ("/app-1/_search", [("json", ["_method": "DELETE"])]),
    ("/app-1/_search", [("json", ["a": [["_Method": "DELETE"]]])]),
    ("/app-1/_search", [("json", ["x-http-method-override": "DELETE"])]),
    ("/app-1/_search", [("body", "a=1&%5Fmethod=delete")]),
    ("/app-1/_search", [("body", #"{"\u005fmethod":"delete"}"#)]),
    ("/app-1/_search", [("body", "{}\n{\"_method\":\"delete\"}")]),
    ("/graphql", [("json", ["query": "mutation { unlock(id: 7) }"])]),
    ("/graphql", [("json", ["query": "query a { b }\n#\nmutation{x}"])]),
    ("/graphql", [("json", ["query": "Mutation M { x }"])]),
    ("/graphql", [("body", #"{"query":"mut\u0061tion { x }"}"#)]), ("/graphql", [("body", "mutation { x }")]),
    ("/graphql", [("body", "query=mut%61tion%7Bx%7D")]), ("/graphql", [("form", ["query": "mutation { x }"])]),
    ("/graphql", [("json", [["query": "{ a }"], ["query": "mutation { x }"]])]), ("/graphql?query=mutation%7Bx%7D", []),
    ("/graphql", [("json", ["query": #"{"query":"mutation { x }"}"#])]),
    ("/graphql", [("json", ["extensions": ["persistedQuery": ["version": 1, "sha256Hash": "ab"]]])]),
    ("/graphql", [("json", ["query": "{a}", "extensions": ["persistedQuery": ["sha256Hash": "ab"]]])]),
    ("/graphql", [("json", ["documentId": "ab", "variables": [:]])]),
    ("/graphql", [("json", ["id": "ab", "variables": [:]])]),
    ("/graphql", [("json", ["id": "ab"])]), ("/graphql", [("json", ["operationId": "ab", "variables": [:]])]),
    ("/graphql", [("json", ["query": .null, "id": "ab", "variables": [:]])]), ("/graphql?id=ab", []),
    ("/graphql", [("json", ["query": "", "id": "ab"])]), ("/graphql", [("body", "id=ab")]),
    ("/graphql", [("json", [["query": "{ a }"], ["id": "ab"]])]),
    ("/app-1/_search", [("json", ["query": "", "id": "ab"])]),
    ("/app-1/_search", [("form", ["_method\0x": "DELETE"])]), ("/app-1/_search?_method%00=DELETE", []),
    ("/graphql", [("json", [["doc_id": "ab"]])]), ("/graphql", [("body", "doc_id=7&variables={}")]),
    ("/graphql?extensions=%7B%22persistedQuery%22%3A%7B%7D%7D", []), ("/graphql?queryId=7", []),
    ("/graphql?id=7", [("json", [:])]), ("/graphql?operationName=Unlock", [("json", ["variables": ["a": 1]])]),
    ("/graphql", [("json", ["operationName": "Unlock", "extensions": ["x": 1]])]),
    ("/app-1%3f/_search", []), ("/app-1%23/_search", []),
    ("/app-1/_search", [("headers", ["X_HTTP_Method_Override": "DELETE"])]),
    ("/app-1/_search", [("headers", ["X-Forwarded-Method": "DELETE"])]),
    ("/app-1/_search", [("query", ["_method[]": "DELETE"])]), ("/app-1/_search", [("query", [".method": "DELETE"])]),
    ("/app-1/_search", [("form", ["x_http_method_override": "DELETE"])]),
    ("/app-1/_search", [("body", "\u{FEFF}{\"_method\":\"delete\"}")]),
    ("/graphql", [("body", "\u{FEFF}{\"query\":\"mut\\u0061tion { x }\"}")]),
    ("/graphql", [("body", #"{"a":NaN,"query":"mut\u0061tion { x }"}"#)]),
    ("/graphql", [("body", #"{"query":"mut\u0061tion { x }","query":"{a}"}"#)]),
    ("/graphql", [("headers", ["Content-Type": "application/json"]), ("body", #"{"a":NaN,"_method":"delete"}"#)]),
    ("/graphql", [("headers", ["Content-Type": "application/json"]), ("body", #"{"query":"a","query":"b"}"#)]),
    ("/graphql", [("headers", ["Content-Encoding": "gzip"]), ("body", "x")]),
    ("/graphql", [("body", .bytes([0x1F, 0x8B, 0]))]),
    ("/graphql", [("headers", ["Content-Type": "application/json; charset=utf-7"]), ("body", "x")]),
    ("/graphql", [("headers", ["Content-Type": "multipart/form-data; boundary=x"]), ("body", "--x--")]),
    ("/graphql", [("body", .bytes(Array("mutation".utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }))]),
  ]

  @Test(arguments: refused.indices)
  func `nothing else is sent`(_ index: Int) async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      let (path, more) = Self.refused[index]
      let error = await failure {
        try await executor.perform(Self.post(path, more), context: .test(Self.settings(server)))
      }
      #expect([.refused, .invalid].contains(error.code), "\(path) \(more): \(error.message)")
      #expect(server.received.isEmpty)
    }
  }

  @Test func `without a list no POST is a query, and the way out is named`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      for settings in [[("read_paths", ["/**"])], [("read_posts", [])], []] as [[(String, Value)]] {
        let error = await failure {
          try await executor.perform(Self.post("/x/_search"), context: .test([("url", .string(server.url))] + settings))
        }
        #expect(error.code == .refused)
        #expect(error.message.contains("`read_posts`"))
      }
      for method in ["PUT", "PATCH", "DELETE"] {
        let error = await failure {
          try await executor.perform(
            call([("method", .string(method)), ("path", "/graphql")], .query), context: .test(Self.settings(server)))
        }
        #expect(error.code == .refused)
      }
      #expect(server.received.isEmpty)
    }
  }

  @Test func `a redirect of a listed POST leads to a listed path only`() async throws {
    let body: [(String, Value)] = [("json", ["size": 0])]
    for (status, place, methods) in [
      (307, "/app-2/_search", ["POST", "POST"]), (308, "/app-2/_search", ["POST", "POST"]),
      (307, "/app-2/_bulk", ["POST"]),
      (308, "/admin", ["POST"]), (303, "/app-2/_search", ["POST", "GET"]), (301, "/app-2/_search", ["POST"]),
      (302, "/app-2/_search", ["POST"]), (307, "https://evil.example/app-2/_search", ["POST"]),
    ] as [(Int, String, [String])] {
      try await WebServer.with({ request, channel in
        if request.uri == "/app-1/_search" {
          channel.answer("\(status) Moved", ["Location: \(place)"])
        } else {
          channel.json("{}")
        }
      }) { server, executor in
        _ = try? await executor.perform(Self.post("/app-1/_search", body), context: .test(Self.settings(server)))
        #expect(server.received.map(\.method) == methods, "\(status) \(place)")
        if methods == ["POST", "POST"] { #expect(server.received.map(\.body) == [#"{"size":0}"#, #"{"size":0}"#]) }
      }
    }
  }

  @Test func `the display shows a query by POST as it goes out`() {
    let target = ResolvedTarget(name: "http", settings: MapValue([("url", "https://es.internal")]), environment: "test")
    #expect(
      HTTPExecutor().display(
        Self.post("/a/_search", [("body", "x"), ("page", ["next": "link", "limit": 3])]), on: target)
        == "POST https://es.internal/a/_search\n\nx\n(and the pages that follow, 3 in all at most)")
  }
}
