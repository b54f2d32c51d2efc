/// A statement as its author writes it: SQL in which `:name` stands for a value and `:"name"` for an identifier.
///
/// PostgreSQL's own scanner tells them apart from strings, comments, casts (`::`), `:=` and dollar quotes. Within
/// brackets a colon behind an expression belongs to an array slice: `a[1:n]`, but `a[:i]`, `ARRAY[:a, :b]`.
struct StatementTemplate: Sendable {
  struct Placeholder: Sendable, Hashable {
    var name: String
    /// UTF-8 offsets within the source, the colon included.
    var range: Range<Int>
    /// Whether it is `:"name"`.
    var isIdentifier: Bool
  }

  let source: String
  /// In the order written.
  let placeholders: [Placeholder]

  init(_ source: String) throws(SQLProblem) {
    guard source.utf8.count <= SyntaxTree.longest else {
      throw .syntax("a statement of more than \(SyntaxTree.longest >> 10) KiB is not taken")
    }
    guard !source.utf8.contains(0) else { throw .syntax("a statement can't hold a NUL character") }
    if let problem = Self.pasted(source).first { throw problem }
    self.source = source
    placeholders = try Self.placeholders(try SQLToken.scan(source), in: source)
  }

  /// Texts that came along with a pasted statement: psql's own commands, and characters that look like others. In the
  /// order of the text, one of each kind a line.
  static func pasted(_ source: String) -> [SQLProblem] {
    guard source.utf8.count <= SyntaxTree.longest, !source.utf8.contains(0) else { return [] }
    let commands = PsqlCommands(StrangeCharacters.masked(source))
    let characters = StrangeCharacters.problems(in: source, masked: commands.rest).filter { problem in
      !commands.places.contains { $0.contains(problem.range?.lowerBound ?? -1) }
    }
    let problems = commands.problems + characters
    return problems.sorted { ($0.range?.lowerBound ?? 0) < ($1.range?.lowerBound ?? 0) }
  }

  /// The first use of each name.
  var names: [Placeholder] {
    var seen: Set<String> = []
    return placeholders.filter { seen.insert($0.name).inserted }
  }

  private static func placeholders(_ tokens: [SQLToken], in source: String) throws(SQLProblem) -> [Placeholder] {
    let tokens = tokens.filter { $0.kind != .comment }
    var found: [Placeholder] = []
    /// Open brackets, true for `[`.
    var brackets: [Bool] = []
    var position = 0
    while position < tokens.count {
      let token = tokens[position]
      position += 1
      switch token.kind {
      case .character(UInt8(ascii: "[")): brackets.append(true)
      case .character(UInt8(ascii: "(")): brackets.append(false)
      case .character(UInt8(ascii: "]")), .character(UInt8(ascii: ")")): _ = brackets.popLast()
      case .parameter:
        throw SQLProblem("sql-parameter", "a numbered parameter has no value", at: token.range, help: "write `:name`")
      case .colon:
        let isSlice = brackets.last == true && position > 1 && tokens[position - 2].endsExpression
        guard !isSlice, position < tokens.count, tokens[position].range.lowerBound == token.range.upperBound else {
          continue
        }
        if let placeholder = try placeholder(tokens[position], in: source) {
          found.append(placeholder)
          position += 1
        }
      default: break
      }
    }
    return found
  }

  /// The meaning of the colon in front of `token`.
  private static func placeholder(_ token: SQLToken, in source: String) throws(SQLProblem) -> Placeholder? {
    let text = source.slice(token.range)
    let range = token.range.lowerBound - 1..<token.range.upperBound
    switch token.kind {
    case .identifier where text.utf8.first == UInt8(ascii: "\""):
      let name = text.unquotedIdentifier
      guard isName(name) else {
        throw SQLProblem("sql-parameter", "a name in `:\"…\"` consists of letters, digits and `_`", at: range)
      }
      return Placeholder(name: name, range: range, isIdentifier: true)
    case .identifier, .keyword:
      guard isName(text) else {
        throw SQLProblem("sql-parameter", "a name behind a colon consists of letters, digits and `_`", at: range)
      }
      return Placeholder(name: text, range: range, isIdentifier: false)
    case .string:
      throw SQLProblem(
        "sql-parameter", "a name behind a colon has no quotes", at: range,
        help: "`:name` is a value already; PostgreSQL gets it apart from the statement")
    default: return nil
    }
  }

  private static func isName(_ text: String) -> Bool {
    let isWord = text.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
    }
    return isWord && !text.isEmpty && !(48...57).contains(text.utf8.first ?? 48)
  }
}
