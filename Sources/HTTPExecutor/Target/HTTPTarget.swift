import CEL
import PlaybookEngine
import PlaybookLanguage

/// A target's settings as one kind of call uses them.
struct HTTPTarget: Sendable {
  var name: String
  var origin: Origin
  /// What the base URL has before every path, without a slash at its end.
  var basePath: String
  /// Sent with every request to this origin; they may hold secrets.
  var headers: [(name: String, value: String)] = []
  /// Patterns of paths that queries are kept to; nil for any.
  var readPaths: [String]?
  /// Patterns of hosts that a call may go to besides its own.
  var hosts: [String] = []
  var caFile: String?
  var connectTimeout: Duration = .seconds(5)

  /// `http (api.internal)`, for messages.
  var label: String { "\(name) (\(origin.authority))" }

  private static let settings = ["url", "headers", "read_paths", "hosts", "ca_file", "connect_timeout", "act"]

  /// Reads a target's settings, for an act with those under `act` laid over them. Throws `.invalid` where they make no
  /// sense and `.refused` where `host` is none of the target's.
  init(_ target: ResolvedTarget?, mode: CallMode, host: String?) throws(ExecutorError) {
    guard let target else { throw ExecutorError(.invalid, "an http call needs a target, and the environment has none") }
    let reader = SettingsReader(name: target.name, settings: target.settings, mode: mode)
    try reader.check(Self.settings)
    guard let url = try reader.text("url") else { throw reader.invalid("has no `url`") }
    guard let (origin, rest) = Origin.split(url), !rest.contains("?"), !rest.contains("#") else {
      throw reader.invalid("has a `url` that is no https://HOST[:PORT][/PATH]; credentials go into `headers`")
    }
    name = target.name
    self.origin = origin
    basePath = rest.hasSuffix("/") ? String(rest.dropLast()) : rest
    headers = try Self.headers(reader)
    readPaths = try reader.has("read_paths") ? reader.list("read_paths") : nil
    hosts = try reader.list("hosts")
    caFile = try reader.text("ca_file")
    connectTimeout = try reader.duration("connect_timeout") ?? .seconds(5)
    if let host { try move(to: host) }
  }

  private static func headers(_ reader: SettingsReader) throws(ExecutorError) -> [(name: String, value: String)] {
    var headers: [(name: String, value: String)] = []
    for (key, value) in try reader.map("headers").entries {
      guard HeaderField.isName(key.rendered) else {
        throw reader.invalid("has a header `\(key.rendered)`, which is no name")
      }
      guard let text = HeaderField.text(value), HeaderField.isValue(text) else {
        throw reader.invalid("has a header `\(key.rendered)` whose value can't be sent: a line break or no text")
      }
      headers.append((key.rendered, text))
    }
    return headers
  }

  private mutating func move(to host: String) throws(ExecutorError) {
    guard var moved = Origin(scheme: origin.scheme, authority: host[...]) else {
      throw ExecutorError(.invalid, "`\(host)` is no host")
    }
    if !host.hasSuffix(":\(moved.port)") { moved.port = origin.port }
    guard moved == origin || moved.matches(hosts) else {
      throw ExecutorError(.refused, "\(host) is none of the `hosts` that \(name) may be moved to; nothing was sent")
    }
    origin = moved
  }
}
