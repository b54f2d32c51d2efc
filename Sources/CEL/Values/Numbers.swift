/// How two values compare.
enum Order: Sendable {
  case less, equal, greater
  /// One is NaN, or they are not of one sort.
  case none
}

/// Numbers of different types on one number line.
enum Numbers {
  /// How two numbers compare, whatever their types; `none` with NaN or another type.
  static func order(_ left: Value, _ right: Value) -> Order {
    switch (left, right) {
    case (.int(let one), .int(let other)): order(one, other)
    case (.uint(let one), .uint(let other)): order(one, other)
    case (.double(let one), .double(let other)): order(one, double: other)
    case (.int(let one), .uint(let other)): one < 0 ? .less : order(UInt64(one), other)
    case (.uint(let one), .int(let other)): other < 0 ? .greater : order(one, UInt64(other))
    case (.int(let one), .double(let other)): order(Double(one), double: other)
    case (.double(let one), .int(let other)): order(one, double: Double(other))
    case (.uint(let one), .double(let other)): order(Double(one), double: other)
    case (.double(let one), .uint(let other)): order(one, double: Double(other))
    case (.decimal(let one), _): decimal(right).map(one.order) ?? .none
    case (_, .decimal(let other)): decimal(left)?.order(other) ?? .none
    default: .none
    }
  }

  /// A number as a decimal: an integer exactly, a double as its shortest text writes it; nil of NaN, infinities and
  /// other types.
  static func decimal(_ value: Value) -> Decimal? {
    switch value {
    case .int(let number): Decimal(number)
    case .uint(let number): Decimal(number)
    case .double(let number): Decimal(shortest: number)
    case .decimal(let number): number
    default: nil
    }
  }

  /// How two numbers are sorted: NaN first, then all by their values as decimals, so that the order has no loops. Where
  /// `order` says less or greater, so does this.
  static func sortingOrder(_ left: Value, _ right: Value) -> Order {
    switch (left, right) {
    case (.int, .int), (.uint, .uint), (.int, .uint), (.uint, .int), (.decimal, .decimal): order(left, right)
    case (.double(let one), .double(let other)):
      one.isNaN || other.isNaN ? order(one.isNaN ? 0 : 1, other.isNaN ? 0 : 1) : order(one, other)
    case (.double(let one), _) where !one.isFinite: one == .infinity ? .greater : .less
    case (_, .double(let other)) where !other.isFinite: other == .infinity ? .less : .greater
    default:
      if let one = decimal(left), let other = decimal(right) { one.order(other) } else { .none }
    }
  }

  static func order<Number: Comparable>(_ one: Number, _ other: Number) -> Order {
    one < other ? .less : one == other ? .equal : .greater
  }

  /// An integer against a double, as the nearest double to it: so all implementations have it, and the conformance tests.
  private static func order(_ one: Double, double other: Double) -> Order {
    one < other ? .less : one > other ? .greater : one == other ? .equal : .none
  }
}

/// Strings as CEL sees them: sequences of code points, which UTF-8 orders and compares the same.
enum Texts {
  static func areEqual(_ one: String, _ other: String) -> Bool {
    one.utf8.count == other.utf8.count && one.utf8.elementsEqual(other.utf8)
  }

  static func order(_ one: String, _ other: String) -> Order {
    if areEqual(one, other) { return .equal }
    return one.utf8.lexicographicallyPrecedes(other.utf8) ? .less : .greater
  }
}

extension Value {
  /// How this value compares where CEL defines `<`: numbers among each other, and two of bool, string, bytes, timestamp or
  /// duration. `none` elsewhere and with NaN.
  func order(_ other: Value) -> Order {
    switch (self, other) {
    case (.int, _), (.uint, _), (.double, _), (.decimal, _): Numbers.order(self, other)
    case (.string(let one), .string(let other)): Texts.order(one, other)
    case (.bool(let one), .bool(let other)): Numbers.order(one ? 1 : 0, other ? 1 : 0)
    case (.bytes(let one), .bytes(let other)):
      one == other ? .equal : one.lexicographicallyPrecedes(other) ? .less : .greater
    case (.timestamp(let one), .timestamp(let other)): Numbers.order(one, other)
    case (.duration(let one), .duration(let other)): Numbers.order(one, other)
    default: .none
    }
  }

  /// A total order over all values, for showing and sorting them: first by sort (null, booleans, numbers, texts, …), then
  /// as CEL orders within it; numbers exactly, NaN before all others.
  public static func precedes(_ left: Value, _ right: Value) -> Bool {
    totalOrder(left, right) == .less
  }

  private static func totalOrder(_ left: Value, _ right: Value) -> Order {
    let (one, other) = (left.rank, right.rank)
    if one != other { return one < other ? .less : .greater }
    switch (left, right) {
    case (.list(let one), .list(let other)):
      for (first, second) in zip(one, other) {
        let order = totalOrder(first, second)
        if order != .equal { return order }
      }
      return Numbers.order(one.count, other.count)
    case (.map, .map), (.type, .type), (.ip, .ip), (.cidr, .cidr), (.unknown, .unknown), (.optional, .optional):
      return Texts.order(left.rendered, right.rendered)
    default: return left.isNumber ? Numbers.sortingOrder(left, right) : left.order(right)
    }
  }

  private var rank: Int {
    switch self {
    case .null: 0
    case .bool: 1
    case .int, .uint, .double, .decimal: 2
    case .string: 3
    case .bytes: 4
    case .timestamp: 5
    case .duration: 6
    case .ip: 7
    case .cidr: 8
    case .type: 9
    case .list: 10
    case .map: 11
    case .optional: 12
    case .unknown: 13
    }
  }
}
