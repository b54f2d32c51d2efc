/// Finds what is wrong with an expression whatever the values: names, functions and fields that aren't there, and types
/// that don't fit. A part of which nothing is known is `dyn` and fits everywhere.
struct Checker {
  private let scope: Scope
  private(set) var problems: [Expression.Problem] = []
  private var locals: [(name: String, type: StaticType)] = []

  init(_ scope: Scope) { self.scope = scope }

  mutating func report(_ message: String, _ range: Range<Int>, help: String? = nil) {
    problems.append(Expression.Problem(message, range, help: help))
  }

  /// The type of `node`, problems noted.
  mutating func type(of node: Node) -> StaticType {
    switch node.kind {
    case .literal(let value): return value.staticType
    case .name(let name, let isAbsolute): return variable(name, isAbsolute: isAbsolute, node.range)
    case .select(let selection): return select(selection)
    case .has(let selection):
      _ = select(selection)
      return .bool
    case .index(let operand, let index, let isOptional): return self.index(operand, index, isOptional)
    case .call(let call): return self.call(call, node)
    case .list(let elements): return list(elements)
    case .map(let entries): return map(entries)
    case .not(let operand):
      wantBool(operand)
      return .bool
    case .negate(let operand): return negate(operand, node)
    case .binary(let mark, let left, let right): return binary(mark, left, right, node)
    case .and(let parts), .or(let parts):
      for part in parts { wantBool(part) }
      return .bool
    case .conditional(let condition, let one, let other):
      wantBool(condition)
      let first = type(of: one)
      return first.joined(type(of: other))
    case .loop(let loop): return self.loop(loop)
    case .bind(let name, let value, let body):
      let bound = type(of: value)
      return with([(name, bound)]) { $0.type(of: body) }
    case .optionalMap(let target, let name, let body, let isFlat): return optionalMap(target, name, body, isFlat)
    }
  }

  mutating func with<Result>(
    _ names: [(String, StaticType)], _ work: (inout Checker) -> Result
  ) -> Result {
    locals += names.map { ($0.0, $0.1) }
    defer { locals.removeLast(names.count) }
    return work(&self)
  }

  /// Notes a problem where `node` can't be bool.
  mutating func wantBool(_ node: Node) {
    let found = type(of: node)
    if found != .bool, found != .dyn { report("this is \(found), not bool", node.range) }
  }

  // MARK: Names and fields

  private func local(_ name: String) -> StaticType? {
    locals.last { Texts.areEqual($0.name, name) }?.type
  }

  /// The type of a name of the scope, dots included, within the container.
  private func known(_ name: String, isAbsolute: Bool) -> StaticType? {
    var container = isAbsolute ? [] : scope.container.split(separator: ".")
    while true {
      if let type = scope.names[(container + [name[...]]).joined(separator: ".")] { return type }
      if container.isEmpty { return nil }
      container.removeLast()
    }
  }

  private mutating func variable(_ name: String, isAbsolute: Bool, _ range: Range<Int>) -> StaticType {
    if !isAbsolute, let type = local(name) { return type }
    if let type = known(name, isAbsolute: isAbsolute) { return type }
    if Words.types[name] != nil { return .type }
    let names = scope.names.keys + locals.map(\.name)
    report("there is no `\(name)` here", range, help: Habit.name(name) ?? Suggestion.help(for: name, among: names))
    return .dyn
  }

  private mutating func select(_ selection: Node.Selection) -> StaticType {
    if let path = selection.path, path.isAbsolute || local(path.root) == nil {
      if let type = known(path.text, isAbsolute: path.isAbsolute) { return type }
      if Words.types[path.text] != nil { return .type }
    }
    let operand = type(of: selection.operand)
    let found = field(selection.field, of: operand, selection.fieldRange)
    return selection.isOptional ? found.asOptional : found
  }

