extension Checker {
  mutating func negate(_ operand: Node, _ node: Node) -> StaticType {
    let found = type(of: operand)
    if ![.int, .double, .decimal, .dyn].contains(found) {
      report("`-` takes int, double or decimal, not \(found)", node.range)
    }
    return found
  }

  mutating func binary(_ mark: Node.Operator, _ left: Node, _ right: Node, _ node: Node) -> StaticType {
    let (one, other) = (type(of: left), type(of: right))
    switch mark {
    case .equal, .notEqual:
      if !one.canEqual(other) { report("\(one) and \(other) are never equal", node.range) }
      return .bool
    case .isIn:
      contains(one, other, node)
      return .bool
    default:
      guard let result = OperatorTable.result(mark, one, other) else {
        let isExact = [one, other].contains(.decimal)
        let help =
          !(one.isNumber && other.isNumber)
          ? nil
          : !isExact
            ? "convert one of them: `double(x)`, `int(x)`"
            : "say how exact it is to be: " + (mark == .modulo ? "`int(x)`" : "`double(x)`")
        report("there is no `\(one) \(mark.rawValue) \(other)`", node.range, help: help)
        return .dyn
      }
      return result
    }
  }

  private mutating func contains(_ value: StaticType, _ container: StaticType, _ node: Node) {
    switch container {
    case .dyn: break
    case .list(let element):
      if !element.canEqual(value) { report("a list of \(element) never has \(value) in it", node.range) }
    case .map(let key, _):
      if !key.canEqual(value) { report("a map with keys of \(key) never has the key \(value)", node.range) }
    case .object:
      if !StaticType.string.canEqual(value) {
        report("a map with keys of string never has the key \(value)", node.range)
      }
    default: report("there is no `\(value) in \(container)`", node.range)
    }
  }

  mutating func call(_ call: Node.Call, _ node: Node) -> StaticType {
    let nodes = (call.target.map { [$0] } ?? []) + call.arguments
    var types: [StaticType] = []
    for argument in nodes { types.append(type(of: argument)) }
    guard let function = call.function else {
      let help = Habit.function(call.name) ?? Suggestion.help(for: call.name, among: Function.names)
      report("there is no function `\(call.name)`", call.nameRange, help: help)
      return .dyn
    }
    var result: StaticType?
    for overload in function.overloads where overload.isMethod == (call.target != nil) {
      guard let found = overload.result(for: types) else { continue }
      result = result?.joined(found) ?? found
    }
    guard let result else {
      let fault = function.noOverload(types.map(\.description), isMethod: call.target != nil)
      report(fault.message, call.nameRange, help: fault.help)
      return .dyn
    }
    tryLiterals(function, nodes, isMethod: call.target != nil)
    return result
  }

  /// Functions that refuse some texts: with a literal, that can be told now.
  private static let picky: Set<String> = [
    "timestamp", "duration", "ip", "cidr", "quantity", "int", "uint", "double", "decimal", "bool", "json",
    "base64.decode",
  ]

  private mutating func tryLiterals(_ function: Function, _ nodes: [Node], isMethod: Bool) {
    let values = nodes.map { node in
      if case .literal(let value) = node.kind { value } else { Value?.none }
    }
    if ["matches", "find", "findAll"].contains(function.name), case .string(let text)? = values[1] {
      do throws(Fault) { _ = try Pattern(text) } catch { report(error.message, nodes[1].range, help: error.help) }
    } else if Self.picky.contains(function.name), let first = values.first, let value = first, values.count == 1 {
      let evaluator = Evaluator(Bindings([:], now: Timestamp(seconds: 0)))
      do throws(Fault) {
        _ = try function.apply([value], isMethod: isMethod, evaluator)
      } catch {
        report(error.message, nodes[0].range, help: error.help)
      }
    }
  }
}

extension Overload {
  /// The result's type for arguments of `types`, or nil where this overload doesn't take them.
  fileprivate func result(for types: [StaticType]) -> StaticType? {
    guard types.count == parameters.count || isVariadic && types.count > parameters.count else { return nil }
    var letters: [String: StaticType] = [:]
    for (position, type) in types.enumerated()
    where !parameters[min(position, parameters.count - 1)].fits(type, &letters) { return nil }
    return result.staticType(letters)
  }
}
