import CEL
import CLibPQ
import ExecutorKit
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
  /// The session's zone, where the target gives one.
  let timezone: String?
  /// The places to try, in order.
  let endpoints: [Endpoint]
  /// How long each of them is waited for.
  let connectTimeout: Duration?
  /// Where it is, for messages: `db.internal:5432/app`; of several hosts all.
  let place: String
  /// The server as an approval names it: `db.internal:5432/app`, `socket in /run/postgresql, database app`; of several
  /// hosts all.
  let server: String
  /// The text behind a server's name: `/app`.
  let database: String
  /// How the source of an outcome names the one server behind a Unix socket: by the target's name.
  let sourceName: String

  static let settings = [
    "url", "password", "hosts", "statement_timeout", "timezone", "privileged", "allow_functions",
  ]

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
      // Of several ports the first is the one that a host found at run time is asked at.
      parameters["port"] = parameters["port"]?.split(separator: ",").first.map(String.init)
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
    timezone = try Self.timezone(settings)
    guard let endpoints = Endpoint.all(in: parameters) else {
      throw settings.problem("url", "names more or fewer ports than hosts")
    }
    self.endpoints = endpoints
    // 0 and less is not a limit, as libpq has it.
    connectTimeout = parameters["connect_timeout"].flatMap { Int64($0) }.flatMap { $0 > 0 ? .seconds($0) : nil }
    database = parameters["dbname"].map { "/" + $0 } ?? ""
    let folder = endpoints[0].host.map { " in " + $0 } ?? ""
    place =
      endpoints.count == 1 && endpoints[0].isSocket
      ? "\(target.name) (socket\(folder))" : endpoints.map(\.description).joined(separator: ",") + database
    let inDatabase = parameters["dbname"].map { ", database " + $0 } ?? ""
    server = endpoints.count == 1 && endpoints[0].isSocket ? "socket\(folder)\(inDatabase)" : place
    sourceName = target.name
  }

  /// A zone's name as the server will read it: in quotes, so of characters that mean nothing there.
  private static func timezone(_ settings: TargetSettings) throws(ExecutorError) -> String? {
    guard let zone = try settings.text("timezone") else { return nil }
    let allowed = Set("/_+-:<>,. ".utf8)
    let isPlain = zone.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || allowed.contains(byte)
    }
    guard isPlain, !zone.isEmpty, zone.utf8.count <= 100 else {
      throw settings.problem("timezone", "must be a time zone such as `Europe/Berlin`")
    }
    return zone
  }

  /// How a call that was moved away from it names it: `db.internal`, of several hosts all.
  var movedName: String {
    endpoints.count == 1 && endpoints[0].isSocket
      ? server : endpoints.map { $0.host ?? $0.description }.joined(separator: ",")
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
