import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

/// Ways to have the server call what a query does not name. Each goes off in psql, and none behind the gate.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct QueryGatePromiseTests {
  @Test(arguments: Trap.unnamed + Trap.folded)
  func `what a query reaches without its name is refused`(_ trap: Trap) async throws {
    let world = try TrapWorld(trap)
    defer { world.drop() }
    #expect(try world.goesOff(), "the trap is none: the server itself lets nothing happen")
    let executor = SQLExecutor()
    let error = await failure { try await world.query(trap.statement, executor: executor) }
    #expect(error.code == .refused, "\(error)")
    #expect(error.message.contains("allow_functions"), "\(error.message)")
    #expect(try world.effects() == 0)
    let planned = await failure {
      try await executor.plan(call(trap.statement, [], .query), context: context(world.url))
    }
    #expect(planned.code == .refused, "\(planned)")
    #expect(try world.effects() == 0)
    await executor.close()
  }

  /// `plan` of an act has it explained, and explaining calls functions.
  @Test(arguments: [
    Trap("plan_predicate", "CREATE INDEX ON tb (x) WHERE x > liar(1);", "UPDATE tb SET x = 1 WHERE x = 5"),
    Trap("plan_delete", "CREATE INDEX ON tb (x) WHERE x > liar(1);", "DELETE FROM tb"),
    Trap("plan_default", "ALTER TABLE tb ALTER x SET DEFAULT liar(1);", "INSERT INTO tb (id) VALUES (1000)"),
    Trap("plan_rule", "CREATE RULE ru AS ON UPDATE TO tb DO ALSO SELECT liar(1);", "UPDATE tb SET x = 1"),
    Trap("plan_select", "", "SELECT liar(1)"),
    Trap("plan_literal", "", "INSERT INTO tb (id) SELECT ('{5}'::d[])[1]"),
    Trap(
      "plan_literal_deep", "CREATE TYPE inner_pair AS (a d[]); CREATE TYPE outer_pair AS (a inner_pair);",
      "INSERT INTO tb (id) SELECT mark() WHERE '(\"({5})\")'::outer_pair IS NULL"),
    Trap(
      "plan_merge", "CREATE INDEX ON tb (x) WHERE x > liar(1);",
      "MERGE INTO tb USING (SELECT 1 AS i) s ON tb.id = s.i WHEN MATCHED THEN DELETE"),
  ])
  func `the plan of an act that can't be decided says so and calls nothing`(_ trap: Trap) async throws {
    let world = try TrapWorld(trap)
    defer { world.drop() }
    #expect(try world.goesOff(as: "postgres", explained: true))
    let executor = SQLExecutor()
    for role in ["postgres", "reader"] {
      let lines = try await executor.plan(
        call(trap.statement, [], .act), context: context(world.server.url(role, world.database)))
      #expect(lines.count == 1 && lines[0].contains("its rows aren't estimated: "), "\(lines)")
      #expect(try world.effects() == 0)
    }
    await executor.close()
  }

  /// A gate that has let a statement through notices what is added or changed later.
  @Test(arguments: [
    Trap("later_index", "CREATE INDEX ON tb (x) WHERE x > liar(1);", "SELECT count(*) FROM tb"),
    Trap(
      "later_policy", "ALTER TABLE tb ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON tb USING (mark() > 0);", "TABLE tb"),
    Trap("later_child", "CREATE TABLE child (CHECK (x > liar(1))) INHERITS (tb);", "SELECT * FROM tb WHERE x = 1"),
    Trap(
      "later_check", "ALTER TABLE parent_child ADD CHECK (x >= liar(1));", "SELECT * FROM only_one WHERE x = 1"
    ),
    Trap(
      "later_statistics", "CREATE STATISTICS s ON (x + liar(1)), id FROM tb; ANALYZE tb;",
      "SELECT * FROM tb WHERE x = 1"),
    Trap("later_view", "CREATE OR REPLACE VIEW w AS SELECT mark() AS x;", "SELECT x FROM w"),
    Trap(
      "later_body", "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT mark()';", "SELECT f()"),
    Trap(
      "later_volatility",
      "ALTER FUNCTION g() VOLATILE; CREATE OR REPLACE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT mark()';",
      "SELECT g() FROM tb"),
    Trap(
      "later_overload", "CREATE FUNCTION f(int, text) RETURNS int LANGUAGE sql AS 'SELECT mark()';", "SELECT f(1, '2')"),
    Trap(
      "later_operator",
      "CREATE FUNCTION o(int, text) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 5'; CREATE OPERATOR <-> (leftarg = int, rightarg = text, function = o);",
      "SELECT count(*) FROM tb WHERE id = 1 OR 1 <-> 'a'::text"),
    Trap(
      "later_shadow",
      "CREATE SCHEMA reader; GRANT USAGE ON SCHEMA reader TO reader; CREATE VIEW reader.tb AS SELECT mark() AS x; GRANT SELECT ON reader.tb TO reader;",
      "SELECT x FROM tb LIMIT 1"),
    Trap(
      "later_schema",
      "ALTER SCHEMA hidden RENAME TO reader; GRANT USAGE ON SCHEMA reader TO reader; GRANT SELECT ON reader.tb TO reader;",
      "SELECT x FROM tb LIMIT 1"),
    Trap(
      "later_cast",
      "CREATE FUNCTION to_json_of(m) RETURNS json LANGUAGE plpgsql AS $$BEGIN PERFORM mark(); RETURN '1'; END$$; CREATE CAST (m AS json) WITH FUNCTION to_json_of(m);",
      "SELECT json_agg(j) FROM j"),
    Trap("later_domain_check", "ALTER DOMAIN quiet ADD CHECK (mark() > 0);", "SELECT 5::quiet"),
    Trap("later_attribute", "ALTER TYPE pair ADD ATTRIBUTE b d;", "SELECT '(1,2)'::pair"),
    Trap("later_column_type", "ALTER TABLE r ALTER x TYPE d;", "SELECT json_populate_record(r, '{\"x\": 5}') FROM r"),
  ])
  func `what is added after a query was let through is noticed`(_ trap: Trap) async throws {
    let world = try TrapWorld(
      Trap(
        trap.name,
        """
        CREATE TABLE only_one (x int); INSERT INTO only_one VALUES (1); CREATE TABLE parent_child () INHERITS (only_one); CREATE VIEW w AS SELECT 1 AS x;
        CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'; CREATE FUNCTION f(int, int) RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
        CREATE FUNCTION g() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
        CREATE TYPE m AS ENUM ('a'); CREATE TABLE j (v m); INSERT INTO j VALUES ('a'); CREATE DOMAIN quiet AS int;
        CREATE TYPE pair AS (a int); CREATE TABLE r (x int); INSERT INTO r VALUES (NULL);
        CREATE SCHEMA hidden; CREATE VIEW hidden.tb AS SELECT mark() AS x;
        CREATE OPERATOR <-> (leftarg = int, rightarg = int, function = int4eq);
        """, trap.statement))
    defer { world.drop() }
    let executor = SQLExecutor()
    let isNew = trap.name == "later_operator" || trap.name == "later_attribute"
    for time in 0..<3 where !isNew {
      // Somebody else's transactions between two queries make another snapshot.
      if time > 0 { try world.server.psql("SELECT txid_current()", database: world.database) }
      _ = try await world.query(trap.statement, executor: executor)
    }
    try world.server.psql(trap.setup, database: world.database)
    try world.clear()
    let error = await failure { try await world.query(trap.statement, executor: executor) }
    #expect(error.code == .refused, "\(error)")
    #expect(try world.effects() == 0)
    #expect(try world.goesOff(), "the trap is none")
    await executor.close()
  }

  @Test func `an extension's member is trusted by its library alone`() async throws {
    let world = try TrapWorld(
      Trap(
        "extension",
        """
        CREATE EXTENSION pgcrypto;
        CREATE FUNCTION public.gen_random_bytes(text) RETURNS int LANGUAGE sql AS 'SELECT mark()';
        ALTER EXTENSION pgcrypto ADD FUNCTION public.gen_random_bytes(text);
        CREATE EXTENSION isn;
        """, "SELECT gen_random_bytes('x'::text)"))
    defer { world.drop() }
    #expect(try world.goesOff())
    for statement in ["SELECT gen_random_bytes('x'::text)", "SELECT isn_weak(true)"] {
      let error = await failure { try await world.query(statement) }
      #expect(error.code == .refused, "\(error)")
    }
    #expect(try world.effects() == 0)
    _ = try await world.query("SELECT digest('x', 'sha256'), 'x'::text")
  }

  @Test func `a name without a schema allows the built-in function alone`() async throws {
    let world = try TrapWorld(
      Trap(
        "allowed", "CREATE FUNCTION public.pg_sleep(text) RETURNS int LANGUAGE sql AS 'SELECT mark()';",
        "SELECT public.pg_sleep('x'::text)"))
    defer { world.drop() }
    #expect(try world.goesOff())
    let error = await failure {
      try await world.query("SELECT public.pg_sleep('x'::text)", settings: [("allow_functions", ["pg_sleep"])])
    }
    #expect(error.code == .refused && error.message.contains("`public.pg_sleep`"), "\(error)")
    #expect(try world.effects() == 0)
    _ = try await world.query("SELECT pg_catalog.pg_sleep(0)", settings: [("allow_functions", ["pg_sleep"])])
    _ = try await world.query(
      "SELECT public.pg_sleep('x'::text)", settings: [("allow_functions", ["public.pg_sleep"])])
    #expect(try world.effects() == 1)
  }

  /// An operator of somebody's own types is nobody else's trouble; one of built-in types is named.
  @Test func `a VOLATILE overload of = stops only the queries that could mean it`() async throws {
    let world = try TrapWorld(
      Trap(
        "overload",
        """
        CREATE TYPE mine AS ENUM ('a', 'b'); CREATE TABLE owned (v mine); INSERT INTO owned VALUES ('a');
        CREATE TABLE texts (v text); INSERT INTO texts VALUES ('a');
        CREATE FUNCTION same(mine, mine) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 5';
        CREATE FUNCTION same(mine, text) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 5';
        CREATE OPERATOR = (leftarg = mine, rightarg = mine, function = same);
        CREATE OPERATOR = (leftarg = mine, rightarg = text, function = same);
        """, "SELECT 1 FROM owned WHERE v = 'a'"))
    defer { world.drop() }
    for statement in [
      "SELECT 1 FROM tb WHERE id = 5", "SELECT 1 FROM texts WHERE v = 'a'", "SELECT 'a' = 'b'",
      "SELECT 1 FROM tb JOIN texts ON v = 'x'",
      "SELECT CASE id WHEN 5 THEN 1 END FROM tb", "SELECT 1 FROM texts WHERE v IN ('a', 'b')",
    ] {
      _ = try await world.query(statement)
    }
    #expect(try world.goesOff())
    for statement in [
      "SELECT 1 FROM owned WHERE v = 'a'", "SELECT 1 FROM owned o JOIN owned p USING (v)",
      "SELECT 1 WHERE 'a'::mine = 'b'",
      "SELECT 1 FROM owned JOIN texts USING (v)",
    ] {
      let error = await failure { try await world.query(statement) }
      #expect(error.code == .refused && error.message.contains("the operator public.=(public.mine, "), "\(error)")
    }
    #expect(try world.effects() == 0)
  }

  /// A server with a single-byte encoding folds letters that the grammar here leaves alone.
  @Test func `a name that the server's encoding may fold is refused`() async throws {
    let server = try PostgresServer.shared.get()
    try server.psql(
      "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0", database: "postgres")
    defer { _ = try? server.psql("DROP DATABASE latin WITH (FORCE)", database: "postgres") }
    try server.psql(
      """
      CREATE FUNCTION U&"\\00e9"() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1';
      CREATE FUNCTION hides() RETURNS int LANGUAGE sql STABLE AS U&'SELECT \\00e9()';
      """, database: "latin")
    for statement in [
      "SELECT É()", "SELECT é()", "SELECT 1 AS é", "SELECT hides()", "SELECT É.x FROM (SELECT 1 AS x) É",
      "SELECT U&\"\\00e9\"()",
    ] {
      let error = await failure { try await server.query(statement, database: "latin") }
      #expect(error.code == .refused, "\(statement): \(error)")
    }
    _ = try await server.query("SELECT \"é\"(), 'É' AS x", database: "latin")
  }
}

