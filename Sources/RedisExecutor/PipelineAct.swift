import CEL
import ExecutorKit

/// Several commands of an act. They are not a transaction: a command that fails leaves the others.
///
/// One server gets them together. A server of a cluster, or one that can't be told from it, gets one after the other,
/// so that each goes to the server that has its keys, in the order written.
struct PipelineAct {
  let session: Session
  let commands: [RedisCommand]

  /// The outcome of one command.
  private enum Fate {
    case done(Reply)
    case failed(Reply)
    /// It was sent, and may have changed something.
    case unknown(Reply?)
    case notSent

    var reply: Reply? {
      switch self {
      case .done(let reply), .failed(let reply): reply
      case .unknown(let reply): reply
      case .notSent: nil
      }
    }
  }

  func perform() async throws(ExecutorError) -> CallOutcome {
    let isAlone = try await isAlone()
    let (fates, failure, sources) = isAlone ? await together() : await oneByOne()
    let values = Value.list(fates.map { $0.reply?.value ?? .null })
    var fields = MapValue([("value", values)])
    guard var error = failure ?? firstError(fates) else {
      let notices = zip(commands, fates).enumerated().compactMap { position, pair in
        pair.1.reply.flatMap { Notices.of(pair.0, $0) }.map { Value.string("command \(position + 1): \($0)") }
      }
      if !notices.isEmpty { fields["notices"] = .list(notices) }
      return CallOutcome(fields: fields, source: sources.joined(separator: ", "))
    }
    error.message += "; \(summary(fates))"
    error.mayHaveTakenEffect = fates.contains { if case .unknown = $0 { true } else { false } }
    // Some of it was done: there is something to undo.
    if fates.contains(where: { if case .done = $0 { true } else { false } }) { fields["partly"] = true }
    error.outcome = fields
    throw error
  }

  /// Whether it is known that no other server has keys.
  private func isAlone() async throws(ExecutorError) -> Bool {
    do throws(ExecutorError) {
      return try await session.isClustered() == false
    } catch {
      // The server gives the commands the same error, each for itself.
      guard [.rejected, .refused, .unauthorized].contains(error.code) else { throw error }
      return false
    }
  }

  private func together() async -> ([Fate], ExecutorError?, [String]) {
    let exchange = await session.exchange(commands.map(\.words))
    var fates = zip(commands, exchange.replies).map(Self.fate)
    guard let failure = exchange.failure else { return (fates, nil, [session.target.label]) }
    // An answer of lists within lists is not an error reply.
    if failure == .tooDeep, fates.count < commands.count { fates.append(.done(.null)) }
    fates += Array(repeating: Fate.unknown(nil), count: commands.count - fates.count)
    return (fates, session.error(failure, changes: true), [session.target.label])
  }

  private func oneByOne() async -> ([Fate], ExecutorError?, [String]) {
    var fates: [Fate] = []
    var sources: [String] = []
    for command in commands {
      do throws(ExecutorError) {
        let (reply, source) = try await session.following {
          (session: Session) async throws(ExecutorError) -> (Reply, String) in
          let reply = try await session.send([command.words], changes: true)[0]
          if let error = reply.error, Redirection(error, from: session.target.endpoint) != nil {
            throw session.error(error)
          }
          return (reply, session.target.label)
        }
        fates.append(Self.fate(command, reply))
        if !sources.contains(source) { sources.append(source) }
      } catch {
        fates.append(error.mayHaveTakenEffect ? .unknown(nil) : .failed(.error(error.message)))
        fates += Array(repeating: Fate.notSent, count: commands.count - fates.count)
        return (fates, error, sources)
      }
    }
    return (fates, nil, sources)
  }

  private static func fate(_ command: RedisCommand, _ reply: Reply) -> Fate {
    guard let error = reply.error else { return .done(reply) }
    return RedisCall.mayHaveActed(command, error) ? .unknown(reply) : .failed(reply)
  }

  private func firstError(_ fates: [Fate]) -> ExecutorError? {
    guard let failed = fates.firstIndex(where: { $0.reply?.error != nil }), let text = fates[failed].reply?.error else {
      return nil
    }
    var error = session.error(text)
    error.message = "command \(failed + 1) of \(commands.count) failed: \(error.message)"
    return error
  }

  /// `1 and 3 done, 2 not`.
  private func summary(_ fates: [Fate]) -> String {
    var numbers: [String: [Int]] = [:]
    for (position, fate) in fates.enumerated() {
      let word =
        switch fate {
        case .done: "done"
        case .failed: "not"
        case .unknown: "unknown"
        case .notSent: "not sent"
        }
      numbers[word, default: []].append(position + 1)
    }
    return ["done", "not", "unknown", "not sent"].compactMap { word in
      numbers[word].map { "\(Self.list($0)) \(word)" }
    }.joined(separator: ", ")
  }

  private static func list(_ numbers: [Int]) -> String {
    let texts = numbers.map(String.init)
    return texts.count < 2
      ? texts.joined() : texts.dropLast().joined(separator: ", ") + " and " + (texts.last ?? "")
  }
}
