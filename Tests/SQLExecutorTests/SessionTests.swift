import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

/// What the server, the database and the role make of a session, and what of it stays theirs.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct SessionTests {
  /// A database of its own, made once, with a reader's right to all that is made in it.
  private func database(_ name: String, _ script: String = "", like options: String = "") throws -> PostgresServer {
    let server = try PostgresServer.changing.get()
    if try server.psql("SELECT 1 FROM pg_database WHERE datname = '\(name)'", database: "postgres") == "1" {
      return server
    }
    try server.psql("CREATE DATABASE \(name) \(options)", database: "postgres")
    if !script.isEmpty { try server.psql(script, database: name) }
    return server
  }

  private func zoned() throws -> PostgresServer {
    let server = try database(
      "zoned",
      "ALTER DATABASE zoned SET timezone = 'America/New_York'; CREATE ROLE kolkata LOGIN; CREATE ROLE owner LOGIN;"
        + "ALTER ROLE kolkata SET timezone = 'Asia/Kolkata'; GRANT pg_read_all_data TO kolkata;"
        + "CREATE TABLE logins (id serial, at timestamp DEFAULT now(), ok boolean DEFAULT false); GRANT ALL ON logins TO owner;"
        + "GRANT ALL ON SEQUENCE logins_id_seq TO owner;")
    // In a session of its own, so that the database's zone counts.
    try server.psql("TRUNCATE logins; INSERT INTO logins SELECT i FROM generate_series(1, 20) i", database: "zoned")
    return server
  }

  @Test func `which rows match is for the session's own zone to say`() async throws {
    let server = try zoned()
    let executor = SQLExecutor()
    let now = Timestamp.now()
    for (role, settings, count) in [
      ("reader", [], 20), ("kolkata", [], 0), ("kolkata", [("timezone", "America/New_York")], 20),
      ("reader", [("timezone", "UTC")], 0),
    ] as [(String, [(String, Value)], Int)] {
      let here = try await server.query(
        """
        SELECT count(*) FILTER (WHERE abs(extract(epoch FROM now() - at)) < 3600) AS recent,
          count(*) FILTER (WHERE at > :since AND at < :until) AS bound, now()::date::text AS today,
          date_trunc('day', now())::text AS day
        FROM logins
        """, [("since", .timestamp(now.adding(.seconds(-3600))!)), ("until", .timestamp(now.adding(.seconds(3600))!))],
        as: role, database: "zoned", settings: settings, executor: executor)
      let row = try #require(here.rows.first)
      #expect(
        row["recent"]?.intValue == Int64(count) && row["bound"]?.intValue == Int64(count), "\(role) \(settings): \(row)"
      )
      let zone = settings.first?.1.stringValue ?? (role == "reader" ? "America/New_York" : "Asia/Kolkata")
      let psql = try server.psql(
        "SET timezone = '\(zone)'; SELECT now()::date, date_trunc('day', now())", database: "zoned")
      #expect("\(row["today"]?.stringValue ?? "")|\(row["day"]?.stringValue ?? "")" == psql)
      #expect(here.source == (zone == "UTC" ? "db (primary)" : "db (primary; time zone \(zone))"))
    }
    await executor.close()
  }

  @Test func `an act writes and finds the database's own times, and reads back what it wrote`() async throws {
    let server = try zoned()
    let executor = SQLExecutor()
    try await server.act("INSERT INTO logins (ok) VALUES (false)", as: "owner", database: "zoned", executor: executor)
    let closed = try await server.act(
      "UPDATE logins SET ok = true WHERE NOT ok AND at > now() - interval '1 hour'", as: "owner", database: "zoned",
      executor: executor)
    #expect(closed.fields["tag"]?.stringValue == "UPDATE 21" && closed.fields["affected"]?.intValue == 21)
    #expect(closed.source == "db (primary; time zone America/New_York)")
    let at = Timestamp(rfc3339: "2026-07-01T12:30:00.25Z")!
    try await server.act(
      "UPDATE logins SET at = :at", [("at", .timestamp(at))], as: "owner", database: "zoned", executor: executor)
    #expect(try server.psql("SELECT DISTINCT at FROM logins", database: "zoned") == "2026-07-01 08:30:00.25")
    let read = try await server.query(
      "SELECT min(at) AS at, array_agg(DISTINCT at) AS list, count(*) FILTER (WHERE at = ANY(:list)) AS n FROM logins",
      [("list", [.timestamp(at)])], database: "zoned", executor: executor)
    #expect(read.json == #"[{"at":"2026-07-01T12:30:00.250Z","list":["2026-07-01T12:30:00.250Z"],"n":21}]"#)
    let alone = try await server.act(
      "DO $$BEGIN INSERT INTO logins DEFAULT VALUES; END$$", as: "owner", database: "zoned",
      settings: [("timezone", "Asia/Tokyo")], executor: executor)
    #expect(alone.source == "db (primary; time zone Asia/Tokyo)" && alone.fields["tag"]?.stringValue == "DO")
    #expect(
      try server.psql(
        "SELECT abs(extract(epoch FROM max(at) - (now() AT TIME ZONE 'Asia/Tokyo'))) < 600 FROM logins",
        database: "zoned")
        == "t")
    await executor.close()
  }

  @Test(arguments: [
    ("timestamp '2026-01-15 08:30'", "2026-01-15T13:30:00Z google.protobuf.Timestamp"),
    ("timestamp '2026-03-08 02:30'", "2026-03-08 02:30:00 string"),
    ("timestamp '2026-11-01 01:30'", "2026-11-01T06:30:00Z google.protobuf.Timestamp"),
    ("timestamptz '2026-11-01 05:30+00'", "2026-11-01T05:30:00Z google.protobuf.Timestamp"),
    ("timestamptz '1800-01-01 00:00+00'", "1800-01-01T00:00:00Z google.protobuf.Timestamp"),
    ("timestamp 'infinity'", "infinity string"), ("date '2026-03-08'", "2026-03-08 string"),
    ("ARRAY[timestamp '2026-01-15 08:30', NULL]", "[\"2026-01-15T13:30:00Z\",null] list"),
    ("(timestamp '2026-11-01 01:30')::timestamptz", "2026-11-01T06:30:00Z google.protobuf.Timestamp"),
  ])
  func `a time without a zone is read as the session reads it`(_ expression: String, _ expected: String) async throws {
    let value = try #require(try await zoned().query("SELECT \(expression) AS x", database: "zoned").first)
    #expect("\(value.rendered) \(value.typeName.name)" == expected)
  }

  @Test func `a zone of half an hour, one without a name, one that is not known`() async throws {
    let server = try zoned()
    func row(_ zone: Value) async throws -> CallOutcome {
      try await server.query(
        "SELECT timestamp '2026-11-29 12:00' AS t, now() > 'epoch' AS y", database: "zoned",
        settings: [("timezone", zone)])
    }
    #expect(try await row("Asia/Kolkata").json == #"[{"t":"2026-11-29T06:30:00Z","y":true}]"#)
    #expect(try await row("<+05:30>-05:30").json == #"[{"t":"2026-11-29T06:30:00Z","y":true}]"#)
    let posix = try await row("FOO5BAR")
    #expect(
      posix.json == #"[{"t":"2026-11-29 12:00:00","y":true}]"# && posix.source == "db (primary; time zone FOO5BAR)")
    for zone in ["Mars/Olympus", "UTC'; DROP TABLE x", ""] as [Value] {
      let error = await failure { try await row(zone) }
      #expect(error.code == .invalid && error.message.contains("`timezone`"), "\(error.message)")
      #expect(!error.message.contains("of the statement"))
    }
  }

  @Test func `styles of the role are read, not obeyed, and its order of day and month holds`() async throws {
    let server = try database("styled")
    try server.psql(
      """
      DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'styled') THEN CREATE ROLE styled LOGIN; END IF; END$$;
      ALTER ROLE styled SET datestyle = 'SQL, DMY'; ALTER ROLE styled SET intervalstyle = 'iso_8601';
      ALTER ROLE styled SET bytea_output = 'escape'; ALTER ROLE styled SET extra_float_digits = -5;
      ALTER ROLE styled SET search_path = 'Odd Schema', public; ALTER ROLE styled SET client_min_messages = 'error';
      ALTER ROLE styled SET standard_conforming_strings = off; ALTER ROLE styled SET lc_messages = 'C';
      CREATE SCHEMA IF NOT EXISTS "Odd Schema"; CREATE TABLE IF NOT EXISTS "Odd Schema".here AS SELECT 7 AS x;
      GRANT ALL ON SCHEMA "Odd Schema" TO styled; GRANT ALL ON "Odd Schema".here TO styled;
      """, database: "styled")
    let outcome = try await server.query(
      """
      SELECT date '03/04/2026' AS d, timestamp '03/04/2026 12:00' AS t, timestamptz '03/04/2026 12:00' AS z,
        interval '90 minutes' AS i, '\\x00ff'::bytea AS b, 0.1::float8 + 0.2 AS f, x, 'a\\b' AS s FROM here
      """, as: "styled", database: "styled")
    #expect(
      outcome.json
        == #"[{"d":"2026-04-03","t":"2026-04-03T12:00:00Z","z":"2026-04-03T12:00:00Z","i":"5400s","b":"AP8=","#
        + #""f":0.30000000000000004,"x":7,"s":"a\\b"}]"#)
    let act = try await server.act(
      "UPDATE here SET x = 8 RETURNING date '03/04/2026' AS d", as: "styled", database: "styled")
    #expect(act.json == #"[{"d":"2026-04-03"}]"#)
    let said = try await server.act("DO $$BEGIN RAISE WARNING 'heard'; END$$", as: "styled", database: "styled")
    #expect(said.fields["notices"]?.jsonText() == #"["WARNING: heard"]"#)
  }

  @Test func `a timeout of the role's holds, and is named`() async throws {
    let server = try database("timed", "CREATE ROLE hasty LOGIN; ALTER ROLE hasty SET statement_timeout = '300ms'")
    let settings: [(String, Value)] = [("allow_functions", ["pg_sleep"])]
    let error = await failure {
      try await server.query("SELECT pg_sleep(30)", as: "hasty", database: "timed", settings: settings)
    }
    #expect(error.code == .timedOut && error.message.contains("statement_timeout for this role"), "\(error.message)")
    let shorter = await failure {
      try await server.query(
        "SELECT pg_sleep(30)", as: "hasty", database: "timed", settings: settings + [("statement_timeout", "100ms")])
    }
    #expect(shorter.code == .timedOut && !shorter.message.contains("for this role"), "\(shorter.message)")
  }

  @Test func `other encodings are text where they can be, else bytes`() async throws {
    let latin = try database("latin", like: "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    let ascii = try database("ascii", like: "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    let text = try await latin.query(
      "SELECT 'Störung' AS a, chr(252) AS b, :x AS c", [("x", "Zürich")], database: "latin")
    #expect(text.json == #"[{"a":"Störung","b":"ü","c":"Zürich"}]"#)
    let bytes = try await ascii.query("SELECT 'St' || chr(246) || 'rung' AS a, 'Störung' AS b", database: "ascii").rows
      .first
    #expect(bytes?["a"]?.jsonText() == #""U3T2cnVuZw==""# && bytes?["b"]?.stringValue == "Störung")
  }

  @Test func `arrays of domains, and domains of arrays, are lists of their values`() async throws {
    let server = try database(
      "domains",
      """
      CREATE DOMAIN posint AS int CHECK (VALUE > 0); CREATE DOMAIN small AS posint CHECK (VALUE < 100);
      CREATE DOMAIN ints AS int[]; CREATE DOMAIN at AS timestamptz; CREATE DOMAIN word AS text;
      CREATE DOMAIN flags AS bool; CREATE DOMAIN tree AS jsonb; CREATE DOMAIN long AS interval;
      CREATE TYPE pair AS (a posint, b text); CREATE DOMAIN smalls AS small[];
      """)
    let executor = SQLExecutor()
    for (expression, expected) in [
      ("ARRAY[1,2]::posint[]", "[1,2]"), ("ARRAY[1,NULL]::small[]", "[1,null]"),
      ("ARRAY[[1,2],[3,4]]::posint[]", "[[1,2],[3,4]]"),
      ("ARRAY[1,2]::ints", "[1,2]"), ("ARRAY[ARRAY[1,2]::ints, ARRAY[3]::ints]", "[[1,2],[3]]"), ("5::small", "5"),
      ("ARRAY['2026-01-01 00:00+00']::at[]", #"["2026-01-01T00:00:00Z"]"#),
      ("ARRAY['a,b', '\"']::word[]", #"["a,b","\""]"#),
      ("ARRAY[true]::flags[]", "[true]"), ("ARRAY['{\"a\": [1]}']::tree[]", #"[{"a":[1]}]"#),
      ("ARRAY['90 s']::long[]", #"["90s"]"#), ("ARRAY[7]::smalls", "[7]"), ("ARRAY[ARRAY[7]::smalls]", "[[7]]"),
      ("ARRAY[(1,'x')::pair]", #"["(1,x)"]"#), ("'{}'::posint[]", "[]"),
    ] {
      let outcome = try await server.query("SELECT \(expression) AS x", database: "domains", executor: executor)
      #expect(outcome.first?.jsonText() == expected, "\(expression)")
    }
    await executor.close()
  }

  // MARK: Courtesies

  private static let lags =
    "pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn(), pg_catalog.pg_last_xact_replay_timestamp()"
  private static let lacking = [
    "REVOKE EXECUTE ON FUNCTION \(lags) FROM PUBLIC", "REVOKE SELECT ON pg_stat_wal_receiver FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_is_in_recovery() FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.version() FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, bool), pg_catalog.current_setting(text) FROM PUBLIC",
    "ALTER FUNCTION pg_catalog.pg_last_wal_replay_lsn() RENAME TO pg_replay_of_old",
    "ALTER FUNCTION pg_catalog.pg_is_in_recovery() RENAME TO pg_recovers",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_stat_get_wal_receiver(), pg_catalog.clock_timestamp() FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.pg_backend_pid() FROM PUBLIC",
    "REVOKE EXECUTE ON FUNCTION pg_catalog.current_schemas(bool) FROM PUBLIC",
    "REVOKE SELECT ON pg_catalog.pg_settings FROM PUBLIC", "REVOKE SELECT ON pg_catalog.pg_stat_activity FROM PUBLIC",
  ]

  @Test(arguments: Array(lacking.enumerated()))
  func `what the platform or the role lacks costs neither query nor act nor plan`(_ number: Int, _ statement: String)
    async throws
  {
    let name = "lacks\(number)"
    let server = try database(
      name, "CREATE TABLE t (x int); GRANT ALL ON t TO locked; SET allow_system_table_mods = on; \(statement)")
    let executor = SQLExecutor()
    let settings: [(String, Value)] = [("password", "correct horse")]
    for _ in 0..<2 {
      let one = try await server.query(
        "SELECT 1 AS n, count(*) AS c FROM t", as: "locked", database: name, settings: settings, executor: executor)
      #expect(
        one.json.hasPrefix(#"[{"n":1,"c":"#) && one.source?.hasPrefix("db (primary") == true, "\(one.source ?? "")")
    }
    for statement in ["INSERT INTO t VALUES (1)", "DO $$BEGIN INSERT INTO t VALUES (2); END$$"] {
      try await server.act(statement, as: "locked", database: name, settings: settings, executor: executor)
    }
    let target = context(server.url("locked", name), settings)
    for (statement, mode) in [("SELECT x FROM t", CallMode.query), ("DELETE FROM t", .act)] {
      let lines = try await executor.plan(call(statement, [], mode), context: target)
      #expect(lines.first?.contains("db (primary") == true, "\(lines)")
    }
    #expect(try server.psql("SELECT count(*) FROM t", database: name) == "2")
    await executor.close()
  }

  @Test(arguments: [
    ("REVOKE SELECT ON pg_catalog.pg_proc FROM PUBLIC", ["guard", "pg_proc", "only reads", "42501"]),
    ("REVOKE SELECT ON pg_catalog.pg_roles FROM PUBLIC", ["role check", "pg_roles", "privileged: true", "42501"]),
    (
      "ALTER FUNCTION pg_catalog.pg_get_function_identity_arguments(oid) RENAME TO pg_arguments_of_old",
      ["guard", "42883"]
    ),
  ])
  func `what the guard needs is named as its need, and never as a place in the statement`(
    _ statement: String, _ words: [String]
  ) async throws {
    let name = "needs\(abs(statement.hashValue))"
    let server = try database(name, "SET allow_system_table_mods = on; \(statement)")
    let error = await failure {
      try await server.query("SELECT 1 AS n", as: "locked", database: name, settings: [("password", "correct horse")])
    }
    #expect(words.allSatisfy(error.message.contains), "\(error.message)")
    #expect(!error.message.contains("of the statement") && !error.mayHaveTakenEffect)
    // An act needs no guard.
    try await server.act(
      "SELECT 1 AS n", as: "locked", database: name, settings: [("password", "correct horse")])
  }

  // MARK: Notices

  @Test func `what the server says beside its answer is in the outcome`() async throws {
    let server = try database(
      "notices",
      """
      CREATE TABLE owned (x int); GRANT ALL ON owned TO locked; CREATE VIEW one AS TABLE owned; CREATE VIEW two AS TABLE owned;
      CREATE FUNCTION chatty(n int) RETURNS int LANGUAGE plpgsql STABLE AS
        $$BEGIN FOR i IN 1..n LOOP RAISE NOTICE 'line % of %', i, n; END LOOP; RETURN n; END$$;
      REVOKE GRANT OPTION FOR SELECT ON owned FROM locked;
      """)
    let executor = SQLExecutor()
    func act(_ statement: String, as role: String = "locked") async throws -> String {
      let outcome = try await server.act(
        statement, as: role, database: "notices", settings: [("password", "correct horse")], executor: executor)
      return outcome.fields["notices"]?.jsonText() ?? "none"
    }
    let owner = "only table or database owner can"
    let vacuum = try await server.act("VACUUM", database: "notices", executor: executor)
    #expect(vacuum.fields["affected"]?.jsonText() == "null" && vacuum.fields["tag"]?.stringValue == "VACUUM")
    #expect(try await act("VACUUM owned") == "[\"WARNING: skipping \\\"owned\\\" --- \(owner) vacuum it\"]")
    #expect(try await act("ANALYZE owned") == "[\"WARNING: skipping \\\"owned\\\" --- \(owner) analyze it\"]")
    #expect(try await act("GRANT SELECT ON owned TO reader").contains("WARNING: no privileges were granted"))
    #expect(try await act("REVOKE SELECT ON owned FROM reader").contains("WARNING: no privileges could be revoked"))
    #expect(try await act("SELECT pg_terminate_backend(2000000000)").contains("is not a PostgreSQL backend process"))
    #expect(try await act("UPDATE owned SET x = 1") == "[]")
    #expect(
      try await act("DROP VIEW IF EXISTS nothing, one", as: "postgres")
        == #"["NOTICE: view \"nothing\" does not exist, skipping"]"#)
    #expect(
      try await act("DROP TABLE owned CASCADE", as: "postgres") == #"["NOTICE: drop cascades to view two"]"#)
    let query = try await server.query("SELECT chatty(2) AS n", database: "notices", executor: executor)
    #expect(query.fields["notices"]?.jsonText() == #"["NOTICE: line 1 of 2","NOTICE: line 2 of 2"]"#)
    #expect(query.fields["tag"]?.stringValue == "SELECT 1")
    let many = try await server.query("SELECT chatty(500) AS n", database: "notices", executor: executor)
    let said = many.fields["notices"]?.listValue ?? []
    #expect(said.count == 101 && said.last?.stringValue == "and 400 more notices, left out")
    let next = try await server.query("SELECT 1 AS n", database: "notices", executor: executor)
    #expect(next.fields["notices"]?.jsonText() == "[]")
    let error = await failure {
      try await act("DO $$BEGIN RAISE WARNING 'so far'; RAISE EXCEPTION 'no further'; END$$", as: "postgres")
    }
    #expect(error.outcome?["notices"]?.jsonText() == #"["WARNING: so far"]"#, "\(error)")
    await executor.close()
  }
}
