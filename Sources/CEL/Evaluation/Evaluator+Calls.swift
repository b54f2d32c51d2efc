extension Evaluator {
  func call(_ call: Node.Call, _ node: Node) throws(Expression.Problem) -> Value {
    guard let function = call.function else {
      throw Expression.Problem(
        "there is no function `\(call.name)`", call.nameRange,
        help: Habit.function(call.name) ?? Suggestion.help(for: call.name, among: Function.names))
    }
    if let target = call.target, call.arguments.count == 1, call.name == "or" || call.name == "orValue" {
      return try alternative(call, target, call.arguments[0])
    }
    var (arguments, unknown) = ([Value](), Unknown?.none)
    arguments.reserveCapacity(call.arguments.count + 1)
    for argument in (call.target.map { [$0] } ?? []) + call.arguments {
      let value = try evaluate(argument)
      if case .unknown(let reasons) = value { unknown = unknown?.merging(reasons) ?? reasons }
      arguments.append(value)
    }
    if let unknown { return .unknown(unknown) }
    return try at(node) { () throws(Fault) in
      try function.apply(arguments, isMethod: call.target != nil, self)
    }
  }

  /// `optional.or(optional)` and `optional.orValue(value)`, which evaluate their argument only where it is needed.
  private func alternative(_ call: Node.Call, _ target: Node, _ argument: Node) throws(Expression.Problem) -> Value {
    switch try evaluate(target) {
    case .unknown(let reasons): return .unknown(reasons)
    case .optional(let inner?): return call.name == "or" ? .optional(inner) : inner
    case .optional(nil):
      let value = try evaluate(argument)
      switch value {
      case .optional, .unknown: return value
      case _ where call.name == "orValue": return value
      default: throw Expression.Problem("this is \(value.typeName.name), not an optional", argument.range)
      }
    case let value: throw Expression.Problem("this is \(value.typeName.name), not an optional", target.range)
    }
  }

  func optionalMap(
    _ target: Node, _ name: String, _ body: Node, isFlat: Bool, _ node: Node
  ) throws(Expression.Problem) -> Value {
    switch try evaluate(target) {
    case .unknown(let reasons): return .unknown(reasons)
    case .optional(let inner):
      guard let inner else { return .optional(nil) }
      let value = try with(name, .value(inner)) { () throws(Expression.Problem) in try evaluate(body) }
      if case .unknown = value { return value }
      guard isFlat else { return .optional(value) }
      guard case .optional = value else {
        throw Expression.Problem("this must be an optional, not \(value.typeName.name)", body.range)
      }
      return value
    case let value:
      throw Expression.Problem("this is \(value.typeName.name), not an optional", target.range)
    }
  }
}
