import CEL
import SourceText

/// A playbook taken apart for the lint rules: every expression with the names that it sees, every step with its place.
struct Analysis {
  let playbook: Playbook
  let shapes: OutcomeShapes
  let uses: [ExpressionUse]
  /// The outcome of each top-level name, for a playbook that uses this one.
  let outcomes: [String: StaticType]
  /// Every step by its name; the first of two that share one.
  let steps: [String: StepPlace]
  /// The loops by the names of their items.
  let loops: [String: Step]
  /// The problem of each name that an expression reads.
  let misreadings: [Misreading]
  /// The names of these, by where their expression begins.
  let misread: [Int: Set<String>]

  init(_ playbook: Playbook, _ shapes: OutcomeShapes) {
    self.playbook = playbook
    self.shapes = shapes
    var walk = ScopeWalk(playbook, shapes)
    walk.run()
    uses = walk.uses
    outcomes = walk.outcomes
    let places = playbook.places
    steps = Dictionary(places.map { ($0.step.name, $0) }, uniquingKeysWith: { first, _ in first })
    loops = Dictionary(
      places.compactMap { place in place.step.forEach.map { ($0.item, place.step) } },
      uniquingKeysWith: { first, _ in first })
    let (steps, loops) = (steps, loops)
    misreadings = uses.flatMap { Misreading.all(in: $0, steps, loops, playbook) }
    var misread: [Int: Set<String>] = [:]
    for one in misreadings { misread[one.use.expression.span.start.offset, default: []].insert(one.reference.name) }
    self.misread = misread
  }

  /// The diagnostics of the misreadings for which `make` has one.
  func diagnostics(_ make: (Misreading) -> Diagnostic?) -> [Diagnostic] { misreadings.compactMap(make) }
}
