import CEL

/// An expression in the form in which the server's catalogs keep it (`pg_node_tree`): `{OPEXPR :opno 96 :opfuncid 65
/// …}`.
enum StoredTree {
  /// Objects by their identifiers.
  struct References: Sendable, Hashable {
    var functions: Set<Int64> = []
    var operators: Set<Int64> = []
    var types: Set<Int64> = []
    var relations: Set<Int64> = []
    /// Whether a query within changes data.
    var isChange = false

    init() {}

    /// Of a list of pairs: `p`, `o`, `t` or `c`, and the identifier.
    init(_ value: Value?) {
      for pair in value?.listValue ?? [] {
        guard let items = pair.listValue, items.count == 2, let oid = items[1].intValue, oid > 0 else { continue }
        switch items[0].stringValue {
        case "p": functions.insert(oid)
        case "o": operators.insert(oid)
        case "t": types.insert(oid)
        case "c": relations.insert(oid)
        default: break
        }
      }
    }

    mutating func formUnion(_ other: References) {
      functions.formUnion(other.functions)
      operators.formUnion(other.operators)
      types.formUnion(other.types)
      relations.formUnion(other.relations)
      isChange = isChange || other.isChange
    }
  }

  private enum Label { case function, operation, type, relation, command }

  private static let labels: [String: Label] = [
    "funcid": .function, "opfuncid": .function, "hashfuncid": .function, "negfuncid": .function, "aggfnoid": .function,
    "winfnoid": .function, "startInRangeFunc": .function, "endInRangeFunc": .function, "tsmhandler": .function,
    "opno": .operation, "opnos": .operation, "eqop": .operation, "sortop": .operation, "cycle_mark_neop": .operation,
    "relid": .relation, "resorigtbl": .relation, "seqid": .relation, "commandType": .command,
  ]

  private static func label(_ name: String) -> Label? {
    labels[name] ?? (name.lowercased().contains("type") ? .type : nil)
  }

  /// The objects that a tree names. Numbers behind other labels are none: places, lengths, positions.
  static func references(in tree: String) -> References {
    var references = References()
    var label: Label?
    for token in tree.utf8.split(whereSeparator: { [0x20, 0x0A, 0x28, 0x29, 0x7B, 0x7D].contains($0) }) {
      if token.first == UInt8(ascii: ":") {
        label = self.label(String(decoding: token.dropFirst(), as: UTF8.self))
        continue
      }
      // The first word of a list tells the kind of its items.
      guard let label, token.first != UInt8(ascii: "o") || token.count != 1 else { continue }
      guard let oid = Int64(String(decoding: token, as: UTF8.self)), oid > 0 else { continue }
      switch label {
      case .function: references.functions.insert(oid)
      case .operation: references.operators.insert(oid)
      case .type: references.types.insert(oid)
      case .relation: references.relations.insert(oid)
      // 1 is SELECT, 2 to 4 are UPDATE, INSERT and DELETE, 5 is MERGE or, before PostgreSQL 15, no query at all.
      case .command: references.isChange = references.isChange || (2...5).contains(oid)
      }
    }
    return references
  }
}
