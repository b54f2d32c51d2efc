import ExecutorKit

extension Session {
  /// The error that an error reply is, in the server's words.
  func error(_ reply: String, mayHaveTakenEffect: Bool = false) -> ExecutorError {
    note(reply)
    let code: ExecutorError.Code =
      switch Self.code(reply) {
      case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED": .unauthorized
      default: .rejected
      }
    let help = Self.help(reply).map { " (\($0))" } ?? ""
    return ExecutorError(
      code, "\(target.label) answers: \(reply)\(help)", mayHaveTakenEffect: mayHaveTakenEffect)
  }

  /// The first word of an error reply: `WRONGTYPE`, `ERR`, `BUSY`.
  static func code(_ reply: String) -> Substring { reply.prefix { $0 != " " } }

  /// The way out of an error whose words alone don't tell it.
  private static func help(_ reply: String) -> String? {
    switch code(reply) {
    case "NOPERM":
      if let command = deniedCommand(reply) { return "grant +\(command)" }
      if reply.contains("channel") { return "the account's channel patterns leave out a channel of this call" }
      if reply.contains("key") { return "the account's key patterns leave out a key of this call" }
      return nil
    case "CROSSSLOT": return "the keys lie in several slots of the cluster: ask key by key, or give them one hash tag"
    default: return nil
    }
  }

  /// The command that a NOPERM reply names: `… no permissions to run the 'config|get' command`.
  static func deniedCommand(_ reply: String) -> String? {
    guard let start = reply.firstRange(of: "run the '")?.upperBound,
      let end = reply[start...].firstIndex(of: "'"), start < end
    else { return nil }
    return String(reply[start..<end])
  }

  func malformed(_ what: String) -> ExecutorError {
    ExecutorError(.malformed, "\(target.label) does not answer as a Redis server does: \(what)")
  }

  func refused(_ message: String, _ help: String?) -> ExecutorError {
    ExecutorError(.refused, message + (help.map { "; \($0)" } ?? "") + " (nothing was sent)")
  }

  func error(_ failure: ConnectionFailure, changes: Bool) -> ExecutorError {
    let label = target.label
    return switch failure {
    case .timedOut:
      ExecutorError(.timedOut, "\(label) gave no answer in time", mayHaveTakenEffect: changes)
    case .cancelled:
      ExecutorError(.cancelled, "the call to \(label) was cancelled", mayHaveTakenEffect: changes)
    case .closed(let reason), .unreachable(let reason), .turnedAway(let reason):
      ExecutorError(.disconnected, "\(label) went away before it answered: \(reason)", mayHaveTakenEffect: changes)
    case .malformed(let reason):
      ExecutorError(
        .malformed, "\(label) does not answer as a Redis server does: \(reason)", mayHaveTakenEffect: changes)
    case .tooDeep:
      ExecutorError(
        .rejected, "the answer of \(label) is \(ReplyReader.tooDeep); ask for a part of it",
        mayHaveTakenEffect: changes)
    case .tooLarge(let limit):
      ExecutorError(
        .rejected, "the answer of \(label) needs more than \(limit >> 20) MiB; ask for less",
        mayHaveTakenEffect: changes)
    }
  }
}
