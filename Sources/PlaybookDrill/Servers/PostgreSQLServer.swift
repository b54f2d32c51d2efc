import FoundationEssentials
import Glibc
import Subprocess

/// A throw-away PostgreSQL on a Unix socket: no TCP, and no care for data that a power cut would lose.
///
/// It has one database, `app`, and the roles `postgres` (superuser, which seeds), `reader` (SELECT) and `admin`
/// (SELECT, INSERT, UPDATE, DELETE) on every table of the schema `public`.
struct PostgreSQLServer: Sendable {
  /// Of its socket.
  let folder: String
  let process: ChildProcess

  /// Where initdb and postgres are: Debian keeps them off `PATH`, the newest version first.
  static func programs() throws(DrillError) -> String {
    let debian = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: debian)) ?? []).compactMap { Int($0) }
    let folders = versions.sorted(by: >).map { "\(debian)/\($0)/bin" }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    for folder in folders + path.split(separator: ":").map(String.init)
    where unsafe access(folder + "/postgres", X_OK) == 0 && access(folder + "/initdb", X_OK) == 0 {
      return folder
    }
    throw DrillError(
      .missing, "PostgreSQL's server is not installed (looked in \(debian)/*/bin and PATH for `postgres`)")
  }

  /// Makes an empty cluster at `data`.
  static func initialize(_ data: String, programs: String, as account: ServerAccount) async throws(DrillError) {
    let command = [
      programs + "/initdb", "--pgdata", data, "--no-sync", "--no-locale", "--encoding", "UTF8", "--auth", "trust",
      "--username", "postgres", "--wal-segsize", "1", "--no-instructions",
    ]
    let result = try await Command.run(account.command(command))
    guard result.succeeded else {
      throw DrillError(.failed, "initdb ended with \(result.status)\n\(result.output)")
    }
  }

  /// Starts the cluster `data` with its socket in `folder`, which `account` owns. A cluster that is `kept` is shut down
  /// whole; otherwise a stop throws it away.
  static func start(
    _ data: String, socketIn folder: String, programs: String, as account: ServerAccount, kept: Bool = false
  ) async throws(DrillError) -> PostgreSQLServer {
    let settings = [
      "listen_addresses=", "unix_socket_directories=\(folder)", "unix_socket_permissions=0700", "fsync=off",
      "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0", "min_wal_size=2MB",
      "shared_buffers=32MB", "max_connections=40", "autovacuum=off", "jit=off", "timezone=UTC", "log_timezone=UTC",
      // Files within the data folder, so that a server that is killed leaves nothing in /dev/shm.
      "dynamic_shared_memory_type=mmap",
    ]
    let command = [programs + "/postgres", "-D", data] + settings.flatMap { ["-c", $0] }
    // SIGQUIT is the immediate shutdown: nothing is written, but shared memory is given back.
    let process = try await ChildProcess.start(
      "postgres", account.command(command, endedBy: "QUIT"), folder: folder, stop: kept ? .interrupt : .quit,
      ready: "database system is ready to accept connections")
    return PostgreSQLServer(folder: folder, process: process)
  }

  /// How `role` reaches the database.
  func url(role: String) -> String { "postgres://\(role)@/app?host=\(folder)" }

  /// Runs pieces of SQL and files of it as the superuser, by default all in one transaction.
  func run(
    _ pieces: [Piece], database: String = "app", inOneTransaction: Bool = true
  ) async throws(DrillError) {
    var command = [
      "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--output", "/dev/null", "--host", folder,
      "--username", "postgres", "--dbname", database,
    ]
    if inOneTransaction { command.append("--single-transaction") }
    for piece in pieces {
      switch piece {
      case .file(let path): command += ["--file", path]
      case .text(let sql): command += ["--command", sql]
      }
    }
    let result = try await Command.run(ServerAccount(user: nil).command(command))
    guard result.succeeded else {
      let problem = result.output.split(separator: "\n").filter { !$0.contains("NOTICE:") }.joined(separator: "\n  ")
      throw DrillError(.failed, "the seed of PostgreSQL failed:\n  \(problem)")
    }
  }

  /// The arguments of ``run(_:database:)``.
  enum Piece: Sendable {
    case file(String)
    case text(String)
  }
}
