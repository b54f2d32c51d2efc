import CEL

/// The names in a statement that could make the server run a function; `QueryGuard` looks them up.
struct Mentions: Sendable, Hashable {
  struct Name: Sendable, Hashable {
    /// Nil: found through the search path. `*`: in any schema.
    var schema: String?
    var name: String
  }

  var functions: Set<Name> = []
  var relations: Set<Name> = []
  /// Names behind a point: `t.f` calls `f(t)` where `t` has no such column.
  var fields: Set<String> = []
  /// Those of them that may stand behind any value, of whatever type: `(1).f`, or `g.f` of `FROM generate_series(1, 2) g`.
  var scalarFields: Set<String> = []
  /// With those that are used without being written (`=` by CASE, NULLIF and USING; `<=` by BETWEEN). GROUP BY, ORDER
  /// BY and the like take a type's own operators, by its operator classes and not by name.
  var operators: Set<String> = []
  /// Types that something is cast to; a cast can be written like a function and like a column.
  var types: Set<String> = []
  /// Whether something is changed, or would be were it carried out.
  var isChange = false

  init() {}

  private static let comparisons: Set<String> = ["=", "<>", "<", "<=", ">", ">="]

  /// The names in a parsed statement.
  init(tree: Value) {
    // The names of functions' rows, which may be values of any type; nil where one has no name of its own.
    var rows: Set<String>? = []
    tree.visitNodes { key, node in
      add(key: key, node: node)
      guard key == "RangeFunction" else { return }
      if let name = node["alias"]?["aliasname"]?.stringValue { rows?.insert(name) } else { rows = nil }
    }
    tree.visitNodes { key, node in
      guard key == "ColumnRef" else { return }
      let words = Self.words(node["fields"])
      if words.count == 2, rows?.contains(words[0]) ?? true { scalarFields.insert(words[1]) }
    }
    types.formUnion(functions.map(\.name))
    types.formUnion(fields)
  }

  private mutating func add(key: String, node: MapValue) {
    if let name = node["relname"]?.stringValue {
      relations.insert(Name(schema: node["schemaname"]?.stringValue, name: name))
    }
    switch key {
    case "FuncCall": addFunction(Self.words(node["funcname"]))
    case "RangeTableSample": addFunction(Self.words(node["method"]))
    case "ColumnRef": fields.formUnion(Self.words(node["fields"]).dropFirst())
    case "A_Indirection":
      let words = Self.words(node["indirection"])
      fields.formUnion(words)
      scalarFields.formUnion(words)
    case "A_Expr":
      addOperator(Self.words(node["name"]))
      if node["kind"]?.stringValue != "AEXPR_OP" { operators.formUnion(Self.comparisons) }
    case "SubLink":
      addOperator(Self.words(node["operName"]))
      operators.formUnion(Self.comparisons)
    case "CaseExpr", "JoinExpr", "CTECycleClause": operators.formUnion(Self.comparisons)
    case "SortBy": addOperator(Self.words(node["useOp"]))
    case "typeName", "TypeName": if let type = Self.words(node["names"]).last { types.insert(type) }
    default: if StatementKind(node: key).isChange { isChange = true }
    }
  }

  private mutating func addFunction(_ words: [String]) {
    guard let name = words.last else { return }
    functions.insert(Name(schema: words.dropLast().last, name: name))
  }

  private mutating func addOperator(_ words: [String]) {
    if let name = words.last { operators.insert(name) }
  }

  private static func words(_ list: Value?) -> [String] {
    (list?.listValue ?? []).compactMap { $0["String"]?["sval"]?.stringValue }
  }

  /// The names here that are not in `known`.
  func subtracting(_ known: Mentions) -> Mentions {
    var rest = self
    rest.functions.subtract(known.functions)
    rest.relations.subtract(known.relations)
    rest.fields.subtract(known.fields)
    rest.scalarFields.subtract(known.scalarFields)
    rest.operators.subtract(known.operators)
    rest.types.subtract(known.types)
    return rest
  }

