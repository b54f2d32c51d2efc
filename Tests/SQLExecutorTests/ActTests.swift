import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct ActTests {
  private func clear(_ server: PostgresServer) throws {
    try server.psql(
      "TRUNCATE accounts; INSERT INTO accounts SELECT i, 'n' || i, 'locked' FROM generate_series(1, 5) i",
      database: "scratch")
  }

  @Test func `a change commits and says how many rows it touched`() async throws {
    let server = try PostgresServer.changing.get()
    try clear(server)
    let outcome = try await server.act(
      "UPDATE accounts SET state = :state WHERE id = ANY(:ids) RETURNING id, state",
      [("state", "open"), ("ids", [1, 2])])
    #expect(outcome.fields["affected"]?.intValue == 2)
    #expect(outcome.json == #"[{"id":1,"state":"open"},{"id":2,"state":"open"}]"#)
    #expect(try server.psql("SELECT count(*) FROM accounts WHERE state = 'open'", database: "scratch") == "2")
  }

  @Test func `an act uses the settings under act, and a query doesn't`() async throws {
    let server = try PostgresServer.changing.get()
    try clear(server)
    let executor = SQLExecutor()
    let settings: [(String, Value)] = [("act", .map(MapValue([("url", .string(server.url("boss", "scratch")))])))]
    let acted = try await server.act(
      "INSERT INTO accounts VALUES (9) RETURNING current_user::text AS u", as: "reader", settings: settings,
      executor: executor)
    let read = try await server.query("SELECT current_user::text AS u", settings: settings, executor: executor)
    #expect(acted.json == #"[{"u":"boss"}]"#)
    #expect(read.json == #"[{"u":"reader"}]"#)
    await executor.close()
  }

  @Test(arguments: [
    "VACUUM accounts", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON accounts (name)",
    "DROP INDEX CONCURRENTLY IF EXISTS i",
    "DO $$BEGIN UPDATE accounts SET state = 'x'; COMMIT; END$$", "ALTER SYSTEM SET work_mem = '5MB'",
    "ALTER SYSTEM RESET work_mem",
    "SELECT pg_reload_conf()", "CREATE TABLE IF NOT EXISTS other (x int)", "DROP TABLE other", "NOTIFY x, 'y'",
    "CHECKPOINT",
    "CREATE OR REPLACE PROCEDURE p(INOUT a int) LANGUAGE plpgsql AS 'BEGIN COMMIT; a := a + 1; END'",
    "TRUNCATE accounts", "ANALYZE",
  ])
  func `any kind of statement may be an act`(_ statement: String) async throws {
    let server = try PostgresServer.changing.get()
    _ = try await server.act(statement)
  }

  @Test func `a procedure gives its results`() async throws {
    let server = try PostgresServer.changing.get()
    try await server.act(
      "CREATE OR REPLACE PROCEDURE q(INOUT a int) LANGUAGE plpgsql AS 'BEGIN COMMIT; a := a + 1; END'")
    #expect(try await server.act("CALL q(:a)", [("a", 41)]).json == #"[{"a":42}]"#)
  }

  @Test func `what fails has changed nothing`() async throws {
    let server = try PostgresServer.changing.get()
    try clear(server)
    let before = try server.psql("SELECT md5(string_agg(a::text, '')) FROM accounts a", database: "scratch")
    for (statement, state) in [
      ("INSERT INTO accounts VALUES (6), (1)", "23505"), ("UPDATE accounts SET id = 1 / (id - 3)", "22012"),
      ("DELETE FROM accounts RETURNING id AS a, name AS a", "named a"), ("DELETE FROM nothing", "42P01"),
    ] {
      let error = await failure { try await server.act(statement) }
      #expect(error.message.contains(state) && !error.mayHaveTakenEffect, "\(error)")
    }
    #expect(try server.psql("SELECT md5(string_agg(a::text, '')) FROM accounts a", database: "scratch") == before)
  }

  @Test func `a constraint that fails at the commit is an error`() async throws {
    let server = try PostgresServer.changing.get()
    try await server.act("DROP TABLE IF EXISTS d")
    try await server.act("CREATE TABLE d (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    let error = await failure { try await server.act("INSERT INTO d VALUES (1), (1)") }
    #expect(error.code == .rejected && error.message.contains("23505") && !error.mayHaveTakenEffect)
    #expect(try server.psql("SELECT count(*) FROM d", database: "scratch") == "0")
  }

  @Test func `what an act left in its session is gone`() async throws {
    let server = try PostgresServer.changing.get()
    let executor = SQLExecutor()
    _ = try await server.act("SELECT set_config('work_mem', '1GB', false), pg_advisory_lock(7)", executor: executor)
    #expect(
      try await server.act("SELECT current_setting('work_mem') AS m", executor: executor).json == #"[{"m":"4MB"}]"#)
    #expect(try server.psql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == "0")
    await executor.close()
  }

  @Test func `a commit that is cut off is unknown, and one that is late counts`() async throws {
    let server = try PostgresServer()
    defer { server.stop() }
    try server.psql("CREATE TABLE t (x int)", database: "postgres")
    // A standby that never comes: commits wait for it.
    try server.psql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'", database: "postgres")
    try server.psql("SELECT pg_reload_conf()", database: "postgres")
    try await server.wait(for: "nobody", "SHOW synchronous_standby_names", database: "postgres")
    let late = try await server.act("INSERT INTO t VALUES (1)", database: "postgres", within: .seconds(1))
    #expect(late.fields["affected"]?.intValue == 1)
    let task = Task { try await server.act("INSERT INTO t VALUES (2)", database: "postgres") }
    let waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    try await server.wait(for: "1", "SELECT count(*) \(waiting)", database: "postgres")
    try server.psql("SELECT pg_terminate_backend(pid) \(waiting)", database: "postgres")
    let error = await failure { try await task.value }
    #expect(error.code == .disconnected && error.mayHaveTakenEffect, "\(error)")
    #expect(try server.psql("SELECT count(*) FROM t", database: "postgres") == "2")
  }

  @Test func `a plan changes nothing and estimates the rows`() async throws {
    let server = try PostgresServer.changing.get()
    try clear(server)
    try server.psql("ANALYZE accounts", database: "scratch")
    let executor = SQLExecutor()
    let target = context(server.url("postgres", "scratch"))
    let lines = try await executor.plan(call("DELETE FROM accounts WHERE id > :n", [("n", 0)], .act), context: target)
    #expect(lines == ["DELETE on db (primary), about 5 rows"])
    #expect(
      try await executor.plan(call("TRUNCATE accounts", [], .act), context: target) == [
        "TRUNCATE on db (primary), not tried out"
      ])
    let volatile = try await executor.plan(call("SELECT pg_terminate_backend(1)", [], .act), context: target)
    #expect(volatile.first?.contains("aren't estimated") == true)
    for statement in ["DELETE FROM nowhere", "UPDATE accounts SET nothing = 1", "SELECT no_function()"] {
      let error = await failure { try await executor.plan(call(statement, [], .act), context: target) }
      #expect(error.code == .rejected && error.message.contains("(42"), "\(error.message)")
    }
    #expect(try server.psql("SELECT count(*) FROM accounts", database: "scratch") == "5")
    let reader = context(server.url("reader"))
    #expect(
      try await executor.plan(call("TABLE accounts", [], .query), context: reader) == [
        "reads db (primary), about 50 rows"
      ])
    let error = await failure { try await executor.plan(call("SELECT nam FROM accounts", [], .query), context: reader) }
    #expect(error.message.contains("42703") && error.message.contains("line 1, column 8"), "\(error.message)")
    await executor.close()
  }
}
