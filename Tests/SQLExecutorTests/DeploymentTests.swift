import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

/// Poolers, several hosts, a standby.
@Suite(.enabled(if: Deployment.isAvailable, "PostgreSQL 15 or pgbouncer is not installed"), .serialized)
struct DeploymentTests {
  private func perform(
    _ statement: String, _ mode: CallMode = .query, at url: String, _ settings: [(String, Value)] = [],
    within time: Duration = .seconds(20), executor: SQLExecutor = SQLExecutor()
  ) async throws -> CallOutcome {
    defer { Task { await executor.close() } }
    return try await executor.perform(
      call(statement, [], mode), context: context(url, settings, within: time))
  }

  // MARK: Poolers

  private func pooled(_ role: String = "reader", _ world: Deployment) -> String { Deployment.url(role, [world.pooler]) }

  @Test(arguments: [
    ("VACUUM audit_logs", nil), ("DO $$ BEGIN PERFORM 1; END $$", nil), ("ANALYZE audit_logs", nil),
    ("CREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON audit_logs (event)", nil),
    ("CREATE INDEX CONCURRENTLY ix ON audit_logs (event)", "42P07"), ("REINDEX TABLE CONCURRENTLY audit_logs", nil),
    ("INSERT INTO audit_logs (event) VALUES ('x')", nil), ("UPDATE audit_logs SET event = event", nil),
    ("VACUUM nothing", "42P01"), ("SELECT set_config('work_mem', '5MB', true)", nil),
    ("DO $$ BEGIN RAISE 'no'; END $$", "P0001"), ("DO $$ BEGIN SET LOCAL work_mem = '5MB'; END $$", nil),
    ("SELECT set_config('work_mem', '5MB', false)", "act.url"), ("SELECT pg_advisory_lock(7)", "act.url"),
    ("CREATE TEMP TABLE t (x int)", "act.url"), ("DO $$ BEGIN SET work_mem = '5MB'; END $$", "act.url"),
    ("DO $$ BEGIN PERFORM set_config('work_mem', '5MB', false); END $$", "act.url"),
  ])
  func `an act leaves nothing in a pooled session, or is refused with the way out`(
    _ statement: String, _ error: String?
  )
    async throws
  {
    let world = try Deployment.shared.get()
    try world.psql("DISCARD ALL")
    let url = pooled("owner", world)
    if let error {
      let found = await failure { try await perform(statement, .act, at: url) }
      #expect(found.message.contains(error), "\(found.message)")
      if error == "act.url" {
        #expect(found.code == .refused && found.message.contains("pooler") && !found.mayHaveTakenEffect)
      }
    } else {
      let outcome = try await perform(statement, .act, at: url)
      #expect(outcome.source == "127.0.0.1:\(world.pooler) (pooler; primary)")
    }
    #expect(try world.leftBehind() == "")
    #expect(try world.psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0")
  }

  @Test func `queries and a target's zone leave nothing in a pooled session either`() async throws {
    let world = try Deployment.shared.get()
    try world.psql("DISCARD ALL", as: "reader")
    let url = pooled("reader", world)
    let tokyo: [(String, Value)] = [("timezone", "Asia/Tokyo")]
    let outcome = try await perform("SELECT timestamp '2026-11-29 09:00' AS t", at: url, tokyo)
    #expect(outcome.json == #"[{"t":"2026-11-29T00:00:00Z"}]"#)
    #expect(outcome.source == "127.0.0.1:\(world.pooler) (pooler; primary; time zone Asia/Tokyo)")
    #expect(try world.psql("SHOW TimeZone", as: "reader") == "UTC")
    #expect(try world.leftBehind(as: "reader") == "")
    let refused = await failure { try await perform("DO $$ BEGIN END $$", .act, at: pooled("owner", world), tokyo) }
    #expect(refused.code == .refused && refused.message.contains("timezone"), "\(refused.message)")
    let direct = try #require(world.primary.port)
    let alone = try await perform("DO $$ BEGIN END $$", .act, at: Deployment.url("owner", [direct]), tokyo)
    #expect(alone.source == "127.0.0.1:\(direct) (primary; time zone Asia/Tokyo)")
  }

  /// A session of a pooler may hold what another client has made for itself.
  @Test(arguments: ["SELECT pg_temp.locked()", "SELECT * FROM pg_temp.shown", "TABLE pg_temp.shown", "TABLE shown"])
  func `what another client has left in a pooled session is looked at by its short name too`(
    _ statement: String
  ) async throws {
    let world = try Deployment.shared.get()
    try world.psql(
      """
      CREATE FUNCTION pg_temp.locked() RETURNS bool LANGUAGE sql AS 'SELECT pg_try_advisory_xact_lock(4711)';
      CREATE TEMP VIEW shown AS SELECT pg_temp.locked();
      """, as: "reader")
    let error = await failure { try await perform(statement, at: pooled("reader", world)) }
    #expect(error.code == .refused && error.message.contains("is VOLATILE"), "\(error)")
    try world.psql("DROP FUNCTION pg_temp.locked CASCADE", as: "reader")
  }

