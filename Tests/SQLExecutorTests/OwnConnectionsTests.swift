import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

/// A statement that shows the server's sessions shows none of the run's beside its own.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct OwnConnectionsTests {
  private static let name = "watched"

  private func server() throws -> PostgresServer {
    let server = try PostgresServer.changing.get()
    guard try server.psql("SELECT 1 FROM pg_database WHERE datname = '\(Self.name)'", database: "postgres") != "1"
    else {
      return server
    }
    try server.psql("CREATE DATABASE \(Self.name)", database: "postgres")
    try server.psql(
      """
      CREATE VIEW busy AS SELECT * FROM pg_stat_activity WHERE datname = current_database(); CREATE VIEW busier AS TABLE busy;
      CREATE FUNCTION sessions() RETURNS bigint LANGUAGE sql STABLE AS
        'SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database()';
      CREATE FUNCTION locks() RETURNS bigint LANGUAGE plpgsql STABLE AS
        $$BEGIN RETURN (SELECT count(*) FROM pg_locks l WHERE l.pid <> pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())); END$$;
      CREATE TABLE killed (n int);
      """, database: Self.name)
    return server
  }

  /// Each counts what psql alone would count: its own session, or with `pid <> pg_backend_pid()` none.
  private static let counts: [(String, Int64)] = [
    ("SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database()", 1),
    (
      "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() "
        + "AND datname = current_database()", 0
    ),
    (
      "SELECT count(*) AS n FROM pg_catalog.pg_stat_activity WHERE state LIKE 'idle%' AND datname = current_database()",
      0
    ),
    ("SELECT count(*) AS n FROM busier", 1), ("SELECT sessions() AS n", 1), ("SELECT locks() AS n", 0),
    (
      "SELECT count(*) AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database AND d.datname = current_database() "
        + "WHERE l.pid <> pg_backend_pid()", 0
    ),
    (
      "SELECT count(*) AS n FROM pg_stat_activity a WHERE usename = 'reader' AND datname = current_database() "
        + "AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid) AND pid <> pg_backend_pid()", 0
    ),
    ("SELECT numbackends::int8 AS n FROM pg_stat_database WHERE datname = current_database()", 1),
    (
      "SELECT count(*) AS n FROM pg_stat_get_activity(NULL) a, pg_database d WHERE a.datid = d.oid AND datname = current_database()",
      1
    ),
    // The statement's transaction holds no lock of ours: those on pg_locks and on its own transaction are psql's as well.
    ("SELECT count(*) AS n FROM pg_locks WHERE pid = pg_backend_pid()", 2),
  ]

  @Test func `whatever the run does beside it, its connections are not counted`() async throws {
    let server = try server()
    let executor = SQLExecutor()
    let results = try await withThrowingTaskGroup(of: (Int, Int64?).self) { group in
      for (number, (statement, _)) in Self.counts.enumerated() {
        // Beside each one that is at work for a while, and one that has ended.
        group.addTask {
          _ = try await server.query(
            "SELECT count(*) AS n FROM generate_series(1, 300000) g", database: Self.name, executor: executor)
          return (-1, 0)
        }
        group.addTask {
          (number, try await server.query(statement, database: Self.name, executor: executor).first?.intValue)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for (number, (statement, count)) in Self.counts.enumerated() {
      #expect(results[number] == count, "\(statement)")
    }
    await executor.close()
  }

  @Test func `an act that ends sessions does not find the run's own`() async throws {
    let server = try server()
    let executor = SQLExecutor()
    let one = try await server.query("SELECT pg_backend_pid() AS p", database: Self.name, executor: executor)
    let killed = try await server.act(
      "INSERT INTO killed SELECT pid FROM busier WHERE CASE WHEN pid <> pg_backend_pid() THEN pg_terminate_backend(pid) END",
      database: Self.name, executor: executor)
    #expect(killed.fields["tag"]?.stringValue == "INSERT 0 0", "\(one.json)")
    await executor.close()
  }

  @Test func `a function that the target allows is followed for what it shows`() async throws {
    let server = try server()
    try server.psql(
      """
      CREATE OR REPLACE FUNCTION allowed() RETURNS bigint LANGUAGE plpgsql VOLATILE AS
        $$BEGIN RETURN (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()); END$$
      """, database: Self.name)
    let executor = SQLExecutor()
    let settings: [(String, Value)] = [("allow_functions", ["allowed"])]
    _ = try await server.query("SELECT 1 AS n", database: Self.name, executor: executor)
    let found = try await server.query(
      "SELECT allowed() AS n", database: Self.name, settings: settings, executor: executor)
    #expect(found.first?.intValue == 1)
    await executor.close()
  }

  @Test func `a call that waits for others can be cancelled, and waiting takes nothing from its time`() async throws {
    let server = try server()
    let executor = SQLExecutor()
    let sleepy: [(String, Value)] = [("allow_functions", ["pg_sleep"])]
    let long = Task {
      try await server.query("SELECT pg_sleep(1.5)", database: Self.name, settings: sleepy, executor: executor)
    }
    try await server.wait(
      for: "1", "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(1.5)'", database: Self.name)
    let dropped = Task { try await server.query("TABLE pg_locks", database: Self.name, executor: executor) }
    dropped.cancel()
    let error = await failure { try await dropped.value }
    #expect(error.code == .cancelled)
    let short = try await server.query(
      "SELECT count(*) AS n FROM pg_stat_activity WHERE state = 'active' AND datname = current_database()",
      database: Self.name, within: .seconds(1), executor: executor)
    #expect(short.first?.intValue == 1)
    _ = try await long.value
    await executor.close()
  }
}
