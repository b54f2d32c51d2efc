/// Fields of maps, elements of lists, and both through optionals.
enum Selecting {
  /// `operand.field`, or `operand.?field` where `isOptional`.
  static func field(_ field: String, of operand: Value, isOptional: Bool) throws(Fault) -> Value {
    switch operand {
    case .unknown: return operand
    case .map(let map):
      if let value = map[field] { return isOptional && !value.isUnknown ? .optional(value) : value }
      if let absent = map.absent { return .unknown(absent) }
      if isOptional { return .optional(nil) }
      let nearest = Suggestion.help(for: field, among: map.fieldNames)
      let ways = "`has(a.b)` asks for it, `a.?b.orValue(…)` does without"
      throw Fault("there is no field `\(field)`", help: nearest ?? ways)
    case .optional(let inner):
      guard let inner else { return operand }
      return try Selecting.field(field, of: inner, isOptional: true)
    default:
      throw Fault("\(operand.typeName.name) has no field `\(field)`", help: Habit.field(field))
    }
  }

  /// `has(operand.field)`.
  static func has(_ field: String, in operand: Value) throws(Fault) -> Value {
    switch operand {
    case .unknown: return operand
    case .map(let map):
      if map[field] != nil { return .bool(true) }
      if let absent = map.absent { return .unknown(absent) }
      return .bool(false)
    case .optional(let inner):
      guard let inner else { return .bool(false) }
      return try has(field, in: inner)
    default:
      throw Fault("\(operand.typeName.name) has no fields")
    }
  }

  /// `operand[index]`, or `operand[?index]` where `isOptional`.
  static func element(_ index: Value, of operand: Value, isOptional: Bool) throws(Fault) -> Value {
    switch (operand, index) {
    case (.unknown(let one), .unknown(let other)): return .unknown(one.merging(other))
    case (.unknown, _): return operand
    case (_, .unknown): return index
    case (.list(let items), _):
      guard let position = position(index) else {
        throw Fault("a list's index is int, not \(index.typeName.name)")
      }
      if items.indices.contains(position) {
        let value = items[position]
        return isOptional && !value.isUnknown ? .optional(value) : value
      }
      if isOptional { return .optional(nil) }
      throw Fault("there is no element \(position) in a list of \(items.count)")
    case (.map(let map), _):
      if let value = map.value(for: index) { return isOptional && !value.isUnknown ? .optional(value) : value }
      if let absent = map.absent { return .unknown(absent) }
      if isOptional { return .optional(nil) }
      if case .string(let name) = index {
        let nearest = Suggestion.help(for: name, among: map.fieldNames)
        let ways = "`'key' in map` asks for it, `map[?'key']` does without"
        throw Fault("there is no key '\(name)'", help: nearest ?? ways)
      }
      throw Fault("there is no key \(index.rendered)")
    case (.optional(let inner), _):
      guard let inner else { return operand }
      return try element(index, of: inner, isOptional: true)
    default:
      throw Fault("\(operand.typeName.name) has no elements")
    }
  }

  /// An index of a list: a number without a fraction.
  private static func position(_ index: Value) -> Int? {
    switch index {
    case .int(let number): Int(exactly: number)
    case .uint(let number): Int(exactly: number) ?? .max
    case .double(let number): Int(exactly: number)
    case .decimal(let number): number.int.map { Int($0) }
    default: nil
    }
  }

  /// Adds an entry, refusing keys of other types and those that are there.
  static func add(_ value: Value, for key: Value, to map: inout MapValue) throws(Fault) {
    switch key {
    case .bool, .int, .uint, .decimal, .string: break
    default: throw Fault("a map's key can't be \(key.typeName.name)", help: "bool, int, uint, decimal or string")
    }
    if map.value(for: key) != nil { throw Fault("the key \(key.rendered) is there twice") }
    map.insert(value, for: key)
  }
}

extension Value {
  var isUnknown: Bool {
    if case .unknown = self { true } else { false }
  }
}

extension MapValue {
  /// The keys that are strings.
  var fieldNames: [String] {
    entries.compactMap { entry in
      if case .string(let name) = entry.key { name } else { nil }
    }
  }
}