  @Test func `our own clock ends what is sent alone through a pooler`() async throws {
    let world = try Deployment.shared.get()
    let error = await failure {
      try await perform(
        "DO $$ BEGIN PERFORM pg_sleep(60); END $$", .act, at: pooled("owner", world), within: .seconds(1))
    }
    #expect(error.code == .timedOut && error.mayHaveTakenEffect, "\(error)")
    try await world.primary.wait(
      for: "0",
      "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()"
    )
    #expect(try world.leftBehind() == "")
  }

  @Test func `a full pool ends a query at its time`() async throws {
    let world = try Deployment.shared.get()
    let holder = Task { try await perform("SELECT pg_sleep(30)", .act, at: pooled("owner", world)) }
    try await world.primary.wait(
      for: "1", "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' AND state = 'active'")
    let error = await failure {
      try await perform("SELECT 1 AS n", .act, at: pooled("owner", world), within: .seconds(1))
    }
    #expect(error.code == .timedOut && !error.mayHaveTakenEffect, "\(error)")
    // The pool is full still: nothing was waited for beyond the deadline.
    let held = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' AND state = 'active'"
    #expect(try world.primary.psql(held) == "1")
    holder.cancel()
    _ = try? await holder.value
  }

  @Test(arguments: ["stats", "admin"])
  func `a pooler's console gives its rows, and takes nothing else`(_ role: String) async throws {
    let world = try Deployment.shared.get()
    let url = Deployment.url(role, [world.pooler], database: "pgbouncer")
    let executor = SQLExecutor()
    for statement in ["SHOW POOLS", "SHOW STATS", "SHOW VERSION"] {
      let outcome = try await perform(statement, at: url, executor: executor)
      #expect(!outcome.rows.isEmpty && outcome.source == "127.0.0.1:\(world.pooler) (a pooler's console)")
    }
    let pools = try await perform("SHOW POOLS", at: url)
    #expect(pools.rows.allSatisfy { $0["cl_waiting"]?.intValue != nil && $0["pool_mode"]?.stringValue != nil })
    let lines = try await executor.plan(call("SHOW POOLS", [], .query), context: context(url))
    #expect(lines == ["SHOW on 127.0.0.1:\(world.pooler) (a pooler's console)"])
    for (statement, mode) in [
      ("SELECT 1", CallMode.query), ("SHOW FDS", .query), ("VACUUM t", .act), ("SELECT 1", .act),
    ] {
      let error = await failure { try await perform(statement, mode, at: url) }
      #expect(error.code == .refused && error.message.contains("pooler's console"), "\(error.message)")
    }
  }

  // MARK: Hosts

  @Test func `a host that says nothing is left after connect_timeout, and the source is the one that answered`()
    async throws
  {
    let world = try Deployment.shared.get()
    let port = try #require(world.primary.port)
    let more = "connect_timeout=1&target_session_attrs=any"
    for mode in [CallMode.query, .act] {
      let outcome = try await perform(
        "SELECT 1 AS n", mode, at: Deployment.url("owner", [world.silent.port, port], more: more), within: .seconds(15))
      #expect(outcome.source == "127.0.0.1:\(port) (primary)")
    }
    // Without one each gets a part of the time.
    let shared = try await perform(
      "SELECT 1 AS n", at: Deployment.url("reader", [world.silent.port, port]), within: .seconds(4))
    #expect(shared.source == "127.0.0.1:\(port) (primary)")
    let alone = await failure {
      try await perform("SELECT 1", at: Deployment.url("reader", [world.silent.port], more: more), within: .seconds(60))
    }
    #expect(alone.code == .unreachable && alone.message.contains("within 1 s (connect_timeout)"), "\(alone.message)")
  }

