import CEL
import ExecutorKit
import SQLExecutor
import Testing

@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"))
struct ValueTests {
  /// One for all, so that the cases that run side by side share four connections.
  private static let executor = SQLExecutor()

  private func value(_ expression: String, _ with: [(String, Value)] = []) async throws -> Value {
    let server = try PostgresServer.shared.get()
    return try await server.query("SELECT \(expression) AS x", with, executor: Self.executor).first
      ?? .unknown(Unknown([]))
  }

  @Test(arguments: [
    ("1::int2", "1 int"), ("9223372036854775807", "9223372036854775807 int"), ("count(*)", "1 int"),
    ("12::numeric", "12 decimal"), ("12345678901234567890::numeric", "12345678901234567890 decimal"),
    ("1.50::numeric", "1.50 decimal"), ("1.00::numeric(9,2)", "1.00 decimal"), ("sum(1::int8)", "1 decimal"),
    ("(SELECT avg(x) FROM (VALUES (1), (2), (2)) v(x))", "1.6666666666666667 decimal"),
    ("1234567890123456.5::numeric", "1234567890123456.5 decimal"), ("'NaN'::numeric", "NaN double"),
    ("'Infinity'::numeric", "Infinity double"), ("'-Infinity'::numeric", "-Infinity double"),
    ("-0.001::numeric", "-0.001 decimal"), ("1e20::numeric", "100000000000000000000 decimal"),
    ("0.1234567890123456789::numeric", "0.1234567890123456789 decimal"),
    ("ARRAY[1.10, NULL, 100.00]", "[1.10,null,100.00] list"), ("ARRAY['NaN'::numeric]", "[\"NaN\"] list"),
    (
      "'{\"v\": 1.10, \"n\": 1234567890123456789012345678901234567890}'::jsonb",
      "{\"n\":1234567890123456789012345678901234567890,\"v\":1.10} map"
    ),
    ("'[1e400]'::json", "[1e400] list"),
    ("1e300::float8", "1e+300 double"), ("'-Infinity'::float8", "-Infinity double"), ("0.1::float4", "0.1 double"),
    ("true", "true bool"), ("NULL::int", "null null_type"), ("'{}'::text", "{} string"),
    ("'\\x00ff'::bytea", "AP8= bytes"),
    ("timestamptz '2026-11-23 17:15:00.25+05:30'", "2026-11-23T11:45:00.250Z google.protobuf.Timestamp"),
    ("timestamp '2026-11-23 17:15:00'", "2026-11-23T17:15:00Z google.protobuf.Timestamp"),
    ("date '2026-11-23'", "2026-11-23 string"),
    ("'infinity'::timestamptz", "infinity string"), ("timestamp '0044-03-15 BC'", "0044-03-15 00:00:00 BC string"),
    ("timestamp '12026-01-01'", "12026-01-01 00:00:00 string"), ("time '17:15'", "17:15:00 string"),
    ("interval '1 day 02:03:04.5'", "93784.5s google.protobuf.Duration"),
    ("interval '-90 minutes'", "-5400s google.protobuf.Duration"),
    ("interval '1 mon 2 days'", "1 mon 2 days string"),
    ("interval '-1 day +1 hour'", "-82800s google.protobuf.Duration"),
    ("interval '0'", "0s google.protobuf.Duration"),
    ("'{\"a\": [1, 2.5, null, \"x\"]}'::jsonb", "{\"a\":[1,2.5,null,\"x\"]} map"),
    ("'[1]'::json", "[1] list"), ("'null'::jsonb", "null null_type"), ("ARRAY[1, NULL, 3]", "[1,null,3] list"),
    ("ARRAY[[1, 2], [3, 4]]", "[[1,2],[3,4]] list"), ("'{}'::int[]", "[] list"), ("'[0:1]={5,6}'::int[]", "[5,6] list"),
    (
      "ARRAY['a,b', 'c\"d', 'e\\f', '', 'NULL', ' ', '{}']",
      "[\"a,b\",\"c\\\"d\",\"e\\\\f\",\"\",\"NULL\",\" \",\"{}\"] list"
    ),
    ("ARRAY['2026-01-01'::timestamptz]", "[\"2026-01-01T00:00:00Z\"] list"),
    ("ARRAY['10.0.0.1'::inet]", "[\"10.0.0.1\"] list"),
    ("ARRAY['{\"a\": \"b,c\"}'::jsonb]", "[{\"a\":\"b,c\"}] list"), ("'10.0.0.0/8'::cidr", "10.0.0.0/8 string"),
    ("'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 string"),
    ("'(1,a)'::point_of", "(1,a) string"), ("ARRAY['(1,a)'::point_of]", "[\"(1,a)\"] list"),
    ("int4range(1, 5)", "[1,5) string"),
    ("'12.50'::money", "$12.50 string"), ("ARRAY[box '(1,1),(0,0)']", "{(1,1),(0,0)} string"), ("B'101'", "101 string"),
    ("'U1'::citext", "U1 string"), ("ARRAY['a'::citext, NULL]", "[\"a\",null] list"), ("'käse 🧀'", "käse 🧀 string"),
  ])
  func `a column's type becomes a value`(_ expression: String, _ expected: String) async throws {
    let value = try await value(expression)
    var text = value.rendered
    if case .bytes(let bytes) = value { text = Value.bytes(bytes).jsonText().filter { $0 != "\"" } }
    #expect("\(text) \(value.typeName.name)" == expected)
  }

