import CEL
import Foundation
import FoundationNetworking
import Glibc
import Testing

@testable import PlaybookDrill

/// What the tests need of this machine.
enum Machine {
  /// Whether the servers are installed; where they must be (CI), a test runs and fails instead of being skipped.
  static let hasServers: Bool = {
    if ProcessInfo.processInfo.environment["PLAYBOOK_REQUIRE_SERVICES"] == "1" { return true }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let hasRedis = path.split(separator: ":").contains { unsafe access("\($0)/redis-server", X_OK) == 0 }
    return hasRedis && (try? PostgreSQLServer.programs()) != nil
  }()

  /// `playbook-world`, built beside the tests.
  static let worldProgram: String = {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "playbook-world").path
  }()

  static let playbooks = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "playbooks").path
}

/// A folder of a test's own, short enough for sockets.
final class Scratch: Sendable {
  /// Seeded databases of the whole test run.
  private static let sharedCache: String = {
    _ = atexit { try? FileManager.default.removeItem(atPath: "/tmp/pbt-cache-\(getpid())") }
    return "/tmp/pbt-cache-\(getpid())"
  }()

  let cache: String
  let path = "/tmp/pbt-\(UUID().uuidString.prefix(8).lowercased())"

  /// `ownCache`: seeded databases are kept for this test alone.
  init(ownCache: Bool = false) throws {
    cache = ownCache ? path + "/cache" : Self.sharedCache
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var world: String { path + "/w" }

  /// A scenario with a world of these files, by their path in `drill`; one that begins with `#!` is a program.
  func scenario(_ files: [String: String]) throws -> String {
    let folder = path + "/scenario"
    for (name, text) in Self.small.merging(files, uniquingKeysWith: { $1 }) where text != "-" {
      let file = URL(filePath: "\(folder)/drill/\(name)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
      if text.hasPrefix("#!") { _ = unsafe chmod(file.path, 0o755) }
    }
    return folder
  }

  /// The smallest world that has something of everything.
  static let small = [
    "environment.yaml": """
    environments:
      drill:
        redis: {url: "${world.redis}"}
        http: {url: "${world.http}", headers: {Authorization: "Bearer ${secrets.token}"}}
        secrets: {token: {file: "${world.secrets}/token"}}
    """,
    "world.sql":
      "CREATE TABLE accounts (id text PRIMARY KEY, locked boolean);\nINSERT INTO accounts VALUES ('a', true);\n",
    "redis.txt": "# a comment\n\nSET greeting \"good morning\"\n",
    "api.yaml": """
    routes:
      - route: POST /accounts/{id}/unlock
        auth: token
        do:
          - as: done
            sql:
              statement: UPDATE accounts SET locked = false, id = coalesce(:name, id) WHERE id = :id RETURNING id
              with: {id: "${request.path.id}", name: "${request.body.?name.orValue(null)}"}
          - when: done.affected > 0
            redis: [SET, "unlocked:${request.path.id}", "${request.query.?why.orValue('no reason')}"]
        answer:
          - {when: done.affected == 0, status: 404, json: {error: no such account}}
          - {status: 200, headers: {x-found: "${done.rows[0].id}"}, json: {id: "${done.rows[0].id}"}}
    """,
  ]

  func start(_ scenario: String) async throws -> DrillSession {
    try await DrillSession.start(
      scenario: scenario, worldProgram: Machine.worldProgram, folder: world, cache: cache)
  }

  /// The processes that have this folder on their command line or in their environment.
  var processes: [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { Int32($0) }.filter { pid in
      guard pid != getpid(), let line = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline")) else {
        return false
      }
      return String(decoding: line, as: UTF8.self).contains(path)
    }
  }

  /// Whether within ten seconds nothing that names this folder runs any more.
  func becomesQuiet() async throws -> Bool {
    for _ in 0..<200 {
      if processes.isEmpty { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }
}

extension DrillSession {
  /// What psql answers, rows by line, columns by `|`.
  func sql(_ statement: String, asAdmin: Bool = false) async throws -> String {
    let url = asAdmin ? addresses.sqlAdmin : addresses.sql
    let result = try await Command.run(ServerAccount(user: nil).command(["psql", "-XAtc", statement, url]))
    return result.output.trimmingCharacters(in: .newlines)
  }

  func redis(_ words: String...) async throws -> String {
    let socket = String(addresses.redis.dropFirst("unix://".count))
    let result = try await Command.run(ServerAccount(user: nil).command(["redis-cli", "-s", socket] + words))
    return result.output.trimmingCharacters(in: .newlines)
  }

  var token: String {
    get throws {
      let name = try FileManager.default.contentsOfDirectory(atPath: addresses.secrets).first ?? ""
      let text = try String(contentsOf: URL(filePath: "\(addresses.secrets)/\(name)"), encoding: .utf8)
      return text.trimmingCharacters(in: .newlines)
    }
  }

  /// A real request over HTTP; `token` nil: without one.
  func request(
    _ method: String, _ path: String, token: String? = nil, body: String? = nil
  ) async throws -> (status: Int, headers: [String: String], body: Value) {
    var request = URLRequest(url: try #require(URL(string: addresses.http + path)))
    request.httpMethod = method
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    if let body {
      request.httpBody = Data(body.utf8)
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    }
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    let headers = http.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
    return (
      http.statusCode, Dictionary(headers) { first, _ in first },
      (try? Value(json: data)) ?? .string("\(data.count) bytes")
    )
  }
}
