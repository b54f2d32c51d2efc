import PlaybookEngine

/// Walks all keys by SCAN, a thousand at a time, so that the server goes on serving; on a cluster over all primaries.
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

  /// What a walk found.
  struct Found {
    var keys: [Word] = []
    /// Seconds, -1 for keys that stay; as long as `keys`, or empty where not asked for.
    var ttls: [Int64] = []
    var isTruncated = false
  }

  func perform() async throws(ExecutorError) -> Found {
    var found = Found()
    var seen: Set<Word> = []
    for endpoint in try await primaries() {
      if found.isTruncated { break }
      guard endpoint != session.connection.endpoint else {
        try await walk(session, &found, &seen)
        continue
      }
      let target = session.target.moved(to: endpoint)
      let connection = try await Connection.open(target, session.context)
      defer { connection.close() }
      try await walk(Session(connection, target: target, context: session.context, mode: session.mode), &found, &seen)
    }
    return found
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

  /// Where to walk: here, or on a cluster at each server that holds slots.
  private func primaries() async throws(ExecutorError) -> [Connection.Endpoint] {
    let own = session.connection.endpoint
    let info = try await session.ask("INFO", "cluster")
    // Who may not ask INFO gets one server's keys only if it is no cluster; that can't be told, so it is refused.
    guard let text = info.text else {
      throw info.error.map { session.error($0) } ?? session.malformed("an INFO that is no text")
    }
    guard text.contains("cluster_enabled:1") else { return [own] }
    guard let nodes = try await session.ask("CLUSTER", "NODES").text else {
      throw session.malformed("a CLUSTER NODES that is no text")
    }
    let primaries = ClusterNode.parse(nodes).filter { $0.isPrimary && $0.hasSlots }
    if let lost = primaries.first(where: \.isFailed) {
      throw ExecutorError(.unreachable, "\(lost.endpoint) of the cluster of \(session.target.label) is down")
    }
    return primaries.map { $0.isMyself ? own : $0.endpoint }
  }
}

/// A line of `CLUSTER NODES`.
struct ClusterNode: Equatable {
  var endpoint: Connection.Endpoint
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
      return ClusterNode(
        endpoint: .tcp(host: String(address[..<colon]), port: Int(port)), flags: flags,
        hasSlots: fields.dropFirst(8).contains { !$0.hasPrefix("[") })
    }
  }
}
