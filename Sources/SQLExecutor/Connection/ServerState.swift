import CEL
import ExecutorKit

/// The server's own facts at the beginning of a statement.
struct ServerState {
  /// "db.internal:5432 (primary)", "db (replica, lag 2s; time zone America/New_York)".
  var source: String
  /// How it reads a time without a zone; nil where its zone is not known here.
  var zone: LocalTimeRules?
}

extension PostgresConnection {
  static let zoneQuestion = OwnStatement("zone", "SHOW TimeZone")

  /// Questions about the server. They take no lock, and name everything in full, since they run under the author's
  /// search path.
  static let serverQuestions = [
    zoneQuestion,
    OwnStatement("replica", "SELECT pg_catalog.pg_is_in_recovery() AS replica"),
    OwnStatement(
      "lag",
      """
      SELECT CASE
        WHEN pg_catalog.pg_last_wal_receive_lsn() OPERATOR(pg_catalog.=) pg_catalog.pg_last_wal_replay_lsn()
          AND EXISTS (SELECT FROM pg_catalog.pg_stat_get_wal_receiver() AS w WHERE w.pid IS NOT NULL) THEN 0
        ELSE EXTRACT(epoch FROM pg_catalog.clock_timestamp() OPERATOR(pg_catalog.-)
          pg_catalog.pg_last_xact_replay_timestamp())::pg_catalog.int8 END AS lag
      """),
  ]

  static let factQuestions = [
    OwnStatement("process", "SELECT pg_catalog.pg_backend_pid() AS process"),
    OwnStatement("own_timeout", "SHOW statement_timeout"),
    OwnStatement("own_interval", "SHOW client_connection_check_interval"),
  ]

  func state(_ answers: Answers) -> ServerState {
    let name = answers["zone"]?.entries.first?.value.stringValue ?? session.reported("TimeZone")
    let zone = name.flatMap(LocalTimeRules.init(zone:))
    var words: [String] = facts?.isPooled == true ? ["pooler"] : []
    switch answers["replica"]?["replica"]?.boolValue ?? session.reported("in_hot_standby").map({ $0 == "on" }) {
    case true?:
      words.append("replica, lag " + (answers["lag"]?["lag"]?.intValue.map { "\(max(0, $0))s" } ?? "unknown"))
    case false?: words.append("primary")
    case nil: words.append("primary or replica: unknown")
    }
    if let name, zone?.isUTC != true { words.append("time zone \(name)") }
    return ServerState(source: "\(server) (\(words.joined(separator: "; ")))", zone: zone)
  }

  /// Throws where backslashes in strings would mean something else to the server than to the grammar that checked them.
  func checkStrings() throws(SessionFailure) {
    guard lacks.contains(OwnStatement.strings), session.reported("standard_conforming_strings") != "on" else { return }
    throw .own(
      "`standard_conforming_strings` must be on, and can't be set here", ServerError(message: "refused by the server"))
  }
}

/// A length of time as SHOW has it: `5s`, `100ms`, `2min`.
struct ServerDuration {
  /// Nil for 0, which is not a limit.
  let duration: Duration?

  init?(_ text: String) {
    let digits = text.prefix { $0.isNumber }
    guard let number = Int64(digits) else { return nil }
    let units: [Substring: Duration] = [
      "": .milliseconds(1), "ms": .milliseconds(1), "s": .seconds(1), "min": .seconds(60), "h": .seconds(3600),
      "d": .seconds(86400),
    ]
    guard let unit = units[text.dropFirst(digits.count)] else { return nil }
    duration = number > 0 ? unit * number : nil
  }
}
