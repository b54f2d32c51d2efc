import CEL

/// Answers that are pairs or lines of pairs, as maps with typed numbers.
enum Fields {
  /// The `fields` of a command's reply, nil where it is no pairs.
  static func of(_ command: RedisCommand, _ reply: Reply) -> MapValue? {
    switch (command.name, command.subcommand) {
    case ("HGETALL", _), ("CONFIG", "GET"), ("MEMORY", "STATS"), ("XINFO", "STREAM"): return pairs(reply)
    case ("INFO", _), ("CLUSTER", "INFO"): return reply.text.map(lines)
    case ("CLIENT", "INFO"): return reply.text.map(words)
    case ("ROLE", _): return role(reply)
    default: return nil
    }
  }

  /// The `rows` of a reply that is a table in itself: `CLIENT LIST`, `SLOWLOG GET`.
  static func rows(_ command: RedisCommand, _ reply: Reply) -> [Value]? {
    switch (command.name, command.subcommand) {
    case ("CLIENT", "LIST"):
      return reply.text?.split { $0 == "\n" || $0 == "\r\n" }.map { .map(words(String($0))) }
    case ("SLOWLOG", "GET"):
      return reply.list?.compactMap { entry in
        guard let parts = entry.list, parts.count >= 4 else { return nil }
        let command = (parts[3].list ?? []).compactMap(\.bytes).map(RedisText.quoted).joined(separator: " ")
        var row = MapValue([("id", parts[0].value), ("at", .null), ("microseconds", parts[2].value)])
        if let seconds = parts[1].integer { row["at"] = .timestamp(Timestamp(seconds: seconds)) }
        row["command"] = .string(command)
        if parts.count > 4 { row["client"] = parts[4].value }
        return .map(row)
      }
    default: return nil
    }
  }

  private static func pairs(_ reply: Reply) -> MapValue? {
    guard let items = reply.list, items.count % 2 == 0 else { return nil }
    var map = MapValue()
    for position in stride(from: 0, to: items.count, by: 2) {
      guard let name = items[position].bytes else { return nil }
      map[RedisText.name(name)] = typed(items[position + 1])
    }
    return map
  }

  /// Lines `name:value` of INFO; a value `a=1,b=2` becomes a map.
  private static func lines(_ text: String) -> MapValue {
    var map = MapValue()
    for line in text.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...]
      map[String(line[..<colon])] = nested(value) ?? typed(value)
    }
    return map
  }

  /// `a=1,b=2` as a map; nil for any other text.
  private static func nested(_ text: Substring) -> Value? {
    var map = MapValue()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = part.firstIndex(of: "="), sign != part.startIndex else { return nil }
      let name = part[..<sign]
      guard name.utf8.allSatisfy({ $0 == 0x5F || $0 == 0x2D || $0 == 0x2E || (0x30...0x7A).contains($0) }) else {
        return nil
      }
      map[String(name)] = typed(part[part.index(after: sign)...])
    }
    return .map(map)
  }

  /// `a=1 b=2` of CLIENT LIST.
  private static func words(_ text: String) -> MapValue {
    var map = MapValue()
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let sign = word.firstIndex(of: "=") else { continue }
      map[String(word[..<sign])] = typed(word[word.index(after: sign)...])
    }
    return map
  }

  private static func role(_ reply: Reply) -> MapValue? {
    guard let items = reply.list, let role = items.first?.text else { return nil }
    var map = MapValue([("role", .string(role))])
    if role == "master", items.count >= 3 {
      map["offset"] = items[1].value
      map["replicas"] = .list(
        (items[2].list ?? []).compactMap { replica in
          guard let parts = replica.list, parts.count == 3 else { return nil }
          return ["host": parts[0].value, "port": typed(parts[1]), "offset": typed(parts[2])]
        })
    } else if role == "slave", items.count >= 5 {
      map["master_host"] = items[1].value
      map["master_port"] = items[2].value
      map["state"] = items[3].value
      map["offset"] = items[4].value
    }
    return map
  }

  private static func typed(_ reply: Reply) -> Value {
    guard case .bulk(let bytes) = reply, let text = String(validating: bytes, as: UTF8.self) else { return reply.value }
    return typed(text[...])
  }

  /// A number where the text is how that number is written: `42`, `-1`, `1.05`, not `007` and not `1e5`.
  static func typed(_ text: Substring) -> Value {
    guard let first = text.utf8.first, (0x30...0x39).contains(first) || first == 0x2D else {
      return .string(String(text))
    }
    if let number = Int64(text), String(number) == text { return .int(number) }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isDecimal =
      parts.count == 2 && !parts[1].isEmpty && parts[1].utf8.allSatisfy { (0x30...0x39).contains($0) }
      && (Int64(parts[0]).map(String.init) == String(parts[0]) || parts[0] == "-0")
    if isDecimal, text.utf8.count <= 17, let number = Double(text) { return .double(number) }
    return .string(String(text))
  }
}
