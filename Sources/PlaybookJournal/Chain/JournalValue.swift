public import CEL

/// Values as the journal writes them: JSON, with the types that JSON has not in small tagged objects, so that a resumed
/// run sees exactly the same values as the first one.
///
/// `{"$timestamp": "…"}` (RFC 3339), `{"$duration": "1.5s"}`, `{"$bytes": "<base64>"}`, `{"$uint": n}`, `{"$double":
/// "NaN"}`, `{"$decimal": "1.10"}`, `{"$type": "int"}`, `{"$ip": "…"}`, `{"$cidr": "…"}`, `{"$unknown": ["why"]}`,
/// `{"$optional": [value]}`, and `{"$map": [[key, value], …]}` for a map with keys that are not text or begin with `$`.
/// The reason why fields of an outcome are missing stands in it as `"$absent": ["why"]`.
public enum JournalValue {
  /// `value` with tags in it.
  public static func encode(_ value: Value) -> Value {
    switch value {
    case .null, .bool, .int, .string: value
    case .double(let number): number.isFinite ? value : ["$double": .string(Value.text(of: number))]
    case .decimal(let number): ["$decimal": .string(number.text)]
    case .uint: ["$uint": value]
    case .bytes(let bytes): ["$bytes": .string(Base64.encode(bytes))]
    case .list(let items): .list(items.map(encode))
    case .timestamp(let timestamp): ["$timestamp": .string(timestamp.description)]
    case .duration(let duration): ["$duration": .string(Value.text(of: duration))]
    case .type(let type): ["$type": .string(type.name)]
    case .optional(let inner): ["$optional": .list(inner.map { [encode($0)] } ?? [])]
    case .ip(let address): ["$ip": .string(address.description)]
    case .cidr(let block): ["$cidr": .string(block.description)]
    case .unknown(let unknown): ["$unknown": .list(unknown.reasons.map(Value.string))]
    case .map(let map): encode(map)
    }
  }

  private static func encode(_ map: MapValue) -> Value {
    let isPlain = map.entries.allSatisfy { $0.key.stringValue.map { !$0.hasPrefix("$") } ?? false }
    var encoded = MapValue()
    if isPlain {
      for (key, value) in map.entries { encoded.insert(encode(value), for: key) }
    } else {
      encoded["$map"] = .list(map.entries.map { [encode($0.key), encode($0.value)] })
    }
    if let absent = map.absent { encoded["$absent"] = .list(absent.reasons.map(Value.string)) }
    return .map(encoded)
  }

  /// The value that `encode` was given; an unknown tag stays as it is.
  public static func decode(_ value: Value) -> Value {
    switch value {
    case .list(let items): return .list(items.map(decode))
    case .map(let map):
      if let reasons = map["$absent"]?.listValue {
        var whole = map
        whole["$absent"] = nil
        guard case .map(var decoded) = decode(.map(whole)) else { return .map(map) }
        decoded.absent = Unknown(reasons.compactMap(\.stringValue))
        return .map(decoded)
      }
      if map.count == 1, let (key, inner) = map.entries.first, let tag = key.stringValue, tag.hasPrefix("$"),
        let tagged = decode(tag, inner)
      {
        return tagged
      }
      var decoded = MapValue()
      for (key, value) in map.entries { decoded.insert(decode(value), for: key) }
      return .map(decoded)
    default: return value
    }
  }

  private static func decode(_ tag: String, _ inner: Value) -> Value? {
    switch (tag, inner) {
    case ("$timestamp", .string(let text)): Timestamp(rfc3339: text).map(Value.timestamp)
    case ("$duration", .string(let text)): Duration(cel: text).map(Value.duration)
    case ("$bytes", .string(let text)): Base64.decode(text).map(Value.bytes)
    case ("$uint", .int(let number)): UInt64(exactly: number).map(Value.uint)
    case ("$uint", .uint): inner
    case ("$double", .string(let text)): Double(text).map(Value.double)
    case ("$decimal", .string(let text)): Decimal(text).map(Value.decimal)
    case ("$type", .string(let name)): .type(TypeName(name))
    case ("$ip", .string(let text)): IPAddress(text).map(Value.ip)
    case ("$cidr", .string(let text)): CIDRBlock(text).map(Value.cidr)
    case ("$unknown", .list(let reasons)): .unknown(Unknown(reasons.compactMap(\.stringValue)))
    case ("$optional", .list(let items)): .optional(items.first.map(decode))
    case ("$map", .list(let entries)): decode(entries)
    default: nil
    }
  }

  private static func decode(_ entries: [Value]) -> Value? {
    var map = MapValue()
    for entry in entries {
      guard let pair = entry.listValue, pair.count == 2, map.insert(decode(pair[1]), for: decode(pair[0])) else {
        return nil
      }
    }
    return .map(map)
  }
}
