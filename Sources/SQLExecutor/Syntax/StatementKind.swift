import CEL

/// The kind of a parsed statement, as far as it decides how it is sent.
struct StatementKind: Sendable, Hashable {
  /// The grammar's name of the node: `SelectStmt`, `UpdateStmt`, …
  let node: String

  init(_ statement: Value) {
    node = statement.mapValue?.entries.first?.key.stringValue ?? ""
  }

  init(node: String) {
    self.node = node
  }

  private static let changes = [
    "InsertStmt": "INSERT", "UpdateStmt": "UPDATE", "DeleteStmt": "DELETE", "MergeStmt": "MERGE",
  ]
  private static let spelled = [
    "VariableShowStmt": "SHOW", "VariableSetStmt": "SET", "TransactionStmt": "a transaction command",
    "CreateTableAsStmt": "CREATE TABLE AS", "DeclareCursorStmt": "DECLARE CURSOR", "ClosePortalStmt": "CLOSE",
    "RefreshMatViewStmt": "REFRESH MATERIALIZED VIEW", "CheckPointStmt": "CHECKPOINT", "IndexStmt": "CREATE INDEX",
    "ViewStmt": "CREATE VIEW", "ConstraintsSetStmt": "SET CONSTRAINTS", "CreateStmt": "CREATE TABLE",
    "AlterTableStmt": "ALTER TABLE", "RenameStmt": "ALTER … RENAME", "CreatedbStmt": "CREATE DATABASE",
    "DropdbStmt": "DROP DATABASE", "AlterSystemStmt": "ALTER SYSTEM", "SecLabelStmt": "SECURITY LABEL",
    "GrantRoleStmt": "GRANT",
  ]

  /// INSERT, UPDATE, DELETE, MERGE.
  var isChange: Bool { Self.changes[node] != nil }
  var isSelect: Bool { node == "SelectStmt" }

  /// As the operator knows it: `DELETE`, `CREATE TABLE AS`, …
  var name: String {
    if isSelect { return "SELECT" }
    if let name = Self.changes[node] ?? Self.spelled[node] { return name }
    // "CreateRoleStmt" is CREATE ROLE, "CopyStmt" is COPY.
    var words: [String] = []
    for character in node.hasSuffix("Stmt") ? node.dropLast(4) : node[...] {
      if character.isUppercase || words.isEmpty { words.append("") }
      words[words.count - 1] += character.uppercased()
    }
    return words.joined(separator: " ")
  }

  /// Whether PostgreSQL binds values in it; in a utility command there are no parameters.
  var takesParameters: Bool {
    isSelect || isChange || ["CallStmt", "ExplainStmt", "CreateTableAsStmt"].contains(node)
  }

  /// Whether the statement alone leaves the session as it was, so that the connection can serve another call.
  var keepsSession: Bool { isChange }
}

extension Value {
  /// Calls `visit` with every map of a syntax tree and the key it stands under, outermost first. Without recursion,
  /// since
  /// the tree may be deep.
  func visitNodes(_ visit: (_ key: String, _ node: MapValue) -> Void) {
    var open: [(key: String, value: Value)] = [("", self)]
    while let (key, value) = open.popLast() {
      switch value {
      case .map(let map):
        visit(key, map)
        for entry in map.entries.reversed() { open.append((entry.key.stringValue ?? "", entry.value)) }
      case .list(let items):
        // A list under a key is announced, too: `lockingClause` holds one.
        for item in items.reversed() { open.append((key, item)) }
      default: break
      }
    }
  }
}
