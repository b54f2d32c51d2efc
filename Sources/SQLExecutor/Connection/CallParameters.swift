import ExecutorKit

/// The surroundings of a call, as the connection needs them.
struct CallParameters: Sendable {
  var deadline: ContinuousClock.Instant
  /// `application_name`, which the operator of the server sees in pg_stat_activity.
  var label: String
  var progress: @Sendable (String) -> Void
  /// Of an act the server that the yes was given for.
  var server: CallServer?
  /// Whether no other statement of this run is under way and no other connection of it stands.
  var isAlone = false

  init(_ context: CallContext) {
    deadline = context.deadline
    label = context.label
    progress = context.progress
    server = context.server
  }

  func watch() -> Session.Watch {
    Session.Watch(deadline: deadline, progress: { [progress] count in progress("\(count) rows") })
  }

  /// For our own statements before the author's: nothing is in doubt when they are given up.
  func ownWatch() -> Session.Watch { Session.Watch(deadline: deadline, closesOnStop: true) }

  /// The timeout that the server keeps by itself, in case we can't tell it any more.
  func timeout(_ ceiling: Duration?) -> Duration {
    let rest = ContinuousClock.now.duration(to: deadline)
    return max(.milliseconds(1), ceiling.map { min($0, rest) } ?? rest)
  }

  /// The settings for the author's statement, so that its answer can be read. `LOCAL` it ends with the transaction.
  ///
  /// Settings that decide which rows match (the zone, the order of day and month, the search path) stay as the server,
  /// the database and the role have them; the zone may be the target's. All but the zone are courtesies, without which
  /// the statement runs as well.
  func settings(
    scope: String, timeout: Duration, timezone: String?, watches: Bool, encoding: String
  ) -> [OwnStatement] {
    // Only characters that mean nothing within quotes, whatever the session's rules are.
    let name = String(label.unicodeScalars.prefix(63).map { Self.isPlain($0) ? Character($0) : "_" })
    var settings = [
      // A rule of safety: the grammar that checked the statement takes a backslash in a string as one.
      (OwnStatement.strings, "standard_conforming_strings = on"),
      ("client_encoding", "client_encoding = '\(encoding)'"),
      ("datestyle", "datestyle = 'ISO'"), ("intervalstyle", "intervalstyle = 'postgres'"),
      ("bytea_output", "bytea_output = 'hex'"), ("extra_float_digits", "extra_float_digits = 1"),
      ("client_min_messages", "client_min_messages = 'notice'"),
      (OwnStatement.timeout, "statement_timeout = \(Self.milliseconds(timeout))"),
      ("application_name", "application_name = '\(name)'"),
    ]
    // The server looks every second whether we are still there, so that no statement outlives a killed playbook.
    if watches { settings.append(("check_interval", "client_connection_check_interval = '1s'")) }
    var statements = settings.map { OwnStatement($0.0, "SET \(scope) \($0.1)") }
    if let timezone {
      statements.append(OwnStatement(OwnStatement.zone, "SET \(scope) timezone = '\(timezone)'", isRequired: true))
    }
    return statements
  }

  /// As `statement_timeout` takes it: 1 to the greatest.
  static func milliseconds(_ duration: Duration) -> Int64 {
    let parts = duration.components
    return min(Int64(Int32.max), max(1, parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000))
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && scalar.value >= 32 && scalar != "'" && scalar != "\\" && scalar.value != 127
  }
}
