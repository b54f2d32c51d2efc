import ExecutorKit

/// Which of several hosts the connection is to, for the yes to an act.
extension PostgresConnection {
  /// Connects where that has not been done yet.
  func foundServer(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> CallServer {
    do throws(SessionFailure) {
      if !session.isAlive() { try open(call) }
    } catch {
      throw FailureReporter(settings: settings, request: request).error(error)
    }
    return foundServer
  }

  /// `db-2.internal:5432/app (primary)`; the role where the server says it by itself.
  private var foundServer: CallServer {
    let role = session.reported("in_hot_standby").map { $0 == "on" ? " (replica)" : " (primary)" } ?? ""
    return CallServer(server + settings.database + role, isFound: true)
  }

  /// The error that keeps an act from another server than the yes was given for; else nil.
  func elsewhere(_ call: CallParameters) -> ExecutorError? {
    guard let approved = call.server, settings.endpoints.count > 1, approved != foundServer else { return nil }
    return ExecutorError(
      .otherServer, "\(foundServer.name) answers now, and the yes was for \(approved.name); nothing was sent")
  }
}
