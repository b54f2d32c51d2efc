import CEL
import ExecutorKit
import NIOCore
import NIOHTTP1
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// Done means done: which statuses are a success, which leave it open whether a change was made, and where redirects
/// lead.
struct StatusTests {
  /// Answers `/STATUS` with that status, and `/STATUS/KIND` with a Location.
  private static func answer(_ request: WebServer.Received, _ channel: any Channel) {
    let parts = request.uri.split(separator: "/").map(String.init)
    let places = [
      "foreign": "https://sso.example/login?rd=x", "own": "/200", "login": "/login?rd=x", "relative": "login",
    ]
    if parts.first?.hasPrefix("login") == true {
      return channel.answer("200 OK", ["Content-Type: text/html"], "<b>Log in</b>")
    }
    let location = parts.count > 1 ? places[parts[1]].map { ["Location: \($0)"] } ?? [] : []
    channel.answer("\(parts[0]) Said", location)
  }

  private static func with(_ body: (WebServer, HTTPExecutor, CallContext) async throws -> Void) async throws {
    try await WebServer.with({ answer($0, $1) }) { server, executor in
      try await body(server, executor, .test([("url", .string(server.url))]))
    }
  }

  @Test func `a change is done by 2xx or what expect names, failed or unknown by all else`() async throws {
    try await Self.with { server, executor, context in
      for status in [200, 201, 202, 203, 206, 207, 226] {
        let outcome = try await executor.perform(call([("path", .string("/\(status)"))], .act), context: context)
        #expect(outcome.fields["status"]?.intValue == Int64(status))
        #expect((outcome.fields["notices"] != nil) == [202, 207].contains(status))
      }
      let failed = [
        300, 301, 304, 305, 307, 308, 400, 401, 403, 404, 405, 409, 418, 422, 425, 429, 451, 498, 501, 505, 507, 511,
        525, 526,
      ]
      let unknown = [302, 303, 408, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524, 598, 599]
      for (statuses, isOpen) in [(failed, false), (unknown, true)] {
        for status in statuses {
          for kind in status < 400 ? ["", "/foreign", "/own"] : [""] {
            let error = await failure {
              try await executor.perform(call([("path", .string("/\(status)\(kind)"))], .act), context: context)
            }
            #expect([.rejected, .unauthorized].contains(error.code), "\(status)")
            #expect(error.mayHaveTakenEffect == isOpen, "\(status)")
            #expect(error.outcome?["status"]?.intValue == Int64(status))
            if kind == "/foreign" {
              #expect(error.message.contains("https://sso.example/login?rd=x"), "\(error.message)")
            }
            if (300..<400).contains(status), !isOpen { #expect(error.message.contains("nothing was done")) }
          }
        }
      }
      #expect(!server.received.contains { $0.uri == "/login" })
    }
  }

  @Test func `a success that expect does not name may have been done`() async throws {
    try await Self.with { _, executor, context in
      let error = await failure {
        try await executor.perform(call([("path", "/202"), ("expect", 200)], .act), context: context)
      }
      #expect(error.code == .rejected)
      #expect(error.mayHaveTakenEffect)
      for status in [304, 303, 404] {
        let arguments: [(String, Value)] = [("path", .string("/\(status)")), ("expect", .int(Int64(status)))]
        let outcome = try await executor.perform(call(arguments, .act), context: context)
        #expect(outcome.fields["status"]?.intValue == Int64(status))
      }
    }
  }

  @Test(arguments: [301, 302, 303, 307, 308])
  func `a query that was redirected says which URL answered`(_ status: Int) async throws {
    try await Self.with { server, executor, context in
      for kind in ["login", "relative"] {
        let outcome = try await executor.perform(
          call([("path", .string("/\(status)/\(kind)"))], .query), context: context)
        let url = outcome.fields["url"]?.stringValue ?? ""
        #expect(url == server.url + (kind == "login" ? "/login?rd=x" : "/\(status)/login") || kind == "relative")
        #expect(outcome.source?.contains("login") == true)
        let notices = outcome.fields["notices"]?.listValue?.map(\.rendered) ?? []
        #expect(notices.contains { $0.contains("redirected") && $0.contains(url) })
      }
      let direct = try await executor.perform(call([("path", "/200")], .query), context: context)
      #expect(direct.fields["url"]?.stringValue == server.url + "/200")
      #expect(direct.fields["notices"] == nil)
    }
  }

  @Test(arguments: [300, 301, 302, 303, 304, 305, 307, 308])
  func `a 3xx that a query does not follow fails unless it is expected`(_ status: Int) async throws {
    try await Self.with { _, executor, context in
      let path = Value.string("/\(status)")
      let error = await failure { try await executor.perform(call([("path", path)], .query), context: context) }
      #expect(error.code == .rejected)
      #expect(error.outcome?["status"]?.intValue == Int64(status))
      let outcome = try await executor.perform(
        call([("path", path), ("expect", .int(Int64(status)))], .query), context: context)
      #expect(outcome.fields["status"]?.intValue == Int64(status))
    }
  }

  @Test func `a redirect to another scheme or origin is named and not followed`() async throws {
    try await Self.with { server, executor, context in
      for method in ["GET", "HEAD"] {
        let error = await failure {
          try await executor.perform(
            call([("method", .string(method)), ("path", "/302/foreign")], .query), context: context)
        }
        #expect(error.message.contains("https://sso.example, another origin"))
        #expect(error.outcome?["status"]?.intValue == 302)
      }
      #expect(server.received.map(\.method) == ["GET", "HEAD"])
    }
  }

  // MARK: Retry-After

  private static func wish(_ header: String, status: Int = 429, date: String? = nil) -> Duration? {
    var headers = HTTPHeaders([("Retry-After", header)])
    if let date { headers.add(name: "Date", value: date) }
    let answer = HTTPAnswer(status: status, reason: "", headers: headers, body: [], isTruncated: false)
    return RetryAfter(answer, now: Timestamp(seconds: 784_111_777))?.wait
  }

  @Test func `Retry-After is read as seconds or a date`() {
    #expect(Self.wish("3") == .seconds(3))
    #expect(Self.wish(" 120 ") == .seconds(120))
    #expect(Self.wish("0") == .zero)
    // A part of a second is waited for as a whole one.
    #expect(Self.wish("3.5") == .seconds(4))
    #expect(Self.wish("3", status: 503) == .seconds(3))
    #expect(Self.wish("Sun, 06 Nov 1994 08:49:47 GMT") == .seconds(10))
    #expect(Self.wish("Sun, 06 Nov 1994 08:49:37 GMT") == .zero)
    #expect(Self.wish("Sun, 06 Nov 1994 08:00:00 GMT") == .zero)
    // Against the server's clock where it says it.
    #expect(Self.wish("Sun, 06 Nov 1994 08:50:00 GMT", date: "Sun, 06 Nov 1994 08:49:00 GMT") == .seconds(60))
    #expect(Self.wish("99999999999999999999999") == .seconds(10 * 365 * 86_400))
    for text in ["-3", "", "soon", "3s", "１"] { #expect(Self.wish(text) == nil, "\(text)") }
    #expect(Self.wish("3", status: 200) == nil)
  }

  @Test func `what a server asks for is in the error, for the engine and in words`() async throws {
    try await WebServer.with({ $1.answer("429 Too Many Requests", ["Retry-After: 600"], "{}") }) { server, executor in
      for mode in [CallMode.query, .act] {
        let error = await failure {
          try await executor.perform(call([("path", "/")], mode), context: .test([("url", .string(server.url))]))
        }
        #expect(error.retryAfter == .seconds(600))
        #expect(error.message.contains("in 10m"), "\(error.message)")
        #expect(!error.mayHaveTakenEffect)
      }
    }
  }
}
