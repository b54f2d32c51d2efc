extension Parser {
  mutating func primary() throws(Expression.Problem) -> Node {
    let range = token.range
    switch token.kind {
    case .int(let number):
      guard let number = Int64(exactly: number) else {
        throw Expression.Problem("this number is beyond 64 bits", range)
      }
      return try literal(.int(number))
    case .uint(let number): return try literal(.uint(number))
    case .double(let number): return try literal(.double(number))
    case .string(let text): return try literal(.string(text))
    case .bytes(let bytes): return try literal(.bytes(bytes))
    case .name(let name): return try named(name, isAbsolute: false)
    case .mark("."):
      try advance()
      guard case .name(let name) = token.kind, !Words.keywords.contains(name) else {
        throw unexpected(wanting: "a name")
      }
      return try named(name, isAbsolute: true)
    case .mark("("):
      try advance()
      let inner = try expression()
      let end = try expect(")", closing: range)
      return Node(inner.kind, range.lowerBound..<end)
    case .mark("["): return try list()
    case .mark("{"): return try map()
    default: throw unexpected(wanting: "a value")
    }
  }

  private mutating func literal(_ value: Value) throws(Expression.Problem) -> Node {
    let range = token.range
    try advance()
    return try node(.literal(value), range)
  }

  private mutating func named(_ name: String, isAbsolute: Bool) throws(Expression.Problem) -> Node {
    let range = token.range
    switch name {
    case "true": return try literal(.bool(true))
    case "false": return try literal(.bool(false))
    case "null": return try literal(.null)
    case "in": throw unexpected(wanting: "a value")
    default: break
    }
    if Words.reserved.contains(name) {
      throw Expression.Problem("`\(name)` is a reserved word", range, help: Habit.word(name) ?? "no name may be it")
    }
    try advance()
    guard isAt("(") else { return try node(.name(name, isAbsolute: isAbsolute), range) }
    let (arguments, end) = try arguments()
    if let macro = try Macro.expand(name, target: nil, arguments: arguments, range: range.lowerBound..<end) {
      return try node(macro, range.lowerBound..<end)
    }
    let call = Node.Call(
      name: name, nameRange: range, target: nil, arguments: arguments, function: Function.named(name))
    return try node(.call(call), range.lowerBound..<end)
  }

  private mutating func list() throws(Expression.Problem) -> Node {
    let opened = token.range
    try advance()
    var elements: [Node.Element] = []
    while !isAt("]") {
      let isOptional = try skip("?")
      elements.append(Node.Element(value: try expression(), isOptional: isOptional))
      guard try skip(",") else { break }
    }
    let end = try expect("]", closing: opened)
    return try node(.list(elements), opened.lowerBound..<end)
  }

  private mutating func map() throws(Expression.Problem) -> Node {
    let opened = token.range
    try advance()
    var entries: [Node.Entry] = []
    while !isAt("}") {
      let isOptional = try skip("?")
      let key = try expression()
      try expect(":")
      entries.append(Node.Entry(key: key, value: try expression(), isOptional: isOptional))
      guard try skip(",") else { break }
    }
    let end = try expect("}", closing: opened)
    return try node(.map(entries), opened.lowerBound..<end)
  }
}
