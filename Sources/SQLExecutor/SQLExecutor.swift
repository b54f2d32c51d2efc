public import PlaybookEngine
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
  /// How much longer than its deadline a call is waited for: the server's time to answer to a request to stop.
  private static let patience: Duration = .seconds(8)

  public init() {}

  /// Errors: `.refused` (it could write, or a host that isn't listed), `.invalid` (no statement, no value for a name,
  /// two
  /// columns of one name), `.unreachable`, `.unauthorized`, `.timedOut`, `.cancelled`, `.disconnected`, `.rejected`
  /// (what
  /// the server said, with its SQLSTATE and without values).
  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let request = try SQLRequest(call, limits: context.limits)
    let parameters = CallParameters(context)
    return try await onConnection(call, context) { connection throws(ExecutorError) in
      switch call.mode {
      case .query: try connection.read(request, parameters)
      case .act: try connection.act(request, parameters)
      }
    }
  }

  /// Connects, checks the rules, and has the statement analysed and planned: unknown tables and columns are thrown.
  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let request = try SQLRequest(call, limits: context.limits)
    let parameters = CallParameters(context)
    return try await onConnection(call, context) { connection throws(ExecutorError) in
      switch call.mode {
      case .query: try connection.planQuery(request, parameters)
      case .act: try connection.planAct(request, parameters)
      }
    }
  }

  public func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? {
    guard let target = context.target else { throw ExecutorError(.invalid, "the call has no target") }
    let settings = try ConnectionSettings(target, mode: call.mode, host: call.host)
    guard call.host != nil else { return CallServer(settings.server) }
    let own = try ConnectionSettings(target, mode: call.mode, host: nil)
    return CallServer(settings.server, movedFrom: own.server == settings.server ? nil : own.sourceName)
  }

  public func close() async {
    let pools = pools.withLock { pools in
      defer { pools = [:] }
      return Array(pools.values)
    }
    for pool in pools { await pool.close() }
  }

  private func onConnection<Success: Sendable>(
    _ call: ResolvedCall, _ context: CallContext,
    _ body: @escaping @Sendable (isolated PostgresConnection) throws(ExecutorError) -> Success
  ) async throws(ExecutorError) -> Success {
    guard let target = context.target else { throw ExecutorError(.invalid, "the call has no target") }
    let settings = try ConnectionSettings(target, mode: call.mode, host: call.host)
    let pool = pools.withLock { pools in
      if let pool = pools[settings] { return pool }
      let pool = ConnectionPool(settings)
      pools[settings] = pool
      return pool
    }
    let connection = pool.take()
    let (result, isAbandoned) = await abandoning(at: context.deadline + Self.patience) {
      let isAct = settings.mode == .act && connection.hasSent
      let message = "\(settings.place) gave no answer in time"
      return ExecutorError(.timedOut, message, mayHaveTakenEffect: isAct)
    } _: {
      await connection.call(body)
    }
    pool.give(connection, isAbandoned: isAbandoned)
    return try result.get()
  }
}
