extension Parser {
  mutating func member(_ first: Node) throws(Expression.Problem) -> Node {
    var operand = first
    while case .mark(let mark) = token.kind {
      switch mark {
      case ".": operand = try selection(of: operand)
      case "[": operand = try index(of: operand)
      case "{" where operand.path != nil:
        throw Expression.Problem(
          "there are no messages here, so nothing can be built like this",
          operand.range.lowerBound..<token.range.upperBound,
          help: "a map is `{'key': value}`")
      default: return operand
      }
    }
    return operand
  }

  private mutating func index(of operand: Node) throws(Expression.Problem) -> Node {
    let opened = token.range
    try advance()
    let isOptional = try skip("?")
    let index = try expression()
    let end = try expect("]", closing: opened)
    return try node(.index(operand, index, isOptional: isOptional), operand.range.lowerBound..<end)
  }

  private mutating func selection(of operand: Node) throws(Expression.Problem) -> Node {
    try advance()
    let isOptional = try skip("?")
    let nameRange = token.range
    let name: String
    switch token.kind {
    case .name(let text) where !Words.keywords.contains(text): name = text
    case .quotedName(let text):
      try advance()
      return try field(text, of: operand, isOptional: isOptional, isQuoted: true, nameRange)
    case .name(let text):
      throw Expression.Problem("`\(text)` can't be a field's name", nameRange, help: "write `['\(text)']`")
    default: throw unexpected(wanting: "a field's name")
    }
    try advance()
    guard isAt("("), !isOptional else {
      return try field(name, of: operand, isOptional: isOptional, isQuoted: false, nameRange)
    }
    let (arguments, end) = try arguments()
    let range = operand.range.lowerBound..<end
    if let macro = try Macro.expand(name, target: operand, arguments: arguments, range: range) {
      return try node(macro, range)
    }
    if let path = operand.path, !path.text.isEmpty, let function = Function.named(path.text + "." + name) {
      let call = Node.Call(
        name: function.name, nameRange: operand.range.lowerBound..<nameRange.upperBound, target: nil,
        arguments: arguments,
        function: function)
      return try node(.call(call), range)
    }
    let call = Node.Call(
      name: name, nameRange: nameRange, target: operand, arguments: arguments, function: Function.named(name))
    return try node(.call(call), range)
  }

  private func field(
    _ name: String, of operand: Node, isOptional: Bool, isQuoted: Bool, _ nameRange: Range<Int>
  ) throws(Expression.Problem) -> Node {
    let path =
      isOptional || isQuoted
      ? nil
      : operand.path.map { path in
        Node.Path(root: path.root, isAbsolute: path.isAbsolute, text: path.text + "." + name)
      }
    let selection = Node.Selection(
      operand: operand, field: name, fieldRange: nameRange, isOptional: isOptional, path: path)
    return try node(.select(selection), operand.range.lowerBound..<nameRange.upperBound)
  }

  /// The arguments between the parentheses of a call, and where they end.
  mutating func arguments() throws(Expression.Problem) -> ([Node], Int) {
    let opened = token.range
    try expect("(")
    var arguments: [Node] = []
    if !isAt(")") {
      repeat { arguments.append(try expression()) } while try skip(",")
    }
    return (arguments, try expect(")", closing: opened))
  }
}
