import NIOCore
import PlaybookEngine
import PlaybookLanguage
import Synchronization

/// One call's use of a connection: sends, and turns failures into errors that name the target.
final class Session: Sendable {
  let connection: Connection
  let target: RedisTarget
  let context: CallContext
  let mode: CallMode
  /// Where the server said that a key lives: another server of its cluster.
  let movedTo = Mutex<Connection.Endpoint?>(nil)

  init(_ connection: Connection, target: RedisTarget, context: CallContext, mode: CallMode) {
    self.connection = connection
    self.target = target
    self.context = context
    self.mode = mode
  }

  /// Sends the commands together; error replies are among the replies. `changes` says whether they could change anything,
  /// so that a missing answer leaves their effect open.
  func send(_ commands: [[Word]], changes: Bool = false) async throws(ExecutorError) -> [Reply] {
    do {
      let deadline = NIODeadline.now() + TimeAmount(context.deadline - .now)
      return try await connection.send(commands, until: deadline)
    } catch {
      throw self.error(ConnectionFailure(error), changes: changes)
    }
  }

  /// Sends one reading command of our own and gives its reply, an error reply as it is.
  func ask(_ words: String..., key: Word? = nil) async throws(ExecutorError) -> Reply {
    try await ask(words.map { Array($0.utf8) } + (key.map { [$0] } ?? []))
  }

  func ask(_ words: [Word]) async throws(ExecutorError) -> Reply {
    let reply = try await send([words])[0]
    note(reply)
    return reply
  }

  /// Remembers where a MOVED reply points to.
  private func note(_ reply: Reply) {
    guard let error = reply.error, error.hasPrefix("MOVED ") else { return }
    let parts = error.split(separator: " ")
    guard parts.count == 3, let colon = parts[2].lastIndex(of: ":"),
      let port = UInt16(parts[2][parts[2].index(after: colon)...])
    else { return }
    var host = String(parts[2][..<colon])
    // An empty host is the one that was asked (Redis cluster specification, "MOVED redirection").
    if host.isEmpty, case .tcp(let own, _) = target.endpoint { host = own }
    movedTo.withLock { $0 = .tcp(host: host, port: Int(port)) }
  }

  /// The error that an error reply is.
  func error(_ reply: String, mayHaveTakenEffect: Bool = false) -> ExecutorError {
    note(.error(reply))
    let code: ExecutorError.Code =
      switch reply.prefix(while: { $0 != " " }) {
      case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED": .unauthorized
      default: .rejected
      }
    return ExecutorError(code, "\(target.label) answers: \(reply)", mayHaveTakenEffect: mayHaveTakenEffect)
  }

  func malformed(_ what: String) -> ExecutorError {
    ExecutorError(.malformed, "\(target.label) does not answer as a Redis server does: \(what)")
  }

  private func error(_ failure: ConnectionFailure, changes: Bool) -> ExecutorError {
    let label = target.label
    return switch failure {
    case .timedOut:
      ExecutorError(.timedOut, "\(label) gave no answer in time", mayHaveTakenEffect: changes)
    case .cancelled:
      ExecutorError(.cancelled, "the call to \(label) was cancelled", mayHaveTakenEffect: changes)
    case .closed(let reason), .unreachable(let reason):
      ExecutorError(.disconnected, "\(label) went away before it answered: \(reason)", mayHaveTakenEffect: changes)
    case .malformed(let reason):
      ExecutorError(
        .malformed, "\(label) does not answer as a Redis server does: \(reason)", mayHaveTakenEffect: changes)
    case .tooLarge(let limit):
      ExecutorError(
        .rejected, "the answer of \(label) needs more than \(limit >> 20) MiB; ask for less",
        mayHaveTakenEffect: changes)
    }
  }
}
