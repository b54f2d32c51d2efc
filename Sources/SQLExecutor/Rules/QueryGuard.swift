import CEL
import PlaybookEngine

/// Follows a query through the server's catalogs and refuses it where something that it reaches could write: functions,
/// also those behind views, policies, operators, casts, aggregates, domains' checks, arguments' defaults and other
/// functions' bodies; and foreign tables.
///
/// Names are judged as a whole: of all functions that a name could mean each must be harmless, whatever the arguments.
struct QueryGuard {
  let rules: FunctionRules
  /// Whether only what is reached counts: of an act.
  var ignoresRefusals = false
  /// Views upon functions upon views: more levels than this are refused.
  private static let levels = 16
  private static let names = 20_000

  struct Finding {
    /// Nil where the query may run, else why not, in one sentence.
    var refusal: String?
    /// All that was looked up, up to the refusal.
    var reached: Mentions
  }

  func examine<Failure: Error>(
    _ statement: Value, look: (Mentions, [Int64]) throws(Failure) -> Catalog?
  ) throws(Failure) -> Finding {
    var known = Mentions()
    known.operators = []
    var knownParts: Set<Int64> = []
    var (mentions, parts) = (Mentions(tree: statement), [Int64]())
    for _ in 0..<Self.levels {
      guard mentions.functions.count + mentions.relations.count + mentions.fields.count < Self.names else {
        return Finding(refusal: "what the query reaches is too much to look through", reached: known)
      }
      guard let catalog = try look(mentions, parts) else {
        return Finding(refusal: "the server's catalogs gave no answer", reached: known)
      }
      known.formUnion(mentions)
      knownParts.formUnion(parts)
      let step = next(catalog)
      if let refusal = step.refusal { return Finding(refusal: refusal, reached: known) }
      mentions = step.mentions.subtracting(known)
      parts = step.parts.filter { !knownParts.contains($0) }
      if mentions.isEmpty && parts.isEmpty { return Finding(refusal: nil, reached: known) }
    }
    return Finding(refusal: "what the query reaches is nested too deeply to look through", reached: known)
  }

  private struct Step {
    var mentions = Mentions()
    var parts: [Int64] = []
    var refusal: String?
  }

  private func next(_ catalog: Catalog) -> Step {
    var step = Step()
    func refuse(_ reason: String) { if !ignoresRefusals { step.refusal = step.refusal ?? reason } }
    for function in catalog.functions {
      switch rules.verdict(function) {
      case .allowed: break
      case .refused(let reason):
        refuse(
          "the function \(function.signature) \(reason); the target's `allow_functions` can allow `\(function.name)`")
        if ignoresRefusals, let body = function.body, let named = Mentions(body: body) {
          step.mentions.formUnion(named)
        }
      case .examine(let texts):
        for text in texts {
          guard let named = Mentions(body: text) else {
            refuse(
              "the function \(function.signature) builds statements at run time; the target's `allow_functions` can "
                + "allow `\(function.name)`")
            continue
          }
          step.mentions.formUnion(named)
        }
      }
      if !rules.isAllowed(schema: function.schema, name: function.name) { step.parts += function.parts }
    }
    for relation in catalog.relations {
      if let reason = follow(relation, into: &step.mentions) { refuse(reason) }
    }
    for check in catalog.checks where !Self.add("SELECT " + check, to: &step.mentions) {
      refuse("a domain's check that the query reaches can't be looked through")
    }
    return step
  }

  private func follow(_ relation: Catalog.Relation, into mentions: inout Mentions) -> String? {
    if let handler = relation.handler, !rules.allowed.contains(handler) {
      return "\(relation.schema).\(relation.name) is a foreign table, which reads by way of \(handler); the target's "
        + "`allow_functions` can allow `\(handler)`"
    }
    let texts = [relation.definition].compactMap(\.self) + relation.policies.map { "SELECT " + $0 }
    for text in texts where !Self.add(text, to: &mentions) {
      return "\(relation.schema).\(relation.name) can't be looked through"
    }
    return nil
  }

  /// What SQL written by the server names: as the grammar reads it, or word by word where the server's is a newer one.
  /// False where neither works.
  private static func add(_ sql: String, to mentions: inout Mentions) -> Bool {
    if let tree = try? SyntaxTree(sql) {
      for statement in tree.statements { mentions.formUnion(Mentions(tree: statement)) }
      return true
    }
    guard let words = Mentions(body: sql) else { return false }
    mentions.formUnion(words)
    return true
  }
}
