import CEL
import ExecutorKit

/// Follows a query through the server's catalogs and refuses it where something that it reaches could write.
///
/// The closure begins at all that the statement names and goes on from there by name and by identifier: types to their
/// bases, elements, attributes, casts, checks and functions of input and output; operators to their functions,
/// commutators and negators; aggregates to their parts; functions to their bodies, arguments and results; relations to
/// views' rules, policies, indexes, statistics, constraints, partition keys and children. Names are judged as a whole:
/// of all functions that a name could mean each must be harmless, whatever the arguments.
struct QueryGuard {
  let rules: FunctionRules
  /// Whether only the reached objects count: of an act.
  var ignoresRefusals = false
  /// Whether the server folds names as the grammar here does.
  var isUnicode = true

  struct Finding: Sendable {
    /// Nil where the query may run, else why not, in one sentence.
    var refusal: String?
    /// All that was looked up, up to the refusal, and the names in the bodies of functions that `allow_functions`
    /// allows.
    var reached = Mentions()
    /// Whether reading a literal of a reached type could call a function of the database, before anything is planned.
    var hasTypeCode = false
    /// The facts that the finding rests on.
    var keys = Fingerprint.Keys()
  }

  /// Views upon functions upon views: more rounds than this are refused.
  private static let rounds = 40
  private static let objects = 100_000

  func examine<Failure: Error>(
    _ statement: Value, look: (CatalogQuery) throws(Failure) -> Catalog?
  ) throws(Failure) -> Finding {
    var closure = Closure(rules: rules, ignoresRefusals: ignoresRefusals, isUnicode: isUnicode)
    closure.add(Mentions(tree: statement))
    var count = 0
    for _ in 0..<Self.rounds {
      guard let query = closure.next() else { return closure.finding }
      count += query.count
      guard count < Self.objects else { return closure.refused("the query reaches too much to look through") }
      guard let catalog = try look(query) else { return closure.refused("the server's catalogs gave no answer") }
      closure.take(catalog)
      if closure.finding.refusal != nil { return closure.finding }
    }
    return closure.refused("the query reaches objects that are nested too deeply to look through")
  }
}
