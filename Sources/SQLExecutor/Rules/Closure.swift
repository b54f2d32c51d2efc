import CEL

/// The objects that a statement reaches, as far as it has been followed.
struct Closure {
  let rules: FunctionRules
  let ignoresRefusals: Bool
  let isUnicode: Bool

  private(set) var finding = QueryGuard.Finding()
  /// The objects that have been asked for, and those to ask for next.
  private var known = CatalogQuery()
  private var pending = CatalogQuery(isFirst: true)
  private var functions: [Int64: Catalog.Function] = [:]
  private var called: Set<Int64> = []
  private var judged: [Int64: FunctionRules.Context] = [:]
  /// Operators that a name could mean, and that the types of their operands may exclude.
  private var held: [Catalog.Operator] = []
  private var followed: Set<Int64> = []
  /// Objects that matter to a change alone, until there is one.
  private var changes: [Catalog.Stored] = []
  private var isChange = false
  /// The operators by which functions are reached, for messages.
  private var callers: [Int64: String] = [:]

  init(rules: FunctionRules, ignoresRefusals: Bool, isUnicode: Bool) {
    self.rules = rules
    self.ignoresRefusals = ignoresRefusals
    self.isUnicode = isUnicode
  }

  // MARK: Rounds

  /// The objects to look up next; nil where there are none.
  mutating func next() -> CatalogQuery? {
    if isChange {
      finding.keys.ruled.formUnion(finding.keys.relationOIDs)
      for stored in changes { follow(stored, .planned) }
      changes = []
    }
    pending.mentions = pending.mentions.subtracting(known.mentions)
    pending.references.functions.subtract(known.references.functions)
    pending.references.operators.subtract(known.references.operators)
    pending.references.types.subtract(known.references.types)
    pending.references.relations.subtract(known.references.relations)
    pending.families.subtract(known.families)
    if pending.isEmpty && !pending.isFirst { return nil }
    let query = pending
    known.mentions.formUnion(query.mentions)
    known.references.formUnion(query.references)
    known.families.formUnion(query.families)
    finding.reached.formUnion(query.mentions)
    finding.keys.formUnion(query.mentions)
    pending = CatalogQuery()
    return query
  }

  mutating func add(_ mentions: Mentions) {
    pending.mentions.formUnion(mentions)
    isChange = isChange || mentions.isChange
  }

  mutating func take(_ catalog: Catalog) {
    for function in catalog.functions { take(function) }
    for type in catalog.types { take(type) }
    for relation in catalog.relations { take(relation) }
    follow(catalog.run, .run)
    follow(catalog.planned, .planned)
    changes.append(catalog.changed)
    pending.families.formUnion(catalog.families)
    call(catalog.members.functions)
    pending.references.operators.formUnion(catalog.members.operators)
    held += catalog.operators
    // A type that is reached by one of them can make another one possible.
    for _ in 0...held.count {
      let possible = held.filter { !$0.isNamed || !isExcluded($0) }
      guard !possible.isEmpty else { break }
      held.removeAll { candidate in possible.contains { $0.oid == candidate.oid } }
      for candidate in possible { take(candidate) }
    }
  }

  func refused(_ reason: String) -> QueryGuard.Finding {
    var finding = finding
    finding.refusal = finding.refusal ?? reason
    return finding
  }

  private mutating func refuse(_ reason: String) {
    if !ignoresRefusals { finding.refusal = finding.refusal ?? reason }
  }

  // MARK: Functions

  private mutating func call(_ oids: some Sequence<Int64>) {
    for oid in oids where called.insert(oid).inserted {
      if let function = functions[oid] { judge(function, .run) } else { pending.references.functions.insert(oid) }
    }
  }

  private mutating func take(_ function: Catalog.Function) {
    functions[function.oid] = function
    if function.isBuiltIn {
      finding.reached.functions.insert(Mentions.Name(schema: "pg_catalog", name: function.name))
    } else {
      finding.keys.functions.insert(function.name)
    }
    judge(function, function.isNamed || called.contains(function.oid) ? .run : .planned)
  }

