import CEL
import FoundationEssentials

/// The contents of a world at one moment, by digests, to tell a run's changes.
///
/// Redis: each key of database 0 by its value; a key that reached the end of its life in between is not a change, and
/// its remaining life is none. PostgreSQL: each table of the schema `public` by its rows. The API: the requests so far.
/// Files of the world's folder by their bytes, without the servers' own, hidden ones and the record of requests.
package struct WorldSnapshot: Sendable {
  struct Key: Sendable {
    var digest: String
    /// Nil: it stays.
    var life: Duration?
  }

  var keys: [String: Key]
  /// "1234 rows, …" by name.
  var tables: [String: String]
  var calls: [RecordedCall]
  /// By path within the folder.
  var files: [String: String]
  var taken: ContinuousClock.Instant

  package init(_ session: DrillSession) async throws(DrillError) {
    taken = .now
    keys = try await Self.keys(session)
    tables = try await Self.tables(session)
    calls = try session.calls()
    files = Self.files(session.addresses.folder)
  }

  private static let script = """
    local lines, cursor = {}, '0'
    repeat
      local page = redis.call('SCAN', cursor, 'COUNT', 1000)
      cursor = page[1]
      for _, key in ipairs(page[2]) do
        local digest = redis.sha1hex(redis.call('DUMP', key))
        lines[#lines + 1] = digest .. ' ' .. redis.call('PTTL', key) .. ' ' .. cjson.encode(key)
      end
    until cursor == '0'
    return lines
    """

  /// Empty where Redis is down.
  private static func keys(_ session: DrillSession) async throws(DrillError) -> [String: Key] {
    let socket = String(session.addresses.redis.dropFirst("unix://".count))
    let command = ["redis-cli", "-s", socket, "--raw", "EVAL", script, "0"]
    let result = try await Command.run(ServerAccount(user: nil).command(command), limit: 256 << 20)
    guard result.succeeded else {
      if result.output.contains("Could not connect") { return [:] }
      throw DrillError(.failed, "the keys of the world's Redis can't be listed: \(result.output.prefix(300))")
    }
    var keys: [String: Key] = [:]
    for line in result.output.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 2)
      guard parts.count == 3, parts[0].utf8.count == 40, let life = Int64(parts[1]),
        let name = try? Value(json: String(parts[2])).stringValue
      else { throw DrillError(.failed, "the keys of the world's Redis can't be listed: \(line.prefix(300))") }
      keys[name] = Key(digest: String(parts[0]), life: life < 0 ? nil : .milliseconds(life))
    }
    return keys
  }

  private static let statement = """
    SELECT format(
      'SELECT %L, count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) FROM public.%I AS t',
      c.relname, c.relname)
    FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY c.relname
    \\gexec
    """

  private static func tables(_ session: DrillSession) async throws(DrillError) -> [String: String] {
    let command = ["psql", "-XAtq", "-F", "\t", "--set", "ON_ERROR_STOP=1", session.addresses.sqlAdmin]
    let result = try await Command.run(ServerAccount(user: nil).command(command), input: Array(statement.utf8))
    guard result.succeeded else {
      throw DrillError(.failed, "the world's tables can't be read: \(result.output.prefix(300))")
    }
    var tables: [String: String] = [:]
    for line in result.output.split(separator: "\n") {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
      if parts.count == 3 { tables[String(parts[0])] = "\(parts[1]) rows, \(parts[2])" }
    }
    return tables
  }

  private static func files(_ folder: String) -> [String: String] {
    var files: [String: String] = [:]
    for name in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? [] {
      let isOurs = name.hasPrefix("servers/") || name.hasPrefix("control/") || name == "calls.jsonl"
      let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
      guard !isOurs, !isHidden, let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
      files[name] = hexadecimal(sha256(Array(data)))
    }
    return files
  }
}

/// The things that a test names in `world`: they may change where everything else must not.
struct NamedParts {
  /// Words of `redis` calls, which may be patterns.
  var words: Set<String> = []
  /// Statements of `sql` calls, in lower case.
  var statements: [String] = []
  var routes: Set<String> = []
  var files: Set<String> = []

  func names(key: String) -> Bool {
    words.contains(key) || words.contains { $0.contains(where: { "*?[".contains($0) }) && Glob.matches(key, $0) }
  }

  /// Whether the table's name stands in a statement as a word.
  func names(table: String) -> Bool {
    let table = table.lowercased()
    return statements.contains { statement in
      statement.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == table }
    }
  }
}

/// Redis's patterns: `*`, `?`, `[a-z]`, `[^a]`, `\x`. Source: the manual page of KEYS.
enum Glob {
  static func matches(_ text: String, _ pattern: String) -> Bool {
    matches(Array(text.utf8)[...], Array(pattern.utf8)[...])
  }

  private static func matches(_ text: ArraySlice<UInt8>, _ pattern: ArraySlice<UInt8>) -> Bool {
    var (text, pattern) = (text, pattern)
    // Where to go on after the last star: only the last one needs to be tried again.
    var retry: (text: ArraySlice<UInt8>, pattern: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        retry = (text, pattern)
        continue
      }
      if let byte = text.first, let rest = one(byte, pattern) {
        (text, pattern) = (text.dropFirst(), rest)
        continue
      }
      if text.isEmpty, pattern.isEmpty { return true }
      guard let last = retry, !last.text.isEmpty else { return false }
      (text, pattern) = (last.text.dropFirst(), last.pattern)
      retry = (text, pattern)
    }
  }

  /// The rest of the pattern after the piece that `byte` fits, nil where it does not.
  private static func one(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let first = pattern.first else { return nil }
    var rest = pattern.dropFirst()
    switch first {
    case UInt8(ascii: "?"): return rest
    case UInt8(ascii: "\\"):
      guard let escaped = rest.popFirst() else { return byte == first ? rest : nil }
      return byte == escaped ? rest : nil
    case UInt8(ascii: "["):
      let isNegated = rest.first == UInt8(ascii: "^")
      if isNegated { rest = rest.dropFirst() }
      var isIn = false
      while let from = rest.popFirst(), from != UInt8(ascii: "]") {
        var to = from
        if rest.first == UInt8(ascii: "-"), let end = rest.dropFirst().first, end != UInt8(ascii: "]") {
          to = end
          rest = rest.dropFirst(2)
        }
        if (min(from, to)...max(from, to)).contains(byte) { isIn = true }
      }
      return isIn != isNegated ? rest : nil
    default: return byte == first ? rest : nil
    }
  }
}
