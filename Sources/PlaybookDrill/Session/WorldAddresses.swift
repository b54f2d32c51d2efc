public import CEL

/// How a world that is up is reached.
public struct WorldAddresses: Sendable, Equatable {
  /// The environments file with the one environment `drill`.
  public var environment: String
  /// The admin API: `http://127.0.0.1:PORT`.
  public var http: String
  /// `unix:///…/redis.sock`.
  public var redis: String
  /// As the role `reader`, which can only SELECT.
  public var sql: String
  /// As the role `admin`, which can change rows.
  public var sqlAdmin: String
  /// The file of the requests that the admin API got; see ``RecordedCall``.
  public var calls: String
  /// The world's folder.
  public var folder: String
  /// The folder of the files that hold the drill's secrets.
  public var secrets: String

  private static let names: [(String, any WritableKeyPath<WorldAddresses, String> & Sendable)] = [
    ("environment", \.environment), ("http", \.http), ("redis", \.redis), ("sql", \.sql), ("sql_admin", \.sqlAdmin),
    ("calls", \.calls), ("folder", \.folder), ("secrets", \.secrets),
  ]

  init(folder: WorldFolder, http: String, redis: RedisServer, sql: PostgreSQLServer) {
    environment = folder.environment
    self.http = http
    self.redis = redis.url
    self.sql = sql.url(role: "reader")
    sqlAdmin = sql.url(role: "admin")
    calls = folder.calls
    self.folder = folder.path
    secrets = folder.secrets
  }

  /// Reads the line that a world writes when it is ready. Nil where it is no such line.
  init?(line: String) {
    guard let value = try? Value(json: line), case .map(let fields) = value else { return nil }
    (environment, http, redis, sql, sqlAdmin, calls, folder, secrets) = ("", "", "", "", "", "", "", "")
    for (name, path) in Self.names {
      guard let text = fields[name]?.stringValue else { return nil }
      self[keyPath: path] = text
    }
  }

  /// The line that a world writes when it is ready: one JSON object.
  package var line: String { value.jsonText() }

  /// The addresses by the names that the ready line gives them.
  public var value: Value { .map(MapValue(Self.names.map { ($0.0, .string(self[keyPath: $0.1])) })) }
}