  private mutating func judge(_ function: Catalog.Function, _ context: FunctionRules.Context) {
    if let before = judged[function.oid], before == .run || before == context { return }
    judged[function.oid] = context
    let caller = callers[function.oid].map { ", which the operator \($0) calls," } ?? ""
    switch rules.verdict(function, context) {
    case .allowed:
      if !function.isBuiltIn, let named = function.body.flatMap({ Mentions(body: $0) }) {
        finding.reached.formUnion(named)
      }
      if rules.isAllowed(function) || (context == .planned && function.isVolatile) { return }
    case .refused(let reason):
      refuse(
        "the function \(function.signature)\(caller) \(reason); the target's `allow_functions` can allow "
          + "`\(rules.name(function))`")
      guard ignoresRefusals else { return }
      if let named = function.body.flatMap({ Mentions(body: $0) }) { add(named) }
    case .examine:
      if let body = function.body {
        guard let named = Mentions(body: body, isUnicode: isUnicode) else {
          return refuse(
            "the function \(function.signature)\(caller) builds statements at run time, or has names that can't be read; the "
              + "target's `allow_functions` can allow `\(rules.name(function))`")
        }
        add(named)
      }
    }
    for tree in function.trees { follow(StoredTree.references(in: tree), .run) }
    call(function.parts)
    if let sorting = function.sorting { pending.references.operators.insert(sorting) }
    reach(function.types)
  }

  // MARK: Operators

  /// Whether an operator can't be the one that a name means here. Its operand is of a type of the database that nothing
  /// which the statement reaches has and nothing is cast to by itself, so that only a literal without a type could be
  /// it; and for that a built-in operator comes first: the one for two of the other operand's type, or for two texts.
  private func isExcluded(_ candidate: Catalog.Operator) -> Bool {
    let exclusion = candidate.exclusion
    func isUnreached(_ type: Int64, _ isStrict: Bool) -> Bool {
      isStrict && !known.references.types.contains(type) && !pending.references.types.contains(type)
        && !followed.contains(type)
    }
    let left = isUnreached(candidate.left, exclusion.isLeftStrict)
    let right = isUnreached(candidate.right, exclusion.isRightStrict)
    if left && right { return exclusion.hasTextPair }
    if left { return candidate.right != 0 && exclusion.hasRightPair }
    if right { return candidate.left != 0 && exclusion.hasLeftPair }
    return false
  }

  private mutating func take(_ operation: Catalog.Operator) {
    finding.keys.operators.insert(operation.name)
    for function in operation.functions { callers[function] = operation.signature }
    call(operation.functions)
    pending.references.operators.formUnion(operation.operators)
    reach(operation.types)
  }

  // MARK: Types and relations

  private mutating func reach(_ types: some Sequence<Int64>) {
    pending.references.types.formUnion(types.filter { $0 >= CatalogQuery.firstOwn })
  }

  private mutating func take(_ type: Catalog.SQLType) {
    guard followed.insert(type.oid).inserted else { return }
    finding.keys.types.insert(type.name)
    finding.keys.typeOIDs.insert(type.oid)
    if type.relation != 0 { finding.keys.attributed.insert(type.relation) }
    if !type.checks.isEmpty || !type.functions.isEmpty { finding.hasTypeCode = true }
    call(type.functions)
    reach(type.types)
    pending.families.formUnion(type.families)
    for check in type.checks { follow(StoredTree.references(in: check), .run) }
    changes.append(Catalog.Stored(trees: type.defaults, references: StoredTree.References()))
  }

  private mutating func take(_ relation: Catalog.Relation) {
    if relation.isBuiltIn {
      finding.reached.relations.insert(Mentions.Name(schema: "pg_catalog", name: relation.name))
      return
    }
    finding.keys.relations.insert(relation.name)
    finding.keys.relationOIDs.insert(relation.oid)
    finding.keys.attributed.insert(relation.oid)
    if relation.isRuled { finding.keys.ruled.insert(relation.oid) }
    if let handler = relation.handler, !rules.allowed.contains(handler) {
      refuse(
        "\(relation.schema).\(relation.name) is a foreign table, which reads by way of \(handler); the target's "
          + "`allow_functions` can allow `\(handler)`")
    }
    reach(relation.types)
  }

  // MARK: Stored expressions

  private mutating func follow(_ stored: Catalog.Stored, _ context: FunctionRules.Context) {
    var references = stored.references
    for tree in stored.trees { references.formUnion(StoredTree.references(in: tree)) }
    follow(references, context)
  }

  private mutating func follow(_ references: StoredTree.References, _ context: FunctionRules.Context) {
    isChange = isChange || (context == .run && references.isChange)
    switch context {
    case .run: call(references.functions)
    case .planned:
      for oid in references.functions where judged[oid] == nil {
        if let function = functions[oid] { judge(function, .planned) } else { pending.references.functions.insert(oid) }
      }
    }
    pending.references.operators.formUnion(references.operators)
    reach(references.types)
    pending.references.relations.formUnion(references.relations)
  }
}
