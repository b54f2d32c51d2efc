extension Value: Equatable, Hashable {
  /// CEL's equality: numbers whatever their type (an integer against a double as the nearest double, a decimal exactly, a
  /// double beside it as the decimal that its shortest text writes), strings by code points, maps whatever their order,
  /// values of different types never, NaN not even with itself. (An `unknown` equals one with the same reasons; the
  /// operator `==` of an expression yields unknown instead, and so it does where nothing can be told.)
  ///
  /// Source: the CEL specification, "Equality".
  public static func == (left: Value, right: Value) -> Bool {
    var comparison = EqualityWalk()
    let isEqual = comparison.isEqual(left, right)
    return isEqual && comparison.unknown == nil
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    // Equal numbers of different types have the same nearest double.
    case .int(let number): hasher.combine(Double(number))
    case .uint(let number): hasher.combine(Double(number))
    case .double(let number): hasher.combine(number)
    case .decimal(let number): Self.hash(number, into: &hasher)
    case .string(let text): Self.hash(text, into: &hasher)
    case .bytes(let bytes): hasher.combine(bytes)
    case .list(let items):
      hasher.combine(items.count)
      for item in items { item.hash(into: &hasher) }
    case .map(let map):
      // Entries have no order, so their hashes are added up.
      var sum = 0
      for entry in map.entries {
        var inner = Hasher()
        entry.key.hash(into: &inner)
        entry.value.hash(into: &inner)
        sum &+= inner.finalize()
      }
      hasher.combine(sum)
    case .timestamp(let timestamp): hasher.combine(timestamp)
    case .duration(let duration): hasher.combine(duration)
    case .type(let type): hasher.combine(type)
    case .optional(let value):
      hasher.combine(value == nil)
      value?.hash(into: &hasher)
    case .ip(let address): hasher.combine(address)
    case .cidr(let block): hasher.combine(block)
    case .unknown(let unknown): hasher.combine(unknown)
    }
  }

  /// A decimal that equals an integer or a double hashes like it. Any other can only equal decimals.
  private static func hash(_ number: Decimal, into hasher: inout Hasher) {
    let nearest = number.nearest
    let isInteger = number.int != nil || number.isWhole && number.truncated(UInt64.self) != nil
    if isInteger || Decimal(shortest: nearest)?.order(number) == .equal {
      hasher.combine(nearest)
    } else {
      hash(number.key, into: &hasher)
    }
  }

  private static func hash(_ text: String, into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

/// One comparison for equality, which counts its steps and notes unknown parts.
struct EqualityWalk {
  /// Set where two values could not be told apart because a part of one is unknown.
  var unknown: Unknown?
  /// How many pairs of values were compared.
  var count = 0
  /// The comparison gives up (and `count` passes it) where more pairs than this would be needed.
  var limit = Int.max
  /// How an expression compares; nil is Swift's `==`, for which each pair is equal or not.
  var rule: ComparisonRule?

  mutating func isEqual(_ left: Value, _ right: Value) -> Bool {
    count += 1
    if count > limit { return false }
    switch (left, right) {
    case (.unknown(let one), .unknown(let other)) where one == other && rule == nil: return true
    case (.unknown(let one), .unknown(let other)):
      note(one.merging(other))
      return true
    case (.unknown(let reasons), _), (_, .unknown(let reasons)):
      if rule == nil { return false }
      note(reasons)
      return true
    case (.int, _), (.uint, _), (.double, _), (.decimal, _):
      if case .decimal(let number) = left { count += number.text.utf8.count / 64 }
      let order = Numbers.order(left, right)
      return order == .none ? isUndecided(left, right) : order == .equal
    case (.string, .duration), (.duration, .string), (.string, .timestamp), (.timestamp, .string):
      return isUndecided(left, right)
    case (.string(let one), .string(let other)):
      count += one.utf8.count / 64
      return Texts.areEqual(one, other)
    case (.bool(let one), .bool(let other)): return one == other
    case (.null, .null): return true
    case (.bytes(let one), .bytes(let other)):
      count += one.count / 64
      return one == other
    case (.list(let one), .list(let other)): return areEqual(one, other)
    case (.map(let one), .map(let other)): return areEqual(one, other)
    case (.timestamp(let one), .timestamp(let other)): return one == other
    case (.duration(let one), .duration(let other)): return one == other
    case (.type(let one), .type(let other)): return Texts.areEqual(one.name, other.name)
    case (.ip(let one), .ip(let other)): return one == other
    case (.cidr(let one), .cidr(let other)): return one == other
    case (.optional(let one), .optional(let other)):
      guard let one, let other else { return one == nil && other == nil }
      return isEqual(one, other)
    default: return false
    }
  }

  private mutating func areEqual(_ one: [Value], _ other: [Value]) -> Bool {
    guard one.count == other.count else { return false }
    for (left, right) in zip(one, other) where !isEqual(left, right) { return false }
    return true
  }

  private mutating func areEqual(_ one: MapValue, _ other: MapValue) -> Bool {
    guard one.count == other.count else { return false }
    for entry in one.entries {
      guard let value = other.value(for: entry.key), isEqual(entry.value, value) else { return false }
    }
    return true
  }

  /// Notes why nothing can be told of these two, and takes them as equal so far; false where they just differ.
  private mutating func isUndecided(_ left: Value, _ right: Value) -> Bool {
    guard let reason = rule?.obstacle(left, right) else { return false }
    note(Unknown([reason]))
    return true
  }

  private mutating func note(_ reasons: Unknown) {
    unknown = unknown?.merging(reasons) ?? reasons
  }
}
