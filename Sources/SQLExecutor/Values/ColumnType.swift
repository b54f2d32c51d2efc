import CEL

/// How a column's text becomes a value, by the type's object identifier (pg_type.dat; built-in ones never change).
///
/// int2, int4, int8, oid → int. numeric → decimal with the digits that are stored, its NaN and infinities → double.
/// float4, float8 → double. bool → bool. bytea → bytes. timestamptz → timestamp; timestamp → timestamp, read as the
/// session's zone reads it, or string where the zone is not known or never had that time; infinity, years before 1 and
/// after 9999 → string. date, time → string (a day is not a point in time). interval → duration where it has no months
/// and fits 64 bits of nanoseconds, a day being 24 hours, else string. json, jsonb → tree. Arrays → lists, nested where
/// they have dimensions. void → null. All else, such as text, uuid, inet, enums, ranges, money, composite types, is the
/// server's text; text that is not UTF-8 is bytes.
indirect enum ColumnType: Sendable, Hashable {
  case int, numeric, double, bool, bytes, interval, json, text, void
  /// `timestamptz`.
  case instant
  /// `timestamp`: a time of day without a zone.
  case timestamp
  case array(ColumnType, delimiter: UInt8)
  /// Not built in: an enum, a composite type, an array of these. The server knows.
  case unknown(UInt32)

  /// Whether a value is made of items: a tree or a list.
  var isNested: Bool {
    switch self {
    case .json, .array, .unknown: true
    default: false
    }
  }

  private static let scalars: [UInt32: ColumnType] = [
    16: .bool, 17: .bytes, 20: .int, 21: .int, 23: .int, 26: .int, 28: .int, 114: .json, 700: .double, 701: .double,
    1114: .timestamp, 1184: .instant, 1186: .interval, 1700: .numeric, 2278: .void, 3802: .json,
  ]

  /// Array type → element type.
  private static let arrays: [UInt32: UInt32] = [
    1000: 16, 1001: 17, 1002: 18, 1003: 19, 1005: 21, 1007: 23, 1009: 25, 1014: 1042, 1015: 1043, 1016: 20, 1021: 700,
    1022: 701, 1028: 26, 1011: 28, 199: 114, 3807: 3802, 1115: 1114, 1185: 1184, 1182: 1082, 1183: 1083, 1270: 1266,
    1187: 1186, 1231: 1700, 2951: 2950, 1041: 869, 651: 650, 1040: 829, 775: 774, 791: 790, 1561: 1560, 1563: 1562,
    143: 142, 2210: 2205, 2207: 2202, 2211: 2206, 3643: 3614, 3645: 3615, 3905: 3904, 3907: 3906, 3909: 3908,
    3911: 3910,
    3913: 3912, 3927: 3926, 1017: 600, 2287: 2249, 1263: 2275, 3221: 3220, 4073: 4072, 271: 5069, 1034: 1033,
  ]

  static let firstOwn: UInt32 = 16384

  init(oid: UInt32) {
    if let scalar = Self.scalars[oid] {
      self = scalar
    } else if let element = Self.arrays[oid] {
      self = .array(ColumnType(oid: element), delimiter: UInt8(ascii: ","))
    } else {
      self = oid >= Self.firstOwn ? .unknown(oid) : .text
    }
  }

  /// A type that is not built in, from the rows that the server has `described` (`type`, `element`, `base`,
  /// `delimiter`): an array of the type behind its elements' domain, or the type behind a domain; text where it is
  /// neither.
  init(oid: UInt32, _ described: [MapValue], depth: Int = 0) {
    guard oid >= Self.firstOwn else {
      self.init(oid: oid)
      return
    }
    self = .text
    guard depth < 16, let type = described.first(where: { $0["type"]?.intValue == Int64(oid) }) else { return }
    func part(_ name: String) -> ColumnType? {
      guard let part = type[name]?.intValue.flatMap({ UInt32(exactly: $0) }), part > 0 else { return nil }
      return ColumnType(oid: part, described, depth: depth + 1)
    }
    if let base = part("base") {
      self = base
    } else if let element = part("element") {
      let delimiter = type["delimiter"]?.intValue.flatMap { UInt8(exactly: $0) } ?? UInt8(ascii: ",")
      self = .array(element, delimiter: delimiter)
    }
  }

  /// The value of a column's text.
  ///
  /// - Parameter zone: How the session reads a `timestamp`; nil: its zone is not known.
  func value(_ bytes: [UInt8], zone: LocalTimeRules?) -> Value {
    if case .bytes = self { return Self.bytea(bytes).map(Value.bytes) ?? .bytes(bytes) }
    if case .array(let element, let delimiter) = self {
      let items = ArrayText.read(bytes, delimiter: delimiter) { element.value($0, zone: zone) }
      if let items { return .list(items) }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { return .bytes(bytes) }
    switch self {
    case .int: return Int64(text).map(Value.int) ?? .string(text)
    case .numeric: return Self.numeric(text)
    case .double: return Self.double(text).map(Value.double) ?? .string(text)
    case .bool: return text == "t" ? .bool(true) : text == "f" ? .bool(false) : .string(text)
    case .instant: return TimestampText.instant(text).map(Value.timestamp) ?? .string(text)
    case .timestamp:
      return TimestampText.local(text).flatMap { zone?.instant(showing: $0) }.map(Value.timestamp) ?? .string(text)
    case .interval: return IntervalText.duration(text).map(Value.duration) ?? .string(text)
    case .json: return (try? Value(json: bytes)) ?? .string(text)
    case .void: return .null
    case .bytes, .text, .array, .unknown: return .string(text)
    }
  }

  private static func numeric(_ text: String) -> Value {
    Decimal(text).map(Value.decimal) ?? double(text).map(Value.double) ?? .string(text)
  }

  private static func double(_ text: String) -> Double? {
    switch text {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default: Double(text)
    }
  }

  /// The hexadecimal format: `\x00ff`.
  private static func bytea(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count % 2 == 0, bytes.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]) else { return nil }
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case 48...57: byte - 48
      case 97...102: byte - 87
      default: nil
      }
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 2 - 1)
    for position in stride(from: 2, to: bytes.count, by: 2) {
      guard let high = digit(bytes[position]), let low = digit(bytes[position + 1]) else { return nil }
      result.append(high << 4 | low)
    }
    return result
  }
}
