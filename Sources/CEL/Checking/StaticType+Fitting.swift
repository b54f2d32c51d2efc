extension StaticType: CustomStringConvertible {
  /// As messages and the reference page write it.
  public var description: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .decimal: "decimal"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .type: "type"
    case .ip: "ip"
    case .cidr: "cidr"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .optional(let value): "optional(\(value))"
    case .object: "map"
    }
  }

  var isNumber: Bool { self == .int || self == .uint || self == .double || self == .decimal }

  /// The type of something that is either of two types.
  func joined(_ other: StaticType) -> StaticType {
    switch (self, other) {
    case _ where self == other: self
    case (.list(let one), .list(let other)): .list(one.joined(other))
    case (.map(let oneKey, let one), .map(let otherKey, let other)):
      .map(key: oneKey.joined(otherKey), value: one.joined(other))
    case (.optional(let one), .optional(let other)): .optional(one.joined(other))
    default: .dyn
    }
  }

  /// Whether a value of this type can equal one of `other`; null can stand for any value that is missing.
  func canEqual(_ other: StaticType) -> Bool {
    switch (self, other) {
    case (.dyn, _), (_, .dyn), (.null, _), (_, .null): true
    case (.list(let one), .list(let other)): one.canEqual(other)
    case (.optional(let one), .optional(let other)): one.canEqual(other)
    case (.map, .map), (.map, .object), (.object, .map), (.object, .object): true
    default: self == other || isNumber && other.isNumber
    }
  }
}

extension TypePattern {
  /// Whether an argument of the type `type` may be this. Notes the types that the letters stand for.
  func fits(_ type: StaticType, _ letters: inout [String: StaticType]) -> Bool {
    switch (self, type) {
    case (.dyn, _): return true
    case (.any(let letter), _):
      letters[letter] = letters[letter].map { $0.joined(type) } ?? type
      return true
    case (_, .dyn): return true
    case (.number, _): return type.isNumber
    case (.list(let element), .list(let type)): return element.fits(type, &letters)
    case (.map(let key, let value), .map(let keyType, let valueType)):
      return key.fits(keyType, &letters) && value.fits(valueType, &letters)
    case (.map(let key, let value), .object):
      return key.fits(.string, &letters) && value.fits(.dyn, &letters)
    case (.optional(let value), .optional(let type)): return value.fits(type, &letters)
    default: return staticType(letters) == type
    }
  }

  /// The type that this is where its letters stand for `letters`.
  func staticType(_ letters: [String: StaticType]) -> StaticType {
    switch self {
    case .dyn, .number: .dyn
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .decimal: .decimal
    case .string: .string
    case .bytes: .bytes
    case .timestamp: .timestamp
    case .duration: .duration
    case .type: .type
    case .ip: .ip
    case .cidr: .cidr
    case .list(let element): .list(element.staticType(letters))
    case .map(let key, let value): .map(key: key.staticType(letters), value: value.staticType(letters))
    case .optional(let value): .optional(value.staticType(letters))
    case .any(let letter): letters[letter] ?? .dyn
    }
  }
}
