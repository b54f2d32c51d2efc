import CEL
import CLibPQ
import PlaybookEngine
import PlaybookLanguage

/// A target's settings as far as they make a connection: two calls with equal settings share connections.
struct ConnectionSettings: Sendable, Hashable {
  /// libpq's own parameters (manual, section 34.1.2), the password among them.
  let parameters: [String: String]
  let mode: CallMode
  /// Whether a query's role may be a superuser or hold a role of power.
  let isPrivileged: Bool
  let allowedFunctions: Set<String>
  let statementTimeout: Duration?
  /// Where it is, for messages: `db.internal:5432/app`.
  let place: String
  /// How the source of an outcome names it: the host, or the target's name behind a Unix socket.
  let sourceName: String

  init(_ target: ResolvedTarget, mode: CallMode, host: String?) throws(ExecutorError) {
    let base = target.settings
    let act = mode == .act ? base["act"]?.mapValue : nil
    // A reader's password must not be offered to another server's or another role's login.
    let login = act?["url"] != nil ? act : nil
    func setting(_ name: String) -> Value? { act?[name] ?? base[name] }

    guard let url = setting("url")?.stringValue else {
      throw ExecutorError(.invalid, "the target \(target.name) has no `url`")
    }
    guard var parameters = Self.parse(url) else {
      // Not libpq's message: it quotes the text, which may hold a password.
      throw ExecutorError(.invalid, "the `url` of the target \(target.name) is no PostgreSQL connection URI")
    }
    if let password = login == nil ? setting("password") : login?["password"] {
      parameters["password"] = password.rendered
    }
    if let host {
      try Self.check(host, target: target)
      parameters["host"] = host
      parameters["hostaddr"] = nil
    }
    if parameters.values.contains(where: { $0.utf8.contains(0) }) {
      throw ExecutorError(.invalid, "a setting of the target \(target.name) holds a NUL character")
    }
    parameters["client_encoding"] = "UTF8"
    parameters["fallback_application_name"] = "playbook"
    self.parameters = parameters
    self.mode = mode
    isPrivileged = try Self.flag(setting("privileged"), "privileged", target)
    allowedFunctions = try Self.names(setting("allow_functions"), target)
    statementTimeout = try Self.duration(setting("statement_timeout"), target)
    let name = parameters["host"] ?? parameters["hostaddr"] ?? ""
    let isSocket = name.isEmpty || name.utf8.first == UInt8(ascii: "/")
    let port = parameters["port"].map { ":" + $0 } ?? ""
    let database = parameters["dbname"].map { "/" + $0 } ?? ""
    place = isSocket ? "\(target.name) (socket\(name.isEmpty ? "" : " in " + name))" : name + port + database
    sourceName = isSocket ? target.name : name
  }

  private static func parse(_ url: String) -> [String: String]? {
    guard !url.utf8.contains(0), let options = unsafe PQconninfoParse(url, nil) else { return nil }
    defer { unsafe PQconninfoFree(options) }
    var parameters: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val { unsafe parameters[String(cString: keyword)] = String(cString: value) }
      unsafe option += 1
    }
    return parameters
  }

  /// Whether a call may be moved to `host`: a plain name or address that the target's `hosts` lists, `*.` matching any
  /// subdomain. Nothing that libpq would read as a socket's folder or as several hosts.
  private static func check(_ host: String, target: ResolvedTarget) throws(ExecutorError) {
    let isPlain = host.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (65...90).contains(byte) || (48...58).contains(byte) || byte == 45 || byte == 46
    }
    let patterns = (target.settings["hosts"]?.listValue ?? []).compactMap(\.stringValue)
    let name = host.lowercased()
    let isListed = patterns.contains { pattern in
      let pattern = pattern.lowercased()
      return pattern == name
        || (pattern.hasPrefix("*.") && name.hasSuffix(pattern.dropFirst()) && name.utf8.first != 46)
    }
    guard isPlain, !host.isEmpty, isListed else {
      throw ExecutorError(.refused, "the host found at run time is not among the `hosts` of the target \(target.name)")
    }
  }

  private static func flag(_ value: Value?, _ name: String, _ target: ResolvedTarget) throws(ExecutorError) -> Bool {
    guard let value else { return false }
    guard let flag = value.boolValue else {
      throw ExecutorError(.invalid, "`\(name)` of the target \(target.name) is neither true nor false")
    }
    return flag
  }

  private static func names(_ value: Value?, _ target: ResolvedTarget) throws(ExecutorError) -> Set<String> {
    guard let value else { return [] }
    guard let names = value.listValue?.map(\.stringValue), !names.contains(nil) else {
      throw ExecutorError(.invalid, "`allow_functions` of the target \(target.name) is no list of names")
    }
    return Set(names.compactMap(\.self))
  }

  /// A duration, its text, or as PostgreSQL has it a number of milliseconds.
  private static func duration(_ value: Value?, _ target: ResolvedTarget) throws(ExecutorError) -> Duration? {
    guard let value else { return nil }
    let duration: Duration? =
      switch value {
      case .duration(let duration): duration
      case .int(let milliseconds): .milliseconds(milliseconds)
      case .string(let text): Duration(human: text)
      default: nil
      }
    guard let duration, duration > .zero else {
      throw ExecutorError(.invalid, "`statement_timeout` of the target \(target.name) is no duration")
    }
    return duration
  }
}
