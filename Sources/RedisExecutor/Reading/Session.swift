import ExecutorKit
import NIOCore
import PlaybookLanguage
import Synchronization

/// One call's use of a connection: sends, and turns failures into errors that name the target.
final class Session: Sendable {
  let connection: Connection
  let target: RedisTarget
  let context: CallContext
  let mode: CallMode
  /// The connections to other servers of the cluster that the call uses.
  let nodes: Nodes
  /// Whether the slot is on its way to this server, which takes each command for it behind an ASKING only.
  let isAsking: Bool
  /// Where the server said that a key lives.
  private let redirection = Mutex<Redirection?>(nil)

  init(
    _ connection: Connection, target: RedisTarget, context: CallContext, mode: CallMode, nodes: Nodes,
    isAsking: Bool = false
  ) {
    self.connection = connection
    self.target = target
    self.context = context
    self.mode = mode
    self.nodes = nodes
    self.isAsking = isAsking
  }

  /// The same call at another server of the cluster.
  func node(at endpoint: Connection.Endpoint, isAsking: Bool = false) async throws(ExecutorError) -> Session {
    let (target, connection) = try await nodes.connection(to: endpoint, of: target)
    let node = Session(connection, target: target, context: context, mode: mode, nodes: nodes)
    guard isAsking else { return node }
    try await node.checkNames([[Array("ASKING".utf8)]])
    return Session(connection, target: target, context: context, mode: mode, nodes: nodes, isAsking: true)
  }

  // MARK: Sending

  /// Sends the commands together; error replies are among the replies. `changes` says whether they could change
  /// anything, so that a missing answer leaves their effect open.
  func send(
    _ commands: [[Word]], changes: Bool = false, within limit: Duration? = nil
  ) async throws(ExecutorError) -> [Reply] {
    if !changes { try await checkNames(commands) }
    let exchange = await exchange(commands, within: limit)
    if let failure = exchange.failure { throw error(failure, changes: changes) }
    return exchange.replies
  }

  /// Sends the commands together and gives the replies that came, all of them where nothing failed.
  func exchange(_ commands: [[Word]], within limit: Duration? = nil) async -> Connection.Exchange {
    let remaining = context.deadline - .now
    let deadline = NIODeadline.now() + TimeAmount(limit.map { min($0, remaining) } ?? remaining)
    guard isAsking else { return await connection.exchange(commands, until: deadline) }
    let asking: [Word] = [Array("ASKING".utf8)]
    var exchange = await connection.exchange(commands.flatMap { [asking, $0] }, until: deadline)
    exchange.replies = exchange.replies.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    return exchange
  }

  /// Sends one reading command of our own and gives its reply, an error reply as it is.
  func ask(_ words: String..., key: Word? = nil) async throws(ExecutorError) -> Reply {
    try await ask(words.map { Array($0.utf8) } + (key.map { [$0] } ?? []))
  }

  func ask(_ words: [Word]) async throws(ExecutorError) -> Reply {
    let reply = try await send([words])[0]
    if let error = reply.error { note(error) }
    return reply
  }

  // MARK: Redirections

  /// Remembers where a MOVED or ASK reply points to.
  func note(_ error: String) {
    guard let found = Redirection(error, from: target.endpoint) else { return }
    redirection.withLock { $0 = found }
  }

  /// Does something at the server of the cluster that has the key: here, or where MOVED and ASK point to. They mean
  /// that nothing was done.
  func following<Result: Sendable>(
    _ body: @Sendable (Session) async throws(ExecutorError) -> Result
  ) async throws(ExecutorError) -> Result {
    var session = self
    var hops = 0
    while true {
      // One that an earlier question was answered with is not this one's.
      session.redirection.withLock { $0 = nil }
      do throws(ExecutorError) {
        return try await body(session)
      } catch {
        guard !error.mayHaveTakenEffect, let next = session.redirection.withLock({ $0 }), hops < 5 else { throw error }
        try await checkRedirection(to: next.endpoint, after: error)
        hops += 1
        session = try await session.node(at: next.endpoint, isAsking: next.isAsk)
      }
    }
  }
}

/// Another server of the cluster that a reply points to.
struct Redirection: Sendable, Equatable {
  var endpoint: Connection.Endpoint
  /// For one command only: the slot is on its way there.
  var isAsk: Bool

  /// Reads `MOVED 10850 10.0.0.7:6379` and `ASK …`; nil for any other error reply.
  init?(_ error: String, from own: Connection.Endpoint) {
    let parts = error.split(separator: " ", maxSplits: 3)
    guard parts.count == 3, ["MOVED", "ASK"].contains(parts[0]), let colon = parts[2].lastIndex(of: ":"),
      let port = UInt16(parts[2][parts[2].index(after: colon)...])
    else { return nil }
    var host = String(parts[2][..<colon])
    // An empty host is the one that was asked (Redis cluster specification, "MOVED redirection").
    if host.isEmpty, case .tcp(let asked, _) = own { host = asked }
    endpoint = .tcp(host: host, port: Int(port))
    isAsk = parts[0] == "ASK"
  }
}
