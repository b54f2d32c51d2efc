import CEL
import PlaybookLanguage

/// The rules for a statement that its syntax alone decides.
///
/// A query is one SELECT, VALUES, TABLE, WITH that changes nothing, SHOW, or EXPLAIN of one of these; EXPLAIN of a
/// change only where it isn't carried out (no ANALYZE). The effects of functions, views and operators are for
/// `QueryGuard`.
struct StatementRules {
  let rendered: RenderedStatement
  let statement: Value
  let kind: StatementKind

  /// Parses and checks. Ranges of problems are within the source.
  init(_ rendered: RenderedStatement, mode: CallMode) throws(SQLProblem) {
    let tree: SyntaxTree
    do throws(SQLProblem) {
      tree = try SyntaxTree(rendered.sql)
    } catch {
      var problem = error
      problem.range = error.range.map(rendered.sourceRange)
      throw problem
    }
    guard let statement = tree.statements.first else { throw .syntax("there is no statement") }
    guard tree.statements.count == 1 else {
      throw .syntax(
        "there are \(tree.statements.count) statements, and a call is one", help: "make each a step of its own")
    }
    self.rendered = rendered
    self.statement = statement
    kind = StatementKind(statement)
    if let parameter = rendered.parameters.first, !kind.takesParameters {
      throw SQLProblem(
        "sql-parameter",
        "`:\(parameter)` can't stand in \(kind.name): PostgreSQL binds values only in SELECT, VALUES, "
          + "INSERT, UPDATE, DELETE, MERGE, CALL, CREATE TABLE AS and EXPLAIN")
    }
    switch mode {
    case .query: try checkQuery()
    case .act: try checkAct()
    }
  }

  private func checkQuery() throws(SQLProblem) {
    var isPlanOnly = false
    switch kind.node {
    case "SelectStmt", "VariableShowStmt": break
    case "ExplainStmt": isPlanOnly = try checkExplain()
    default: throw writes("a query may only read, and this is \(kind.name)", at: firstToken)
    }
    var problem: SQLProblem?
    statement.visitNodes { key, node in
      guard problem == nil else { return }
      let nested = StatementKind(node: key)
      if nested.isChange, !isPlanOnly {
        problem = writes("a query may only read, and there is \(nested.name) in it", at: keyword(nested.name))
      }
      if node["intoClause"] != nil {
        problem = writes("a query may only read, and SELECT INTO makes a table", at: keyword("into"))
      }
      if node["lockingClause"] != nil {
        problem = writes("a query may only read, and FOR UPDATE or SHARE locks rows", at: keyword("for", isLast: true))
      }
    }
    if let problem { throw problem }
  }

  /// Whether the explained statement changes data but is only planned.
  private func checkExplain() throws(SQLProblem) -> Bool {
    let explain = statement["ExplainStmt"]
    let query = StatementKind(explain?["query"] ?? .null)
    let isAnalyzed = (explain?["options"]?.listValue ?? []).contains { option in
      // Whatever its argument says: `ANALYZE off` isn't worth a rule.
      option["DefElem"]?["defname"]?.stringValue?.lowercased() == "analyze"
    }
    guard query.isSelect || query.isChange else {
      throw writes("a query may only read, and EXPLAIN of \(query.name) is not taken", at: firstToken)
    }
    guard query.isSelect || !isAnalyzed else {
      throw writes(
        "a query may only read, and EXPLAIN ANALYZE carries the \(query.name) out", at: keyword("analyze"))
    }
    return query.isChange
  }

  private static let sessionNodes: Set<String> = [
    "VariableSetStmt", "DiscardStmt", "PrepareStmt", "DeallocateStmt", "ExecuteStmt", "DeclareCursorStmt", "FetchStmt",
    "ClosePortalStmt", "ListenStmt", "UnlistenStmt", "LoadStmt", "ConstraintsSetStmt", "LockStmt",
  ]

  private func checkAct() throws(SQLProblem) {
    if Self.sessionNodes.contains(kind.node) {
      throw SQLProblem(
        "act-session",
        "\(kind.name) lasts no longer than the call's own transaction or session, so it would do nothing",
        at: firstToken)
    }
    if kind.node == "TransactionStmt", !isPreparedTransaction {
      throw SQLProblem(
        "act-session", "an act is a transaction of its own already, and can't hold a transaction command",
        at: firstToken)
    }
    if kind.node == "CopyStmt", statement["CopyStmt"]?["filename"] == nil {
      throw SQLProblem("act-session", "COPY from or to the client has nothing at this end", at: firstToken)
    }
  }

  private var isPreparedTransaction: Bool {
    ["TRANS_STMT_COMMIT_PREPARED", "TRANS_STMT_ROLLBACK_PREPARED"]
      .contains(statement["TransactionStmt"]?["kind"]?.stringValue)
  }

  private static let ownTransactionNodes: Set<String> = [
    "VacuumStmt", "CreatedbStmt", "DropdbStmt", "AlterDatabaseStmt", "AlterSystemStmt", "ReindexStmt", "ClusterStmt",
    "CreateTableSpaceStmt", "DropTableSpaceStmt", "CreateSubscriptionStmt", "AlterSubscriptionStmt",
    "DropSubscriptionStmt", "CallStmt", "DoStmt", "TransactionStmt", "AlterDatabaseRefreshCollStmt",
  ]

  /// Whether the statement must be sent outside a transaction block: PostgreSQL refuses it within one (VACUUM, CREATE
  /// DATABASE, CREATE INDEX CONCURRENTLY, …), or it may commit by itself (CALL, DO).
  var ownsTransaction: Bool {
    if Self.ownTransactionNodes.contains(kind.node) { return true }
    var isConcurrent = false
    statement.visitNodes { _, node in if node["concurrent"]?.boolValue == true { isConcurrent = true } }
    return isConcurrent && !kind.isChange && !kind.isSelect
  }

  /// Parameters that are cast to `json` or `jsonb` where they stand, so that a list is JSON and no array there.
  var jsonParameters: Set<Int> {
    var numbers: Set<Int> = []
    statement.visitNodes { key, node in
      guard key == "TypeCast", let number = node["arg"]?["ParamRef"]?["number"]?.intValue else { return }
      guard node["typeName"]?["arrayBounds"] == nil else { return }
      let type = node["typeName"]?["names"]?.listValue?.last?["String"]?["sval"]?.stringValue
      if type == "json" || type == "jsonb" { numbers.insert(Int(number)) }
    }
    return numbers
  }

  private func writes(_ message: String, at range: Range<Int>?) -> SQLProblem {
    SQLProblem("query-writes", message, at: range, help: "a step that changes something is an `act`")
  }

  private var tokens: [SQLToken] {
    ((try? SQLToken.scan(rendered.sql)) ?? []).filter { $0.kind != .comment }
  }

  private var firstToken: Range<Int>? {
    tokens.first { $0.kind != .character(UInt8(ascii: "(")) }.map { rendered.sourceRange($0.range) }
  }

  private func keyword(_ word: String, isLast: Bool = false) -> Range<Int>? {
    let found = tokens.filter { rendered.sql.slice($0.range).lowercased() == word.lowercased() }
    return (isLast ? found.last : found.first).map { rendered.sourceRange($0.range) }
  }
}
