/// A value of the Common Expression Language: the result of an expression, and a part of every step's outcome.
///
/// Source: the CEL specification, "Values" (github.com/google/cel-spec, doc/langdef.md), without protobuf messages.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  case uint(UInt64)
  case double(Double)
  /// Ours, not of CEL: exact, with its text as the source wrote it.
  case decimal(Decimal)
  /// Compared, ordered and counted by Unicode code points, never by Swift's canonical equivalence.
  case string(String)
  case bytes([UInt8])
  case list([Value])
  case map(MapValue)
  case timestamp(Timestamp)
  case duration(Duration)
  case type(TypeName)
  indirect case optional(Value?)
  case ip(IPAddress)
  case cidr(CIDRBlock)
  /// Not an error and not a value: evidence that was never taken. `&&`, `||` and `?:` absorb it where the other side decides.
  case unknown(Unknown)
}

/// Why a value is unknown: the steps that did not run and why, in the order met.
public struct Unknown: Sendable, Hashable {
  /// One sentence each, for example "`spraying` was skipped".
  public var reasons: [String]

  public init(_ reasons: [String]) {
    self.reasons = reasons
  }

  /// Both unknowns' reasons, each once.
  public func merging(_ other: Unknown) -> Unknown {
    Unknown(reasons + other.reasons.filter { !reasons.contains($0) })
  }
}

/// The name of a CEL type, as `type(x)` gives it: `int`, `list`, `google.protobuf.Timestamp`, …
public struct TypeName: Sendable, Hashable {
  public let name: String

  public init(_ name: String) {
    self.name = name
  }
}

extension Value {
  /// The value as text within a template: a string as it is, everything else as `string(x)` or, for lists and maps, JSON.
  public var rendered: String {
    switch self {
    case .string(let text): text
    case .null: "null"
    case .bool(let flag): flag ? "true" : "false"
    case .int(let number): String(number)
    case .uint(let number): String(number)
    case .double(let number): Self.text(of: number)
    case .decimal(let number): number.text
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self) ?? Base64.encode(bytes)
    case .list, .map: jsonText()
    case .timestamp(let timestamp): timestamp.description
    case .duration(let duration): Self.text(of: duration)
    case .type(let type): type.name
    case .optional(let value): value?.rendered ?? "none"
    case .ip(let address): address.description
    case .cidr(let block): block.description
    case .unknown(let unknown): "unknown: " + unknown.reasons.joined(separator: "; ")
    }
  }

  /// The field `name` of a map, or nil where this is not a map or has no such string key.
  public subscript(_ name: String) -> Value? {
    if case .map(let map) = self { map[name] } else { nil }
  }

  public var stringValue: String? {
    if case .string(let text) = self { text } else { nil }
  }

  public var boolValue: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }

  /// An `int`, or a `uint` or whole `decimal` that fits one.
  public var intValue: Int64? {
    switch self {
    case .int(let number): number
    case .uint(let number): Int64(exactly: number)
    case .decimal(let number): number.int
    default: nil
    }
  }

  /// A number as the nearest double; nil where that is infinite or NaN, and for a value other than a number.
  public var finiteDouble: Double? {
    switch self {
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .double(let number): number.isFinite ? number : nil
    case .decimal(let number): number.double
    default: nil
    }
  }

  /// Whether this is an `int`, `uint`, `double` or `decimal`.
  public var isNumber: Bool {
    switch self {
    case .int, .uint, .double, .decimal: true
    default: false
    }
  }

  public var listValue: [Value]? {
    if case .list(let items) = self { items } else { nil }
  }

  public var mapValue: MapValue? {
    if case .map(let map) = self { map } else { nil }
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  /// Entries keep the order in which they are written.
  public init(dictionaryLiteral elements: (String, Value)...) { self = .map(MapValue(elements)) }
}
