public import ExecutorKit
import PlaybookLanguage
import Synchronization

/// The executor `sql`: one statement on a PostgreSQL server, by libpq.
///
/// A query is kept from writing: by its grammar (`StatementRules`), by a look at all that it reaches (`QueryGuard`), by
/// its
/// role (`RoleRule`), and by the server, in a READ ONLY transaction that is rolled back. An act is a transaction of its
/// own.
/// `$1`-style parameters carry the values, so that none becomes code.
public final class SQLExecutor: Executor {
  private let pools = Mutex<[ConnectionSettings: ConnectionPool]>([:])
  private let turnstile = Turnstile()
  /// How much longer than its deadline a call is waited for: the server's time to answer to a request to stop.
  private static let patience: Duration = .seconds(8)

  public init() {}

  /// Errors: `.refused` (it could write, or a host that isn't listed), `.invalid` (no statement, no value for a name,
  /// two columns of one name), `.unreachable`, `.unauthorized`, `.timedOut`, `.cancelled`, `.disconnected`, `.rejected`
  /// (the server's error, with its SQLSTATE and without values).
  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let request = try SQLRequest(call, limits: context.limits)
    // A statement that shows the server's sessions must not show those of this run.
    var isAlone = SessionViews.areReached(by: request.rules.mentions)
    while true {
      let outcome = try await onConnection(call, context, isAlone: isAlone) {
        (connection, parameters) throws(ExecutorError) in
        switch call.mode {
        case .query: try connection.read(request, parameters)
        case .act: try connection.act(request, parameters)
        }
      }
      if let outcome { return outcome }
      // A view or a function of the database shows them.
      isAlone = true
    }
  }

  /// Connects, checks the rules, and has the statement analysed and planned: unknown tables and columns are thrown.
  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let request = try SQLRequest(call, limits: context.limits)
    return try await onConnection(call, context, isAlone: false) { (connection, parameters) throws(ExecutorError) in
      switch call.mode {
      case .query: try connection.planQuery(request, parameters)
      case .act: try connection.planAct(request, parameters)
      }
    }
  }

  /// Of several hosts the one that takes the connection; an act is made on that connection.
  public func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? {
    guard let target = context.target else { throw ExecutorError(.invalid, "the call has no target") }
    let settings = try ConnectionSettings(target, mode: call.mode, host: call.host)
    if settings.endpoints.count > 1 {
      let request = try SQLRequest(call, limits: context.limits)
      return try await onConnection(call, context, isAlone: false) { (connection, parameters) throws(ExecutorError) in
        try connection.foundServer(request, parameters)
      }
    }
    guard call.host != nil else { return CallServer(settings.server) }
    let own = try ConnectionSettings(target, mode: call.mode, host: nil)
    return CallServer(settings.server, movedFrom: own.server == settings.server ? nil : own.movedName)
  }

  public func close() async {
    let pools = pools.withLock { pools in
      defer { pools = [:] }
      return Array(pools.values)
    }
    for pool in pools { await pool.close() }
  }

  /// Runs `body` on a connection to the call's target. Where it `isAlone` no other statement of this run is under way,
  /// and every other connection of it is closed. Waiting for the others takes nothing from the call's time.
  private func onConnection<Success: Sendable>(
    _ call: ResolvedCall, _ context: CallContext, isAlone: Bool,
    _ body: @escaping @Sendable (isolated PostgresConnection, CallParameters) throws(ExecutorError) -> Success
  ) async throws(ExecutorError) -> Success {
    guard let target = context.target else { throw ExecutorError(.invalid, "the call has no target") }
    let settings = try ConnectionSettings(target, mode: call.mode, host: call.host)
    var parameters = CallParameters(context)
    parameters.isAlone = isAlone
    let begun = ContinuousClock.now
    guard await turnstile.enter(alone: isAlone) else {
      throw ExecutorError(.cancelled, "the statement on \(settings.place) was cancelled before it was sent")
    }
    defer { turnstile.leave(alone: isAlone) }
    parameters.deadline += ContinuousClock.now - begun
    let connection = pool(settings).take()
    if isAlone { await leave(allBut: connection) }
    let (result, isAbandoned) = await abandoning(at: parameters.deadline + Self.patience) {
      let isAct = settings.mode == .act && connection.hasSent
      let message = "\(settings.place) gave no answer in time"
      return ExecutorError(.timedOut, message, mayHaveTakenEffect: isAct)
    } _: { [parameters] in
      await connection.call { (connection) throws(ExecutorError) in try body(connection, parameters) }
    }
    pool(settings).give(connection, isAbandoned: isAbandoned)
    return try result.get()
  }

  private func pool(_ settings: ConnectionSettings) -> ConnectionPool {
    pools.withLock { pools in
      if let pool = pools[settings] { return pool }
      let pool = ConnectionPool(settings)
      pools[settings] = pool
      return pool
    }
  }

  /// Closes every other connection, and waits until the servers show them no more.
  private func leave(allBut connection: PostgresConnection) async {
    let others = pools.withLock { Array($0.values) }.flatMap { $0.drop(allBut: connection) }
    await withTaskGroup(of: Void.self) { group in
      for other in others { group.addTask { await other.leave() } }
    }
  }
}
