import CEL
import ExecutorKit
import NIOHTTP1
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

struct RequestTests {
  @Test func `an act sends its method, path, parameters, headers and JSON`() async throws {
    try await WebServer.with({
      $1.json(#"{"id": 9007199254740993, "ok": true}"#, ["Date: Sun, 06 Nov 1994 08:49:37 GMT"])
    }) {
      server, executor in
      let arguments: [(String, Value)] = [
        ("method", "PUT"), ("path", "/users/a%2Fb/ü?x=1"), ("query", ["q": "a&b=c d", "id": [1, 2], "none": []]),
        ("headers", ["X-Request": "7", "X-Name": "é"]), ("json", ["name": "O'Neil\r\n\"x\"", "n": [1, 2.5, .null]]),
      ]
      let settings: [(String, Value)] = [
        ("url", .string(server.url + "/base/")), ("headers", ["Authorization": "Bearer s3cret-token"]),
      ]
      let outcome = try await executor.perform(call(arguments, .act), context: .test(settings))
      let request = try #require(server.received.first)
      #expect(request.method == "PUT")
      #expect(request.uri == "/base/users/a%2Fb/%C3%BC?x=1&q=a%26b%3Dc%20d&id=1&id=2")
      #expect(request.headers["authorization"] == ["Bearer s3cret-token"])
      #expect(request.headers["x-request"] == ["7"])
      #expect(request.headers["content-type"] == ["application/json"])
      #expect(request.headers["user-agent"] == ["playbook (7f3k step)"])
      #expect(request.body == #"{"name":"O'Neil\r\n\"x\"","n":[1,2.5,null]}"#)
      #expect(outcome.fields["status"]?.intValue == 200)
      #expect(outcome.fields["body"]?["id"]?.intValue == 9_007_199_254_740_993)
      #expect(outcome.fields["headers"]?["content-type"]?.stringValue == "application/json")
      #expect(outcome.fields["text"]?.stringValue?.hasPrefix("{") == true)
      #expect(outcome.fields["date"]?.rendered == "1994-11-06T08:49:37Z")
      #expect(!outcome.isTruncated)
    }
  }

  @Test func `forms and texts are sent as such`() async throws {
    try await WebServer.with({ $1.answer("204 No Content") }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      _ = try await executor.perform(
        call([("path", "/f"), ("form", ["a": "1&b=2", "c": ["x", "y"]])], .act), context: .test(settings))
      let outcome = try await executor.perform(
        call([("path", "/b"), ("body", "hello"), ("headers", ["Content-Type": "text/csv"])], .act),
        context: .test(settings))
      #expect(server.received.map(\.body) == ["a=1%26b%3D2&c=x&c=y", "hello"])
      #expect(
        server.received.map { $0.headers["content-type"] } == [["application/x-www-form-urlencoded"], ["text/csv"]])
      #expect(server.received.map(\.method) == ["POST", "POST"])
      if case .null = outcome.fields["body"] {} else { Issue.record("a body") }
    }
  }

  @Test func `numbers of any length are read and sent digit by digit`() async throws {
    let body =
      #"{"id":12345678901234567890123,"price":1.10,"list":[1,1.5,1e5,-9223372036854775809,18446744073709551615]}"#
    try await WebServer.with({ $1.json(body) }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      let outcome = try await executor.perform(call([("path", "/a")], .query), context: .test(settings))
      let read = try #require(outcome.fields["body"])
      #expect(read.jsonText() == body)
      #expect(read["id"] != Value(number: "12345678901234567890124"))
      let price = try #require(read["price"])
      _ = try await executor.perform(
        call(
          [
            ("method", "POST"), ("path", "/b"), ("query", ["v": price]), ("headers", ["X-Price": price]),
            ("json", read),
          ], .act), context: .test(settings))
      let sent = try #require(server.received.last)
      #expect(sent.body == body && sent.uri == "/b?v=1.10" && sent.headers["x-price"] == ["1.10"])
    }
  }

