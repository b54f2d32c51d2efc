/// One evaluation of one expression.
///
/// Errors are thrown, unknowns returned: a strict function with an unknown argument is unknown.
final class Evaluator {
  /// The value of a name that a macro has bound.
  enum Local {
    case value(Value)
    /// `cel.bind`'s expression, evaluated when the name is first read, and not where it never is.
    case pending(Node)
    case failed(Expression.Problem)
  }

  let bindings: [String: Value]
  let now: Timestamp
  let limits: Limits
  let comparison: ComparisonRule
  /// The prefixes of a name, the longest first: within `a.b`, `a.b.`, `a.` and nothing.
  let prefixes: [String]
  let hasDottedNames: Bool
  /// Names bound by macros, the innermost last.
  var locals: [(name: String, state: Local)] = []
  /// How deep the expressions of `cel.bind` nest that are under way, one within the other.
  var boundDepth = 0
  var steps = 0
  var nextLook = 256
  let deadline: ContinuousClock.Instant
  /// A bound was passed: nothing absorbs that.
  var isExhausted = false
  var patterns: [String: Pattern] = [:]

  init(_ bindings: Bindings) {
    self.bindings = bindings.values
    now = bindings.now
    limits = bindings.limits
    comparison = ComparisonRule(comparesNaN: bindings.comparesNaN)
    prefixes = Self.prefixes(of: bindings.container)
    hasDottedNames = bindings.values.keys.contains { $0.utf8.contains(UInt8(ascii: ".")) }
    deadline = .now.advanced(by: limits.time)
  }

  private static func prefixes(of container: String) -> [String] {
    var parts = container.split(separator: ".")
    var prefixes: [String] = []
    while !parts.isEmpty {
      prefixes.append(parts.joined(separator: ".") + ".")
      parts.removeLast()
    }
    return prefixes + [""]
  }

  func evaluate(_ node: Node) throws(Expression.Problem) -> Value {
    try at(node) { () throws(Fault) in try charge(1) }
    switch node.kind {
    case .literal(let value): return value
    case .name(let name, let isAbsolute): return try variable(name, isAbsolute: isAbsolute, node)
    case .select(let selection): return try select(selection, node)
    case .has(let selection): return try has(selection, node)
    case .index(let operand, let index, let isOptional): return try self.index(operand, index, isOptional, node)
    case .call(let call): return try self.call(call, node)
    case .list(let elements): return try list(elements, node)
    case .map(let entries): return try map(entries, node)
    case .not(let operand): return try not(operand, node)
    case .negate(let operand): return try negate(operand, node)
    case .binary(let mark, let left, let right): return try binary(mark, left, right, node)
    case .and(let parts): return try logical(parts, decisive: false)
    case .or(let parts): return try logical(parts, decisive: true)
    case .conditional(let condition, let one, let other): return try conditional(condition, one, other)
    case .loop(let loop): return try self.loop(loop, node)
    case .bind(let name, let value, let body):
      return try with(name, .pending(value)) { () throws(Expression.Problem) in try evaluate(body) }
    case .optionalMap(let target, let name, let body, let isFlat):
      return try optionalMap(target, name, body, isFlat: isFlat, node)
    }
  }

  /// Gives an error in `work` the place of `node`.
  func at<Result>(_ node: Node, _ work: () throws(Fault) -> Result) throws(Expression.Problem) -> Result {
    do { return try work() } catch { throw Expression.Problem(error.message, node.range, help: error.help) }
  }

  /// Evaluates with one more name bound.
  func with<Result>(
    _ name: String, _ local: Local, _ work: () throws(Expression.Problem) -> Result
  ) throws(Expression.Problem) -> Result {
    locals.append((name, local))
    defer { locals.removeLast() }
    return try work()
  }

  private func select(_ selection: Node.Selection, _ node: Node) throws(Expression.Problem) -> Value {
    if let path = selection.path, let value = qualified(path) { return value }
    let operand = try evaluate(selection.operand)
    return try at(node) { () throws(Fault) in
      try Selecting.field(selection.field, of: operand, isOptional: selection.isOptional)
    }
  }

  private func has(_ selection: Node.Selection, _ node: Node) throws(Expression.Problem) -> Value {
    let operand = try evaluate(selection.operand)
    return try at(node) { () throws(Fault) in try Selecting.has(selection.field, in: operand) }
  }

  private func index(
    _ operand: Node, _ index: Node, _ isOptional: Bool, _ node: Node
  ) throws(Expression.Problem) -> Value {
    let operand = try evaluate(operand)
    let index = try evaluate(index)
    return try at(node) { () throws(Fault) in try Selecting.element(index, of: operand, isOptional: isOptional) }
  }

