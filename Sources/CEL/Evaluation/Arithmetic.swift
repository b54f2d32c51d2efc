/// The operators on values.
enum Arithmetic {
  static func apply(
    _ mark: Node.Operator, _ left: Value, _ right: Value, _ evaluator: Evaluator
  ) throws(Fault) -> Value {
    switch mark {
    case .add: try add(left, right, evaluator)
    case .subtract: try subtract(left, right, evaluator)
    case .multiply: try multiply(left, right, evaluator)
    case .divide: try divide(left, right)
    case .modulo: try modulo(left, right)
    case .equal: try equal(left, right, evaluator)
    case .notEqual: try equal(left, right, evaluator, negated: true)
    case .less, .lessOrEqual: try compare(left, right, mark, .less, evaluator)
    case .greater, .greaterOrEqual: try compare(left, right, mark, .greater, evaluator)
    case .isIn: try contains(right, left, evaluator)
    }
  }

  private static func noOperator(_ mark: String, _ left: Value, _ right: Value) -> Fault {
    let (one, other) = (left.typeName.name, right.typeName.name)
    let help: String? =
      switch (left, right) {
      case (.decimal, _) where right.isNumber, (_, .decimal) where left.isNumber:
        mark == "%" ? "say how exact it is to be: `int(x)`" : "say how exact it is to be: `double(x)`"
      case (.int, .double), (.double, .int), (.int, .uint), (.uint, .int), (.uint, .double), (.double, .uint):
        "convert one of them: `double(x)`, `int(x)`"
      case (.string, _) where mark == "+", (_, .string) where mark == "+": "convert it: `string(x)`"
      // A text that holds a number: of a hash, a set, a header.
      case (.string, .int), (.int, .string), (.string, .uint), (.uint, .string): "convert the text: `int(x)`"
      case (.string, .double), (.double, .string): "convert the text: `double(x)`"
      default: nil
      }
    return Fault("there is no `\(one) \(mark) \(other)`", help: help)
  }

  static func equal(
    _ left: Value, _ right: Value, _ evaluator: Evaluator, negated: Bool = false
  ) throws(Fault) -> Value {
    var walk = EqualityWalk()
    walk.limit = evaluator.limits.steps
    walk.rule = evaluator.comparison
    let isEqual = walk.isEqual(left, right)
    try evaluator.charge(walk.count / 2)
    if walk.count > walk.limit { throw Fault("this compares more than \(walk.limit) values") }
    if isEqual, let unknown = walk.unknown { return .unknown(unknown) }
    return .bool(isEqual != negated)
  }

  /// Whether the order of two values is `wanted`, or equal where the operator takes that.
  private static func compare(
    _ left: Value, _ right: Value, _ mark: Node.Operator, _ wanted: Order, _ evaluator: Evaluator
  ) throws(Fault) -> Value {
    if let obstacle = evaluator.comparison.obstacle(left, right) { return .unknown(Unknown([obstacle])) }
    guard left.isOrdered(with: right) else { throw noOperator(mark.rawValue, left, right) }
    try evaluator.weigh(left)
    let order = left.order(right)
    return .bool(order == wanted || order == .equal && (mark == .lessOrEqual || mark == .greaterOrEqual))
  }

  private static func contains(_ container: Value, _ value: Value, _ evaluator: Evaluator) throws(Fault) -> Value {
    switch container {
    case .list(let items):
      var unknown: Unknown?
      for item in items {
        switch try equal(item, value, evaluator) {
        case .bool(true): return .bool(true)
        case .unknown(let reasons): unknown = unknown?.merging(reasons) ?? reasons
        default: break
        }
      }
      try evaluator.charge(items.count)
      if let unknown { return .unknown(unknown) }
      return .bool(false)
    case .map(let map):
      if map.value(for: value) != nil { return .bool(true) }
      if case .double(let number) = value, !number.isFinite {
        let obstacles = map.entries.compactMap { evaluator.comparison.obstacle($0.key, value) }
        if let obstacle = obstacles.first { return .unknown(Unknown([obstacle])) }
      }
      if let absent = map.absent { return .unknown(absent) }
      return .bool(false)
    default:
      throw noOperator("in", value, container)
    }
  }