  @Test(arguments: [
    ("application/json; charset=utf-8", "[1]", "list"), ("application/problem+json", "{}", "map"),
    ("text/plain", "[1]", "string"), ("application/octet-stream", "\u{1}", "string"), ("text/html", "<b>", "string"),
  ])
  func `only what is called JSON is decoded`(_ type: String, _ body: String, _ expected: String) async throws {
    try await WebServer.with({ $1.answer("200 OK", ["Content-Type: \(type)"], body) }) { server, executor in
      let outcome = try await executor.perform(
        call([("path", "/")], .query), context: .test([("url", .string(server.url))]))
      #expect(outcome.fields["body"]?.typeName.name == expected)
    }
  }

  @Test func `expect says which statuses are a success`() async throws {
    try await WebServer.with({ request, channel in
      channel.answer(
        "\(request.uri.dropFirst()) X", ["Content-Type: application/json", "Location: /200"], #"{"error":"no"}"#)
    }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      func status(_ path: String, _ expect: Value?, _ mode: CallMode = .query) async throws -> Int64? {
        let arguments = [("path", .string(path))] + (expect.map { [("expect", $0)] } ?? [])
        return try await executor.perform(call(arguments, mode), context: .test(settings)).fields["status"]?.intValue
      }
      let successes: [(String, Value?, CallMode, Int64)] = [
        ("/200", nil, .query, 200), ("/302", nil, .query, 200), ("/302", 302, .query, 302), ("/302", 302, .act, 302),
        ("/207", nil, .act, 207), ("/202", nil, .act, 202), ("/203", nil, .query, 203),
        ("/404", [404, "2xx"], .query, 404), ("/404", "4xx", .query, 404),
      ]
      for (path, expect, mode, expected) in successes {
        let found = try await status(path, expect, mode)
        #expect(found == expected)
      }
      for (path, expect) in [("/404", nil), ("/500", nil), ("/200", 404 as Value), ("/201", [200])] {
        let error = await failure {
          _ = try await status(path, expect)
          return CallOutcome(fields: MapValue())
        }
        #expect(error.code == .rejected)
        #expect(error.outcome?["body"]?["error"]?.stringValue == "no")
      }
      let answers: [(String, CallMode, ExecutorError.Code, Bool)] = [
        ("/401", .query, .unauthorized, false), ("/502", .act, .rejected, true), ("/400", .act, .rejected, false),
      ]
      for (path, mode, code, isOpen) in answers {
        let error = await failure {
          _ = try await status(path, nil, mode)
          return CallOutcome(fields: MapValue())
        }
        #expect(error.code == code)
        #expect(error.mayHaveTakenEffect == isOpen)
      }
    }
  }

  @Test func `a call moves to a host of the target's and to no other`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      let settings: [(String, Value)] = [
        ("url", .string("http://api.invalid:\(server.port)")), ("hosts", ["127.0.0.1", "*.nodes.invalid"]),
      ]
      let outcome = try await executor.perform(
        call([("path", "/x")], .query, host: "127.0.0.1"), context: .test(settings))
      #expect(outcome.fields["status"]?.intValue == 200)
      for host in ["localhost", "nodes.invalid", "evil-nodes.invalid", "127.0.0.1@evil", "127.0.0.1/x", "", "a b"] {
        let error = await failure {
          try await executor.perform(call([("path", "/x")], .query, host: host), context: .test(settings))
        }
        #expect([.refused, .invalid].contains(error.code), "\(host)")
      }
      let whole = [("url", Value.string(server.url + "/y?z=1"))]
      _ = try await executor.perform(call(whole, .query), context: .test(settings))
      #expect(server.received.map(\.uri) == ["/x", "/y?z=1"])
    }
  }

  @Test func `values that have no one text are refused, not rendered`() async throws {
    let settings: [(String, Value)] = [("url", "http://127.0.0.1:1")]
    let bad: [[(String, Value)]] = [
      [("query", ["a": .null])], [("headers", ["a": [1]])], [("form", ["a": ["b": 1]])], [("body", [1])],
      [("json", ["a": .unknown(Unknown(["`x` was skipped"]))])], [("json", 1), ("body", "x")], [("expect", "ok")],
      [("expect", 99)], [("expect", [])], [("method", "get it")],
    ]
    let executor = HTTPExecutor()
    for fields in bad {
      let error = await failure {
        try await executor.perform(call([("path", "/")] + fields, .act), context: .test(settings))
      }
      #expect(error.code == .invalid, "\(fields)")
    }
    await executor.close()
  }

  @Test func `the display shows the request without the target's secrets`() {
    let settings: [(String, Value)] = [
      ("url", "https://api.internal/v1"), ("headers", ["Authorization": "Bearer s3cret-token"]),
    ]
    let target = ResolvedTarget(name: "http", settings: MapValue(settings), environment: "test")
    let arguments: [(String, Value)] = [
      ("method", "POST"), ("path", "/users/7/reset"), ("headers", ["X-Reason": "attack"]), ("json", ["notify": true]),
    ]
    #expect(
      HTTPExecutor().display(call(arguments, .act), on: target) == """
        POST https://api.internal/v1/users/7/reset
        Authorization: (from the environment)
        X-Reason: attack

        {
          "notify": true
        }
        """)
    #expect(HTTPExecutor().display(call([("path", "/x")], .query), on: nil) == "GET /x")
  }

  @Test func `a target with wrong settings says which`() async throws {
    let cases: [([(String, Value)], String)] = [
      ([], "`url` is missing"), ([("url", "ftp://x")], "`url`"), ([("url", "https://user:pw@x")], "`url`"),
      ([("url", "https://x"), ("hots", [])], "`hots`"),
      ([("url", "https://x"), ("headers", ["A": "b\r\nC: d"])], "header `A`"),
      ([("url", "https://x"), ("connect_timeout", "soon")], "connect_timeout"),
      ([("url", "https://x"), ("act", ["urls": "y"])], "`urls`"), ([("url", "https://x"), ("hosts", [1])], "hosts"),
    ]
    for (settings, part) in cases {
      let executor = HTTPExecutor()
      let error = await failure { try await executor.perform(call([("path", "/")], .query), context: .test(settings)) }
      #expect(error.code == .invalid)
      #expect(error.message.contains(part), "\(error.message)")
      #expect(!error.message.contains("pw"))
    }
  }

  @Test func `an act's own settings are an act's alone`() async throws {
    try await WebServer.with({ $1.json("{}") }) { server, executor in
      let settings: [(String, Value)] = [
        ("url", .string(server.url)), ("headers", ["Authorization": "reader"]),
        ("act", ["headers": ["Authorization": "admin"]]),
      ]
      _ = try await executor.perform(call([("path", "/")], .query), context: .test(settings))
      _ = try await executor.perform(call([("path", "/")], .act), context: .test(settings))
      #expect(server.received.map { $0.headers["authorization"] } == [["reader"], ["admin"]])
    }
  }

  @Test func `a plan asks by OPTIONS alone`() async throws {
    try await WebServer.with({ $1.answer("204 No Content", ["Allow: GET, POST"]) }) { server, executor in
      let settings: [(String, Value)] = [("url", .string(server.url))]
      let lines = try await executor.plan(call([("path", "/x"), ("json", [:])], .act), context: .test(settings))
      #expect(lines.count == 1)
      await #expect(throws: ExecutorError.self) {
        try await executor.plan(call([("method", "DELETE"), ("path", "/x")], .act), context: .test(settings))
      }
      #expect(server.received.map(\.method) == ["OPTIONS", "OPTIONS"])
    }
  }
}
