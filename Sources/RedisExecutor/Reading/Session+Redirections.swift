import ExecutorKit
import PlaybookLanguage
import Synchronization

extension Session {
  /// Throws where a call may not go where MOVED or ASK points to. It goes to the servers that the one that was asked
  /// lists as its cluster's, and to the target's `hosts`; an act to none that is protected. So neither a call nor a
  /// password goes to a server because an error reply names it.
  func checkRedirection(to endpoint: Connection.Endpoint, after moved: ExecutorError) async throws(ExecutorError) {
    guard case .tcp(let host, let port) = endpoint else { return }
    if mode == .act, let reason = context.objection(host) { throw Self.notFollowed(moved, reason) }
    if HostPattern.matches(target.hosts, host: host, port: port) { return }
    let listing: Listing
    do throws(ExecutorError) {
      listing = try await listed()
    } catch {
      throw Self.notFollowed(moved, "the servers of its cluster are not known: \(error.message)")
    }
    switch listing {
    case .servers(let servers) where servers.contains(endpoint.lowercased): return
    case .servers:
      throw Self.notFollowed(
        moved, "\(endpoint) is not a server of its cluster, and none of the `hosts` of \(target.name)")
    case .denied(let reply):
      let grant = Self.deniedCommand(reply).map { "+\($0)" } ?? "+cluster|nodes"
      throw Self.notFollowed(
        moved, "this account may not ask for the servers of the cluster; grant \(grant), or list \(host) in `hosts`")
    case .noCluster: throw Self.notFollowed(moved, "it is not a server of a cluster")
    }
  }

  private static func notFollowed(_ error: ExecutorError, _ reason: String) -> ExecutorError {
    var error = error
    error.message += " (not followed: \(reason))"
    return error
  }

  private enum Listing {
    case servers(Set<Connection.Endpoint>)
    /// The account may not ask: the error reply.
    case denied(String)
    case noCluster
  }

  private func listed() async throws(ExecutorError) -> Listing {
    if let known = nodes.listed.withLock({ $0 }) { return .servers(known) }
    let reply = try await ask("CLUSTER", "NODES")
    var servers: Set<Connection.Endpoint> = []
    if let text = reply.text {
      for node in ClusterNode.parse(text) {
        servers.formUnion(node.names.map { Connection.Endpoint.tcp(host: $0, port: node.port).lowercased })
        // An empty host in a reply is the one that was asked.
        if case .tcp(let asked, _) = connection.endpoint {
          servers.insert(Connection.Endpoint.tcp(host: asked, port: node.port).lowercased)
        }
      }
    } else if let error = reply.error, Self.code(error) == "NOPERM" {
      return .denied(error)
    } else {
      return .noCluster
    }
    nodes.listed.withLock { $0 = servers }
    return .servers(servers)
  }
}

extension Connection.Endpoint {
  fileprivate var lowercased: Self {
    if case .tcp(let host, let port) = self { .tcp(host: host.lowercased(), port: port) } else { self }
  }
}
