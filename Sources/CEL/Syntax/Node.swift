/// A part of a parsed expression, its macros expanded.
final class Node: Sendable {
  enum Kind: Sendable {
    case literal(Value)
    /// `isAbsolute` where it was written with a leading dot: no variable of a macro, no container.
    case name(String, isAbsolute: Bool)
    case select(Selection)
    /// `has(operand.field)`.
    case has(Selection)
    case index(Node, Node, isOptional: Bool)
    case call(Call)
    case list([Element])
    case map([Entry])
    case not(Node)
    case negate(Node)
    case binary(Operator, Node, Node)
    case and([Node])
    case or([Node])
    case conditional(Node, Node, Node)
    case loop(Loop)
    /// `cel.bind(name, value, body)`.
    case bind(String, Node, Node)
    /// `optMap` and, where `isFlat`, `optFlatMap`.
    case optionalMap(Node, String, Node, isFlat: Bool)
  }

  struct Selection: Sendable {
    let operand: Node
    let field: String
    let fieldRange: Range<Int>
    /// `operand.?field`.
    let isOptional: Bool
    /// Where operand and field are names one after the other, the name that they may be together.
    let path: Path?
  }

  /// Names one after the other, which may be one variable with dots or the name of a type.
  struct Path: Sendable {
    let root: String
    let isAbsolute: Bool
    /// All names, with dots.
    let text: String
  }

  struct Call: Sendable {
    let name: String
    let nameRange: Range<Int>
    /// The part before the dot of a method.
    let target: Node?
    let arguments: [Node]
    /// Nil where no function has this name.
    let function: Function?
  }

  struct Element: Sendable {
    let value: Node
    /// `[?value]`.
    let isOptional: Bool
  }

  struct Entry: Sendable {
    let key: Node
    let value: Node
    /// `{?key: value}`.
    let isOptional: Bool
  }

  struct Loop: Sendable {
    enum Macro: String, Sendable {
      case all, exists, existsOne, map, filter, transformList, transformMap, transformMapEntry, sortBy
    }

    let macro: Macro
    let range: Node
    /// The element or key, or with two variables the index or key.
    let first: String
    /// The element or value.
    let second: String?
    let filter: Node?
    let body: Node
  }

  enum Operator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
  }

  let kind: Kind
  /// UTF-8 offsets within the source.
  let range: Range<Int>
  /// How many parts are within one another here; evaluation recurses as deep.
  let depth: Int

  init(_ kind: Kind, _ range: Range<Int>) {
    self.kind = kind
    self.range = range
    depth = 1 + (Self.children(of: kind).map(\.depth).max() ?? 0)
  }

  var children: [Node] { Self.children(of: kind) }

  private static func children(of kind: Kind) -> [Node] {
    switch kind {
    case .literal, .name: []
    case .select(let selection), .has(let selection): [selection.operand]
    case .index(let one, let other, _), .binary(_, let one, let other), .bind(_, let one, let other): [one, other]
    case .call(let call): (call.target.map { [$0] } ?? []) + call.arguments
    case .list(let elements): elements.map(\.value)
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .not(let node), .negate(let node): [node]
    case .and(let parts), .or(let parts): parts
    case .conditional(let condition, let one, let other): [condition, one, other]
    case .loop(let loop): [loop.range] + (loop.filter.map { [$0] } ?? []) + [loop.body]
    case .optionalMap(let target, _, let body, _): [target, body]
    }
  }

  /// The names, one after the other, that this is made of.
  var path: Path? {
    switch kind {
    case .name(let name, let isAbsolute): Path(root: name, isAbsolute: isAbsolute, text: name)
    case .select(let selection): selection.path
    default: nil
    }
  }
}
