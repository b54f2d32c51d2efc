import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import Reach

/// A target's settings as one kind of call uses them.
struct RedisTarget: Sendable, Hashable {
  var name: String
  var endpoint: Connection.Endpoint
  var isTLS = false
  var certificates: Certificates
  var user: String?
  var password: String?
  var database = 0
  /// Patterns that a host found at run time must match.
  var hosts: [String] = []
  /// Commands that acts may send although they are refused otherwise, upper-case.
  var allowed: Set<String> = []
  /// Commands of modules that queries may send, upper-case.
  var moduleReads: Set<String> = []
  var connectTimeout: Duration = .seconds(5)
  /// For messages: `redis (cache.internal:6380)`.
  var label: String { "\(name) (\(endpoint))" }

  static let settings =
    [
      "url", "user", "password", "hosts", "allow", "module_reads", "connect_timeout",
    ] + Certificates.settings

  /// Reads a target's settings, for an act with those under `act` laid over them. Throws `.invalid` where they make no
  /// sense and `.refused` where `host` is none of the target's.
  init(_ target: ResolvedTarget?, mode: CallMode, host: String?) throws(ExecutorError) {
    guard let target else { throw ExecutorError(.invalid, "a redis call needs a target, and the environment has none") }
    let settings = try TargetSettings(target, mode: mode, names: Self.settings)
    guard let address = RedisURL(try settings.required("url")) else {
      throw settings.problem("url", "must be redis://HOST:PORT/DB, rediss://… or unix:///PATH?db=N")
    }
    name = target.name
    endpoint = address.endpoint
    isTLS = address.isTLS
    database = address.database
    user = try settings.text("user") ?? address.user
    password = try settings.text("password") ?? address.password
    certificates = try Certificates(settings)
    if !isTLS, let given = Certificates.settings.first(where: { settings.value($0) != nil }) {
      throw settings.problem(given, "is for TLS, and `url` has none: write rediss://")
    }
    hosts = try settings.texts("hosts")
    allowed = Set(try settings.texts("allow").map { $0.uppercased() })
    moduleReads = Set(try settings.texts("module_reads").map { $0.uppercased() })
    connectTimeout = try settings.duration("connect_timeout") ?? .seconds(5)
    if let host { endpoint = try Self.endpoint(host, hosts: hosts, from: endpoint, target: target.name) }
  }

  /// Whether the password begins or ends with a blank, a line break or a character that can't be seen: files and
  /// variables often add one.
  var hasPasswordWithBlankEdge: Bool {
    let scalars = (password ?? "").unicodeScalars
    return [scalars.first, scalars.last].compactMap { $0?.properties }.contains {
      $0.isWhitespace || $0.isDefaultIgnorableCodePoint
    }
  }

  /// The same target at another of its servers.
  func moved(to endpoint: Connection.Endpoint) -> RedisTarget {
    var other = self
    other.endpoint = endpoint
    return other
  }

  private static func endpoint(
    _ host: String, hosts: [String], from own: Connection.Endpoint, target: String
  ) throws(ExecutorError) -> Connection.Endpoint {
    guard case .tcp(_, let ownPort) = own else {
      throw ExecutorError(.refused, "\(target) is a Unix socket, so its calls can't be moved to another host")
    }
    guard let found = HostPort(host) else { throw ExecutorError(.invalid, "`\(host)` is not a host") }
    let moved = Connection.Endpoint.tcp(host: found.host, port: found.port ?? ownPort)
    if moved == own { return own }
    guard HostPattern.matches(hosts, host: found.host, port: found.port ?? ownPort) else {
      throw ExecutorError(.refused, "\(host) is none of the `hosts` that \(target) may be moved to; nothing was sent")
    }
    return moved
  }
}

/// A Redis URL: `redis://[USER[:PASSWORD]@]HOST[:PORT][/DB]`, `rediss://…` for TLS, `unix:///PATH[?db=N]` (or
/// `redis+unix`, `redis-socket`) for a socket.
struct RedisURL {
  var endpoint: Connection.Endpoint
  var isTLS = false
  var user: String?
  var password: String?
  var database = 0

  init?(_ text: String) {
    guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else { return nil }
    user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    password = parts.password
    let number = parts.queryItems?.first { $0.name == "db" }?.value
    switch scheme {
    case "redis", "rediss":
      guard var host = parts.host, !host.isEmpty else { return nil }
      if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
      guard let port = UInt16(exactly: parts.port ?? 6379), port > 0 else { return nil }
      endpoint = .tcp(host: host, port: Int(port))
      isTLS = scheme == "rediss"
      let path = parts.path.drop { $0 == "/" }
      guard let database = Self.database(path.isEmpty ? number : String(path)) else { return nil }
      self.database = database
    case "unix", "redis+unix", "redis-socket":
      guard parts.path.hasPrefix("/"), parts.path.utf8.count > 1, parts.host ?? "" == "" else { return nil }
      endpoint = .unix(path: parts.path)
      guard let database = Self.database(number) else { return nil }
      self.database = database
    default: return nil
    }
  }

  private static func database(_ text: String?) -> Int? {
    guard let text else { return 0 }
    guard let number = Int(text), number >= 0, String(number) == text else { return nil }
    return number
  }
}
