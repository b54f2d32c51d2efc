import CEL

/// A step and where it stands in its playbook.
public struct StepPlace: Sendable {
  public var step: Step
  /// The steps that it is within, outermost first.
  public var ancestors: [Step]
  /// Of each ancestor that is a decision, the option that the step is under; by the decision's name.
  public var options: [String: String]
  /// From 1, among the steps of the top level; of a step within another, that one's.
  public var position: Int
  /// How many steps there are at the top level, those under `finally` not counted.
  public var total: Int
  public var isFinally: Bool
  /// From 0, in the order written.
  public var order: Int

  /// "4/9".
  public var number: String { "\(position)/\(total)" }

  /// The names from the top level down to the step, with dots: `verdict.block`.
  public var path: String { (ancestors + [step]).map(\.name).joined(separator: ".") }

  /// The loops that it is within.
  public var loops: [Step] { ancestors.filter { $0.forEach != nil } }
}

extension Playbook {
  /// Every step of the playbook itself in the order written, those under `finally` last.
  public var places: [StepPlace] {
    var places: [StepPlace] = []
    for (list, isFinally) in [(steps, false), (finally, true)] {
      for (index, step) in list.enumerated() {
        let place = StepPlace(
          step: step, ancestors: [], options: [:], position: index + 1, total: list.count, isFinally: isFinally,
          order: 0)
        Self.add(place, to: &places)
      }
    }
    return places
  }

  private static func add(_ place: StepPlace, to places: inout [StepPlace]) {
    var place = place
    place.order = places.count
    places.append(place)
    var inner = place
    inner.ancestors.append(place.step)
    switch place.step.kind {
    case .group(let steps):
      for step in steps {
        inner.step = step
        add(inner, to: &places)
      }
    case .confirm(let confirm):
      for option in confirm.options {
        inner.options[place.step.name] = option.name
        for step in option.steps {
          inner.step = step
          add(inner, to: &places)
        }
      }
    default: break
    }
  }

  /// The evidence that a step rests on, in the order written: the queries that it reads, directly or by way of checks,
  /// values and loops, and those that decide whether it runs (`when`, its own and those of the steps around it). A
  /// human's answer is not looked behind.
  public func evidence(for step: Step) -> [Step] {
    let name = step.name
    let places = places
    let byName = Dictionary(places.map { ($0.step.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard let start = byName[name] else { return [] }
    var pending = start.step.references.union(start.controlReferences)
    var found: Set<String> = []
    while let next = pending.popFirst() {
      guard next != name, let place = byName[next], found.insert(next).inserted else { continue }
      switch place.step.kind {
      case .confirm, .document: continue
      case .query, .check, .act, .group, .use: break
      }
      pending.formUnion(place.step.references)
      pending.formUnion(place.controlReferences)
      if case .group = place.step.kind, place.step.forEach != nil {
        pending.formUnion(place.step.innerSteps.flatMap(\.withInnerSteps).map(\.name))
      }
      if case .query(let query) = place.step.kind, let before = query.repeats { pending.insert(before) }
    }
    return places.filter { place in
      if case .query = place.step.kind { found.contains(place.step.name) } else { false }
    }.map(\.step)
  }
}

extension StepPlace {
  /// The names that decide whether the step runs at all: of `when` and `for_each` of the steps around it.
  fileprivate var controlReferences: Set<String> {
    var expressions = ancestors.flatMap { [$0.when, $0.forEach?.list].compactMap { $0 } }
    for ancestor in ancestors {
      guard case .confirm(let confirm) = ancestor.kind, let name = options[ancestor.name] else { continue }
      expressions += confirm.options.first { $0.name == name }.flatMap(\.when).map { [$0] } ?? []
    }
    return Set(expressions.flatMap { $0.expression.references.map(\.name) })
  }
}