  private func list(_ elements: [Node.Element], _ node: Node) throws(Expression.Problem) -> Value {
    var (items, unknown) = ([Value](), Unknown?.none)
    items.reserveCapacity(elements.count)
    for element in elements {
      var value = try evaluate(element.value)
      if case .unknown(let reasons) = value {
        unknown = unknown?.merging(reasons) ?? reasons
        continue
      }
      if element.isOptional {
        guard case .optional(let inner) = value else {
          throw Expression.Problem("`[?…]` takes an optional, not \(value.typeName.name)", element.value.range)
        }
        guard let inner else { continue }
        value = inner
      }
      items.append(value)
    }
    if let unknown { return .unknown(unknown) }
    return .list(items)
  }

  private func map(_ entries: [Node.Entry], _ node: Node) throws(Expression.Problem) -> Value {
    var (map, unknown) = (MapValue(), Unknown?.none)
    for entry in entries {
      let key = try evaluate(entry.key)
      var value = try evaluate(entry.value)
      if case .unknown(let reasons) = key { unknown = unknown?.merging(reasons) ?? reasons }
      if case .unknown(let reasons) = value { unknown = unknown?.merging(reasons) ?? reasons }
      if unknown != nil { continue }
      if entry.isOptional {
        guard case .optional(let inner) = value else {
          throw Expression.Problem("`{?…}` takes an optional, not \(value.typeName.name)", entry.value.range)
        }
        guard let inner else { continue }
        value = inner
      }
      try at(entry.key) { () throws(Fault) in try Selecting.add(value, for: key, to: &map) }
    }
    if let unknown { return .unknown(unknown) }
    return .map(map)
  }

  private func conditional(_ condition: Node, _ one: Node, _ other: Node) throws(Expression.Problem) -> Value {
    switch try evaluate(condition) {
    case .bool(let flag): return try evaluate(flag ? one : other)
    case .unknown(let reasons): return .unknown(reasons)
    case let value:
      throw Expression.Problem("the condition is \(value.typeName.name), not bool", condition.range)
    }
  }

  /// `&&` where `decisive` is false, `||` where it is true: one part that has this value decides, whatever the others are,
  /// errors and unknowns among them. An unknown goes before an error.
  private func logical(_ parts: [Node], decisive: Bool) throws(Expression.Problem) -> Value {
    var outcome = Absorption()
    for part in parts {
      do throws(Expression.Problem) {
        let value = try evaluate(part)
        if case .bool(decisive) = value { return value }
        outcome.add(value, part.range)
      } catch {
        if isExhausted { throw error }
        outcome.problem = outcome.problem ?? error
      }
    }
    return try outcome.result(else: !decisive)
  }

  private func not(_ operand: Node, _ node: Node) throws(Expression.Problem) -> Value {
    switch try evaluate(operand) {
    case .bool(let flag): return .bool(!flag)
    case .unknown(let reasons): return .unknown(reasons)
    case let value: throw Expression.Problem("`!` takes a bool, not \(value.typeName.name)", node.range)
    }
  }

  private func negate(_ operand: Node, _ node: Node) throws(Expression.Problem) -> Value {
    let value = try evaluate(operand)
    return try at(node) { () throws(Fault) in try Arithmetic.negate(value) }
  }

  private func binary(
    _ mark: Node.Operator, _ left: Node, _ right: Node, _ node: Node
  ) throws(Expression.Problem) -> Value {
    let one = try operand(left, of: mark)
    let other = try operand(right, of: mark)
    if let unknown = Self.unknown(one, other) { return .unknown(unknown) }
    return try at(node) { () throws(Fault) in try Arithmetic.apply(mark, one, other, self) }
  }

  /// An operand's value. Beside an operator that compares, `double(x)` of a decimal is the decimal: rounding it could turn
  /// the answer round.
  private func operand(_ node: Node, of mark: Node.Operator) throws(Expression.Problem) -> Value {
    switch mark {
    case .add, .subtract, .multiply, .divide, .modulo: return try evaluate(node)
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isIn: break
    }
    guard case .call(let call) = node.kind, call.name == "double", call.target == nil, call.arguments.count == 1,
      let function = call.function
    else {
      return try evaluate(node)
    }
    let value = try evaluate(call.arguments[0])
    if value.isUnknown { return value }
    if case .decimal = value { return value }
    return try at(node) { () throws(Fault) in try function.apply([value], isMethod: false, self) }
  }

  private static func unknown(_ one: Value, _ other: Value) -> Unknown? {
    switch (one, other) {
    case (.unknown(let one), .unknown(let other)): one.merging(other)
    case (.unknown(let reasons), _), (_, .unknown(let reasons)): reasons
    default: nil
    }
  }

}
