/// What the operators do with values.
enum Arithmetic {
  static func apply(
    _ mark: Node.Operator, _ left: Value, _ right: Value, _ evaluator: Evaluator
  ) throws(Fault) -> Value {
    switch mark {
    case .add: try add(left, right, evaluator)
    case .subtract: try subtract(left, right)
    case .multiply: try multiply(left, right)
    case .divide: try divide(left, right)
    case .modulo: try modulo(left, right)
    case .equal: try equal(left, right, evaluator)
    case .notEqual: try equal(left, right, evaluator, negated: true)
    case .less: .bool(try order(left, right, mark, evaluator) == .less)
    case .greater: .bool(try order(left, right, mark, evaluator) == .greater)
    case .lessOrEqual:
      switch try order(left, right, mark, evaluator) {
      case .less, .equal: true
      case .greater, .none: false
      }
    case .greaterOrEqual:
      switch try order(left, right, mark, evaluator) {
      case .greater, .equal: true
      case .less, .none: false
      }
    case .isIn: try contains(right, left, evaluator)
    }
  }

  private static func noOperator(_ mark: String, _ left: Value, _ right: Value) -> Fault {
    let (one, other) = (left.typeName.name, right.typeName.name)
    let help: String? =
      switch (left, right) {
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
    let isEqual = walk.isEqual(left, right)
    try evaluator.charge(walk.count / 2)
    if walk.count > walk.limit { throw Fault("this compares more than \(walk.limit) values") }
    if isEqual, let unknown = walk.unknown { return .unknown(unknown) }
    return .bool(isEqual != negated)
  }

  private static func order(
    _ left: Value, _ right: Value, _ mark: Node.Operator, _ evaluator: Evaluator
  ) throws(Fault) -> Order {
    guard left.isOrdered(with: right) else { throw noOperator(mark.rawValue, left, right) }
    try evaluator.weigh(left)
    return left.order(right)
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
    default: throw Fault("`-` takes int or double, not \(value.typeName.name)")
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
    default: throw noOperator("+", left, right)
    }
  }

  private static func subtract(_ left: Value, _ right: Value) throws(Fault) -> Value {
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
    default: throw noOperator("-", left, right)
    }
  }

  private static func multiply(_ left: Value, _ right: Value) throws(Fault) -> Value {
    switch (left, right) {
    case (.int(let one), .int(let other)): try .int(checked(one.multipliedReportingOverflow(by: other)))
    case (.uint(let one), .uint(let other)): try .uint(checked(one.multipliedReportingOverflow(by: other)))
    case (.double(let one), .double(let other)): .double(one * other)
    default: throw noOperator("*", left, right)
    }
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
    case (.int, .int), (.int, .uint), (.int, .double), (.uint, .int), (.uint, .uint), (.uint, .double), (.double, .int),
      (.double, .uint), (.double, .double), (.string, .string), (.bytes, .bytes), (.bool, .bool),
      (.timestamp, .timestamp), (.duration, .duration):
      true
    default: false
    }
  }
}