  private mutating func field(_ field: String, of operand: StaticType, _ range: Range<Int>) -> StaticType {
    switch operand {
    case .dyn: return .dyn
    case .map(let key, let value):
      if key == .string || key == .dyn { return value }
      report("this map's keys are \(key), not string", range)
      return value
    case .object(let shape):
      if let type = shape.fields[field] { return type }
      if !shape.isOpen {
        let names = shape.fields.keys
        // A list of very many is read by nobody, and made once for each problem.
        let known = names.isEmpty || names.count > 50 ? nil : names.sorted().map { "`\($0)`" }.joined(separator: ", ")
        report(
          "\(shape.name) has no field `\(field)`", range,
          help: Suggestion.help(for: field, among: names) ?? known.map { "there is " + $0 })
      }
      return .dyn
    case .optional(let inner): return self.field(field, of: inner, range).asOptional
    default:
      report("\(operand) has no field `\(field)`", range, help: Habit.field(field))
      return .dyn
    }
  }

  private mutating func index(_ operand: Node, _ index: Node, _ isOptional: Bool) -> StaticType {
    let (operandType, indexType) = (type(of: operand), type(of: index))
    let found = element(of: operandType, indexType, operand, index)
    return isOptional ? found.asOptional : found
  }

  private mutating func element(
    of operandType: StaticType, _ indexType: StaticType, _ operand: Node, _ index: Node
  ) -> StaticType {
    switch operandType {
    case .dyn: return .dyn
    case .list(let element):
      if !indexType.isNumber, indexType != .dyn { report("a list's index is int, not \(indexType)", index.range) }
      return element
    case .map(let key, let value):
      if !key.canEqual(indexType) { report("this map's keys are \(key), not \(indexType)", index.range) }
      return value
    case .object:
      if case .literal(.string(let name)) = index.kind { return field(name, of: operandType, index.range) }
      if indexType != .string, indexType != .dyn { report("this map's keys are string, not \(indexType)", index.range) }
      return .dyn
    case .optional(let inner): return element(of: inner, indexType, operand, index).asOptional
    default:
      report("\(operandType) has no elements", operand.range)
      return .dyn
    }
  }

  // MARK: Literals

  private mutating func list(_ elements: [Node.Element]) -> StaticType {
    var joined: StaticType?
    for element in elements {
      let type = unwrapped(type(of: element.value), element.isOptional, element.value)
      joined = joined?.joined(type) ?? type
    }
    return .list(joined ?? .dyn)
  }

  private mutating func map(_ entries: [Node.Entry]) -> StaticType {
    var (key, value) = (StaticType?.none, StaticType?.none)
    for entry in entries {
      let (keyType, entryType) = (type(of: entry.key), type(of: entry.value))
      let valueType = unwrapped(entryType, entry.isOptional, entry.value)
      if ![.bool, .int, .uint, .decimal, .string, .dyn].contains(keyType) {
        report("a map's key can't be \(keyType)", entry.key.range, help: "bool, int, uint, decimal or string")
      }
      key = key?.joined(keyType) ?? keyType
      value = value?.joined(valueType) ?? valueType
    }
    return .map(key: key ?? .dyn, value: value ?? .dyn)
  }

  private mutating func unwrapped(_ type: StaticType, _ isOptional: Bool, _ node: Node) -> StaticType {
    guard isOptional, type != .dyn else { return type }
    if case .optional(let inner) = type { return inner }
    report("this is \(type), not an optional", node.range)
    return .dyn
  }

}

extension StaticType {
  /// An optional of this; an optional stays one.
  fileprivate var asOptional: StaticType {
    if case .optional = self { self } else { .optional(self) }
  }
}

extension Value {
  fileprivate var staticType: StaticType {
    switch self {
    case .null: .null
    case .bool: .bool
    case .int: .int
    case .uint: .uint
    case .double: .double
    case .string: .string
    case .bytes: .bytes
    default: .dyn
    }
  }
}
