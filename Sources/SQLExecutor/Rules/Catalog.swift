import CEL

/// The result of one look into the server's catalogs: descriptions of the objects that were asked for.
///
/// Object identifiers are `Int64`. Of built-in objects only those are described that lead on or could do more than
/// read.
struct Catalog: Sendable {
  struct Function: Sendable, Hashable {
    var oid: Int64
    /// Whether one of the names asked for can mean it, so that it may be called.
    var isNamed: Bool
    var schema: String
    var name: String
    /// With the types of its arguments: `public.f(integer)`.
    var signature: String
    var isBuiltIn: Bool
    /// Whether a built-in function has the same name.
    var shadowsBuiltIn: Bool
    var isVolatile: Bool
    var isSecurityDefiner: Bool
    var isAggregate: Bool
    var language: String
    /// Whether it sets how quotes in its own body, and in those of functions that it calls, are read.
    var rereadsStrings: Bool
    /// The extension that it is part of.
    var owner: String?
    /// Of a function in C: the file.
    var library: String?
    /// The text of a function in SQL or PL/pgSQL.
    var body: String?
    /// The stored form of a body in standard SQL and of arguments' defaults.
    var trees: [String]
    /// The functions that an aggregate is made of.
    var parts: [Int64]
    /// The operator that an aggregate such as `max` is replaced by.
    var sorting: Int64?
    /// Types of arguments, results and states.
    var types: [Int64]
  }

  struct Operator: Sendable, Hashable {
    var oid: Int64
    var isNamed: Bool
    var name: String
    /// `public.=(integer, text)`.
    var signature: String
    /// 0 where it has no such operand.
    var left: Int64
    var right: Int64
    var types: [Int64]
    /// Its function, and those that estimate its selectivity.
    var functions: [Int64]
    /// Its commutator and its negator, which the planner may put in its place.
    var operators: [Int64]
    var exclusion: Exclusion

    /// The facts by which an operand's type keeps an operator from being chosen.
    struct Exclusion: Sendable, Hashable {
      /// Whether only an expression of that very type, or an untyped literal, can be the operand.
      var isLeftStrict: Bool
      var isRightStrict: Bool
      /// Whether a built-in operator of that name takes two of the type.
      var hasLeftPair: Bool
      var hasRightPair: Bool
      var hasTextPair: Bool
    }
  }

  struct SQLType: Sendable, Hashable {
    var oid: Int64
    var name: String
    /// The relation that its attributes are stored under; 0 where it is not a row type.
    var relation: Int64
    /// Bases, elements, arrays, attributes, subtypes, the other sides of casts.
    var types: [Int64]
    /// Functions that the server calls for its values: of casts, ranges, input and output.
    var functions: [Int64]
    var families: [Int64]
    /// The conditions that a domain checks, in their stored form.
    var checks: [String]
    /// A domain's default.
    var defaults: [String]
  }

  struct Relation: Sendable, Hashable {
    var oid: Int64
    var schema: String
    var name: String
    var isBuiltIn: Bool
    /// Whether rules or policies count when it is only read: a view, or a relation with row-level security.
    var isRuled: Bool
    /// The row type and those of the columns.
    var types: [Int64]
    /// Of a foreign table: the function that handles its wrapper.
    var handler: String?
  }

  /// Stored expressions, and the objects that the server says that they depend on.
  struct Stored: Sendable, Hashable {
    var trees: [String] = []
    var references = StoredTree.References()
  }

  var functions: [Function]
  var operators: [Operator]
  var types: [SQLType]
  var relations: [Relation]
  /// Stored expressions of the relations that a SELECT carries out: views', and the conditions of policies.
  var run = Stored()
  /// Those that the planner reads whenever it meets a relation: of indexes, statistics, constraints, partition keys.
  var planned = Stored()
  /// Those that a change meets as well: defaults, other rules and policies.
  var changed = Stored()
  /// The operator families of indexes and partition keys.
  var families: [Int64]
  /// Members of operator families that the types reach.
  var members: StoredTree.References

