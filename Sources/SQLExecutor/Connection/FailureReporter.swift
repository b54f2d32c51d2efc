import CEL
import ExecutorKit
import PlaybookLanguage

/// Turns a session's failure into the sentence for the operator. It knows how far the call had come, and keeps values
/// out: parameters appear as their names, and of errors about data only the text before the datum.
struct FailureReporter {
  enum Stage {
    /// Nothing of the statement has been sent.
    case preparing
    /// Within a transaction that isn't committed.
    case sent
    case committing
    /// Outside a transaction block.
    case alone
    case done
  }

  let settings: ConnectionSettings
  let request: SQLRequest
  /// The timeout that the server was given.
  private var timeout = Duration.seconds(86_400 * 365)
  private var hasServersTimeout = false
  /// The one server that was reached, where the target names several.
  private var server: String?
  var stage = Stage.preparing
  private let start = ContinuousClock.now

  init(settings: ConnectionSettings, request: SQLRequest) {
    self.settings = settings
    self.request = request
  }

  /// Notes which server was reached, and how long the statement may take there.
  ///
  /// - Parameter isServers: whether that is the server's own timeout, and no one of ours.
  mutating func begin(on server: String, timeout: Duration, isServers: Bool) {
    self.server = settings.endpoints.count > 1 ? server : nil
    self.timeout = timeout
    hasServersTimeout = isServers
  }

  private var place: String { server ?? settings.place }
  private var isAct: Bool { settings.mode == .act }

  /// Throws a refusal in the form of a server's error, so that one `catch` reports all.
  func refuse<Never>(_ reason: String) throws(SessionFailure) -> Never {
    throw .server(ServerError(sqlstate: Self.refused, message: reason))
  }

  func checkColumns(_ rows: RowCollector) throws(SessionFailure) {
    guard let name = rows.duplicate else { return }
    throw .server(
      ServerError(sqlstate: Self.invalid, message: "two columns are named \(name); give one another name with AS"))
  }

  /// States of our own; PostgreSQL has none in the class `pb`.
  static let refused = "pbref"
  private static let invalid = "pbinv"

  /// - Parameter notices: the server's earlier notices, kept in the error's outcome.
  func error(_ failure: SessionFailure, notices: [String] = []) -> ExecutorError {
    var error = error(failure)
    if !notices.isEmpty { error.outcome = MapValue([("notices", .list(notices.map(Value.string)))]) }
    return error
  }

  private func error(_ failure: SessionFailure) -> ExecutorError {
    switch failure {
    case .unreachable(let error): unreachable(error)
    case .own(let need, let error): own(need, error)
    case .lost(let reason):
      ExecutorError(
        .disconnected,
        "the connection to \(place) broke\(isOpen ? " before an answer came" : ""): \(reason)",
        mayHaveTakenEffect: isOpen)
    case .tooWide:
      ExecutorError(
        .rejected,
        "\(place): one row of the answer, or one message beside it, is more than \(Session.widest >> 20) MiB, which is not "
          + "taken; select a part of it, such as `left(column, 1000)`", mayHaveTakenEffect: isAct && stage == .alone)
    case .interrupted(let interruption, let isConfirmed): interrupted(interruption, isConfirmed: isConfirmed)
    case .server(let error): server(error)
    }
  }

  /// Whether an act was on its way, so that without an answer nobody knows.
  private var isOpen: Bool { isAct && stage != .preparing && stage != .done }

  private func unreachable(_ error: ServerError) -> ExecutorError {
    let state = error.sqlstate.map { " (\($0))" } ?? ""
    if error.category == "28" {
      return ExecutorError(.unauthorized, "\(place) does not let this role in: \(error.message)\(state)")
    }
    // libpq reports these without a state, before anything is sent.
    if error.sqlstate == nil, error.message.contains("no password supplied") {
      return ExecutorError(.unauthorized, "\(place) asks for a password, and the target has none")
    }
    return ExecutorError(.unreachable, "can't connect to \(place): \(error.message)\(state)")
  }

  private func interrupted(_ interruption: SessionFailure.Interruption, isConfirmed: Bool) -> ExecutorError {
    // A transaction that the server has answered for is rolled back; a statement without one may have committed parts
    // itself.
    let mayHave = isOpen && (!isConfirmed || stage == .alone)
    let answer = isConfirmed ? "" : "; the server did not answer to the request to stop either"
    switch interruption {
    case .deadline:
      return ExecutorError(.timedOut, "\(place) gave no answer in time\(answer)", mayHaveTakenEffect: mayHave)
    case .cancelled:
      return ExecutorError(.cancelled, "the statement on \(place) was cancelled\(answer)", mayHaveTakenEffect: mayHave)
    }
  }

  /// A statement of our own failed: it has no place in the author's, of which nothing has been sent.
  private func own(_ need: String, _ error: ServerError) -> ExecutorError {
    switch error.sqlstate ?? "" {
    case "57014", "57P01", "57P02", "57P03", "57P05", "25P03": return server(error)
    default: break
    }
    let text = "\(place): \(need): \(error.message) (\(error.sqlstate ?? "playbook")); nothing was sent"
    switch error.sqlstate ?? "" {
    case "42501": return ExecutorError(.unauthorized, text)
    case "22023": return ExecutorError(.invalid, text)
    case "": return ExecutorError(.refused, text)
    default: return ExecutorError(.rejected, text)
    }
  }

  private func server(_ error: ServerError) -> ExecutorError {
    let text = "\(message(error)) (\(error.sqlstate ?? "libpq"))\(location(error))"
    switch error.sqlstate ?? "" {
    case Self.refused: return ExecutorError(.refused, "\(place): \(error.message)")
    case Self.invalid: return ExecutorError(.invalid, "\(place): \(error.message)")
    case "57014":
      if ContinuousClock.now - start >= timeout - .milliseconds(20) {
        let limit = hasServersTimeout ? ": the server's own statement_timeout for this role ended the statement" : ""
        return ExecutorError(
          .timedOut, "\(place) gave no answer in time (57014)\(limit)", mayHaveTakenEffect: stage == .alone)
      }
      return ExecutorError(.rejected, "\(place): somebody else cancelled the statement (57014)")
    case "57P01", "57P02", "57P03", "57P05", "25P03":
      return ExecutorError(.disconnected, "\(place): \(text)", mayHaveTakenEffect: isOpen)
    case "25006" where !isAct: return ExecutorError(.refused, "a query may only read; \(place) says: \(text)")
    case "28000", "28P01", "42501": return ExecutorError(.unauthorized, "\(place): \(text)")
    case "42601" where !isAct: return ExecutorError(.invalid, "\(place): \(text)")
    default: return ExecutorError(.rejected, "\(place): \(text)")
    }
  }

  /// The primary message without values. Class 22 (data exceptions) quotes the datum behind a colon.
  private func message(_ error: ServerError) -> String {
    var message = error.message
    if error.category == "22", let colon = message.firstRange(of: ": ") {
      message = String(message[..<colon.lowerBound])
    }
    return request.hidingValues(in: message)
  }

  private func location(_ error: ServerError) -> String {
    // Before, it is an error of our own statements.
    guard stage != .preparing, stage != .committing, let position = error.position, position > 0 else { return "" }
    let offset = request.rules.rendered.sql.offset(ofCharacter: position)
    let source = request.rules.rendered.sourceRange(offset..<offset).lowerBound
    let before = request.template.source.utf8.prefix(source)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = (before.lastIndex(of: UInt8(ascii: "\n")).map { before[$0...].count } ?? before.count + 1)
    return " at line \(line), column \(column) of the statement"
  }
}