  @Test func `hosts that refuse, or have no address, are passed over, and each one's error is shown`() async throws {
    let world = try Deployment.shared.get()
    let port = try #require(world.primary.port)
    let (first, second) = (try Deployment.freePort(), try Deployment.freePort())
    for url in [
      Deployment.url("reader", [first, port]), "postgres://reader@no-such-host.invalid:\(port),127.0.0.1:\(port)/app",
      "postgres://reader@:\(first),127.0.0.1:\(port)/app?host=/tmp/nowhere,127.0.0.1",
    ] {
      let outcome = try await perform("SELECT 1 AS n", at: url)
      #expect(outcome.source == "127.0.0.1:\(port) (primary)", "\(url)")
    }
    let error = await failure { try await perform("SELECT 1", at: Deployment.url("reader", [first, second])) }
    #expect(
      error.code == .unreachable && error.message.components(separatedBy: "refused").count == 3, "\(error.message)")
    #expect(error.message.contains("127.0.0.1:\(first): ") && error.message.contains("127.0.0.1:\(second): "))
    let mixed = await failure {
      try await perform(
        "SELECT 1", at: Deployment.url("reader", [first, world.silent.port], more: "connect_timeout=1"))
    }
    #expect(mixed.message.contains("refused") && mixed.message.contains("no answer within 1 s"), "\(mixed.message)")
    // A role that one does not let in is not tried at the next.
    let unknown = await failure { try await perform("SELECT 1", at: Deployment.url("nobody", [port, first])) }
    #expect(unknown.code == .unauthorized && !unknown.message.contains("refused"), "\(unknown.message)")
    let mismatch = await failure { try await perform("SELECT 1", at: "postgres://x@a,b,c/app?port=1,2") }
    #expect(mismatch.code == .invalid, "\(mismatch.message)")
  }

  @Test func `of several hosts the act goes to the one that was named before it, and to no other`() async throws {
    let world = try Deployment.shared.get()
    let (primary, standby) = (try #require(world.primary.port), try #require(world.standby.port))
    let executor = SQLExecutor()
    defer { Task { await executor.close() } }
    let insert = call("INSERT INTO audit_logs (event) VALUES ('where')", [], .act)
    let count = "SELECT count(*) FROM audit_logs WHERE event = 'where'"
    let before = try world.psql(count)
    func place(_ ports: [Int], _ more: String = "") -> CallContext {
      context(Deployment.url("owner", ports, more: more), [], within: .seconds(20))
    }
    var sending = place([try Deployment.freePort(), primary])
    let found = try #require(await executor.server(of: insert, context: sending))
    #expect(found == CallServer("127.0.0.1:\(primary)/app (primary)", isFound: true))
    let other = try await executor.server(of: insert, context: place([standby, primary], "target_session_attrs=any"))
    #expect(other?.text == "127.0.0.1:\(standby)/app (replica)")
    sending.server = other
    let error = await failure { [sending] in try await executor.perform(insert, context: sending) }
    #expect(error.code == .otherServer && !error.mayHaveTakenEffect && error.message.contains(":\(primary)/app"))
    #expect(try world.psql(count) == before)
    sending.server = found
    #expect(try await executor.perform(insert, context: sending).source == "127.0.0.1:\(primary) (primary)")
    #expect(try Int(world.psql(count)) == Int(before).map { $0 + 1 })
    let one = try await executor.server(of: insert, context: place([primary]))
    #expect(one == CallServer("127.0.0.1:\(primary)/app"))
    let nobody = await failure {
      try await executor.server(of: insert, context: place([try Deployment.freePort(), 1]))
    }
    #expect(nobody.code == .unreachable && nobody.message.components(separatedBy: "refused").count == 3)
  }

  @Test func `a standby says so, and how far it lags, and target_session_attrs picks`() async throws {
    let world = try Deployment.shared.get()
    let (primary, standby) = (try #require(world.primary.port), try #require(world.standby.port))
    for (attributes, ports, source) in [
      ("read-write", [standby, primary], "127.0.0.1:\(primary) (primary)"),
      ("primary", [standby, primary], "127.0.0.1:\(primary) (primary)"),
      ("standby", [primary, standby], "127.0.0.1:\(standby) (replica, lag "),
      ("prefer-standby", [primary, standby], "127.0.0.1:\(standby) (replica, lag "),
      ("prefer-standby", [primary], "127.0.0.1:\(primary) (primary)"),
      ("any", [standby, primary], "127.0.0.1:\(standby) (replica, lag "),
    ] {
      let url = Deployment.url("reader", ports, more: "target_session_attrs=\(attributes)")
      let found = try await perform("SELECT 1 AS n", at: url).source ?? ""
      #expect(found.hasPrefix(source) && !found.contains("unknown"), "\(attributes): \(found)")
    }
    let none = await failure {
      try await perform("SELECT 1", at: Deployment.url("reader", [standby], more: "target_session_attrs=read-write"))
    }
    #expect(none.code == .unreachable, "\(none.message)")
    let error = await failure {
      try await perform("CREATE TABLE t (x int)", .act, at: Deployment.url("owner", [standby]))
    }
    #expect(error.code == .rejected && error.message.contains("25006") && !error.mayHaveTakenEffect, "\(error)")
  }

  @Test func `on a standby a missing right to ask for the lag makes it unknown`() async throws {
    let world = try Deployment.shared.get()
    try world.primary.psql("CREATE DATABASE bare", database: "postgres")
    try world.primary.psql(
      "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn() FROM PUBLIC",
      database: "bare")
    try await world.standby.wait(
      for: "1", "SELECT count(*) FROM pg_proc WHERE proname = 'pg_last_wal_replay_lsn' AND proacl IS NOT NULL",
      database: "bare")
    let port = try #require(world.standby.port)
    let outcome = try await perform("SELECT 1 AS n", at: Deployment.url("reader", [port], database: "bare"))
    #expect(outcome.source == "127.0.0.1:\(port) (replica, lag unknown)" && outcome.rows.count == 1)
  }
}
