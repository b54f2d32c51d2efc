import CEL

/// The texts of INFO, CLUSTER INFO, CLIENT LIST and CLIENT INFO.
enum InfoText {
  /// Lines `name:value`; a value `a=1,b=2` becomes a map, a name on several lines (`module`) a list.
  static func lines(_ text: String) -> MapValue {
    var map = MapValue()
    var lists: [String: [Value]] = [:]
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let name = String(line[..<colon])
      let text = line[line.index(after: colon)...]
      let value = nested(text) ?? (isText(name) ? .string(String(text)) : RedisNumber.value(text))
      lists[name, default: []].append(value)
      map[name] = lists[name].map { $0.count == 1 ? value : .list($0) }
    }
    return map
  }

  /// `a=1 b=2`: the numbers that Redis counts are numbers; names, addresses and the rest are texts.
  static func client(_ text: Substring) -> MapValue {
    var map = MapValue()
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let sign = word.firstIndex(of: "=") else { continue }
      let name = String(word[..<sign])
      let value = word[word.index(after: sign)...]
      map[name] = clientNumbers.contains(name) ? RedisNumber.value(value) : .string(String(value))
    }
    return map
  }

  private static let clientNumbers: Set<String> = [
    "id", "fd", "age", "idle", "db", "sub", "psub", "ssub", "multi", "watch", "qbuf", "qbuf-free", "argv-mem",
    "multi-mem", "rbs", "rbp", "obl", "oll", "omem", "tot-mem", "redir", "resp", "tot-net-in", "tot-net-out",
    "tot-cmds",
    "read-events", "io-thread", "oom",
  ]

  /// Whether a name stands for a text that may look like a number: a version, a hash, a host, a path.
  private static func isText(_ name: String) -> Bool {
    texts.contains(name)
      || ["_version", "_host", "_human", "replid", "replid2", "build_id", "sha1"].contains {
        name.hasSuffix($0)
      }
  }

  private static let texts: Set<String> = [
    "name", "ip", "host", "version", "status", "state", "address", "run_id", "executable", "config_file", "os", "role",
  ]

  /// `a=1,b=2` as a map; nil for any other text.
  private static func nested(_ text: Substring) -> Value? {
    var map = MapValue()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.firstIndex(of: "="), sign != part.startIndex else { return nil }
      let name = part[..<sign]
      guard name.utf8.allSatisfy({ $0 == 0x5F || $0 == 0x2D || $0 == 0x2E || (0x30...0x7A).contains($0) }) else {
        return nil
      }
      let value = part[part.index(after: sign)...]
      map[String(name)] = texts.contains(String(name)) ? .string(String(value)) : RedisNumber.value(value)
    }
    return .map(map)
  }
}