/// A database with one trap, and a count of the effects that it has had.
struct TrapWorld {
  let server: PostgresServer
  let trap: Trap
  let database: String

  init(server: PostgresServer, trap: Trap, database: String) {
    (self.server, self.trap, self.database) = (server, trap, database)
  }

  init(_ trap: Trap) throws {
    self.init(server: try PostgresServer.shared.get(), trap: trap, database: "trap_\(trap.name)")
    try server.psql("CREATE DATABASE \(database)", database: "postgres")
    try server.psql(
      Trap.base(server.folder) + trap.setup + """
        ; GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC;
        """, database: database)
    try clear()
  }

  var url: String { server.url("reader", database) }
  private var file: String { "\(server.folder)/mark-\(database)" }

  func drop() {
    _ = try? clear()
    _ = try? server.psql("DROP DATABASE \(database) WITH (FORCE)", database: "postgres")
  }

  func clear() throws {
    if FileManager.default.fileExists(atPath: file) { try FileManager.default.removeItem(atPath: file) }
  }

  /// Files left behind, and locks that a session holds.
  func effects() throws -> Int {
    let locks = try server.psql(
      "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
      database: database)
    return (FileManager.default.fileExists(atPath: file) ? 1 : 0) + (Int(locks) ?? 0)
  }

  /// Whether the statement has an effect in a READ ONLY transaction that is rolled back.
  func goesOff(as role: String = "reader", explained: Bool = false) throws -> Bool {
    let statement = (explained ? "EXPLAIN " : "") + trap.statement
    let locks = "SELECT 'locks=' || count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/psql")
    process.arguments = [
      "-XAtq", server.url(role, database), "-c", "BEGIN READ ONLY", "-c", statement, "-c", "ROLLBACK", "-c", locks,
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let went = FileManager.default.fileExists(atPath: file) || (text.contains("locks=") && !text.contains("locks=0"))
    try clear()
    return went
  }

  @discardableResult
  func query(
    _ statement: String, settings: [(String, Value)] = [], executor: SQLExecutor = SQLExecutor()
  ) async throws -> CallOutcome {
    try await server.query(statement, database: database, settings: settings, executor: executor)
  }
}
