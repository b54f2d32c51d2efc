import PlaybookEngine

/// What a call runs under, as the connection needs it.
struct CallParameters: Sendable {
  var deadline: ContinuousClock.Instant
  /// `application_name`: what the operator of the server sees in pg_stat_activity.
  var label: String
  var progress: @Sendable (String) -> Void

  init(_ context: CallContext) {
    deadline = context.deadline
    label = context.label
    progress = context.progress
  }

  func watch() -> Session.Watch {
    Session.Watch(deadline: deadline, progress: { [progress] count in progress("\(count) rows") })
  }

  /// The timeout that the server keeps by itself, in case we can't tell it any more.
  func timeout(_ ceiling: Duration?) -> Duration {
    let rest = ContinuousClock.now.duration(to: deadline)
    return max(.milliseconds(1), ceiling.map { min($0, rest) } ?? rest)
  }

  /// The statements that set what a call depends on. `standard_conforming_strings` is a rule of safety: the grammar
  /// that
  /// checked the statement takes a backslash in a string as one.
  func settings(scope: String, timeout ceiling: Duration?) -> String {
    let parts = timeout(ceiling).components
    let milliseconds = min(Int64(Int32.max), max(1, parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000))
    // Only characters that mean nothing within quotes, whatever the session's rules are.
    let name = String(label.unicodeScalars.prefix(63).map { Self.isPlain($0) ? Character($0) : "_" })
    let settings = [
      "standard_conforming_strings = on", "client_encoding = 'UTF8'", "datestyle = 'ISO'", "intervalstyle = 'postgres'",
      "timezone = 'UTC'", "bytea_output = 'hex'", "extra_float_digits = 1", "client_min_messages = 'error'",
      "statement_timeout = \(milliseconds)", "application_name = '\(name)'",
    ]
    return settings.map { "SET \(scope) \($0);" }.joined(separator: " ")
      + " " + Self.watch(isLocal: scope == "LOCAL")
  }

  /// Has the server look every second whether we are still there, so that no statement outlives a killed playbook
  /// (PostgreSQL 14 and newer, on Linux alone; what the server's own settings say stays).
  private static func watch(isLocal: Bool) -> String {
    """
    SELECT CASE
      WHEN pg_catalog.current_setting('client_connection_check_interval', true) OPERATOR(pg_catalog.=) '0'
        AND pg_catalog.strpos(pg_catalog.version(), 'linux') OPERATOR(pg_catalog.>) 0
      THEN pg_catalog.set_config('client_connection_check_interval', '1000', \(isLocal)) END;
    """
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && scalar.value >= 32 && scalar != "'" && scalar != "\\" && scalar.value != 127
  }
}
