public import ExecutorKit
import PlaybookLanguage
import Synchronization

/// Sends commands to Redis servers: hiredis speaks the protocol, SwiftNIO carries it (TCP, TLS, Unix sockets).
///
/// A query sends only commands that the server itself flags `readonly`, and a short list of harmless questions; an act
/// sends all that a human approved, save commands that would change the connection. The two have connections of their
/// own. Values are arguments with a length, never text that is taken apart again.
public actor RedisExecutor: Executor {
  private struct PoolKey: Hashable {
    var target: RedisTarget
    var mode: CallMode
  }

  private var idle: [PoolKey: [Connection]] = [:]
  /// Connections kept open for each target and mode.
  private static let kept = 4

  public init() {}

  public nonisolated func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    RedisDisplay.lines(call).joined(separator: "\n")
  }

  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let request = try RedisRequest(call)
    let target = try RedisTarget(context.target, mode: call.mode, host: call.host)
    try Self.check(request, target, call.mode)
    let connection = try await checkOut(target, call.mode, context)
    let nodes = nodes(call.mode, context)
    defer {
      checkIn(connection, target, call.mode)
      checkIn(nodes, call.mode)
    }
    let session = Session(connection, target: target, context: context, mode: call.mode, nodes: nodes)
    return try await RedisPlan(session: session).lines(request)
  }

  public func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? {
    let target = try RedisTarget(context.target, mode: call.mode, host: call.host)
    let own = call.host == nil ? target.endpoint : try RedisTarget(context.target, mode: call.mode, host: nil).endpoint
    guard own != target.endpoint, case .tcp(let host, let port) = own else { return CallServer("\(target.endpoint)") }
    // The port says nothing where it is the same.
    let isSamePort = if case .tcp(_, port) = target.endpoint { true } else { false }
    return CallServer("\(target.endpoint)", movedFrom: isSamePort ? host : "\(own)")
  }

  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let request = try RedisRequest(call)
    let target = try RedisTarget(context.target, mode: call.mode, host: call.host)
    try Self.check(request, target, call.mode)
    do throws(ExecutorError) {
      return try await perform(request, target, call.mode, context)
    } catch {
      // A kept connection may have been closed by the server meanwhile: reading again does no harm.
      guard call.mode == .query, error.code == .disconnected, context.deadline > .now else { throw error }
      return try await perform(request, target, call.mode, context)
    }
  }

  private func perform(
    _ request: RedisRequest, _ target: RedisTarget, _ mode: CallMode, _ context: CallContext
  ) async throws(ExecutorError) -> CallOutcome {
    let connection = try await checkOut(target, mode, context)
    let nodes = nodes(mode, context)
    defer {
      checkIn(connection, target, mode)
      checkIn(nodes, mode)
    }
    let session = Session(connection, target: target, context: context, mode: mode, nodes: nodes)
    return try await RedisCall(session: session).perform(request)
  }

  public func close() {
    for connection in idle.values.joined() { connection.close() }
    idle = [:]
  }

  deinit {
    for connection in idle.values.joined() { connection.close() }
  }

  /// The problems that can be told before there is a connection.
  private static func check(_ request: RedisRequest, _ target: RedisTarget, _ mode: CallMode) throws(ExecutorError) {
    if case .scan = request, mode == .act {
      throw ExecutorError(.invalid, "`scan` only reads: make it a query")
    }
    for command in request.commands {
      // A query may not send the commands of `allow` either: its own rules say so.
      let allowed = mode == .act ? target.allowed : CommandRules.onlyWhereAllowed
      let refusal =
        CommandRules.refusal(command.name, command.subcommand, allowed: allowed)
        ?? (mode == .query ? CommandRules.queryRefusal(command.name, command.subcommand) : nil)
      if let refusal {
        let help = refusal.help.map { "; \($0)" } ?? ""
        throw ExecutorError(.refused, "\(refusal.message)\(help) (nothing was sent)")
      }
    }
  }

  // MARK: Connections

  private func checkOut(
    _ target: RedisTarget, _ mode: CallMode, _ context: CallContext
  ) async throws(ExecutorError) -> Connection {
    let key = PoolKey(target: target, mode: mode)
    while let connection = idle[key]?.popLast() {
      if connection.isUsable { return connection }
      connection.close()
    }
    return try await Connection.open(target, context)
  }

  /// The other servers of a cluster, for one call.
  private func nodes(_ mode: CallMode, _ context: CallContext) -> Nodes {
    Nodes { (target: RedisTarget) async throws(ExecutorError) -> Connection in
      try await self.checkOut(target, mode, context)
    }
  }

  private func checkIn(_ nodes: Nodes, _ mode: CallMode) {
    for node in nodes.take() { checkIn(node.connection, node.target, mode) }
  }

  private func checkIn(_ connection: Connection, _ target: RedisTarget, _ mode: CallMode) {
    let key = PoolKey(target: target, mode: mode)
    guard connection.isUsable, idle[key, default: []].count < Self.kept else {
      connection.close()
      return
    }
    idle[key, default: []].append(connection)
  }
}
