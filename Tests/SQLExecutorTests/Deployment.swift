import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// PostgreSQL as it is run: a primary and its standby on ports of 127.0.0.1, and a pgbouncer in transaction mode before the
/// primary, whose pool is one connection.
final class Deployment: Sendable {
  static let shared = Result { try Deployment() }

  /// Tests are skipped without PostgreSQL and pgbouncer, save where the services are required.
  static var isAvailable: Bool {
    PostgresServer.isAvailable
      && (ProcessInfo.processInfo.environment["PLAYBOOK_REQUIRE_SERVICES"] == "1"
        || FileManager.default.isExecutableFile(atPath: pgbouncer))
  }

  let primary: PostgresServer
  let standby: PostgresServer
  let pooler: Int
  /// Accepts connections and says nothing.
  let silent: Silent
  private static let pgbouncer = "/usr/sbin/pgbouncer"
  private let pipe = Pipe()

  private init() throws {
    silent = try Silent()
    primary = try PostgresServer(port: Self.freePort())
    try primary.psql(
      """
      CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader; CREATE ROLE owner LOGIN; CREATE ROLE stats LOGIN;
      CREATE ROLE admin LOGIN SUPERUSER;
      """, database: "postgres")
    try primary.psql("CREATE DATABASE app OWNER owner", database: "postgres")
    try primary.psql("CREATE TABLE audit_logs (id serial, event text); ALTER TABLE audit_logs OWNER TO owner")
    standby = try PostgresServer(copying: primary, port: Self.freePort())
    pooler = try Self.freePort()
    try startPooler()
  }

  private func startPooler() throws {
    let folder = primary.folder + "/pgbouncer"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    let users = ["reader", "owner", "stats", "admin"].map { "\"\($0)\" \"\"\n" }.joined()
    try users.write(toFile: folder + "/users.txt", atomically: false, encoding: .utf8)
    try """
    [databases]
    * = host=127.0.0.1 port=\(primary.port ?? 0)
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = \(pooler)
    unix_socket_dir =
    auth_type = trust
    auth_file = \(folder)/users.txt
    pool_mode = transaction
    default_pool_size = 1
    admin_users = admin
    stats_users = stats
    """.write(toFile: folder + "/pgbouncer.ini", atomically: false, encoding: .utf8)
    let postgres = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : ""
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c",
      """
      \(postgres)\(Self.pgbouncer) \(folder)/pgbouncer.ini >\(folder)/log 2>&1 &
      pooler=$!
      cat >/dev/null
      kill -TERM $pooler; wait $pooler
      """,
    ]
    process.standardInput = pipe
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<400 {
      if (try? psql("SELECT 1")) == "1" { return }
      usleep(20_000)
    }
    throw PostgresServer.Failure(text: "pgbouncer did not start: see \(folder)/log")
  }

  /// What another client of the pooler gets.
  @discardableResult
  func psql(_ sql: String, as role: String = "owner", database: String = "app") throws -> String {
    try PostgresServer.run(
      "/usr/bin/psql",
      ["-XAtq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(pooler)", "-U", role, "-d", database, "-c", sql])
  }

  /// Settings of the pool's connection that are not its defaults, but for those that pgbouncer itself keeps apart.
  func leftBehind(as role: String = "owner") throws -> String {
    try psql(
      """
      SELECT coalesce(string_agg(name || '=' || setting, ' ' ORDER BY name), '') FROM pg_settings
      WHERE setting IS DISTINCT FROM reset_val AND context IN ('user', 'superuser') AND name NOT LIKE 'tcp%'
        AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
      """, as: role)
  }

  /// A URL of several places: `127.0.0.1:1,127.0.0.1:2`.
  static func url(_ role: String, _ ports: [Int], database: String = "app", more: String = "") -> String {
    "postgres://\(role)@\(ports.map { "127.0.0.1:\($0)" }.joined(separator: ","))/\(database)\(more.isEmpty ? "" : "?" + more)"
  }

  static func freePort() throws -> Int { try Silent(listens: false).port }

  /// A bound port of 127.0.0.1.
  final class Silent: Sendable {
    let port: Int
    private let descriptor: Int32

    /// - Parameter listens: whether connections are taken; else they are refused.
    init(listens: Bool = true) throws {
      descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let descriptor = descriptor
      let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          unsafe bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
        }
      }
      guard isBound, !listens || listen(descriptor, 8) == 0 else { throw PostgresServer.Failure(text: "no free port") }
      port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
  }
}
