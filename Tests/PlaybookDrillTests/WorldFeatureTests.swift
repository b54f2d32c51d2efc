import CEL
import Foundation
import Testing

@testable import PlaybookDrill

/// What a scenario's drill can do besides being seeded.
@Suite(.enabled(if: Machine.hasServers, "redis-server and PostgreSQL are needed"), .serialized)
struct WorldFeatureTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func control(_ session: DrillSession, _ word: String) async throws -> (ok: Bool, output: String) {
    let program = session.addresses.folder + "/control/redis"
    let result = try await Command.run(ServerAccount(user: nil).command([program, word]))
    return (result.succeeded, result.output.trimmingCharacters(in: .newlines))
  }

  @Test func `a program stops the world's Redis and starts it again with its data`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    #expect(try await control(session, "status").output == "running")
    #expect(try await control(session, "stop") == (true, "Redis is stopped"))
    #expect(try await control(session, "status").ok == false)
    #expect(try await session.redis("PING").contains("Could not connect"))
    #expect(try await control(session, "stop").ok)
    #expect(try await control(session, "start") == (true, "Redis is running"))
    #expect(try await session.redis("GET", "greeting") == "good morning")
    #expect(try await control(session, "restart").ok)
    #expect(try await session.redis("GET", "greeting") == "good morning")
    #expect(try await control(session, "explode").ok == false)
    await session.stop()
    #expect(try await scratch.becomesQuiet())
  }

  @Test func `what a killed Redis held is lost, even after it was stopped in between`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    #expect(try await control(session, "restart").ok)
    #expect(try await control(session, "kill").ok)
    #expect(try await control(session, "start").ok)
    #expect(try await session.redis("DBSIZE") == "0")
    await session.stop()
  }

  @Test func `a world that is stopped while its Redis is down leaves nothing behind`() async throws {
    let session = try await scratch.start(try scratch.scenario([:]))
    #expect(try await control(session, "kill").ok)
    await session.stop()
    #expect(try await scratch.becomesQuiet())
    #expect(!FileManager.default.fileExists(atPath: session.addresses.folder))
  }

  @Test func `the program start is run before the drill begins, and can make a secret of any shape`() async throws {
    let scenario = try scratch.scenario([
      "start": """
      #!/bin/sh
      set -eu
      . "$(dirname "$0")/world.env"
      "$WORLD_CONTROL/redis" kill
      printf '%s\\n' '123456:AAE_shape' > "$WORLD_SECRETS/bot"
      """,
      "api.yaml": """
      routes:
        - route: GET /bot{token}/getMe
          answer:
            - {when: request.path.token != secrets.bot, status: 401, json: {ok: false, error_code: 401}}
            - {json: {ok: true, result: {username: drill_bot}}}
      """,
    ])
    let session = try await scratch.start(scenario)
    #expect(try await session.redis("PING").contains("Could not connect"))
    let good = try await session.request("GET", "/bot123456:AAE_shape/getMe")
    #expect(good.body["result"]?["username"]?.stringValue == "drill_bot")
    #expect(try await session.request("GET", "/bot123456:wrong/getMe").status == 401)
    #expect(try await session.request("GET", "/bot/getMe").status == 404)
    let calls = try session.calls()
    #expect(calls.map(\.route) == ["GET /bot{token}/getMe", "GET /bot{token}/getMe", nil])
    #expect(calls[1].assertable["params"]?["token"]?.stringValue == "123456:wrong")
    await session.stop()
  }

  @Test func `a start that fails says so with what it wrote`() async throws {
    let scenario = try scratch.scenario(["start": "#!/bin/sh\necho 'no luck today'\nexit 3\n"])
    let error = await #expect(throws: DrillError.self) { try await scratch.start(scenario) }
    #expect(error?.message.contains("no luck today") == true)
    #expect(try await scratch.becomesQuiet())
  }

  @Test func `an answer's clock can be wrong, and is right otherwise`() async throws {
    let scenario = try scratch.scenario([
      "api.yaml": """
      routes:
        - route: GET /fast
          answer: {headers: {date: "${now + duration('90s')}"}, json: {}}
        - route: GET /fixed
          answer: {headers: {Date: "${timestamp('1994-11-06T08:49:37Z')}"}, json: {}}
        - route: GET /right
          answer: {json: {}}
      """
    ])
    let session = try await scratch.start(scenario)
    #expect(try await session.request("GET", "/fixed").headers["date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
    let right = try #require(format.date(from: try await session.request("GET", "/right").headers["date"] ?? ""))
    let fast = try #require(format.date(from: try await session.request("GET", "/fast").headers["date"] ?? ""))
    #expect((60...120).contains(fast.timeIntervalSince(right)))
    #expect(abs(right.timeIntervalSinceNow) < 30)
    await session.stop()
  }

  @Test func `a statement that may fail leaves the answer to say what is broken`() async throws {
    let scenario = try scratch.scenario([
      "bin/service": "#!/bin/sh\necho \"$1 is up\"\n",
      "api.yaml": """
      routes:
        - route: GET /health
          do:
            - {as: cache, may_fail: true, redis: PING}
            - {as: service, shell: service worker}
          answer:
            - {when: cache.ok, json: {redis: up, worker: "${service.lines[0]}"}}
            - {status: 503, json: {redis: down, worker: "${service.lines[0]}"}}
      """,
    ])
    let session = try await scratch.start(scenario)
    #expect(try await session.request("GET", "/health").status == 200)
    #expect(try await control(session, "kill").ok)
    let answer = try await session.request("GET", "/health")
    #expect(answer.status == 503)
    #expect(answer.body["worker"]?.stringValue == "worker is up")
    #expect(try await control(session, "start").ok)
    #expect(try await session.request("GET", "/health").status == 200)
    await session.stop()
  }

  @Test func `HTTP dates are those of the RFC`() throws {
    for (time, text) in [
      ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
      ("1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
      ("2024-02-29T12:30:05.25Z", "Thu, 29 Feb 2024 12:30:05 GMT"),
      ("2026-11-23T00:00:00Z", "Mon, 23 Nov 2026 00:00:00 GMT"),
    ] { #expect(try #require(Timestamp(rfc3339: time)).httpDate == text) }
  }
}
