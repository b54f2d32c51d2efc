import CEL
import PlaybookEngine

/// Follows a query through the server's catalogs and refuses it where something that it reaches could write: functions,
/// also those behind views, policies, operators, casts, aggregates, domains' checks, arguments' defaults and other
/// functions' bodies; and foreign tables.
///
/// Names are judged as a whole: of all functions that a name could mean each must be harmless, whatever the arguments.
struct QueryGuard {
  let rules: FunctionRules
  /// Views upon functions upon views: more levels than this are refused.
  private static let levels = 16
  private static let names = 20_000

  /// Nil where the query may run, else why not, in one sentence.
  func refusal<Failure: Error>(
    of statement: Value, look: (Mentions, [Int64]) throws(Failure) -> Catalog?
  ) throws(Failure) -> String? {
    var known = Mentions()
    known.operators = []
    var knownParts: Set<Int64> = []
    var (mentions, parts) = (Mentions(tree: statement), [Int64]())
    for _ in 0..<Self.levels {
      guard mentions.functions.count + mentions.relations.count + mentions.fields.count < Self.names else {
        return "what the query reaches is too much to look through"
      }
      guard let catalog = try look(mentions, parts) else { return "the server's catalogs gave no answer" }
      known.formUnion(mentions)
      knownParts.formUnion(parts)
      switch next(catalog) {
      case .refused(let reason): return reason
      case .reached(let more, let moreParts):
        mentions = more.subtracting(known)
        parts = moreParts.filter { !knownParts.contains($0) }
      }
      if mentions.isEmpty && parts.isEmpty { return nil }
    }
    return "what the query reaches is nested too deeply to look through"
  }

  private enum Step {
    case refused(String)
    case reached(Mentions, [Int64])
  }

  private func next(_ catalog: Catalog) -> Step {
    var (mentions, parts) = (Mentions(), [Int64]())
    for function in catalog.functions {
      switch rules.verdict(function) {
      case .allowed: break
      case .refused(let reason):
        return .refused(
          "the function \(function.signature) \(reason); the target's `allow_functions` can allow `\(function.name)`")
      case .examine(let texts):
        for text in texts {
          guard let named = Mentions(body: text) else {
            return .refused(
              "the function \(function.signature) builds statements at run time; the target's `allow_functions` can "
                + "allow `\(function.name)`")
          }
          mentions.formUnion(named)
        }
      }
      if !rules.isAllowed(schema: function.schema, name: function.name) { parts += function.parts }
    }
    for relation in catalog.relations {
      if let reason = follow(relation, into: &mentions) { return .refused(reason) }
    }
    for check in catalog.checks where !Self.add("SELECT " + check, to: &mentions) {
      return .refused("a domain's check that the query reaches can't be looked through")
    }
    return .reached(mentions, parts)
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