  @Test(
    arguments: [
      (":x::int", 42, "42"), (":x::int8", .int(.min), "-9223372036854775808"),
      (":x::numeric", .uint(.max), "18446744073709551615"), (":x::numeric", .exact("1.10"), "1.10"),
      (":x::numeric(5,1)", .exact("1.10"), "1.1"), (":x::text", .exact("100.00"), "100.00"),
      (":x::int", .exact("7"), "7"),
      (
        ":x::numeric", .exact("1234567890123456789012345678901234567890.10"),
        "1234567890123456789012345678901234567890.10"
      ),
      (":x::numeric", .exact("1e5"), "100000"), (":x::numeric", .exact(".5"), "0.5"),
      (":x::float8", .exact("0.10"), "0.1"),
      (":x::numeric[]", [.exact("1.10"), .null, 2], "[1.10,null,2]"),
      (":x::json", ["v": .exact("1.10"), "w": .exact("+007.")], #"{"v":1.10,"w":7}"#),
      (":x::jsonb", [.exact("1234567890123456789012345678901234567890")], "[1234567890123456789012345678901234567890]"),
      (":x::float8", 0.1, "0.1"), (":x::float8", .double(.nan), "NaN"), (":x::bool", true, "true"),
      (":x", "it's", "it's"),
      (":x::text", .null, "null"), ("now() - :x > 'epoch'", .duration(.seconds(3600)), "true"),
      (":x", .duration(.milliseconds(-1500)), "-1.5s"), (":x = 'a0'::bytea", .bytes([97, 48]), "true"),
      (":x", .bytes([0, 255, 92]), "bytes"),
      (":x", .timestamp(Timestamp(seconds: 0, nanoseconds: 500_000_000)), "1970-01-01T00:00:00.500Z"),
      ("5 = ANY(:x)", [1, 5], "true"),
      (":x::text[]", ["a,b", "\"", "\\", .null, "", "NULL", "{", "ä"], #"["a,b","\"","\\",null,"","NULL","{","ä"]"#),
      (":x::int[]", [[1, 2], [3, 4]], "[[1,2],[3,4]]"), (":x::inet[]", ["10.0.0.1"], #"["10.0.0.1"]"#),
      (":x::int[]", [], "[]"),
      (":x::jsonb", ["a": [1, .null]], #"{"a":[1,null]}"#), (":x::jsonb", [1, ["b": "c"]], #"[1,{"b":"c"}]"#),
      ("cardinality(:x::jsonb[])", [["a": 1], ["b": "}"]], "2"),
      (":x::interval[]", [.duration(.seconds(90))], #"["90s"]"#),
      (":x::bytea[] = ARRAY['\\x5c00'::bytea]", [.bytes([92, 0])], "true"),
    ] as [(String, Value, String)])
  func `a value becomes a parameter`(_ expression: String, _ value: Value, _ expected: String) async throws {
    let result = try await self.value(expression, [("x", value)])
    if case .bytes = value, expected == "bytes" { return #expect(result.jsonText() == value.jsonText()) }
    #expect(result.rendered == expected)
  }

  @Test(
    arguments: ["a\u{0}b", ["\u{0}"], .type(TypeName("int")), .unknown(Unknown(["x"])), [[[[[[[1]]]]]]]] as [Value])
  func `a value that SQL has not is refused before anything is sent`(_ value: Value) async throws {
    let server = try PostgresServer.shared.get()
    let error = await failure { try await server.query("SELECT :x", [("x", value)]) }
    #expect(error.code == .invalid)
    #expect(error.message.contains(":x"))
  }

  @Test func `rows are maps in the order of the columns`() async throws {
    let server = try PostgresServer.shared.get()
    let outcome = try await server.query("SELECT 2 AS z, 1 AS a UNION ALL SELECT 3, NULL ORDER BY 1")
    #expect(outcome.json == #"[{"z":2,"a":1},{"z":3,"a":null}]"#)
    #expect(outcome.fields["columns"]?.jsonText() == #"["z","a"]"#)
    #expect(outcome.fields["count"]?.intValue == 2)
    #expect(!outcome.isTruncated)
    #expect(outcome.source == "db (primary)")
  }

  @Test func `an empty result has its columns`() async throws {
    let server = try PostgresServer.shared.get()
    let outcome = try await server.query("SELECT id, name FROM accounts WHERE false")
    #expect(outcome.fields["columns"]?.jsonText() == #"["id","name"]"#)
    #expect(outcome.rows.isEmpty)
  }

  @Test func `two columns of one name are an error`() async throws {
    let server = try PostgresServer.shared.get()
    let error = await failure { try await server.query("SELECT 1 AS a, 2 AS b, 3 AS a") }
    #expect(error.code == .invalid && error.message.contains("named a"))
  }

  @Test func `rows beyond the cap are left out and said so`() async throws {
    let server = try PostgresServer.shared.get()
    let executor = SQLExecutor()
    for (cap, isTruncated) in [(49, true), (50, false), (51, false), (1, true)] {
      let outcome = try await server.query("TABLE accounts", rows: cap, executor: executor)
      #expect(outcome.rows.count == min(cap, 50) && outcome.isTruncated == isTruncated)
    }
    let endless = try await server.query("SELECT generate_series(1, 1000000000) AS n", rows: 1000, executor: executor)
    #expect(endless.rows.count == 1000 && endless.isTruncated)
    var limits = CallContext.Limits()
    limits.bytes = 10_000
    let wide = try await server.query("SELECT repeat('x', 3000) AS x FROM accounts", limits: limits, executor: executor)
    #expect(wide.rows.count == 3 && wide.isTruncated)
    let after = try await server.query("SELECT 1 AS x", executor: executor)
    #expect(after.json == #"[{"x":1}]"#)
    await executor.close()
  }
}

extension Value {
  /// A decimal with this text; null, which equals none, where it is not a decimal.
  static func exact(_ text: String) -> Value { Decimal(text).map(Value.decimal) ?? .null }
}
