import CEL

/// A digest of the rows of the catalogs that a finding rests on: as long as it stays the same, so does the finding.
///
/// It covers rows by key, so that it changes with additions under a key as well: another function of a name, another
/// index of a table, another cast. Each row counts by its identifier and its `xmin`, the transaction that wrote it.
/// Built-in objects and members of operator families are left out, since a superuser alone can change them.
struct Fingerprint: Sendable, Hashable {
  struct Keys: Sendable, Hashable {
    var functions: Set<String> = []
    var operators: Set<String> = []
    var types: Set<String> = []
    var relations: Set<String> = []
    var schemas: Set<String> = []
    var typeOIDs: Set<Int64> = []
    var relationOIDs: Set<Int64> = []
    /// Relations and row types, by the identifier that their columns are stored under.
    var attributed: Set<Int64> = []
    /// Relations whose rules, policies and defaults count: views, those with row-level security, and under a change
    /// all.
    var ruled: Set<Int64> = []

    mutating func formUnion(_ mentions: Mentions) {
      functions.formUnion(mentions.functions.map(\.name))
      functions.formUnion(mentions.fields)
      operators.formUnion(mentions.operators)
      types.formUnion(mentions.types)
      relations.formUnion(mentions.relations.map(\.name))
      for name in mentions.functions.union(mentions.relations) {
        if let schema = name.schema { schemas.insert(schema) }
      }
    }
  }

  let keys: Keys

  /// One row with one field, `print`. It may run under any search path.
  var sql: String {
    """
    SELECT pg_catalog.md5(pg_catalog.string_agg(k, ' ' ORDER BY k COLLATE pg_catalog."C")) AS print
      FROM (\(parts.joined(separator: " UNION ALL "))) AS x (k)
    """
  }

  private var parts: [String] {
    let own = " AND oid OPERATOR(pg_catalog.>=) '16384'::pg_catalog.oid"
    let named: [(String, String, String, Set<String>, String)] = [
      ("n", "pg_namespace", "nspname", keys.schemas, ""), ("p", "pg_proc", "proname", keys.functions, own),
      ("o", "pg_operator", "oprname", keys.operators, own), ("t", "pg_type", "typname", keys.types, own),
      ("c", "pg_class", "relname", keys.relations, own),
    ]
    // A row of pg_inherits has no identifier, and pg_attribute's is its number in the relation.
    let attached: [(String, String, [(String, Set<Int64>)], String)] = [
      ("a", "pg_attribute", [("attrelid", keys.attributed)], "attrelid, '.', attnum"),
      ("i", "pg_index", [("indrelid", keys.relationOIDs)], "indexrelid"),
      ("k", "pg_constraint", [("conrelid", keys.relationOIDs), ("contypid", keys.typeOIDs)], "oid"),
      (
        "h", "pg_inherits", [("inhparent", keys.relationOIDs), ("inhrelid", keys.relationOIDs)],
        "inhrelid, '.', inhparent"
      ),
      ("s", "pg_statistic_ext", [("stxrelid", keys.relationOIDs)], "oid"),
      ("r", "pg_rewrite", [("ev_class", keys.ruled)], "oid"), ("y", "pg_policy", [("polrelid", keys.ruled)], "oid"),
      ("f", "pg_attrdef", [("adrelid", keys.ruled)], "oid"),
    ]
    func row(_ mark: String, _ catalog: String, _ identifier: String) -> String {
      "SELECT pg_catalog.concat('\(mark)', \(identifier), ':', xmin) FROM pg_catalog.\(catalog)"
    }
    var parts = named.filter { !$0.3.isEmpty }.map { mark, catalog, column, names, condition in
      row(mark, catalog, "oid") + " WHERE \(column) OPERATOR(pg_catalog.=) ANY (\(Self.array(names)))" + condition
    }
    parts += attached.compactMap { mark, catalog, columns, identifier in
      let conditions = columns.filter { !$0.1.isEmpty }.map { column, oids in
        "\(column) OPERATOR(pg_catalog.=) ANY ('{\(oids.sorted().map(String.init).joined(separator: ","))}'::pg_catalog.oid[])"
      }
      if conditions.isEmpty { return nil }
      return row(mark, catalog, identifier) + " WHERE " + conditions.joined(separator: " OR ")
    }
    parts.append(row("x", "pg_cast", "oid") + " WHERE oid OPERATOR(pg_catalog.>=) '16384'::pg_catalog.oid")
    return parts
  }

  /// An array of names, escaped so that it is read alike whatever `standard_conforming_strings` is.
  private static func array(_ names: Set<String>) -> String {
    // By bytes: a quote with a combining character behind it is one `Character`, and a quote all the same to
    // PostgreSQL.
    let items = names.sorted().map { name in
      let bytes = name.utf8.flatMap { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\\") ? [$0, $0] : [$0] }
      return "E'" + String(decoding: bytes, as: UTF8.self) + "'"
    }
    return "ARRAY[\(items.joined(separator: ","))]::pg_catalog.name[]"
  }

  /// The set of transactions whose work is seen, by one cheap function: where it is the same as before, nothing has
  /// been changed at all. On a replica it does not tell that.
  static let snapshot = """
    SELECT pg_catalog.current_schemas(true)::pg_catalog.text AS path, CASE WHEN pg_catalog.pg_is_in_recovery() THEN NULL
      ELSE pg_catalog.txid_current_snapshot()::pg_catalog.text END AS snapshot
    """
}
