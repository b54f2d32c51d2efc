import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import SQLExecutor
import Testing

/// A PostgreSQL cluster of the tests' own, on a Unix socket in a temporary folder.
///
/// A shell on a pipe stands between: at the end of the pipe, however the tests ended, it stops the server and removes
/// the
/// folder.
final class PostgresServer: Sendable {
  let folder: String
  private let pipe = Pipe()
  private static let programs = "/usr/lib/postgresql/15/bin"

  /// Tests are skipped without PostgreSQL, save where the services are required.
  static var isAvailable: Bool {
    ProcessInfo.processInfo.environment["PLAYBOOK_REQUIRE_SERVICES"] == "1"
      || FileManager.default.isExecutableFile(atPath: programs + "/postgres")
  }

  /// One for all tests that leave it as it is, with the databases of `World`.
  static let shared = Result {
    let server = try PostgresServer()
    try World.build(on: server)
    return server
  }

  /// One whose settings and roles the acts may change.
  static let changing = Result {
    let server = try PostgresServer()
    try World.build(on: server)
    return server
  }

  /// The port on 127.0.0.1; nil: it listens on its socket alone.
  let port: Int?

  init(copying leader: PostgresServer? = nil, port: Int? = nil) throws {
    self.port = port
    folder = "/tmp/pbs-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let postgres = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : ""
    if geteuid() == 0 { _ = try Self.run("/bin/chown", ["postgres", folder]) }
    let make =
      if let leader {
        "\(Self.programs)/pg_basebackup -h \(leader.folder) \(leader.portOption) -U postgres -D \(folder)/data -R -c fast"
      } else {
        "\(Self.programs)/initdb -D \(folder)/data -N -A trust -U postgres --no-locale -E UTF8"
      }
    let script = """
      cd \(folder) && \(postgres)\(make) >\(folder)/setup.log 2>&1
      printf 'local all locked scram-sha-256\\nlocal all all trust\\nlocal replication all trust\\n' >data/pg_hba.conf
      printf 'host all all 127.0.0.1/32 trust\\nhost all all ::1/128 trust\\n' >>data/pg_hba.conf
      \(postgres)\(Self.programs)/postgres -D \(folder)/data -c unix_socket_directories=\(folder) -c timezone=UTC -c autovacuum=off \
        \(port.map { "-c listen_addresses=127.0.0.1 -c port=\($0)" } ?? "-c listen_addresses=") -c fsync=off -c max_connections=120 -c wal_level=logical -c max_prepared_transactions=2 >server.log 2>&1 &
      server=$!
      cat >/dev/null
      kill -CONT $(head -1 data/postmaster.pid) 2>/dev/null
      kill -QUIT $server; wait $server; cd /; rm -rf \(folder)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<600 {
      if (try? psql("SELECT 1", database: "postgres")) == "1" { return }
      usleep(50_000)
    }
    throw Failure(text: "PostgreSQL did not start: see \(folder)")
  }

  struct Failure: Error { let text: String }

  func stop() { try? pipe.fileHandleForWriting.close() }

  var processIdentifier: Int32 {
    let text = try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
    return text.flatMap { Int32($0.prefix { $0 != "\n" }) } ?? 0
  }

  /// Signals the server and all its backends.
  func signal(_ signal: Int32) throws {
    let children = try Self.run("/usr/bin/pgrep", ["-P", String(processIdentifier)])
    kill(processIdentifier, signal)
    for child in children.split(separator: "\n") { if let child = Int32(child) { kill(child, signal) } }
  }

  func url(_ role: String, _ database: String = "app") -> String {
    "postgres://\(role)@/\(database)?host=\(folder)" + (port.map { "&port=\($0)" } ?? "")
  }

  private var portOption: String { port.map { "-p \($0)" } ?? "" }

  /// What an independent client gets, as the superuser.
  @discardableResult
  func psql(_ sql: String, database: String = "app") throws -> String {
    let arguments =
      ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres", "-d", database, "-c", sql]
      + (port.map { ["-p", String($0)] } ?? [])
    return try Self.run("/usr/bin/psql", arguments)
  }

  /// Waits until a statement of psql's gives `expected`. It sleeps in between, since psql blocks a thread of the pool.
  func wait(for expected: String, _ sql: String, database: String = "app") async throws {
    for _ in 0..<1500 {
      if try psql(sql, database: database) == expected { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw Failure(text: "\(sql) never gave \(expected)")
  }

  static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 || program.hasSuffix("pgrep") else {
      throw Failure(text: String(decoding: message, as: UTF8.self))
    }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines)
  }

  // MARK: Calls

  func query(
    _ statement: String, _ with: [(String, Value)] = [], rows: Int? = nil, as role: String = "reader",
    database: String = "app", settings: [(String, Value)] = [], within time: Duration = .seconds(20),
    limits: CallContext.Limits = .init(), executor: SQLExecutor = SQLExecutor()
  ) async throws -> CallOutcome {
    try await executor.perform(
      call(statement, with, .query, rows: rows),
      context: context(url(role, database), settings, within: time, limits: limits))
  }

  @discardableResult
  func act(
    _ statement: String, _ with: [(String, Value)] = [], as role: String = "postgres", database: String = "scratch",
    settings: [(String, Value)] = [], within time: Duration = .seconds(20), executor: SQLExecutor = SQLExecutor()
  ) async throws -> CallOutcome {
    try await executor.perform(
      call(statement, with, .act), context: context(url(role, database), settings, within: time))
  }
}

func call(_ statement: String, _ with: [(String, Value)] = [], _ mode: CallMode, rows: Int? = nil) -> ResolvedCall {
  var arguments = MapValue([("statement", .string(statement)), ("with", .map(MapValue(with)))])
  if let rows { arguments["rows"] = .int(Int64(rows)) }
  return ResolvedCall(executor: "sql", mode: mode, target: "sql", arguments: arguments)
}

func context(
  _ url: String, _ settings: [(String, Value)] = [], within time: Duration = .seconds(20),
  limits: CallContext.Limits = .init()
) -> CallContext {
  CallContext(
    target: ResolvedTarget(name: "db", settings: MapValue([("url", .string(url))] + settings), environment: "test"),
    deadline: .now + time, label: "playbook 7f3k step", limits: limits)
}

/// The error that `body` throws; records an issue where it throws none.
func failure<Success>(
  _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> Success
) async -> ExecutorError {
  do {
    let result = try await body()
    Issue.record("no error, but \(result)", sourceLocation: location)
  } catch let error as ExecutorError {
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
  return ExecutorError(.malformed, "")
}

extension CallOutcome {
  var rows: [Value] { fields["rows"]?.listValue ?? [] }
  /// The first row's first column.
  var first: Value? { rows.first?.mapValue?.entries.first?.value }
  /// The rows as JSON.
  var json: String { (fields["rows"] ?? .null).jsonText() }
}
