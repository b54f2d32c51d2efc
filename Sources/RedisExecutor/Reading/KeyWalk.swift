import ExecutorKit

/// Walks all keys by SCAN, a thousand at a time, so that the server keeps serving; on a cluster over all primaries.
struct KeyWalk {
  let session: Session
  let scan: KeyScan
  /// Keys that are kept.
  private let limit: Int

  init(_ session: Session, _ scan: KeyScan) {
    self.session = session
    self.scan = scan
    limit = scan.limit ?? session.context.limits.rows
  }

  /// The result of a walk.
  struct Found {
    var keys: [Word] = []
    /// Seconds, -1 for keys that stay; as long as `keys`, or empty where not asked for.
    var ttls: [Int64] = []
    var isTruncated = false
    /// The servers that were asked.
    var sessions: [Session] = []
  }

  func perform() async throws(ExecutorError) -> Found {
    var found = Found()
    var seen: Set<Word> = []
    for node in try await nodes() {
      if found.isTruncated { break }
      try await walk(node, &found, &seen)
      found.sessions.append(node)
    }
    return found
  }

  /// Where to walk: here, or on a cluster at each server that holds slots. Throws where that is not known.
  func nodes() async throws(ExecutorError) -> [Session] {
    switch try await session.cluster() {
    case .none: return [session]
    case .primaries(let endpoints):
      var nodes: [Session] = []
      for endpoint in endpoints {
        nodes.append(endpoint == session.connection.endpoint ? session : try await session.node(at: endpoint))
      }
      return nodes
    case .unknown(let reply):
      // One server's keys are all of them only if it is not a cluster.
      let grant = Session.deniedCommand(reply).map { "+\($0)" } ?? "+info"
      throw ExecutorError(
        .refused,
        "\(session.target.label) does not let this account ask whether it is one server of a cluster; grant \(grant) (\(reply))"
      )
    }
  }

  private func walk(_ session: Session, _ found: inout Found, _ seen: inout Set<Word>) async throws(ExecutorError) {
    let total = try await session.ask("DBSIZE").integer
    var scanned = 0
    var cursor = Array("0".utf8)
    repeat {
      var words: [Word] = [Array("SCAN".utf8), cursor, Array("MATCH".utf8), scan.pattern, Array("COUNT".utf8)]
      words.append(Array("1000".utf8))
      if let type = scan.type { words += [Array("TYPE".utf8), Array(type.utf8)] }
      let reply = try await session.ask(words)
      if let error = reply.error { throw session.error(error) }
      guard let page = reply.list, page.count == 2, let next = page[0].bytes, let keys = page[1].list else {
        throw session.malformed("a page of SCAN that is none")
      }
      // The same key may come again (SCAN's guarantees), in a later page or the same.
      let fresh = keys.compactMap(\.bytes).filter { seen.insert($0).inserted }
      try await add(fresh, session, &found)
      cursor = next
      scanned += 1000
      session.context.progress(
        "\(min(scanned, Int(total ?? Int64(scanned)))) of \(total.map(String.init) ?? "?") keys, \(found.keys.count) match"
      )
    } while cursor != Array("0".utf8) && !found.isTruncated
  }

  private func add(_ keys: [Word], _ session: Session, _ found: inout Found) async throws(ExecutorError) {
    let room = limit - found.keys.count
    var kept = Array(keys.prefix(room))
    if scan.withTTL, !kept.isEmpty {
      let ttls = try await session.send(kept.map { [Array("TTL".utf8), $0] })
      if let error = ttls.lazy.compactMap(\.error).first { throw session.error(error) }
      let times = ttls.map { $0.integer ?? -1 }
      // -2: gone since it was found.
      kept = zip(kept, times).filter { $0.1 != -2 }.map(\.0)
      found.ttls += times.filter { $0 != -2 }
    }
    found.keys += kept
    if keys.count > room { found.isTruncated = true }
  }
}
