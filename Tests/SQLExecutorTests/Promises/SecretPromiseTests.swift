import CEL
import ExecutorKit
import PlaybookJournal
import PlaybookRecord
import Testing

/// What a server sends beside its rows, and texts that are not UTF-8, hide no secret.
@Suite(.enabled(if: PostgresServer.isAvailable, "no PostgreSQL")) struct SecretPromiseTests {
  private static let secret = "CNR-9f3a/+=zQ&b!42;kJ8h_Wm-7nnE3vvC9-ggH2jjK8-ddS4ffA6-päss-0Xq4"
  private static let codes = ["1234-56", "9981-27", "a1b2c3"]

  private let server: PostgresServer
  private var redactor = Redactor()

  init() throws {
    server = try PostgresServer.changing.get()
    redactor.add(Self.secret)
    redactor.add(Self.codes.joined(separator: "\n"))
  }

  private func database(_ name: String, encoding: String) throws {
    guard try server.psql("SELECT 1 FROM pg_database WHERE datname = '\(name)'", database: "postgres") != "1" else {
      return
    }
    try server.psql(
      "CREATE DATABASE \(name) ENCODING '\(encoding)' LOCALE 'C' TEMPLATE template0", database: "postgres")
    try server.psql(
      """
      CREATE FUNCTION tell(word text, more text, tip text) RETURNS int LANGUAGE plpgsql STABLE AS
        $$BEGIN RAISE WARNING '%', word USING DETAIL = more, HINT = tip; RETURN 1; END$$;
      """, database: name)
  }

  @Test(arguments: ["UTF8", "SQL_ASCII"], ["'x ' || :s::text", "encode(('ab' || :s::text)::bytea, 'base64')"])
  func `a server's warning with its detail and hint`(encoding: String, text: String) async throws {
    let name = "secret_\(encoding.lowercased())"
    try database(name, encoding: encoding)
    for place in 0..<3 {
      let arguments = (0..<3).map { $0 == place ? text : "'nothing'" }.joined(separator: ", ")
      for secret in [Self.secret, Self.codes.joined(separator: "\n")] {
        let outcome = try await server.query(
          "SELECT tell(\(arguments)) AS n", [("s", .string(secret))], database: name)
        let shown = redactor.redact(outcome.fields["notices"] ?? .null).jsonText()
        #expect(shown.contains("WARNING: ") && shown.contains("•••"), "\(shown)")
        for part in ["9f3a", "nnE3", "Xq4", "1234", "9981", "a1b2", "Q05S", "M2Ev", "bm5F", "OTk4"] {
          #expect(!shown.contains(part), "\(shown)")
        }
      }
    }
    let long = try await server.query(
      "SELECT tell(repeat('x', 1950) || :s::text, '', '') AS n", [("s", .string(Self.secret))], database: name)
    let shown = redactor.redact(long.fields["notices"] ?? .null).jsonText()
    #expect(shown.contains("xxx•••") && !shown.contains("9f3a"), "\(shown.suffix(100))")
  }

  @Test func `arrays of a database without an encoding`() async throws {
    try database("secret_sql_ascii", encoding: "SQL_ASCII")
    for array in [
      "ARRAY['St' || chr(246) || 'rung', :s::text, 'b']",
      "ARRAY['x' || chr(246), left(:s::text, 20), substr(:s::text, 21)]",
      "ARRAY[ARRAY['a' || chr(246), 'b'], ARRAY[:c::text, 'd']]",
      "string_to_array(chr(246) || chr(10) || :c::text, chr(10))",
      "ARRAY[chr(246) || :s::text]",
    ] {
      let outcome = try await server.query(
        "SELECT \(array) AS a",
        [("s", .string(Self.secret)), ("c", .string(Self.codes.joined(separator: "\n")))].filter {
          array.contains(":\($0.0)::")
        }, database: "secret_sql_ascii")
      let shown = redactor.redact(outcome.fields["rows"] ?? .null)
      #expect(shown.listValue?.first?.mapValue?["a"]?.listValue != nil, "\(shown)")
      let text = "\(shown)" + shown.jsonText()
      #expect(text.contains("•••"), "\(text)")
      for part in ["9f3a", "nnE3", "Xq4", "1234", "9981", "a1b2"] { #expect(!text.contains(part), "\(text)") }
    }
  }
}
