import CEL
import SourceText

/// Goes through a playbook in its order and notes for every expression which names it sees.
struct ScopeWalk {
  let playbook: Playbook
  let shapes: OutcomeShapes
  private(set) var uses: [ExpressionUse] = []
  private(set) var outcomes: [String: StaticType] = [:]

  typealias Names = [String: StaticType]

  init(_ playbook: Playbook, _ shapes: OutcomeShapes) {
    self.playbook = playbook
    self.shapes = shapes
  }

  static let run = StaticType.Shape(
    name: "`run`",
    fields: [
      "id": .string, "environment": .string, "operator": .string, "started": .timestamp, "alerted": .dyn,
      "ticket": .dyn,
    ])

  mutating func run() {
    var names: Names = [
      "run": .object(Self.run), "now": .timestamp, "secrets": .map(key: .string, value: .string),
    ]
    var inputs: Names = [:]
    func shape() -> StaticType { .object(StaticType.Shape(name: "`inputs`", fields: inputs)) }
    for input in playbook.inputs {
      names["inputs"] = shape()
      add(input.defaultValue?.expressions ?? [], .value, nil, names)
      inputs[input.name] = input.staticType
    }
    names["inputs"] = shape()
    let builtIn = Set(names.keys)
    walk(playbook.steps, &names)
    walk(playbook.finally, &names)
    outcomes = names.filter { !builtIn.contains($0.key) }
  }

  private mutating func add(
    _ expressions: [LocatedExpression], _ purpose: ExpressionUse.Purpose, _ step: Step?, _ names: Names,
    isOpen: Bool = false
  ) {
    for expression in expressions where !expression.isMissing {
      var seen: Names = [:]
      var nearest: [String: String] = [:]
      for name in Set(expression.expression.references.map(\.name)) {
        seen[name] = names[name]
        if seen[name] == nil { nearest[name] = Suggestion.nearest(to: name, in: names.keys.filter { $0 != "secrets" }) }
      }
      uses.append(
        ExpressionUse(
          expression: expression, step: step, purpose: purpose, names: seen, nearest: nearest, isOpen: isOpen))
    }
  }

  private mutating func shown(_ templates: [Template?], _ step: Step, _ names: Names) {
    add(templates.compactMap { $0 }.flatMap(\.expressions), .shown, step, names)
  }

  private mutating func walk(_ steps: [Step], _ names: inout Names) {
    for step in steps { walk(step, &names) }
  }

  private mutating func walk(_ step: Step, _ names: inout Names) {
    add([step.when].compactMap { $0 }, .condition, step, names)
    var within = names
    var item = StaticType.dyn
    if let loop = step.forEach {
      add([loop.list], .list, step, names)
      if case .list(let element) = loop.list.expression.check(Scope(names)).type { item = element }
      within[loop.item] = item
    }
    // They may say which item it is about.
    shown([step.title, step.why, step.label], step, within)
    let inner = walk(partsOf: step, within, outside: names)
    let outcome = shapes.outcome(of: step, inner: inner)
    if step.forEach == nil {
      names[step.name] = outcome
      // Another playbook's names are its own.
      if case .use = step.kind { return }
      names.merge(inner) { $1 }
    } else if case .group = step.kind {
      names[step.name] = shapes.loop(step, item: item, fields: inner)
    } else {
      names[step.name] = shapes.loop(step, item: item, fields: outcome.fields)
    }
  }

  /// The parts of the step's kind. Gives the outcomes of the steps within.
  private mutating func walk(partsOf step: Step, _ names: Names, outside: Names) -> Names {
    switch step.kind {
    case .query(let query):
      add(query.call, step, names)
      if let until = step.until { that(until.that, of: query.call, step, names) }
    case .act(let act): walk(act, step, names, outside: outside)
    case .check(let check):
      add(check.conditions.map(\.that), .that, step, names)
      shown([check.yes, check.no], step, names)
    case .confirm(let confirm): return walk(confirm, step, names)
    case .document(let document):
      shown([document.text, document.ask] + document.checklist.map(\.text), step, names)
      add(document.fields.flatMap { $0.defaultValue?.expressions ?? [] }, .shown, step, names)
      shown(document.followUps.flatMap { [$0.text, $0.due, $0.owner] }, step, names)
    case .group(let steps):
      var inner = names
      walk(steps, &inner)
      let own = Set(steps.flatMap(\.visibleNames))
      return inner.filter { own.contains($0.key) }
    case .use(let use):
      add(use.inputs.flatMap(\.value.expressions), .value, step, names)
      guard let used = playbook.used[use.playbook] else { return [:] }
      return Analysis.outcomes(of: used, shapes)
    }
    return [:]
  }

  private mutating func walk(_ act: Act, _ step: Step, _ names: Names, outside: Names) {
    add(act.call, step, names)
    // One yes for all items can't be typed by one of them.
    shown([act.typed], step, act.approvesEach ? names : outside)
    var after = names
    after[step.name] = shapes.outcome(of: step, inner: [:])
    for undo in act.undos {
      add([undo.when].compactMap { $0 }, .condition, step, after)
      add(undo.call, step, after)
    }
    if let verify = act.verify {
      add(verify.call, step, after)
      that(verify.that, of: verify.call, step, after)
    }
  }

  private mutating func walk(_ confirm: Confirm, _ step: Step, _ names: Names) -> Names {
    shown([confirm.ask], step, names)
    add(confirm.suggest?.expressions ?? [], .suggestion, step, names)
    var found: Names = [:]
    for option in confirm.options {
      shown([option.text], step, names)
      add([option.when].compactMap { $0 }, .condition, step, names)
      var inner = names
      inner[step.name] = shapes.outcome(of: step, inner: [:])
      walk(option.steps, &inner)
      let own = Set(option.steps.flatMap(\.visibleNames))
      found.merge(inner.filter { own.contains($0.key) }) { first, _ in first }
    }
    return found
  }

  /// A condition that sees the fields of a call's outcome as bare names.
  private mutating func that(_ that: LocatedExpression, of call: Call, _ step: Step, _ names: Names) {
    let fields = shapes.fields(of: call)
    add([that], .that, step, names.merging(fields ?? [:]) { $1 }, isOpen: fields == nil)
  }

  private mutating func add(_ call: Call, _ step: Step, _ names: Names) {
    for (field, tree) in call.form.fields.sorted(by: { $0.value.span.start < $1.value.span.start }) {
      add(tree.expressions, .call(executor: call.executor, field: field), step, names)
    }
    add(call.target.host?.expressions ?? [], .value, step, names)
  }
}

extension Analysis {
  /// The outcomes of a playbook's steps, by name.
  static func outcomes(of playbook: Playbook, _ shapes: OutcomeShapes) -> [String: StaticType] {
    if let known = shapes.used.byName[playbook.name] { return known }
    var walk = ScopeWalk(playbook, shapes)
    walk.run()
    shapes.used.byName[playbook.name] = walk.outcomes
    return walk.outcomes
  }
}

extension StaticType {
  /// The fields of an object whose fields are all known.
  var fields: [String: StaticType]? {
    if case .object(let shape) = self, !shape.isOpen { shape.fields } else { nil }
  }
}
