import CEL
import ExecutorKit
import PlaybookLanguage
import Reach

/// A target's settings as one kind of call uses them.
struct HTTPTarget: Sendable {
  var name: String
  var origin: Origin
  /// The base URL's own path, which stands before every other, without a slash at its end.
  var basePath: String
  /// Sent with every request to this origin; they may hold secrets.
  var headers: [(name: String, value: String)] = []
  /// Patterns of paths that queries are kept to; nil for any.
  var readPaths: [String]?
  /// Patterns of paths to which a POST only reads, so that a query may send it.
  var readPosts: [String] = []
  /// Patterns of hosts that a call may go to besides its own.
  var hosts: [String] = []
  var certificates: Certificates
  var connectTimeout: Duration = .seconds(5)

  /// `http (api.internal)`, for messages.
  var label: String { "\(name) (\(origin.authority))" }

  /// The name that TLS asks for and expects, where it is not the host's.
  var tlsName: String? { origin.scheme == "https" ? certificates.serverName : nil }

  static let settings =
    ["url", "headers", "read_paths", "read_posts", "hosts", "connect_timeout"] + Certificates.settings

  /// Reads a target's settings, for an act with those under `act` laid over them. Throws `.invalid` where they make no
  /// sense and `.refused` where `host` is none of the target's.
  init(_ target: ResolvedTarget?, mode: CallMode, host: String?) throws(ExecutorError) {
    guard let target else { throw ExecutorError(.invalid, "an http call needs a target, and the environment has none") }
    let settings = try TargetSettings(target, mode: mode, names: Self.settings)
    let url = try settings.required("url")
    guard let (origin, rest) = Origin.split(url), !rest.contains("?"), !rest.contains("#") else {
      throw settings.problem("url", "must be https://HOST[:PORT][/PATH]; credentials go into `headers`")
    }
    name = target.name
    self.origin = origin
    basePath = rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    headers = try Self.headers(settings)
    // An empty list allows no path; a missing one allows all.
    readPaths = try settings.has("read_paths") ? settings.texts("read_paths") : nil
    readPosts = try settings.texts("read_posts")
    hosts = try settings.texts("hosts")
    certificates = try Certificates(settings)
    connectTimeout = try settings.duration("connect_timeout") ?? .seconds(5)
    if let host { try move(to: host) }
  }

  private static func headers(_ settings: TargetSettings) throws(ExecutorError) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    for (key, value) in try settings.map("headers").entries {
      guard HeaderField.isName(key.rendered) else {
        throw settings.problem("headers", "has a header `\(key.rendered)`, which is not a name")
      }
      guard let text = HeaderField.text(value), HeaderField.isValue(text) else {
        throw settings.problem(
          "headers", "has a header `\(key.rendered)` whose value can't be sent: a line break or no text")
      }
      headers.append((key.rendered, text))
    }
    return headers
  }

  private mutating func move(to host: String) throws(ExecutorError) {
    guard var moved = Origin(scheme: origin.scheme, authority: host[...]) else {
      throw ExecutorError(.invalid, "`\(host)` is not a host")
    }
    if !host.hasSuffix(":\(moved.port)") { moved.port = origin.port }
    guard moved == origin || moved.matches(hosts) else {
      throw ExecutorError(.refused, "\(host) is none of the `hosts` that \(name) may be moved to; nothing was sent")
    }
    origin = moved
  }
}
