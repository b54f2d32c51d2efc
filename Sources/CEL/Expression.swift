/// A parsed expression of the Common Expression Language.
///
/// Offsets are UTF-8 bytes from the start of `source`.
public struct Expression: Sendable {
  /// The text as the author wrote it.
  public let source: String
  let root: Node

  /// Something wrong with an expression, and where.
  public struct Problem: Sendable, Hashable, Error {
    public let message: String
    /// UTF-8 offsets within the source.
    public let range: Range<Int>
    /// A way out, where there is one: "did you mean `rows`?"
    public let help: String?

    /// The same problem, met at an item of a list or a map: "item `web-b`, position 1".
    func of(_ item: String) -> Problem {
      Problem("\(message) (\(item))", range, help: help)
    }

    public init(_ message: String, _ range: Range<Int>, help: String? = nil) {
      self.message = message
      self.range = range
      self.help = help
    }
  }

  /// A free name (not bound by a macro) with the fields selected from it: `spraying.rows.size()` has the path `["rows"]`.
  public struct Reference: Sendable, Hashable {
    public let name: String
    public let path: [String]
    public let range: Range<Int>
    /// Whether it stands within `fingerprint(…)`, so that nothing of its value comes out.
    public var isFingerprinted = false
  }

  /// Parses all of `source`. Throws the first problem.
  public init(parsing source: String) throws(Problem) {
    self.source = source
    root = try Parser.parse(source)
  }

  /// Where, in `bytes`, the expression that starts at `start` ends: the offset of the `}` that closes the `${` before it,
  /// found by the lexer, so that braces and quotes in the expression don't matter. Nil where none closes it.
  public static func end(in bytes: [UInt8], from start: Int) -> Int? {
    var lexer = Lexer(bytes, from: start)
    var depth = 0
    while true {
      do {
        let token = try lexer.next()
        switch token.kind {
        case .end: return nil
        case .mark("{"): depth += 1
        case .mark("}"):
          if depth == 0 { return token.range.lowerBound }
          depth -= 1
        default: break
        }
      } catch {
        // A text that doesn't end swallows the rest; any other problem is for the parser to tell.
        if lexer.position >= bytes.count { return nil }
        lexer.skipByte()
      }
    }
  }

  /// The text to write in place of a name that another language has (`None`, `True`), or nil.
  public static func habit(of name: String) -> String? { Habit.name(name) }

  /// All that can be told without values: unknown names, functions and fields, wrong argument types.
  public func check(_ scope: Scope) -> (type: StaticType, problems: [Problem]) {
    var checker = Checker(scope)
    let type = checker.type(of: root)
    return (type, checker.problems)
  }

  /// The value, which may be `.unknown`. Throws an error of evaluation or of a bound, with its place.
  public func evaluate(_ bindings: Bindings) throws(Problem) -> Value {
    let evaluator = Evaluator(bindings)
    return try evaluator.result(of: root)
  }
}
