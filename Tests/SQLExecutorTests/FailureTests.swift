import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct FailureTests {
  private let sleepy: [(String, Value)] = [("allow_functions", ["pg_sleep"])]

  private let sleepers = """
    SELECT count(*) FROM pg_stat_activity
    WHERE state = 'active' AND query LIKE '%pg_sleep(99)%' AND pid <> pg_backend_pid()
    """

  @Test func `a cancelled query is gone from the server, and the connection lives`() async throws {
    let server = try PostgresServer.shared.get()
    let executor = SQLExecutor()
    let pid = try await server.query("SELECT pg_backend_pid() AS p", settings: sleepy, executor: executor).json
    let task = Task { try await server.query("SELECT pg_sleep(99)", settings: sleepy, executor: executor) }
    try await server.wait(for: "1", sleepers)
    let name = try server.psql("SELECT application_name FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(99)%'")
    #expect(name == "playbook 7f3k step")
    task.cancel()
    let error = await failure { try await task.value }
    #expect(error.code == .cancelled && !error.mayHaveTakenEffect)
    #expect(try server.psql(sleepers) == "0")
    #expect(try await server.query("SELECT pg_backend_pid() AS p", settings: sleepy, executor: executor).json == pid)
    await executor.close()
  }

  @Test func `a cancelled act is gone, too, and has not taken effect`() async throws {
    let server = try PostgresServer.shared.get()
    let task = Task { try await server.act("INSERT INTO accounts SELECT 777 FROM pg_sleep(99)") }
    try await server.wait(for: "1", sleepers)
    task.cancel()
    let error = await failure { try await task.value }
    #expect(error.code == .cancelled && !error.mayHaveTakenEffect)
    #expect(try server.psql(sleepers) == "0")
    #expect(try server.psql("SELECT count(*) FROM accounts WHERE id = 777", database: "scratch") == "0")
  }

  @Test func `a task cancelled before its call sends nothing`() async throws {
    let server = try PostgresServer.shared.get()
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await server.act("INSERT INTO accounts VALUES (778)")
    }
    task.cancel()
    let error = await failure { try await task.value }
    #expect(error.code == .cancelled && !error.mayHaveTakenEffect)
    #expect(try server.psql("SELECT count(*) FROM accounts WHERE id = 778", database: "scratch") == "0")
  }

  @Test func `the deadline and the target's own timeout end a statement`() async throws {
    let server = try PostgresServer.shared.get()
    let late = await failure {
      try await server.query("SELECT pg_sleep(99)", settings: sleepy, within: .milliseconds(400))
    }
    #expect(late.code == .timedOut && !late.mayHaveTakenEffect, "\(late.message)")
    let own = await failure {
      try await server.query("SELECT pg_sleep(99)", settings: sleepy + [("statement_timeout", "200ms")])
    }
    #expect(own.code == .timedOut && own.message.contains("57014"), "\(own.message)")
    let past = await failure { try await server.query("SELECT 1", within: .seconds(-1)) }
    #expect(past.code == .timedOut)
    #expect(try server.psql(sleepers) == "0")
  }

  @Test func `a statement that somebody else cancels is rejected`() async throws {
    let server = try PostgresServer.shared.get()
    let task = Task { try await server.query("SELECT pg_sleep(99)", settings: sleepy) }
    try await server.wait(for: "1", sleepers)
    try server.psql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(99)%'")
    let error = await failure { try await task.value }
    #expect(error.code == .rejected && error.message.contains("57014"), "\(error)")
  }

  @Test func `a connection ended under way is reported, of an act as unknown`() async throws {
    let server = try PostgresServer.shared.get()
    let end =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      + "WHERE query LIKE '%pg_sleep(99)%' AND pid <> pg_backend_pid()"
    let query = Task { try await server.query("SELECT pg_sleep(99)", settings: sleepy) }
    try await server.wait(for: "1", sleepers)
    try server.psql(end)
    let read = await failure { try await query.value }
    #expect(read.code == .disconnected && !read.mayHaveTakenEffect, "\(read)")
    let act = Task { try await server.act("SELECT pg_sleep(99)") }
    try await server.wait(for: "1", sleepers)
    try server.psql(end)
    let changed = await failure { try await act.value }
    #expect(changed.code == .disconnected && changed.mayHaveTakenEffect, "\(changed)")
  }

  @Test func `a connection that broke while idle is made anew`() async throws {
    let server = try PostgresServer()
    defer { server.stop() }
    try server.psql("CREATE TABLE t (x int)", database: "postgres")
    let executor = SQLExecutor()
    for _ in 0..<3 {
      _ = try await server.query(
        "SELECT 1 AS x", as: "postgres", database: "postgres", settings: [("privileged", true)], executor: executor)
      try await server.act("INSERT INTO t VALUES (1)", database: "postgres", executor: executor)
      try server.psql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle'", database: "postgres")
    }
    #expect(try server.psql("SELECT count(*) FROM t", database: "postgres") == "3")
    await executor.close()
  }

  @Test func `what keeps a connection from being made is said without a secret`() async throws {
    let server = try PostgresServer.shared.get()
    let executor = SQLExecutor()
    func error(_ url: String, _ settings: [(String, Value)] = []) async -> ExecutorError {
      await failure { try await executor.perform(call("SELECT 1", [], .query), context: context(url, settings)) }
    }
    let secret = "hunter2hunter2"
    let wrong = await error(server.url("locked"), [("password", .string(secret))])
    #expect(wrong.code == .unauthorized && wrong.message.contains("28P01"), "\(wrong)")
    #expect(await error(server.url("locked")).code == .unauthorized)
    #expect(await error(server.url("nobody")).code == .unauthorized)
    #expect(await error(server.url("reader", "nothing")).message.contains("3D000"))
    #expect(await error("postgres://x:\(secret)@127.0.0.1:1/app").code == .unreachable)
    #expect(await error("postgres://reader@/app?host=/tmp/nowhere").code == .unreachable)
    for url in [
      "postgres//x:\(secret)@h", "postgres://x:\(secret)@h:port:1/", "\(secret)", "postgres://h?x=\(secret)", "",
    ] {
      let error = await error(url)
      #expect(!error.message.contains(secret), "\(error.message)")
    }
    #expect(!wrong.message.contains(secret))
    let right = try await server.query("SELECT 1 AS x", as: "locked", settings: [("password", "correct horse")])
    #expect(right.rows.count == 1)
  }

  @Test func `a name that does not resolve is unreachable`() async throws {
    let error = await failure {
      try await SQLExecutor().perform(
        call("SELECT 1", [], .query), context: context("postgres://x@no-such-host.invalid/app", within: .seconds(15)))
    }
    #expect(error.code == .unreachable || error.code == .timedOut)
  }

  @Test func `a hung server is given up at the deadline, and an act on it is unknown`() async throws {
    let server = try PostgresServer()
    defer { server.stop() }
    let executor = SQLExecutor()
    func perform(_ statement: String, _ mode: Bool) async -> ExecutorError {
      await failure {
        try await executor.perform(
          call(statement, [], mode ? .act : .query),
          context: context(
            server.url("postgres", "postgres"), [("privileged", true), ("allow_functions", ["pg_sleep"])],
            within: .seconds(1)))
      }
    }
    let query = Task { await perform("SELECT pg_sleep(99)", false) }
    let act = Task { await perform("SELECT pg_sleep(99)", true) }
    try await server.wait(
      for: "2", "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(99)%'", database: "postgres")
    try server.signal(SIGSTOP)
    let (read, changed) = await (query.value, act.value)
    #expect(read.code == .timedOut && !read.mayHaveTakenEffect, "\(read)")
    #expect(changed.code == .timedOut && changed.mayHaveTakenEffect, "\(changed)")
    let fresh = await perform("SELECT 1", false)
    #expect(fresh.code == .timedOut, "\(fresh)")
    try server.signal(SIGCONT)
  }

  @Test func `a server's error has its state and no value`() async throws {
    let server = try PostgresServer.shared.get()
    for (statement, with, state) in [
      ("SELECT :x::int", "s3cr3t-value", "22P02"), ("SELECT name::int FROM accounts", "", "22P02"),
      ("SELECT * FROM missing WHERE 's3cr3t-value' = :x", "s3cr3t-value", "42P01"), ("SELECT 1 / 0", "", "22012"),
      ("SELECT :x::inet", "s3cr3t-value", "22P02"), ("SELECT :x::evil", "s3cr3t-value", "42704"),
    ] {
      let error = await failure { try await server.query(statement, with.isEmpty ? [] : [("x", .string(with))]) }
      #expect(error.code == .rejected && error.message.contains(state), "\(error)")
      #expect(!error.message.contains("s3cr3t") && !error.message.contains("user 1"), "\(error.message)")
    }
    let denied = await failure {
      try await server.query("SELECT * FROM pg_authid", as: "locked", settings: [("password", "correct horse")])
    }
    #expect(denied.code == .unauthorized && denied.message.contains("42501"), "\(denied)")
  }

  @Test func `four queries work at the same time, and more wait`() async throws {
    let server = try PostgresServer.shared.get()
    let executor = SQLExecutor()
    let pids = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<10 {
        group.addTask {
          try await server.query("SELECT pg_backend_pid() AS p, pg_sleep(0.2)", settings: sleepy, executor: executor)
            .json
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(pids.count == 4)
    await executor.close()
  }

  @Test func `a call moves only to a host that the target lists`() async throws {
    let executor = SQLExecutor()
    for (host, hosts, code) in [
      ("db2.internal", [], .refused), ("db2.internal", ["*.cache.internal"], .refused), ("/tmp", ["/tmp"], .refused),
      ("a.internal,b.internal", ["*.internal"], .refused), (".internal", ["*.internal"], .refused),
      ("internal", ["*.internal"], .refused),
      ("127.0.0.1", ["127.0.0.1"], .unreachable),
    ] as [(String, [String], ExecutorError.Code)] {
      var moved = call("SELECT 1", [], .query)
      moved.host = host
      let target = context("postgres://x@h:1/app", [("hosts", .list(hosts.map(Value.string)))])
      let error = await failure { [moved] in try await executor.perform(moved, context: target) }
      #expect(error.code == code, "\(host): \(error.message)")
    }
  }
}
