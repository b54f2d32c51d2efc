/// Builds the tree of an expression, by recursive descent.
///
/// Source: the grammar of the CEL specification, "Syntax", with the optional syntax of its extension (`.?`, `[?`, `{?`).
struct Parser {
  /// How deep an expression may nest, so that neither parsing nor evaluating it uses up the stack. The specification asks
  /// for 32 and less.
  static let depthLimit = 100

  private var lexer: Lexer
  private(set) var token: Token
  /// The one before it.
  private var previous: Token?
  private var depth = 0

  private init(_ source: String) throws(Expression.Problem) {
    lexer = Lexer(Array(source.utf8))
    token = try lexer.next()
  }

  /// All of `source` as one expression.
  static func parse(_ source: String) throws(Expression.Problem) -> Node {
    var parser = try Parser(source)
    if parser.token.kind == .end {
      throw Expression.Problem("there is no expression", 0..<source.utf8.count)
    }
    let node = try parser.expression()
    if parser.token.kind != .end { throw parser.unexpected() }
    return node
  }

  mutating func advance() throws(Expression.Problem) {
    previous = token
    token = try lexer.next()
  }

  func isAt(_ mark: String) -> Bool { token.kind == .mark(mark) }

  mutating func skip(_ mark: String) throws(Expression.Problem) -> Bool {
    guard isAt(mark) else { return false }
    try advance()
    return true
  }

  /// Takes `mark` and returns where it ended.
  @discardableResult
  mutating func expect(_ mark: String, closing opened: Range<Int>? = nil) throws(Expression.Problem) -> Int {
    guard isAt(mark) else {
      if token.kind == .end, let opened {
        throw Expression.Problem("there is no `\(mark)` for this", opened)
      }
      throw unexpected(wanting: "`\(mark)`")
    }
    let end = token.range.upperBound
    try advance()
    return end
  }

  func unexpected(wanting wanted: String? = nil) -> Expression.Problem {
    let found: String =
      switch token.kind {
      case .end: "the expression ends too early"
      case .name(let name): "`\(name)` is not expected here"
      case .quotedName: "a name between back quotes is only for a field: `labels.`app.kubernetes.io/name``"
      case .mark(let mark): "`\(mark)` is not expected here"
      case .int, .uint, .double: "a number is not expected here"
      case .string, .bytes: "a text is not expected here"
      }
    return Expression.Problem(found, token.range, help: habit(wanted) ?? wanted.map { "expected \($0)" })
  }

  /// The form that another language has here.
  private func habit(_ wanted: String?) -> String? {
    switch (token.kind, previous?.kind) {
    case (.name, .name(let before)) where before == "not" || before == "lambda": Habit.word(before)
    case (.name(let name), _): Habit.word(name)
    case (.mark(">"), .mark("-")): Habit.macroComma
    case (.mark(">"), .mark("<")): "write `!=`"
    case (.mark(","), _) where wanted == "`)`": "a list stands in brackets: `[a, b]`"
    case (.mark("*"), .mark("*")): "write `x * x`"
    default: nil
    }
  }

  /// A node, refused where it nests too deep.
  func node(_ kind: Node.Kind, _ range: Range<Int>) throws(Expression.Problem) -> Node {
    let node = Node(kind, range)
    if node.depth > Self.depthLimit { throw tooDeep(range) }
    return node
  }

  func tooDeep(_ range: Range<Int>) -> Expression.Problem {
    Expression.Problem(
      "this expression nests deeper than \(Self.depthLimit)", range, help: "split it over several checks")
  }

  mutating func expression() throws(Expression.Problem) -> Node {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.depthLimit { throw tooDeep(token.range) }
    let condition = try binary(1)
    let mark = token.range
    guard try skip("?") else { return condition }
    let one = try ifTrue(after: mark)
    let other = try expression()
    return try node(.conditional(condition, one, other), condition.range.lowerBound..<other.range.upperBound)
  }