  init?(_ row: MapValue) {
    guard let functions = row["functions"], let operators = row["operators"], let types = row["types"],
      let relations = row["relations"]
    else { return nil }
    self.functions = (functions.listValue ?? []).map(Function.init)
    self.operators = (operators.listValue ?? []).map(Operator.init)
    self.types = (types.listValue ?? []).map(SQLType.init)
    self.relations = (relations.listValue ?? []).map(Relation.init)
    members = StoredTree.References(row["members"])
    families = (row["families"]?.listValue ?? []).compactMap(\.intValue)
    for item in row["stored"]?.listValue ?? [] {
      guard let pair = item.listValue, pair.count == 2, let kind = pair[0].stringValue, let tree = pair[1].stringValue
      else { return nil }
      add(kind) { $0.trees.append(tree) }
    }
    for item in row["depended"]?.listValue ?? [] {
      guard let triple = item.listValue, triple.count == 3, let kind = triple[2].stringValue else { return nil }
      add(kind) { $0.references.formUnion(StoredTree.References(.list([.list(Array(triple.prefix(2)))]))) }
    }
  }

  private mutating func add(_ kind: String, _ body: (inout Stored) -> Void) {
    switch kind {
    case "run": body(&run)
    case "planned": body(&planned)
    default: body(&changed)
    }
  }
}

extension Value {
  fileprivate func text(_ key: String) -> String? { self[key]?.stringValue }
  fileprivate func number(_ key: String) -> Int64 { self[key]?.intValue ?? 0 }
  /// A missing fact counts as the more dangerous case.
  fileprivate func flag(_ key: String, _ missing: Bool = false) -> Bool { self[key]?.boolValue ?? missing }
  fileprivate func numbers(_ key: String) -> [Int64] {
    (self[key]?.listValue ?? []).compactMap(\.intValue).filter { $0 > 0 }
  }
  fileprivate func texts(_ key: String) -> [String] { (self[key]?.listValue ?? []).compactMap(\.stringValue) }
}

extension Catalog.Function {
  fileprivate init(_ value: Value) {
    self.init(
      oid: value.number("oid"), isNamed: value.flag("named", true), schema: value.text("schema") ?? "",
      name: value.text("name") ?? "", signature: value.text("signature") ?? "", isBuiltIn: value.flag("builtin"),
      shadowsBuiltIn: value.flag("shadows", true), isVolatile: value.flag("volatile", true),
      isSecurityDefiner: value.flag("definer", true), isAggregate: value.flag("aggregate"),
      language: value.text("language") ?? "unknown", rereadsStrings: value.flag("rereads", true),
      owner: value.text("owner"), library: value.text("library"),
      body: value.text("body"), trees: value.texts("trees"), parts: value.numbers("parts"),
      sorting: value.numbers("sorting").first, types: value.numbers("types"))
  }
}

extension Catalog.Operator {
  fileprivate init(_ value: Value) {
    self.init(
      oid: value.number("oid"), isNamed: value.flag("named", true), name: value.text("name") ?? "",
      signature: value.text("signature") ?? "", left: value.number("left"), right: value.number("right"),
      types: value.numbers("types"), functions: value.numbers("functions"), operators: value.numbers("operators"),
      exclusion: Exclusion(
        isLeftStrict: value.flag("leftstrict"), isRightStrict: value.flag("rightstrict"),
        hasLeftPair: value.flag("leftpair"), hasRightPair: value.flag("rightpair"), hasTextPair: value.flag("textpair"))
    )
  }
}

extension Catalog.SQLType {
  fileprivate init(_ value: Value) {
    self.init(
      oid: value.number("oid"), name: value.text("name") ?? "", relation: value.number("relation"),
      types: value.numbers("types"), functions: value.numbers("functions"), families: value.numbers("families"),
      checks: value.texts("checks"), defaults: value.texts("defaults"))
  }
}

extension Catalog.Relation {
  fileprivate init(_ value: Value) {
    self.init(
      oid: value.number("oid"), schema: value.text("schema") ?? "", name: value.text("name") ?? "",
      isBuiltIn: value.flag("builtin"), isRuled: value.flag("ruled", true), types: value.numbers("types"),
      handler: value.text("handler"))
  }
}