  mutating func formUnion(_ other: Mentions) {
    functions.formUnion(other.functions)
    relations.formUnion(other.relations)
    fields.formUnion(other.fields)
    scalarFields.formUnion(other.scalarFields)
    operators.formUnion(other.operators)
    types.formUnion(other.types)
    isChange = isChange || other.isChange
  }

  var isEmpty: Bool {
    functions.isEmpty && relations.isEmpty && fields.isEmpty && scalarFields.isEmpty && operators.isEmpty
      && types.isEmpty
  }
}

extension Mentions {
  /// Words of the grammar that are operators.
  private static let wordOperators: [String: Set<String>] = [
    "like": ["~~", "!~~"], "ilike": ["~~*", "!~~*"], "similar": ["~", "!~"],
  ]

  /// The names that a function's body could hold, read word by word, since PL/pgSQL is not SQL: each word as a function
  /// where a parenthesis follows, as a field where a point stands before it, and as a relation and type in any schema.
  /// Nil where the body can't be judged so: it builds statements at run time (`EXECUTE`), or hides names in escapes.
  ///
  /// - Parameter isUnicode: whether the server folds names as this does, which one with a single-byte encoding need
  ///   not.
  init?(body: String, isUnicode: Bool = true) {
    guard let scanned = try? SQLToken.scan(body) else { return nil }
    let tokens = scanned.filter { $0.kind != .comment }
    operators = Self.comparisons
    for (position, token) in tokens.enumerated() {
      let text = body.slice(token.range)
      switch token.kind {
      case .operation, .character: operators.insert(text)
      case .identifier, .keyword:
        guard let name = Self.name(text, isUnicode: isUnicode) else { return nil }
        if ["insert", "update", "delete", "merge"].contains(name) { isChange = true }
        operators.formUnion(Self.wordOperators[name] ?? [])
        // A word of the grammar is a name behind a point all the same.
        let isQualified = position > 0 && tokens[position - 1].kind == .character(UInt8(ascii: "."))
        guard token.kind != .keyword(isReserved: true) || isQualified else { continue }
        let isCall = position + 1 < tokens.count && tokens[position + 1].kind == .character(UInt8(ascii: "("))
        if isCall { functions.insert(Name(schema: "*", name: name)) }
        if isQualified {
          fields.insert(name)
          scalarFields.insert(name)
        }
        relations.insert(Name(schema: "*", name: name))
        types.insert(name)
      default: break
      }
    }
  }

  /// A word as the server reads it; nil where that can't be told, and for EXECUTE.
  private static func name(_ text: String, isUnicode: Bool) -> String? {
    if isEscaped(text) { return nil }
    let isQuoted = text.utf8.first == UInt8(ascii: "\"")
    let name = text.unquotedIdentifier
    if name.utf8.count > 63 || (!isQuoted && name == "execute") { return nil }
    if !isUnicode, !isQuoted, !name.utf8.allSatisfy({ $0 < 128 }) { return nil }
    return name
  }

  /// `U&"…"`.
  private static func isEscaped(_ text: String) -> Bool {
    text.utf8.first != UInt8(ascii: "\"") && text.utf8.contains(UInt8(ascii: "\""))
  }

  /// A name of a statement that a server in another encoding than UTF-8 may read otherwise than the grammar here: it
  /// may fold letters beyond ASCII, and counts other bytes where it cuts a long name. Nil where there is none.
  static func ambiguousName(in sql: String) -> String? {
    let tokens = (try? SQLToken.scan(sql)) ?? []
    for token in tokens {
      switch token.kind {
      case .identifier, .keyword: break
      default: continue
      }
      let text = sql.slice(token.range)
      guard isEscaped(text) || !text.utf8.allSatisfy({ $0 < 128 }) else { continue }
      if text.utf8.first != UInt8(ascii: "\"") || text.unquotedIdentifier.utf8.count > 63 { return text }
    }
    return nil
  }
}
