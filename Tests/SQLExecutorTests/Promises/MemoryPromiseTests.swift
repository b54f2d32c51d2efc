import CEL
import ExecutorKit
import Foundation
import SQLExecutor
import Testing

/// An answer takes no more memory than its bound, however wide its rows are.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct MemoryPromiseTests {
  /// Each with the MiB that it may take: libpq may read all of a row that comes without a pause before it lets go, and
  /// a row that is kept takes three times its bytes.
  @Test(arguments: [
    ("SELECT repeat('x', 1000000000)", 2000), ("SELECT decode(repeat('78', 150000000), 'hex')", 1000),
    ("SELECT 1 AS a, repeat('x', 250000000) AS b UNION ALL SELECT 2, 'y'", 1000),
    ("SELECT id, repeat('x', 300000000) FROM accounts", 1000),
    ("SELECT array_agg(repeat('x', 1000)) FROM generate_series(1, 300000)", 1000),
  ])
  func `a row beyond the bound is not taken`(_ statement: String, within most: Int) async throws {
    let server = try PostgresServer.shared.get()
    let before = try restartedPeak()
    let executor = SQLExecutor()
    let error = await failure { try await server.query(statement, within: .seconds(60), executor: executor) }
    #expect(error.code == .rejected && error.message.contains("64 MiB"), "\(error)")
    let grown = (try peak() - before) >> 20
    #expect(grown < most, "\(grown) MiB")
    // Nothing of it goes on at the server, and the next statement has a connection.
    try await server.wait(
      for: "0",
      "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT%repeat%' AND pid <> pg_backend_pid()"
    )
    #expect(try await server.query("SELECT 1 AS x", executor: executor).json == #"[{"x":1}]"#)
    await executor.close()
  }

  @Test func `an act whose answer is too wide is rolled back`() async throws {
    let server = try PostgresServer.changing.get()
    try server.psql(
      "DROP TABLE IF EXISTS wide; CREATE TABLE wide (x int); INSERT INTO wide VALUES (1)", database: "scratch")
    let error = await failure {
      try await server.act("UPDATE wide SET x = 2 RETURNING repeat('x', 300000000)", within: .seconds(60))
    }
    #expect(error.code == .rejected && !error.mayHaveTakenEffect, "\(error)")
    #expect(try server.psql("SELECT x FROM wide", database: "scratch") == "1")
  }

  @Test(arguments: [
    "SELECT i, i AS a, i AS b FROM generate_series(1, 900000) i",
    "SELECT '[1,2,3,4,5,6,7,8,9]'::jsonb AS j FROM generate_series(1, 900000)",
    "SELECT ARRAY[1,2,3,4,5,6,7,8,9] AS a FROM generate_series(1, 900000)",
  ])
  func `an outcome beyond the bound is truncated and says so`(_ statement: String) async throws {
    let server = try PostgresServer.shared.get()
    let before = try restartedPeak()
    let outcome = try await server.query(statement, rows: 1_000_000, within: .seconds(60))
    #expect(outcome.isTruncated && outcome.rows.count > 10_000 && outcome.rows.count < 400_000, "\(outcome.rows.count)")
    let grown = (try peak() - before) >> 20
    #expect(grown < 400, "\(grown) MiB")
  }

  @Test(arguments: [20_000_000, 300_000_000])
  func `an error or a notice of any length takes no more than the bound`(_ length: Int) async throws {
    let server = try PostgresServer.changing.get()
    let before = try restartedPeak()
    let error = await failure {
      try await server.act(
        "DO $$ BEGIN RAISE EXCEPTION '%', repeat('ä x', \(length / 4)); END $$", within: .seconds(60))
    }
    #expect(error.code == .rejected && error.message.utf8.count < 100_000, "\(error.message.prefix(200))")
    #expect(error.message.contains("truncated") || error.message.contains("64 MiB"))
    let notice = "DO $$ BEGIN RAISE NOTICE '%', repeat(E'ä\n', \(length / 3)); END $$"
    do {
      let outcome = try await server.act(notice, within: .seconds(60))
      let texts = outcome.fields["notices"]?.listValue?.compactMap(\.stringValue) ?? []
      #expect(texts.count == 1 && texts[0].utf8.count < 10_000 && texts[0].hasSuffix("…"))
    } catch let error as ExecutorError {
      #expect(length > Self.bound && error.code == .rejected && error.message.contains("64 MiB"), "\(error)")
    }
    let grown = (try peak() - before) >> 20
    // libpq reads all that comes without a pause, copies the message, and may have grown its buffer to twice as much.
    #expect(grown < (length > Self.bound ? 2000 : 400), "\(grown) MiB")
  }

  @Test func `many notices are no wide row`() async throws {
    let server = try PostgresServer.changing.get()
    let statement = "DO $$ BEGIN FOR i IN 1..1500 LOOP RAISE NOTICE '%', repeat('x', 100000); END LOOP; END $$"
    let outcome = try await server.act(statement, within: .seconds(60))
    #expect(outcome.fields["notices"]?.listValue?.last?.stringValue?.contains("more notices") == true)
  }

  private static let bound = 64 << 20

  @Test func `a wide row within the bound is taken`() async throws {
    let server = try PostgresServer.shared.get()
    let outcome = try await server.query("SELECT repeat('x', 8000000) AS x")
    #expect(outcome.first?.stringValue?.utf8.count == 8_000_000 && !outcome.isTruncated)
  }

  /// The peak, set back to what the process uses now, so that none of an earlier test hides this one's.
  ///
  /// Source: proc(5), `/proc/pid/clear_refs`.
  private func restartedPeak() throws -> Int {
    try "5".write(toFile: "/proc/self/clear_refs", atomically: false, encoding: .utf8)
    return try peak()
  }

  /// The most memory that this process has had since then, in bytes.
  private func peak() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") } ?? ""
    return (Int(line.split(whereSeparator: \.isWhitespace).dropFirst().first ?? "") ?? 0) << 10
  }
}
