import CEL
import ExecutorKit
import Foundation
import SQLExecutor
import Testing

/// Ways to write by a query, each tried against a database whose reader may do everything by the server's own rights.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct QueryCannotWriteTests {
  /// Against the grammar: these are refused before anything is sent.
  static let statements = [
    "INSERT INTO accounts VALUES (99)", "UPDATE accounts SET state = 'open'", "DELETE FROM accounts",
    "MERGE INTO accounts a USING keyed k ON a.id = k.id WHEN MATCHED THEN DELETE", "TRUNCATE accounts",
    "CREATE TABLE t (x int)", "CREATE TEMP TABLE t (x int)", "CREATE TABLE t AS SELECT 1", "SELECT 1 INTO t",
    "SELECT 1 AS x INTO TEMP t", "DROP TABLE accounts", "ALTER TABLE accounts ADD y int",
    "CREATE INDEX ON accounts (name)",
    "CREATE VIEW v AS SELECT 1", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE ROLE r",
    "GRANT ALL ON accounts TO PUBLIC", "REVOKE ALL ON accounts FROM reader", "COMMENT ON TABLE accounts IS 'x'",
    "COPY accounts FROM PROGRAM 'echo 1'", "COPY accounts TO PROGRAM 'cat'", "COPY accounts TO '/tmp/x'",
    "COPY accounts TO STDOUT", "COPY (DELETE FROM accounts RETURNING *) TO STDOUT", "LOCK accounts",
    "DO $$BEGIN DELETE FROM accounts; END$$", "CALL evil_procedure()", "SET work_mem = '1GB'",
    "SET TRANSACTION READ WRITE", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE", "RESET ALL", "SET ROLE boss",
    "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT s", "PREPARE p AS DELETE FROM accounts", "EXECUTE p",
    "DEALLOCATE ALL",
    "PREPARE TRANSACTION 'x'", "DECLARE c CURSOR FOR SELECT 1", "FETCH c", "CLOSE c", "LISTEN x", "NOTIFY x, 'y'",
    "UNLISTEN *", "VACUUM", "ANALYZE accounts", "REINDEX TABLE accounts", "CLUSTER", "CHECKPOINT",
    "REFRESH MATERIALIZED VIEW stored", "ALTER SYSTEM SET work_mem = '1GB'", "LOAD 'x'", "DISCARD ALL",
    "EXPLAIN ANALYZE UPDATE accounts SET state = 'open'", "EXPLAIN (ANALYZE) DELETE FROM accounts",
    "EXPLAIN (ANALYZE off) DELETE FROM accounts",
    "EXPLAIN (VERBOSE, ANALYZE, COSTS off) INSERT INTO accounts VALUES (99)",
    "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1", "EXPLAIN CREATE TABLE t AS SELECT 1", "EXPLAIN EXECUTE p",
    "EXPLAIN ANALYZE WITH d AS (DELETE FROM accounts RETURNING 1) SELECT * FROM d",
    "WITH d AS (DELETE FROM accounts RETURNING 1) SELECT * FROM d",
    "WITH d AS (INSERT INTO accounts VALUES (99) RETURNING 1) TABLE d",
    "WITH RECURSIVE a AS (SELECT 1), b AS (UPDATE accounts SET state = 'x' RETURNING 1) SELECT 1",
    "SELECT * FROM (WITH m AS (DELETE FROM accounts RETURNING 1) SELECT * FROM m) x",
    "SELECT * FROM accounts FOR UPDATE", "SELECT * FROM accounts FOR NO KEY UPDATE", "SELECT * FROM accounts FOR SHARE",
    "SELECT * FROM accounts FOR KEY SHARE SKIP LOCKED", "SELECT (SELECT id FROM accounts LIMIT 1 FOR UPDATE)",
    "SELECT * FROM (SELECT 1 FROM accounts FOR UPDATE) x", "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
    "DROP OWNED BY reader", "REASSIGN OWNED BY reader TO boss", "SECURITY LABEL ON TABLE accounts IS 'x'",
    "CREATE EXTENSION lo", "ALTER ROLE reader SUPERUSER", "SET CONSTRAINTS ALL DEFERRED",
    "IMPORT FOREIGN SCHEMA x FROM SERVER programs INTO public",
  ]

  /// Against what the server offers within a SELECT: refused after a look at its catalogs.
  static let functions = [
    "SELECT nextval('counter')", "SELECT setval('counter', 1)", "SELECT set_config('work_mem', '1GB', false)",
    "SELECT set_config('transaction_read_only', 'off', true), evil()", "SELECT pg_notify('x', 'y')",
    "SELECT pg_advisory_lock(1)", "SELECT pg_try_advisory_lock_shared(1)", "SELECT pg_advisory_xact_lock(1)",
    "SELECT (0.1).pg_sleep", "SELECT ('counter'::regclass).nextval", "SELECT (1::bigint).pg_try_advisory_lock",
    "SELECT g.pg_try_advisory_lock FROM generate_series(1::bigint, 2) g",
    "SELECT pg_sleep(0.1)", "SELECT pg_sleep_for('1 ms')",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'",
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'", "SELECT pg_reload_conf()",
    "SELECT pg_rotate_logfile()", "SELECT pg_switch_wal()", "SELECT pg_create_restore_point('x')",
    "SELECT pg_logical_emit_message(false, 'x', 'y')", "SELECT lo_create(0)", "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_unlink(4711)", "SELECT lo_put(4711, 0, 'x')", "SELECT lowrite(lo_open(4711, 131072), 'x')",
    "SELECT lo_export(4711, '/tmp/x')", "SELECT lo_import('/etc/passwd')", "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_stat_reset()", "SELECT pg_stat_reset_shared('bgwriter')", "SELECT txid_current()",
    "SELECT pg_current_xact_id()", "SELECT query_to_xml('SELECT evil()', true, true, '')",
    "SELECT query_to_xmlschema('SELECT evil()', true, true, '')", "SELECT table_to_xml('evil_view', true, true, '')",
    "SELECT schema_to_xml('public', true, true, '')", "SELECT database_to_xml(true, true, '')",
    "SELECT cursor_to_xml('c', 1, true, true, '')", "SELECT * FROM ts_stat('SELECT evil()::text::tsvector')",
    "SELECT ts_rewrite('a'::tsquery, 'SELECT evil()::text::tsquery, ''b''::tsquery')",
    "SELECT domain_in('1', 'evil_domain'::regtype, -1)",
    "SELECT * FROM dblink('dbname=app', 'SELECT evil()') AS t(x int)",
    "SELECT dblink_exec('dbname=app', 'DELETE FROM accounts')", "SELECT dblink_connect('dbname=app')",
    "SELECT * FROM crosstab('SELECT evil()::text, 1, 1') AS t(x text, y int)",
    "SELECT * FROM connectby('evil_view', 'x', 'x', '1', 0) AS t(a int, b int, c int)",
    "SELECT * FROM xpath_table('x', 'x', 'evil_view', '/a', 'true') AS t(x int, y text)", "SELECT pg_export_snapshot()",
    "SELECT pg_create_logical_replication_slot('x', 'test_decoding')",
    "SELECT pg_create_physical_replication_slot('x')",
    "SELECT pg_drop_replication_slot('x')", "SELECT pg_replication_origin_create('x')", "SELECT pg_promote()",
    "SELECT brin_summarize_new_values('brin_index')", "SELECT pg_import_system_collations('public')",
    "SELECT pg_log_backend_memory_contexts(1)", "SELECT setseed(0.5)", "SELECT pg_file_write('x', 'y', false)",
    "SELECT pg_backup_start('x')", "SELECT pg_wal_replay_pause()",
    "SELECT pg_nextoid('pg_class', 'oid', 'pg_class_oid_index')",
  ]

  /// Against our look at the catalogs: ways around a function's name.
  static let detours = [
    "SELECT evil()", "SELECT public.evil()", "SELECT app.public.evil()", "SELECT \"evil\"()", "SELECT EVIL(1)",
    "SELECT * FROM evil_set()", "SELECT * FROM ROWS FROM (evil_set(), generate_series(1, 2)) AS t", "VALUES (evil())",
    "SELECT 1 FROM accounts WHERE evil() = 1", "SELECT 1 FROM accounts ORDER BY evil()",
    "SELECT 1 LIMIT (SELECT evil())",
    "SELECT count(*) FILTER (WHERE evil() = 1) FROM accounts", "SELECT 1 GROUP BY evil()",
    "SELECT CASE WHEN evil() = 1 THEN 1 END",
    "SELECT 1 FROM accounts a JOIN keyed k ON evil(a.id) = k.id", "SELECT DISTINCT ON (evil()) 1",
    "SELECT coalesce(NULL, evil())",
    "SELECT 1 FROM accounts, LATERAL (SELECT evil(id)) x", "SELECT ARRAY(SELECT evil())",
    "SELECT EXISTS (SELECT evil())",
    "SELECT sum(evil()) OVER ()", "WITH x AS MATERIALIZED (SELECT evil()) SELECT * FROM x",
    "EXPLAIN ANALYZE SELECT evil()",
    "EXPLAIN SELECT liar_sql()", "SELECT generate_series(1, evil())", "SELECT 1 IN (SELECT evil())",
    "TABLE evil_view", "SELECT x FROM evil_view", "SELECT * FROM deep_view", "TABLE \"Evil View\"",
    "SELECT 1 FROM ONLY public.evil_view",
    "SELECT liar()", "SELECT liar_sql()", "SELECT liar_new()", "SELECT liar_deep()", "SELECT liar_view()",
    "SELECT liar_dynamic()",
    "SELECT liar_path()", "SELECT liar_default()", "SELECT definer()", "SELECT liar_internal(1)", "SELECT liar_c(1)",
    "SELECT evil_aggregate(id) FROM accounts", "SELECT evil_aggregate(id) OVER () FROM accounts",
    "SELECT lower(k) FROM keyed k",
    "SELECT k.lower FROM keyed k", "SELECT a.field FROM accounts a", "SELECT (a).field FROM accounts a",
    "SELECT (a.*).field FROM accounts a",
    "SELECT public.accounts.field FROM public.accounts", "SELECT k.any_field FROM keyed k",
    "SELECT (ROW(1, 2)::keyed).any_field",
    "SELECT 1 <+> 2", "SELECT 1 OPERATOR(public.<+>) 2", "SELECT 1 OPERATOR(side.@@@) 2", "SELECT 1 <+> ANY (ARRAY[1])",
    "SELECT 1::mood", "SELECT CAST(id AS mood) FROM accounts", "SELECT mood(1)", "SELECT 1::evil_domain",
    "SELECT '1'::evil_domain_2",
    "SELECT '{1,2}'::evil_domain[]", "SELECT '(1,2)'::evil_pair", "SELECT evil_domain '1'", "SELECT evil_domain(1)",
    "SELECT * FROM json_populate_record(NULL::evil_pair, '{\"a\": 1}')",
    "SELECT * FROM json_to_record('{\"a\": 1}') AS x(a evil_domain)",
    "SELECT * FROM guarded", "SELECT count(*) FROM guarded g", "SELECT * FROM program_table",
    "SELECT * FROM program_part",
    "SELECT * FROM parts", "SELECT 1 FROM accounts WHERE EXISTS (SELECT FROM parts)",
    "EXPLAIN ANALYZE TABLE parts",
  ]

  @Test(arguments: statements)
  func `a statement that writes is refused by its grammar`(_ statement: String) async throws {
    try await expectRefused(statement, codes: [.refused])
  }

  @Test(arguments: functions)
  func `a function that writes is refused`(_ statement: String) async throws {
    try await expectRefused(statement, codes: [.refused])
  }

  @Test(arguments: detours)
  func `a way around a function's name is refused`(_ statement: String) async throws {
    try await expectRefused(statement, codes: [.refused])
  }

  /// What keeps the attacks from being sham: the server by itself lets them through, read-only transaction or not.
  @Test func `the ways around a function's name would write, were they let through`() async throws {
    let server = try PostgresServer.shared.get()
    let written = server.folder + "/written"
    var harmless: [String] = []
    for statement in Self.detours {
      _ = try? PostgresServer.run(
        "/usr/bin/psql", ["-Xq", server.url("reader"), "-c", "BEGIN READ ONLY", "-c", statement, "-c", "ROLLBACK"])
      if !FileManager.default.fileExists(atPath: written) { harmless.append(statement) }
      try? FileManager.default.removeItem(atPath: written)
    }
    // Those that PostgreSQL refuses by itself or optimizes away, and the ones whose harm isn't a file.
    #expect(harmless.count < 12, "\(harmless)")
  }

  @Test(arguments: [
    "SELECT 1; DELETE FROM accounts", "SELECT 1; COMMIT; DELETE FROM accounts", "DELETE FROM accounts; SELECT 1",
    "SELECT 1;; DROP TABLE accounts --", "SELECT '\\'; DELETE FROM accounts; --'; SELECT 1",
    "SELECT $$a$$; DELETE FROM accounts", "/* ; */ SELECT 1 /* ; */; TRUNCATE accounts", "SELECT 1; SELECT 2",
  ])
  func `two statements are refused`(_ statement: String) async throws {
    try await expectRefused(statement, codes: [.invalid])
  }

  @Test func `an identifier from outside can't name what writes`() async throws {
    let server = try PostgresServer.shared.get()
    for (statement, name) in [
      ("SELECT * FROM :\"name\"", "evil_view"), ("SELECT * FROM :\"name\"", "Evil View"),
      ("SELECT :\"name\"()", "evil"),
      ("SELECT a.:\"name\" FROM accounts a", "field"), ("SELECT 1::int::text::int::public.:\"name\"", "evil_domain"),
    ] {
      let error = await failure { try await server.query(statement, [("name", .string(name))]) }
      #expect(error.code == .refused, "\(statement) \(name): \(error.message)")
    }
    for name in [
      "accounts; DELETE FROM accounts", "accounts\"; DELETE FROM accounts; --", "accounts\"\u{308}; DROP", "evil()",
    ] {
      let error = await failure { try await server.query("SELECT * FROM :\"name\"", [("name", .string(name))]) }
      #expect(error.code == .rejected && error.message.contains("42P01"), "\(error.message)")
    }
    try expectUnchanged(server)
  }

  @Test func `a value from outside stays a value`() async throws {
    let server = try PostgresServer.shared.get()
    for text in [
      "'; DELETE FROM accounts; --", "\\'; DROP TABLE accounts; --", "$1", ":x", "$$", "1); SELECT evil(); --",
    ] {
      let outcome = try await server.query("SELECT :x AS x", [("x", .string(text))])
      #expect(outcome.first?.stringValue == text)
      let list = try await server.query("SELECT :x::text[] AS x", [("x", .list([.string(text)]))])
      #expect(list.first?.listValue?.first?.stringValue == text)
    }
    try expectUnchanged(server)
  }

  @Test func `operators that nobody writes are looked at, too`() async throws {
    let server = try PostgresServer.shared.get()
    for statement in [
      "SELECT 1 FROM pairs WHERE a = b", "SELECT 1 FROM pairs WHERE a IN (b)",
      "SELECT CASE a WHEN b THEN 1 END FROM pairs",
    ] {
      let error = await failure { try await server.query(statement, database: "odd") }
      #expect(error.code == .refused, "\(statement): \(error.message)")
    }
    try expectUnchanged(server)
  }

  @Test(arguments: ["postgres", "boss", "signaler", "filer", "climber"])
  func `a role of power is refused, and privileged takes it`(_ role: String) async throws {
    let server = try PostgresServer.shared.get()
    let error = await failure { try await server.query("SELECT 1 AS x", as: role) }
    #expect(error.code == .refused && error.message.contains("privileged"))
    let outcome = try await server.query("SELECT 1 AS x", as: role, settings: [("privileged", true)])
    #expect(outcome.json == #"[{"x":1}]"#)
  }

  @Test func `a role of power is held to the same rules`() async throws {
    let server = try PostgresServer.shared.get()
    let settings: [(String, Value)] = [("privileged", true)]
    for statement in Self.statements + Self.functions + Self.detours {
      let error = await failure { try await server.query(statement, as: "boss", settings: settings) }
      #expect(error.code == .refused, "\(statement): \(error.message)")
    }
    try expectUnchanged(server)
  }

  @Test(arguments: [
    "SELECT count(*) FROM accounts WHERE state = 'locked'",
    "SELECT now(), clock_timestamp(), random(), gen_random_uuid()",
    "TABLE plain_view", "VALUES (1, 'a'), (2, 'b')", "SHOW work_mem", "EXPLAIN SELECT * FROM accounts",
    "EXPLAIN ANALYZE SELECT * FROM accounts", "EXPLAIN UPDATE accounts SET state = 'open'",
    "EXPLAIN (FORMAT JSON) DELETE FROM accounts",
    "SELECT good(10)", "SELECT pg_size_pretty(pg_total_relation_size('accounts'))", "SELECT pg_database_size('app')",
    "SELECT count(*) FROM pg_locks", "SELECT pid, state, pg_blocking_pids(pid) FROM pg_stat_activity",
    "SELECT * FROM stored",
    "SELECT * FROM pg_stat_replication", "SELECT * FROM information_schema.tables LIMIT 5",
    "SELECT * FROM pg_settings LIMIT 3",
    "WITH RECURSIVE evil_list AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM evil_list WHERE n < 5) TABLE evil_list",
    "SELECT id, row_number() OVER (PARTITION BY state ORDER BY id) FROM accounts",
    "SELECT email FROM accounts WHERE email = 'u7@EXAMPLE.org'",
    "SELECT name FROM accounts WHERE similarity(name, 'user 1') > 0.3",
    "SELECT jsonb_path_query('{\"a\": [1, 2]}', '$.a[*]')",
    "SELECT a.name, a.state FROM accounts a",
    "SELECT extract(epoch FROM now()), date_trunc('hour', now()), '1 day'::interval",
    "SELECT string_agg(name, ', ' ORDER BY id) FROM accounts", "SELECT '(1,a)'::point_of",
    "SELECT last_value FROM counter",
    "SELECT count(*) FROM pg_buffercache", "SELECT digest('x', 'sha256')",
    "SELECT * FROM generate_series(1, 3) WITH ORDINALITY",
    "(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1", "SELECT substring('abc' FROM 2 FOR 1), position('b' IN 'abc')",
  ])
  func `what only reads may run`(_ statement: String) async throws {
    let server = try PostgresServer.shared.get()
    _ = try await server.query(statement)
  }

  @Test func `the environment can allow a function, by name or with its schema`() async throws {
    let server = try PostgresServer.shared.get()
    for name in ["pg_sleep", "pg_catalog.pg_sleep"] {
      _ = try await server.query("SELECT pg_sleep(0)", settings: [("allow_functions", .list([.string(name)]))])
    }
    let error = await failure {
      try await server.query("SELECT pg_sleep(0)", settings: [("allow_functions", ["other.pg_sleep"])])
    }
    #expect(error.code == .refused)
  }

  @Test func `what a query left in its session is gone`() async throws {
    let server = try PostgresServer.shared.get()
    let executor = SQLExecutor()
    let settings: [(String, Value)] = [("allow_functions", ["set_config"])]
    _ = try await server.query("SELECT set_config('work_mem', '1GB', false)", settings: settings, executor: executor)
    let outcome = try await server.query("SHOW work_mem", settings: settings, executor: executor)
    #expect(outcome.json == #"[{"work_mem":"4MB"}]"#)
    await executor.close()
  }

  private func expectRefused(_ statement: String, codes: [ExecutorError.Code]) async throws {
    let server = try PostgresServer.shared.get()
    let before = try World.snapshot(of: server)
    let executor = SQLExecutor()
    let error = await failure { try await server.query(statement, executor: executor) }
    #expect(codes.contains(error.code), "\(error.code): \(error.message)")
    #expect(!error.mayHaveTakenEffect)
    #expect(try World.snapshot(of: server) == before)
    await executor.close()
  }

  private func expectUnchanged(_ server: PostgresServer) throws {
    #expect(try !server.psql("SELECT string_agg(f, ' ') FROM pg_ls_dir('..') f").contains("written"))
    #expect(try server.psql("SELECT count(*) FROM accounts WHERE state = 'locked'") == "50")
  }
}
