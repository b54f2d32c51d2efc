import CEL
import Foundation
import Testing

@testable import PlaybookDrill

@Suite(.enabled(if: Machine.hasServers, "redis-server and PostgreSQL are needed"), .serialized)
struct AdminAPITests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func `a route changes Redis and PostgreSQL, and answers with what it found`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    let answer = try await session.request("POST", "/accounts/a/unlock?why=he+called%21", token: session.token)
    #expect(answer.status == 200)
    #expect(answer.headers["x-found"] == "a")
    #expect(answer.body["id"]?.stringValue == "a")
    #expect(try await session.sql("SELECT locked FROM accounts") == "f")
    #expect(try await session.redis("GET", "unlocked:a") == "he called!")
    await session.stop()
  }

  @Test func `who has no token or a wrong one changes nothing`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    let token = try session.token
    for wrong in [nil, "", "wrong", token + "x", String(token.dropLast()), token.uppercased()] {
      let answer = try await session.request("POST", "/accounts/a/unlock", token: wrong)
      #expect(answer.status == 401)
    }
    #expect(try await session.sql("SELECT locked FROM accounts") == "t")
    await session.stop()
  }

  @Test func `an unknown path, method or account is an answer in JSON`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    let token = try session.token
    let nowhere = try await session.request("GET", "/nowhere")
    #expect(nowhere.status == 404)
    #expect(nowhere.body["error"] != nil)
    let method = try await session.request("DELETE", "/accounts/a/unlock", token: token)
    #expect(method.status == 405)
    #expect(method.headers["allow"] == "POST")
    #expect(try await session.request("POST", "/accounts/zz/unlock", token: token).status == 404)
    await session.stop()
  }

  @Test func `hostile values are data`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    let token = try session.token
    for text in [
      "'; DROP TABLE accounts; --", "a' OR 'a'='a", "$(touch pwned)", "${secrets.token}", "*", "a\r\nDEL greeting\r\n",
    ] {
      let path = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
      #expect(try await session.request("POST", "/accounts/\(path)/unlock?why=\(path)", token: token).status == 404)
      let body = Value.map(MapValue([("name", .string(text))])).jsonText()
      let answer = try await session.request("POST", "/accounts/a/unlock", token: token, body: body)
      #expect(answer.body["id"]?.stringValue == text)
      let back = "UPDATE accounts SET id = 'a', locked = true"
      #expect(try await session.sql(back, asAdmin: true) == "UPDATE 1")
    }
    #expect(try await session.redis("GET", "greeting") == "good morning")
    #expect(try await session.redis("DBSIZE") == "2")
    await session.stop()
  }

  @Test func `each request is on record before it is answered, without what proves who called`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    #expect(try session.calls().isEmpty)
    let token = try session.token
    _ = try await session.request("POST", "/accounts/a/unlock?why=x", token: token, body: #"{"name": "b"}"#)
    _ = try await session.request("GET", "/nowhere", token: token)
    let calls = try session.calls()
    #expect(calls.map(\.status) == [200, 404])
    #expect(calls.map(\.route) == ["POST /accounts/{id}/unlock", nil])
    #expect(calls[0].query == "why=x")
    #expect(calls[0].body["name"]?.stringValue == "b")
    #expect(calls[0].headers.first { $0.name == "authorization" }?.value.hasPrefix("sha256:") == true)
    let file = try String(contentsOf: URL(filePath: session.addresses.calls), encoding: .utf8)
    #expect(!file.contains(token))
    await session.stop()
  }

  @Test func `requests fail, hang and take their time as the scenario says`() async throws {
    let session = try await scratch.start(
      try scratch.scenario([
        "api.yaml": """
        routes:
          - route: GET /every
            fail: {every: 2, status: 503}
            answer: {text: fine}
          - route: GET /after
            fail: {after: 1}
          - route: GET /broken
            do: [{sql: "UPDATE nowhere SET x = 1"}]
          - route: GET /slow
            delay: 200ms
          - route: GET /never
            fail: {hang: true}
        """
      ]))
    var statuses: [Int] = []
    for path in ["/every", "/every", "/every", "/after", "/after", "/broken", "/slow"] {
      statuses.append(try await session.request("GET", path).status)
    }
    #expect(statuses == [200, 503, 200, 204, 500, 500, 204])
    // A request that is left to hang does not keep the world from ending.
    let hanging = Task { try? await session.request("GET", "/never").status }
    while try session.calls().count < 8 { try await Task.sleep(for: .milliseconds(20)) }
    await session.stop()
    #expect(await hanging.value == nil)
    #expect(scratch.processes.isEmpty)
  }
}
