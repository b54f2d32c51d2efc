import CEL
import ExecutorKit
import SQLExecutor
import Testing

/// What a query read and an act writes back is what was stored.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"))
struct RoundTripTests {
  /// A column's type and a value of it.
  private static let columns: [(type: String, value: String)] = [
    ("int2", "-32768"), ("int4", "2147483647"), ("int8", "-9223372036854775808"), ("oid", "4294967295"),
    ("numeric", "1.10"), ("numeric", "100.00"), ("numeric(5,2)", "7"), ("numeric", "99999999999999.999"),
    ("numeric", "0.1234567890123456789"), ("numeric", "-12345678901234567890123456789012345678901234567890.0"),
    ("numeric", "0.00"), ("numeric", "1e100"), ("numeric", "NaN"), ("numeric", "-Infinity"),
    ("numeric[]", "{1.10,NULL,2}"),
    ("numeric[]", "{{1.0,2.00},{3,4}}"), ("float8", "0.30000000000000004"), ("float8", "-0"), ("float8", "Infinity"),
    ("float8", "1e300"), ("float4", "0.1"), ("float4", "16777216"), ("float8[]", "{1,2.5,NaN}"), ("bool", "t"),
    ("text", "NULL"),
    ("text", "1.10"), ("text", ""), ("text", " ä\"\\\n"), ("varchar(3)", "007"), ("char(4)", "a"), ("name", "n"),
    ("citext", "A"),
    ("bytea", "\\x00ff5c"), ("bytea[]", "{\"\\\\x5c\"}"), ("date", "2026-11-29"), ("date", "0044-03-15 BC"),
    ("time", "17:15:00.5"),
    ("timetz", "17:15:00+05:30"), ("timestamp", "2026-11-29 17:15:00.123456"),
    ("timestamptz", "2026-11-29 17:15:00.9+00"),
    ("timestamptz", "infinity"), ("timestamp", "-infinity"), ("timestamptz[]", "{\"2026-11-29 17:15:00+00\"}"),
    ("interval", "1 year 2 mons 3 days 04:05:06.789"), ("interval", "-00:00:00.000001"),
    ("interval", "-1 mons +3 days"),
    ("interval", "13:00:00"), ("interval[]", "{00:00:01,\"1 mon\"}"), ("uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ("inet", "10.0.0.1/24"), ("inet", "2001:db8::1"), ("cidr", "10.0.0.0/8"), ("macaddr", "08:00:2b:01:02:03"),
    ("point", "(1.5,-2)"), ("box", "(1,1),(0,0)"), ("int4range", "[1,5)"), ("tsvector", "'a':1 'b':2"),
    ("bit(3)", "101"),
    ("varbit", "10101"), ("money", "$1,234.50"), ("pg_lsn", "16/B374D848"), ("weather", "sad, \"very\""),
    ("spot", "(1,\"a,b\")"),
    (
      "jsonb",
      #"{"v":1.10,"n":1234567890123456789012345678901234567890,"s":"1.10","e":1e-30,"z":0.0,"l":[1,2.50,null]}"#
    ),
    ("json", #"{"v":1.10,"e":1e5,"E":1E+5,"big":1e400,"neg":-0,"n":1234567890123456789012345678901234567890,"d":0.5}"#),
    ("jsonb[]", #"{"{\"v\": 1.10}"}"#), ("text[]", "{a,NULL,\"NULL\",\"\",\"1.10\"}"), ("int4[]", "{5,6}"),
    ("weather[]", "{calm}"),
    ("int4", "NULL"),
  ]

  @Test func `a row of every type is written back as it was read`() async throws {
    let server = try PostgresServer.changing.get()
    let executor = SQLExecutor()
    let names = Self.columns.indices.map { "c\($0)" }
    let types = zip(names, Self.columns).map { "\($0) \($1.type)" }.joined(separator: ", ")
    let values = Self.columns.map { column in
      column.value == "NULL" && column.type == "int4"
        ? "NULL" : "'\(column.value.replacing("'", with: "''"))'::\(column.type)"
    }
    try server.psql(
      """
      SET timezone = 'UTC'; CREATE EXTENSION IF NOT EXISTS citext;
      CREATE TYPE weather AS ENUM ('calm', 'sad, "very"'); CREATE TYPE spot AS (x int, y text);
      CREATE TABLE stored (\(types)); CREATE TABLE written (\(types));
      INSERT INTO stored VALUES (\(values.joined(separator: ", ")));
      GRANT SELECT ON stored TO PUBLIC;
      """, database: "scratch")
    let read = try await server.query("TABLE stored", database: "scratch", executor: executor)
    let row = try #require(read.rows.first)
    let parameters = zip(names, Self.columns).map { ":\($0)::\($1.type)" }.joined(separator: ", ")
    try await server.act(
      "INSERT INTO written VALUES (\(parameters))", names.map { ($0, row[$0] ?? .unknown(Unknown([]))) },
      executor: executor)
    await executor.close()
    for (name, column) in zip(names, Self.columns) {
      let (before, after) = ("(SELECT \(name)::text FROM stored)", "(SELECT \(name)::text FROM written)")
      let isSame = try server.psql("SELECT \(before) IS NOT DISTINCT FROM \(after)", database: "scratch")
      #expect(isSame == "t", "\(column.type): \(column.value) became \(row[name]?.rendered ?? "nothing")")
    }
  }

  @Test func `an interval of days is written back as one of the same length`() async throws {
    let server = try PostgresServer.shared.get()
    let read = try await server.query("SELECT interval '1 day 02:03:04.5' AS x").rows[0]["x"]
    let same = try await server.query("SELECT :x = interval '1 day 02:03:04.5' AS x", [("x", try #require(read))])
    #expect(same.json == #"[{"x":true}]"#)
  }
}
