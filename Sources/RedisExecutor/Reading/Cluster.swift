import ExecutorKit
import Synchronization

/// The servers that hold keys, as the server that was asked has them.
enum Cluster: Sendable {
  /// It is one server, no cluster.
  case none
  /// The primaries that hold slots.
  case primaries([Connection.Endpoint])
  /// The account may not ask: the error reply.
  case unknown(String)
}

extension Session {
  /// Whether the server is one of a cluster: false for certain, true, or nil where the account may not ask.
  ///
  /// Throws the server's own error where it can't answer now.
  func isClustered() async throws(ExecutorError) -> Bool? {
    if case .unknown = try await clusterInfo() { return nil }
    return connection.isClustered.withLock { $0 }
  }

  /// Whether the server is for certain one of a cluster. Asked at no cost to the evidence, which is there already.
  func isSurelyClustered() async -> Bool {
    guard context.deadline > .now, !connection.denied.withLock({ $0.contains("INFO") }) else { return false }
    return (try? await isClustered()) == true
  }

  /// The primaries of the server's cluster. Throws where one of them is down.
  func cluster() async throws(ExecutorError) -> Cluster {
    let found = try await clusterInfo()
    guard case .primaries = found else { return found }
    let reply = try await ask("CLUSTER", "NODES")
    guard let nodes = reply.text else {
      if let error = reply.error, Self.code(error) == "NOPERM" { return .unknown(error) }
      throw reply.error.map { error($0) } ?? malformed("a CLUSTER NODES that is not text")
    }
    let primaries = ClusterNode.parse(nodes).filter { $0.isPrimary && $0.hasSlots }
    if let lost = primaries.first(where: \.isFailed) {
      throw ExecutorError(.unreachable, "\(lost.endpoint) of the cluster of \(target.label) is down")
    }
    return .primaries(primaries.map { $0.isMyself ? connection.endpoint : $0.endpoint })
  }

  /// `.primaries` is empty here: it says that there are some.
  private func clusterInfo() async throws(ExecutorError) -> Cluster {
    if let known = connection.isClustered.withLock({ $0 }) { return known ? .primaries([]) : .none }
    let reply = try await ask("INFO", "cluster")
    guard let text = reply.text else {
      if let error = reply.error, Self.code(error) == "NOPERM" {
        connection.denied.withLock { _ = $0.insert("INFO") }
        return .unknown(error)
      }
      throw reply.error.map { error($0) } ?? malformed("an INFO that is not text")
    }
    let isClustered = text.contains("cluster_enabled:1")
    connection.isClustered.withLock { $0 = isClustered }
    return isClustered ? .primaries([]) : .none
  }
}

/// A line of `CLUSTER NODES`.
struct ClusterNode: Equatable {
  var endpoint: Connection.Endpoint
  /// Its address, and the name that it gives itself where it has one.
  var names: [String]
  var port: Int
  var flags: Set<String>
  var hasSlots: Bool

  var isMyself: Bool { flags.contains("myself") }
  var isPrimary: Bool { flags.contains("master") }
  var isFailed: Bool { flags.contains("fail") }

  /// Reads the whole text; lines of another shape are left out.
  static func parse(_ text: String) -> [ClusterNode] {
    text.split { $0 == "\n" || $0 == "\r\n" }.compactMap { line in
      let fields = line.split(separator: " ")
      // ID ADDRESS:PORT@BUS[,NAME] FLAGS PRIMARY PING PONG EPOCH LINK SLOT…
      guard fields.count >= 8, let address = fields[1].split(separator: "@").first,
        let colon = address.lastIndex(of: ":"), let port = UInt16(address[address.index(after: colon)...])
      else { return nil }
      let flags = Set(fields[2].split(separator: ",").map(String.init))
      let host = String(address[..<colon])
      let others = fields[1].split(separator: ",", omittingEmptySubsequences: false).dropFirst().prefix(1).map(
        String.init)
      return ClusterNode(
        endpoint: .tcp(host: host, port: Int(port)), names: ([host] + others).filter { !$0.isEmpty }, port: Int(port),
        flags: flags,
        hasSlots: fields.dropFirst(8).contains { !$0.hasPrefix("[") })
    }
  }
}
