import CEL
import ExecutorKit

/// A pooler's console, such as the database `pgbouncer`: it takes commands of its own by the simple protocol, and
/// neither transactions nor look-ups.
extension PostgresConnection {
  /// `SHOW POOLS` and the like.
  func readConsole(_ request: SQLRequest, _ call: CallParameters) throws(SessionFailure) -> CallOutcome {
    try checkConsole(request)
    var rows = request.collector
    hasSent = true
    let tag = try session.run(simple: request.sql, into: &rows, call.ownWatch())
    return request.outcome(rows, tag: tag, notices: [], source: consoleSource)
  }

  func planConsole(_ request: SQLRequest) throws(SessionFailure) -> [String] {
    try checkConsole(request)
    return ["\(request.rules.kind.name) on \(consoleSource)"]
  }

  private var consoleSource: String { "\(server) (a pooler's console)" }

  /// SHOW only looks; of its kinds FDS alone hands out connections and stops the pooler while it does.
  private func checkConsole(_ request: SQLRequest) throws(SessionFailure) {
    let name = request.rules.statement["VariableShowStmt"]?["name"]?.stringValue
    guard let name, name.lowercased() != "fds" else { throw Self.noConsole }
  }

  /// The refusal of all that a console does not take.
  static let noConsole = SessionFailure.server(
    ServerError(
      sqlstate: FailureReporter.refused,
      message: "this is a pooler's console, which takes no transactions; a query may say `SHOW POOLS` and the like, "
        + "and changes go through `psql` as a program of the target's `shell`"))
}

extension Session {
  /// Whether a pooler's own console answers, and no server.
  var isConsole: Bool { reported("server_version")?.contains("bouncer") == true }
}