  /// The expression between the `?` at `mark` and its `:`. Where there is no `:` it may be the `?.` of another
  /// language.
  private mutating func ifTrue(after mark: Range<Int>) throws(Expression.Problem) -> Node {
    let first = token
    let both = mark.lowerBound..<first.range.upperBound
    if first.kind == .mark("?") || first.kind == .mark(":") {
      let sign = first.kind == .mark("?") ? "??" : "?:"
      throw Expression.Problem(
        "there is no `\(sign)` here", both, help: "write `a.?b.orValue(c)`, or `has(a.b) ? a.b : c`")
    }
    do throws(Expression.Problem) {
      let one = try binary(1)
      try expect(":")
      return one
    } catch {
      guard mark.upperBound == first.range.lowerBound else { throw error }
      switch first.kind {
      case .mark("."):
        throw Expression.Problem(
          "there is no `?.` here", both,
          help: "write `a.?b`: the field where it is there; `a.?b.orValue('')` its value")
      case .mark("["):
        throw Expression.Problem(
          "there is no `?[` here", both, help: "write `a[?'key']`; `a[?'key'].orValue('')` is its value")
      default: throw error
      }
    }
  }

  private static let precedences: [String: Int] = [
    "||": 1, "&&": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5,
    "%": 5,
  ]

  /// The operator at the token and how strongly it binds.
  private var operatorHere: (String, Int)? {
    switch token.kind {
    case .mark(let mark): Self.precedences[mark].map { (mark, $0) }
    case .name("in"): ("in", 3)
    default: nil
    }
  }

  /// Operators that bind at least as strongly as `minimum`, by precedence climbing.
  private mutating func binary(_ minimum: Int) throws(Expression.Problem) -> Node {
    var left = try unary()
    while let (mark, precedence) = operatorHere, precedence >= minimum {
      if precedence <= 2 {
        left = try logical(left, mark, precedence)
        continue
      }
      try advance()
      let right = try binary(precedence + 1)
      guard let known = Node.Operator(rawValue: mark) else { throw unexpected() }
      left = try node(.binary(known, left, right), left.range.lowerBound..<right.range.upperBound)
    }
    return left
  }

  /// A chain of `&&` or of `||`, as one node however long it is.
  private mutating func logical(
    _ first: Node, _ mark: String, _ precedence: Int
  ) throws(Expression.Problem) -> Node {
    var parts = [first]
    while try skip(mark) { parts.append(try binary(precedence + 1)) }
    let range = first.range.lowerBound..<(parts.last ?? first).range.upperBound
    return try node(mark == "&&" ? .and(parts) : .or(parts), range)
  }

  private mutating func unary() throws(Expression.Problem) -> Node {
    let start = token.range.lowerBound
    var marks: [String] = []
    while case .mark(let mark) = token.kind, mark == "!" || mark == "-" {
      try advance()
      if mark == "-", case .int(let number) = token.kind {
        let range = start..<token.range.upperBound
        try advance()
        let literal = try node(.literal(.int(Int64(truncatingIfNeeded: 0 &- number))), range)
        return try apply(marks, to: try member(literal), from: start)
      }
      if mark == "-", case .double(let number) = token.kind {
        let range = start..<token.range.upperBound
        try advance()
        return try apply(marks, to: try member(try node(.literal(.double(-number)), range)), from: start)
      }
      if let last = marks.last, last != mark { throw unexpected(wanting: "an operand") }
      marks.append(mark)
      if marks.count > Self.depthLimit { throw tooDeep(token.range) }
    }
    return try apply(marks, to: try member(try primary()), from: start)
  }

  private func apply(_ marks: [String], to operand: Node, from start: Int) throws(Expression.Problem) -> Node {
    var operand = operand
    for mark in marks.reversed() {
      operand = try node(mark == "!" ? .not(operand) : .negate(operand), start..<operand.range.upperBound)
    }
    return operand
  }
}