  static func negate(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .unknown: return value
    case .int(let number):
      let (result, isOver) = Int64(0).subtractingReportingOverflow(number)
      if isOver { throw .overflow("this number") }
      return .int(result)
    case .double(let number): return .double(-number)
    case .decimal(let number): return .decimal(number.negated)
    default: throw Fault("`-` takes int, double or decimal, not \(value.typeName.name)")
    }
  }

  private static func add(_ left: Value, _ right: Value, _ evaluator: Evaluator) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let one), .int(let other)): return try .int(checked(one.addingReportingOverflow(other)))
    case (.uint(let one), .uint(let other)): return try .uint(checked(one.addingReportingOverflow(other)))
    case (.double(let one), .double(let other)): return .double(one + other)
    case (.string(let one), .string(let other)):
      try evaluator.build(one.utf8.count + other.utf8.count)
      return .string(one + other)
    case (.bytes(let one), .bytes(let other)):
      try evaluator.build(one.count + other.count)
      return .bytes(one + other)
    case (.list(let one), .list(let other)):
      try evaluator.checkElements(one.count + other.count)
      return .list(one + other)
    case (.timestamp(let time), .duration(let duration)), (.duration(let duration), .timestamp(let time)):
      return .timestamp(try later(time, duration))
    case (.duration(let one), .duration(let other)):
      return .duration(try checked(one, other) { $0.addingReportingOverflow($1) })
    case (.decimal, _), (_, .decimal): return try exact(.add, left, right, evaluator)
    default: throw noOperator("+", left, right)
    }
  }

  private static func subtract(_ left: Value, _ right: Value, _ evaluator: Evaluator) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let one), .int(let other)): return try .int(checked(one.subtractingReportingOverflow(other)))
    case (.uint(let one), .uint(let other)): return try .uint(checked(one.subtractingReportingOverflow(other)))
    case (.double(let one), .double(let other)): return .double(one - other)
    case (.timestamp(let one), .timestamp(let other)):
      let duration = one.since(other)
      if duration.celNanoseconds == nil { throw Fault("the duration between these is beyond its range") }
      return .duration(duration)
    case (.timestamp(let time), .duration(let duration)): return .timestamp(try later(time, .zero - duration))
    case (.duration(let one), .duration(let other)):
      return .duration(try checked(one, other) { $0.subtractingReportingOverflow($1) })
    case (.decimal, _), (_, .decimal): return try exact(.subtract, left, right, evaluator)
    default: throw noOperator("-", left, right)
    }
  }

  private static func multiply(_ left: Value, _ right: Value, _ evaluator: Evaluator) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let one), .int(let other)): try .int(checked(one.multipliedReportingOverflow(by: other)))
    case (.uint(let one), .uint(let other)): try .uint(checked(one.multipliedReportingOverflow(by: other)))
    case (.double(let one), .double(let other)): .double(one * other)
    case (.decimal, _), (_, .decimal): try exact(.multiply, left, right, evaluator)
    default: throw noOperator("*", left, right)
    }
  }

  /// Of two numbers as decimals. NaN and infinities are not decimals, and the result with one is a double.
  static func exact(
    _ operation: Decimal.Operation, _ left: Value, _ right: Value, _ evaluator: Evaluator
  ) throws(Fault) -> Value {
    guard left.isNumber, right.isNumber else {
      throw noOperator(String(Character(operation.rawValue)), left, right)
    }
    try evaluator.weigh(left)
    try evaluator.weigh(right)
    if let one = Numbers.decimal(left), let other = Numbers.decimal(right) {
      let result = try one.applying(operation, other)
      // Long numbers take longer than their texts are long.
      try evaluator.build(result.text.utf8.count * (1 + result.text.utf8.count / 4096))
      return .decimal(result)
    }
    let (one, other) = (Self.sized(left), Self.sized(right))
    return switch operation {
    case .add: .double(one + other)
    case .subtract: .double(one - other)
    case .multiply: .double(one * other)
    }
  }

  /// A double as it is; of another number its sign alone, which is all that counts beside an infinity.
  private static func sized(_ value: Value) -> Double {
    if case .double(let number) = value { return number }
    return Double(Numbers.decimal(value)?.sign ?? 0)
  }

  private static func divide(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int, .int(0)), (.uint, .uint(0)): throw Fault("this divides by zero")
    case (.int(let one), .int(let other)): try .int(checked(one.dividedReportingOverflow(by: other)))
    case (.uint(let one), .uint(let other)): .uint(one / other)
    case (.double(let one), .double(let other)): .double(one / other)
    default: throw noOperator("/", left, right)
    }
  }

  private static func modulo(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int, .int(0)), (.uint, .uint(0)): throw Fault("this takes the remainder of a division by zero")
    case (.int(let one), .int(let other)): try .int(checked(one.remainderReportingOverflow(dividingBy: other)))
    case (.uint(let one), .uint(let other)): .uint(one % other)
    default: throw noOperator("%", left, right)
    }
  }

  private static func checked<Number>(_ result: (partialValue: Number, overflow: Bool)) throws(Fault) -> Number {
    if result.overflow { throw .overflow("the result") }
    return result.partialValue
  }

  private static func checked(
    _ one: Duration, _ other: Duration, _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(Fault) -> Duration {
    guard let first = one.celNanoseconds, let second = other.celNanoseconds else {
      throw Fault("this duration is beyond its range")
    }
    let result = operation(first, second)
    if result.overflow { throw Fault("this duration is beyond its range") }
    return .nanoseconds(result.partialValue)
  }

  private static func later(_ time: Timestamp, _ duration: Duration) throws(Fault) -> Timestamp {
    guard let result = time.adding(duration) else { throw Fault("this time is outside of years 1 to 9999") }
    return result
  }
}

extension Value {
  /// Whether `<` is defined between these.
  func isOrdered(with other: Value) -> Bool {
    switch (self, other) {
    case (.string, .string), (.bytes, .bytes), (.bool, .bool), (.timestamp, .timestamp), (.duration, .duration): true
    default: isNumber && other.isNumber
    }
  }
}
