import CEL

/// The types of a plugin's outcome, and how their values are written in JSON.
///
/// `dyn`, `bool`, `int`, `uint`, `double`, `decimal` (text such as `1.10`), `string`, `bytes` (base64), `timestamp` (RFC 3339), `duration` (`1.5s`),
/// `ip`, `cidr`, `{"list": T}`, `{"map": T}` with strings as keys, `{"object": {name: T}}`.
enum PluginType {
  /// The type that a description names, or nil where it names none.
  static func type(_ value: Value, depth: Int = 0) -> StaticType? {
    if depth > 20 { return nil }
    switch value {
    case .string(let name): return scalars[name]
    case .map(let map) where map.count == 1:
      if let item = map["list"] { return type(item, depth: depth + 1).map(StaticType.list) }
      if let item = map["map"] { return type(item, depth: depth + 1).map { .map(key: .string, value: $0) } }
      guard let fields = map["object"]?.mapValue else { return nil }
      var shape: [String: StaticType] = [:]
      for entry in fields.entries {
        guard let type = type(entry.value, depth: depth + 1) else { return nil }
        shape[entry.key.rendered] = type
      }
      return .object(StaticType.Shape(name: "the object", fields: shape))
    default: return nil
    }
  }

  private static let scalars: [String: StaticType] = [
    "dyn": .dyn, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "decimal": .decimal, "string": .string,
    "bytes": .bytes,
    "timestamp": .timestamp, "duration": .duration, "ip": .ip, "cidr": .cidr,
  ]

  /// A value read from JSON as a value of `type`; null is of every type. Nil where it is none.
  static func value(_ value: Value, as type: StaticType) -> Value? {
    if case .null = value { return value }
    switch type {
    case .dyn: return value
    case .bool: return value.boolValue.map(Value.bool)
    case .int: return integer(value).map(Value.int)
    case .uint: return unsigned(value).map(Value.uint)
    case .double: return double(value).map(Value.double)
    case .decimal: return value.stringValue.flatMap { Decimal($0) }.map(Value.decimal)
    case .string: return value.stringValue.map(Value.string)
    case .bytes: return value.stringValue.flatMap(Base64.decode).map(Value.bytes)
    case .timestamp: return value.stringValue.flatMap(Timestamp.init(rfc3339:)).map(Value.timestamp)
    case .duration: return value.stringValue.flatMap(Duration.init(cel:)).map(Value.duration)
    case .ip: return value.stringValue.flatMap { IPAddress($0) }.map(Value.ip)
    case .cidr: return value.stringValue.flatMap { CIDRBlock($0) }.map(Value.cidr)
    case .list(let item): return list(value, of: item)
    case .map(_, let item): return map(value) { _ in item }
    case .object(let shape): return map(value) { shape.fields[$0] }
    case .null, .type, .optional: return nil
    }
  }

  private static func integer(_ value: Value) -> Int64? {
    if case .double(let number) = value { Int64(exactly: number) } else { value.intValue }
  }

  private static func unsigned(_ value: Value) -> UInt64? {
    if case .uint(let number) = value { number } else { integer(value).flatMap(UInt64.init(exactly:)) }
  }

  private static func double(_ value: Value) -> Double? {
    switch value {
    case .double(let number): number
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .string("NaN"): .nan
    case .string("Infinity"): .infinity
    case .string("-Infinity"): -.infinity
    default: nil
    }
  }

  private static func list(_ list: Value, of type: StaticType) -> Value? {
    guard let items = list.listValue else { return nil }
    var values: [Value] = []
    values.reserveCapacity(items.count)
    for item in items {
      guard let value = value(item, as: type) else { return nil }
      values.append(value)
    }
    return .list(values)
  }

  private static func map(_ map: Value, type: (String) -> StaticType?) -> Value? {
    guard let entries = map.mapValue?.entries else { return nil }
    var values = MapValue()
    for entry in entries {
      guard let type = type(entry.key.rendered), let value = value(entry.value, as: type) else { return nil }
      values.insert(value, for: entry.key)
    }
    return .map(values)
  }
}
