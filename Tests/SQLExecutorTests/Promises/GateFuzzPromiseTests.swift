import CEL
import ExecutorKit
import Foundation
import SQLExecutor
import Testing

/// Random statements over a schema full of traps: whatever passes the gate has no effect.
///
/// `PLAYBOOK_FUZZ_SECONDS` says how long (`make soak`: ten minutes), `PLAYBOOK_FUZZ_SEED` where to begin.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct GateFuzzPromiseTests {
  private static let schema = """
    CREATE EXTENSION hstore; CREATE EXTENSION citext;
    CREATE FUNCTION calm(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 + 1';
    CREATE FUNCTION calm_too(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN (SELECT count(*) FROM clean WHERE id < $1); END';
    CREATE FUNCTION careless(int) RETURNS int LANGUAGE sql AS 'SELECT liar(1) + $1';
    CREATE FUNCTION over(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1'; CREATE FUNCTION over(text) RETURNS int LANGUAGE sql AS 'SELECT mark()';
    CREATE FUNCTION public."order"() RETURNS int LANGUAGE sql AS 'SELECT mark()';
    CREATE FUNCTION wordy() RETURNS int LANGUAGE sql STABLE AS 'SELECT public.order()';
    CREATE FUNCTION yes(int, int) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 0'; CREATE OPERATOR ~~* (leftarg = int, rightarg = int, function = yes);
    CREATE FUNCTION alike() RETURNS int LANGUAGE sql STABLE AS 'SELECT (1 ILIKE 2)::int';
    CREATE FUNCTION pointed(a int) RETURNS int LANGUAGE sql STABLE AS 'SELECT a.careless';
    CREATE FUNCTION returns_d() RETURNS d LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 5; END';
    CREATE FUNCTION takes_d(d) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 5; END';
    CREATE TYPE t AS (a int); CREATE FUNCTION to_t(int) RETURNS t LANGUAGE plpgsql AS 'BEGIN PERFORM mark(); RETURN ROW($1)::t; END';
    CREATE CAST (int AS t) WITH FUNCTION to_t(int); CREATE DOMAIN dt AS t; CREATE TYPE holder AS (x t);
    CREATE TYPE m AS ENUM ('a', 'b'); CREATE FUNCTION to_json_of(m) RETURNS json LANGUAGE plpgsql AS $$BEGIN PERFORM mark(); RETURN '1'; END$$;
    CREATE CAST (m AS json) WITH FUNCTION to_json_of(m); CREATE TYPE calm_m AS ENUM ('a', 'b');
    CREATE TYPE rd AS RANGE (subtype = d); CREATE TYPE ri AS RANGE (subtype = int4);
    CREATE DOMAIN calm_d AS int CHECK (VALUE > 0);
    CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq, negator = !==);
    CREATE OPERATOR !== (leftarg = int, rightarg = int, function = no, negator = ===);
    CREATE OPERATOR ~== (leftarg = int, rightarg = int, function = int4eq);
    CREATE FUNCTION same(m, m) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 5'; CREATE OPERATOR = (leftarg = m, rightarg = m, function = same);
    CREATE AGGREGATE ag(bigint) (sfunc = int8larger, stype = bigint, finalfunc = pg_try_advisory_lock);
    CREATE AGGREGATE calm_ag(bigint) (sfunc = int8larger, stype = bigint);
    CREATE TABLE clean (id int PRIMARY KEY, x int, name text, c calm_m, r ri, h hstore, e citext, j jsonb);
    INSERT INTO clean SELECT i, i, 'n' || i, 'a', '[1,5]', 'k=>v', 'X', '{"a": 1}' FROM generate_series(1, 20) i; CREATE INDEX ON clean (calm(x));
    CREATE TABLE indexed (id int, x int, name text); INSERT INTO indexed VALUES (1, 1, 'a'); CREATE INDEX ON indexed (x) WHERE x > liar(1);
    CREATE TABLE parent (id int, x int, name text); INSERT INTO parent VALUES (1, 1, 'a'); CREATE TABLE child (CHECK (x > careless(1))) INHERITS (parent);
    CREATE TABLE rowed (id int, x d, name text); INSERT INTO rowed VALUES (1, NULL, 'a'); CREATE TABLE moody (id int, x m, name text); INSERT INTO moody VALUES (1, 'a', 'a');
    CREATE TABLE defaulted (id int, x int DEFAULT liar(1), name text);
    CREATE TABLE parts (id int, x int, name text) PARTITION BY LIST (x); CREATE TABLE part PARTITION OF parts DEFAULT; INSERT INTO parts VALUES (1, 1, 'a');
    CREATE TABLE guarded (id int, x int, name text); INSERT INTO guarded VALUES (1, 1, 'a'); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY;
    CREATE POLICY p ON guarded FOR SELECT USING (id === 1); CREATE POLICY q ON guarded FOR DELETE USING (id > liar(1));
    CREATE VIEW over_clean AS SELECT id, x, name FROM clean; CREATE VIEW over_indexed AS SELECT id, x, name FROM indexed; CREATE VIEW marked AS SELECT mark() AS id, 1 AS x, 'a' AS name;
    CREATE FUNCTION field(parent) RETURNS int LANGUAGE sql AS 'SELECT mark()';
    ANALYZE;
    """

  private static let tables = [
    "clean", "indexed", "parent", "rowed", "moody", "defaulted", "parts", "part", "guarded", "over_clean",
    "over_indexed", "marked",
  ]
  private static let clean = ["clean", "over_clean", "parts", "part", "defaulted"]

  /// Generates one statement.
  private struct Generator {
    var random: SplitMix
    /// How many of a hundred choices are free of traps, so that a good share of the statements passes.
    let calm = 96

    mutating func pick<Item>(_ items: [Item]) -> Item { items[Int(random.next() % UInt64(items.count))] }
    mutating func chance(_ percent: Int) -> Bool { random.next() % 100 < UInt64(percent) }

    mutating func number(_ depth: Int) -> String {
      if depth <= 0 { return pick(["1", "5", "s.id", "s.id", "length(s.name)"]) }
      let (a, b) = (number(depth - 1), number(depth - 1))
      if chance(calm) {
        return pick([
          "(\(a) + \(b))", "abs(\(a))", "calm(\(a))", "(\(a)).calm", "calm_too(\(a))", "coalesce(\(a), \(b))",
          "(SELECT max(q.id) FROM clean q WHERE q.x = \(a))",
          "CASE WHEN \(condition(depth - 1)) THEN \(a) ELSE \(b) END", "(\(a))::calm_d", "least(\(a), \(b))",
          "(SELECT count(*) FROM \(pick(GateFuzzPromiseTests.clean)))::int",
          "length(format('%s', \(a)))", "('[1,9]'::ri @> \(a))::int", "(ROW(\(a), \(b)) < ROW(2, 3))::int",
          "nullif(\(a), \(b))", "(SELECT calm_ag(q.x) FROM clean q)::int",
        ])
      }
      return pick([
        "mark()", "liar(\(a))", "teller(\(a))", "careless(\(a))", "over(\(a))", "over('a'::text)", "wordy()",
        "(\(a)).careless", "alike()", "pointed(\(a))", "(SELECT g.careless FROM generate_series(1, 2) g LIMIT 1)",
        "(\(a)).pg_try_advisory_lock::int",
        "returns_d()", "takes_d(\(a))", "(\(a))::d", "(5::dt IS NULL)::int",
        "(ARRAY[\(a)]::t[] IS NULL)::int", "(ROW(\(a))::holder IS NULL)::int", "('[1,5]'::rd IS NULL)::int",
        "('{5}'::d[] IS NULL)::int", "(SELECT ag(q.x) FROM clean q)::int", "(\(a) !== \(b))::int",
        "(SELECT count(*) FROM \(pick(GateFuzzPromiseTests.tables)))::int", "length(to_json('a'::m)::text)",
        "(SELECT q.field FROM parent q LIMIT 1)", "pg_backend_pid()", "pg_try_advisory_lock(\(a))::int",
        "length((SELECT json_agg(q) FROM moody q)::text)", "(json_populate_record(NULL::rowed, '{\"x\": 5}')).id",
        "((NULL::rowed) #= 'x=>5'::hstore).id", "txid_current()::int",
        "length(query_to_xml('SELECT mark()', true, true, '')::text)",
      ])
    }

    mutating func condition(_ depth: Int) -> String {
      let (a, b) = (number(depth - 1), number(depth - 1))
      if chance(calm) {
        return pick([
          "\(a) = \(b)", "\(a) < \(b)", "\(a) ~== \(b)", "s.name = 'n1'", "s.name LIKE 'n%'", "\(a) IN (1, 2, \(b))",
          "\(a) BETWEEN 1 AND \(b)", "EXISTS (SELECT FROM clean q WHERE q.id = \(a))",
          "\(a) = ANY (ARRAY[1, \(b)])", "\(a) IS DISTINCT FROM \(b)", "NOT (\(a) > \(b))",
        ])
      }
      return pick([
        "\(a) === \(b)", "NOT (\(a) === \(b))", "'a'::m = 'b'",
        "\(a) IN (SELECT x.id FROM \(pick(GateFuzzPromiseTests.tables)) x)",
        "EXISTS (SELECT FROM moody q WHERE q.x = 'a')",
      ])
    }

    mutating func source() -> String {
      chance(calm) ? pick(GateFuzzPromiseTests.clean) : pick(GateFuzzPromiseTests.tables)
    }

    mutating func statement() -> String {
      let depth = Int(random.next() % 3)
      let (value, other, where_) = (number(depth), number(depth), condition(depth))
      let table = source()
      let select = pick([
        "SELECT \(value) FROM \(table) s", "SELECT s.*, \(value) AS v FROM \(table) s WHERE \(where_)",
        "SELECT count(*), max(\(value)) FROM \(table) s GROUP BY \(other)",
        "SELECT DISTINCT \(value) FROM \(table) s ORDER BY 1",
        "WITH s AS (SELECT * FROM \(table)) SELECT \(value) FROM s WHERE \(where_)",
        "SELECT \(value) FROM \(table) s JOIN \(source()) z ON z.id = s.id AND \(where_)",
        "SELECT sum(\(value)) OVER (ORDER BY s.id) FROM \(table) s",
        "SELECT \(value) FROM \(table) s UNION SELECT \(other) FROM \(source()) s",
        "SELECT to_jsonb(s) FROM \(table) s WHERE \(where_)", "SELECT s FROM \(table) s LIMIT \(pick(["1", "3"]))",
        "TABLE \(table)",
      ])
      if chance(12) { return "EXPLAIN " + (chance(50) ? "" : "ANALYZE ") + select }
      if chance(12) {
        return "EXPLAIN "
          + pick([
            "INSERT INTO \(table) (id, name) VALUES (1000, 'x')", "UPDATE \(table) AS s SET name = 'x' WHERE \(where_)",
            "DELETE FROM \(table) AS s WHERE \(where_)",
          ])
      }
      return select
    }
  }

  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  @Test func `no statement that passes the gate has an effect`() async throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["PLAYBOOK_FUZZ_SECONDS"].flatMap { Int($0) } ?? 5
    let seed = environment["PLAYBOOK_FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1_000_000)
    let world = try TrapWorld(Trap("fuzz", Self.schema, ""))
    defer { world.drop() }
    var generator = Generator(random: SplitMix(state: seed))
    var (tried, allowed, refused, failed, sampled, harmful) = (0, 0, 0, 0, 0, 0)
    let executor = SQLExecutor()
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      let statement = generator.statement()
      tried += 1
      do {
        _ = try await world.query(statement, executor: executor)
        allowed += 1
      } catch let error as ExecutorError {
        // What the server itself finds wrong has passed the gate as well.
        if error.code == .refused && error.message.contains("allow_functions") { refused += 1 } else { failed += 1 }
        if error.code == .refused, refused % 40 == 1 {
          sampled += 1
          let bare = TrapWorld(world, statement)
          if try bare.goesOff() { harmful += 1 }
        }
      }
      if try world.hasFile() || (tried % 50 == 0 && world.effects() > 0) {
        Issue.record("seed \(seed): it had an effect: \(statement)")
        try world.clear()
      }
    }
    #expect(try world.effects() == 0)
    await executor.close()
    let report =
      "SQL gate, seed \(seed): \(tried) statements tried, \(allowed) allowed, \(refused) refused, \(failed) failed at the "
      + "server; of \(sampled) refused ones sent without the gate \(harmful) had an effect"
    print(report)
    if let file = environment["PLAYBOOK_FUZZ_REPORT"] {
      try (report + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    }
    #expect(allowed * 4 >= tried && refused * 20 >= tried && failed * 4 <= tried, "\(report)")
    #expect(sampled < 5 || harmful > 0, "\(report)")
  }
}

extension TrapWorld {
  /// The same database with another statement.
  init(_ other: TrapWorld, _ statement: String) {
    self.init(server: other.server, trap: Trap(other.trap.name, "", statement), database: other.database)
  }

  func hasFile() -> Bool { FileManager.default.fileExists(atPath: "\(server.folder)/mark-\(database)") }
}
