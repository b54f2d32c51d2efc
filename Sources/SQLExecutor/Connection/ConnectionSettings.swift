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
  /// The server as an approval names it: `db.internal:5432/app`, `socket in /run/postgresql, database app`.
  let server: String
  /// How the source of an outcome names it: the host, or the target's name behind a Unix socket.
  let sourceName: String

  static let settings = ["url", "password", "hosts", "statement_timeout", "privileged", "allow_functions"]

  init(_ target: ResolvedTarget, mode: CallMode, host: String?) throws(ExecutorError) {
    let settings = try TargetSettings(target, mode: mode, names: Self.settings)
    guard var parameters = Self.parse(try settings.required("url")) else {
      // Not libpq's message: it quotes the text, which may hold a password.
      throw settings.problem("url", "must be a PostgreSQL connection URI")
    }
    // A reader's password must not be offered to another server's or another role's login.
    let act = mode == .act ? target.settings["act"]?.mapValue : nil
    let isOwnLogin = act?["url"] != nil && act?["password"] == nil
    if !isOwnLogin, let password = settings.value("password") { parameters["password"] = password.rendered }
    if let host {
      try Self.check(host, settings, port: parameters["port"].flatMap { Int($0) })
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
    isPrivileged = try settings.flag("privileged")
    allowedFunctions = Set(try settings.texts("allow_functions"))
    // A bare number is milliseconds, as PostgreSQL has it.
    statementTimeout = try settings.duration("statement_timeout", numbersAre: .milliseconds(1))
    let name = parameters["host"] ?? parameters["hostaddr"] ?? ""
    let isSocket = name.isEmpty || name.utf8.first == UInt8(ascii: "/")
    let port = parameters["port"].map { ":" + $0 } ?? ""
    let database = parameters["dbname"].map { "/" + $0 } ?? ""
    place = isSocket ? "\(target.name) (socket\(name.isEmpty ? "" : " in " + name))" : name + port + database
    let inDatabase = parameters["dbname"].map { ", database " + $0 } ?? ""
    server = isSocket ? "socket\(name.isEmpty ? "" : " in " + name)\(inDatabase)" : name + port + database
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

  /// Whether a call may be moved to `host`: a plain name or address that the target's `hosts` lists. Nothing that libpq
  /// would read as a socket's folder or as several hosts.
  private static func check(_ host: String, _ settings: TargetSettings, port: Int?) throws(ExecutorError) {
    let isPlain = host.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (65...90).contains(byte) || (48...58).contains(byte) || byte == 45 || byte == 46
    }
    guard isPlain, HostPattern.matches(try settings.texts("hosts"), host: host, port: port ?? 5432) else {
      throw ExecutorError(
        .refused, "the host found at run time is not among the `hosts` of the target \(settings.target)")
    }
  }
}
