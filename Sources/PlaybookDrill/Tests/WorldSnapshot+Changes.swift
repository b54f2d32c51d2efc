extension WorldSnapshot {
  /// The differences in `later` that are not named: one line each, in a fixed order.
  func changes(to later: WorldSnapshot, except named: NamedParts) -> [String] {
    changedKeys(later, named) + changedTables(later, named) + newCalls(later, named) + changedFiles(later, named)
  }

  private func changedKeys(_ later: WorldSnapshot, _ named: NamedParts) -> [String] {
    let elapsed = later.taken - taken
    var changes: [(String, String)] = []
    for (name, key) in keys {
      guard let now = later.keys[name] else {
        // Redis may take a moment to notice, and we a moment to look.
        if let life = key.life, life <= elapsed + .seconds(2) { continue }
        changes.append((name, "was removed"))
        continue
      }
      if now.digest != key.digest { changes.append((name, "has another value")) }
    }
    for name in later.keys.keys where keys[name] == nil { changes.append((name, "is new")) }
    return changes.filter { !named.names(key: $0.0) }.sorted { $0.0 < $1.0 }.map { "the Redis key `\($0)` \($1)" }
  }

  private func changedTables(_ later: WorldSnapshot, _ named: NamedParts) -> [String] {
    Set(tables.keys).union(later.tables.keys).sorted().compactMap { name in
      guard tables[name] != later.tables[name], !named.names(table: name) else { return nil }
      let rows = { (text: String?) in text.map { String($0.prefix { $0 != "," }) } ?? "no table" }
      return "the table `\(name)` has other rows (\(rows(tables[name])) before, \(rows(later.tables[name])) now)"
    }
  }

  private func newCalls(_ later: WorldSnapshot, _ named: NamedParts) -> [String] {
    later.calls.dropFirst(calls.count).compactMap { call in
      guard !["GET", "HEAD", "OPTIONS"].contains(call.method), !named.routes.contains(call.route ?? "") else {
        return nil
      }
      return "the API got \(call.route.map { "`\($0)`" } ?? "`\(call.method)` for a path without a route")"
    }
  }

  private func changedFiles(_ later: WorldSnapshot, _ named: NamedParts) -> [String] {
    Set(files.keys).union(later.files.keys).sorted().compactMap { name in
      guard files[name] != later.files[name], !named.files.contains(name) else { return nil }
      let what = files[name] == nil ? "is new" : later.files[name] == nil ? "was removed" : "has other bytes"
      return "the file `\(name)` \(what)"
    }
  }
}
