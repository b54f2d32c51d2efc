extension Function {
  /// The extension for numbers.
  static let numbers: [Function] = [
    extreme("math.greatest", "The greatest of some numbers or of a list of them.", .greater),
    extreme("math.least", "The least of some numbers or of a list of them.", .less),
    rounding("math.ceil", "Rounded up to a whole number.", .up) { $0.rounded(.up) },
    rounding("math.floor", "Rounded down to a whole number.", .down) { $0.rounded(.down) },
    rounding("math.round", "Rounded to the nearest whole number, halves away from zero.", .halfAwayFromZero) {
      $0.rounded(.toNearestOrAwayFromZero)
    },
    rounding("math.trunc", "Without its fraction.", .towardZero) { $0.rounded(.towardZero) },
    Function(
      "math.sqrt", .numbers, "The square root; NaN of a negative number.",
      [
        .function(.double, to: .double) { (values, _) throws(Fault) in .double(try real(values[0]).squareRoot()) },
        .function(.int, to: .double) { (values, _) throws(Fault) in .double(try real(values[0]).squareRoot()) },
        .function(.uint, to: .double) { (values, _) throws(Fault) in .double(try real(values[0]).squareRoot()) },
        .function(.decimal, to: .double) { (values, _) throws(Fault) in .double(try real(values[0]).squareRoot()) },
      ]),
    Function(
      "math.abs", .numbers, "Without its sign.",
      [
        .function(.int, to: .int) { (values, evaluator) throws(Fault) in
          let number = try Arguments(values, evaluator).int(0)
          if number == .min { throw .overflow("the result") }
          return .int(Int64(abs(number)))
        },
        .function(.uint, to: .uint) { (values, _) in values[0] },
        .function(.double, to: .double) { (values, _) throws(Fault) in .double(abs(try real(values[0]))) },
        .function(.decimal, to: .decimal) { (values, _) throws(Fault) in
          let number = try decimal(values[0])
          return .decimal(number.isNegative ? number.negated : number)
        },
      ]),
    Function(
      "math.sign", .numbers, "−1, 0 or 1, in the type of the number.",
      [
        .function(.int, to: .int) { (values, evaluator) throws(Fault) in
          .int(Int64(try Arguments(values, evaluator).int(0).signum()))
        },
        .function(.uint, to: .uint) { (values, _) in .uint(values[0] == 0 ? 0 : 1) },
        .function(.double, to: .double) { (values, _) throws(Fault) in
          let number = try real(values[0])
          return .double(number > 0 ? 1 : number < 0 ? -1 : number.isNaN ? number : 0)
        },
        .function(.decimal, to: .decimal) { (values, _) throws(Fault) in
          .decimal(Decimal(Int64(try decimal(values[0]).sign)))
        },
      ]),
    test("math.isNaN", "Whether it is not a number.") { $0.isNaN },
    test("math.isInf", "Whether it is infinite.") { $0.isInfinite },
    test("math.isFinite", "Whether it is neither infinite nor NaN.") { $0.isFinite },
    bitwise("math.bitAnd", "The bits that both have.", { $0 & $1 }),
    bitwise("math.bitOr", "The bits that either has.", { $0 | $1 }),
    bitwise("math.bitXor", "The bits that just one has.", { $0 ^ $1 }),
    Function(
      "math.bitNot", .numbers, "All bits the other way.",
      [
        .function(.int, to: .int) { (values, _) throws(Fault) in signed(~(try bits(values[0]))) },
        .function(.uint, to: .uint) { (values, _) throws(Fault) in .uint(~(try bits(values[0]))) },
      ]),
    shift("math.bitShiftLeft", "The bits shifted left; 64 and more leave nothing.") { $0 << $1 },
    shift("math.bitShiftRight", "The bits shifted right, zeros coming in; 64 and more leave nothing.") { $0 >> $1 },
  ]

  private static func real(_ value: Value) throws(Fault) -> Double {
    switch value {
    case .double(let number): number
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .decimal(let number): number.nearest
    default: throw Fault("this is not a number")
    }
  }

  private static func decimal(_ value: Value) throws(Fault) -> Decimal {
    guard case .decimal(let number) = value else { throw Fault("this is not a decimal") }
    return number
  }

  private static func bits(_ value: Value) throws(Fault) -> UInt64 {
    switch value {
    case .int(let number): UInt64(bitPattern: number)
    case .uint(let number): number
    default: throw Fault("this is not a whole number")
    }
  }

  private static func signed(_ bits: UInt64) -> Value { .int(Int64(bitPattern: bits)) }

  private static func extreme(_ name: String, _ summary: String, _ wanted: Order) -> Function {
    Function(
      name, .numbers, summary,
      [
        .function(.list(.number), to: .number) { (values, evaluator) throws(Fault) in
          let items = try Arguments(values, evaluator).list(0)
          guard let best = try most(items, wanted, evaluator) else { throw Fault("an empty list has no such element") }
          guard best.isNumber || best.isUnknown else { throw Fault("these are not numbers") }
          return best
        },
        .function(.number, to: .number, variadic: true) { (values, evaluator) throws(Fault) in
          try most(values, wanted, evaluator) ?? values[0]
        },
      ])
  }

  /// The element that goes before or behind all others, the first of equal ones; unknown where two can't be compared; nil
  /// of none.
  static func most(_ items: [Value], _ wanted: Order, _ evaluator: Evaluator) throws(Fault) -> Value? {
    guard var best = items.first else { return nil }
    try evaluator.charge(items.count)
    for item in items.dropFirst() {
      if let obstacle = evaluator.comparison.obstacle(best, item) { return .unknown(Unknown([obstacle])) }
      guard best.isOrdered(with: item) else {
        throw Fault("\(best.typeName.name) and \(item.typeName.name) can't be compared")
      }
      try evaluator.weigh(item)
      let order = item.isNumber ? Numbers.sortingOrder(item, best) : item.order(best)
      if order == wanted { best = item }
    }
    return best
  }

  private static func rounding(
    _ name: String, _ summary: String, _ rule: DigitText.Rounding, _ round: @escaping @Sendable (Double) -> Double
  ) -> Function {
    Function(
      name, .numbers, summary,
      [
        .function(.double, to: .double) { (values, _) throws(Fault) in .double(round(try real(values[0]))) },
        .function(.decimal, to: .decimal) { (values, evaluator) throws(Fault) in
          let number = try decimal(values[0])
          try evaluator.weigh(values[0])
          return .decimal(try number.rounded(rule))
        },
      ])
  }

  private static func test(
    _ name: String, _ summary: String, _ test: @escaping @Sendable (Double) -> Bool
  ) -> Function {
    Function(
      name, .numbers, summary,
      [
        .function(.double, to: .bool) { (values, _) throws(Fault) in .bool(test(try real(values[0]))) },
        // A decimal is finite, however far beyond a double it is.
        .function(.decimal, to: .bool) { (_, _) in .bool(test(0)) },
      ])
  }

  private static func bitwise(
    _ name: String, _ summary: String, _ operation: @escaping @Sendable (UInt64, UInt64) -> UInt64
  ) -> Function {
    Function(
      name, .numbers, summary,
      [
        .function(.int, .int, to: .int) { (values, _) throws(Fault) in
          signed(operation(try bits(values[0]), try bits(values[1])))
        },
        .function(.uint, .uint, to: .uint) { (values, _) throws(Fault) in
          .uint(operation(try bits(values[0]), try bits(values[1])))
        },
      ])
  }

  private static func shift(
    _ name: String, _ summary: String, _ shift: @escaping @Sendable (UInt64, Int) -> UInt64
  ) -> Function {
    @Sendable func shifted(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> UInt64 {
      let count = try Arguments(values, evaluator).int(1)
      guard count >= 0 else { throw Fault("bits can't be shifted by a negative number") }
      return shift(try bits(values[0]), min(count, 64))
    }
    return Function(
      name, .numbers, summary,
      [
        .function(.int, .int, to: .int) { (values, evaluator) throws(Fault) in signed(try shifted(values, evaluator)) },
        .function(.uint, .int, to: .uint) { (values, evaluator) throws(Fault) in .uint(try shifted(values, evaluator))
        },
      ])
  }
}
