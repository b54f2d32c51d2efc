import ExecutorKit
import Synchronization

/// The connections to other servers of a cluster that one call uses: each is made once, and given back when the call
/// has ended.
final class Nodes: Sendable {
  typealias Lent = (target: RedisTarget, connection: Connection)

  private let lend: @Sendable (RedisTarget) async throws(ExecutorError) -> Connection
  private let open = Mutex<[Connection.Endpoint: Lent]>([:])

  init(lend: @escaping @Sendable (RedisTarget) async throws(ExecutorError) -> Connection) {
    self.lend = lend
  }

  /// The servers of the cluster as the server that was asked lists them; nil until it was asked.
  let listed = Mutex<Set<Connection.Endpoint>?>(nil)

  func connection(to endpoint: Connection.Endpoint, of target: RedisTarget) async throws(ExecutorError) -> Lent {
    if let known = open.withLock({ $0[endpoint] }), known.connection.isUsable { return known }
    let moved = target.moved(to: endpoint)
    let lent = (target: moved, connection: try await lend(moved))
    open.withLock { $0[endpoint] = lent }
    return lent
  }

  /// All of them; none are left.
  func take() -> [Lent] {
    open.withLock { open in
      defer { open = [:] }
      return Array(open.values)
    }
  }
}
