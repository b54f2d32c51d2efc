import CEL
import SourceText

extension Step {
  /// The steps directly within: of a group, of a decision's options.
  public var innerSteps: [Step] {
    switch kind {
    case .group(let steps): steps
    case .confirm(let confirm): confirm.options.flatMap(\.steps)
    default: []
    }
  }

  /// The names that this step gives to later steps: its own and, names being flat, those of all steps within, except
  /// within a loop.
  public var visibleNames: [String] {
    forEach == nil ? [name] + innerSteps.flatMap(\.visibleNames) : [name]
  }

  /// This step and all within it, in the order written.
  public var withInnerSteps: [Step] {
    [self] + innerSteps.flatMap(\.withInnerSteps)
  }

  /// The calls it may make: its own, its undo, its verify.
  public var calls: [Call] {
    switch kind {
    case .query(let query): [query.call]
    case .act(let act): [act.call] + act.undos.map(\.call) + [act.verify?.call].compactMap { $0 }
    default: []
    }
  }

  /// Every expression of the step itself, those of inner steps left out.
  public var allExpressions: [LocatedExpression] {
    var found = [when, forEach?.list, until?.that].compactMap { $0 }
    found += [title, why, label].compactMap { $0 }.flatMap(\.expressions)
    for call in calls {
      found += call.form.fields.values.flatMap(\.expressions) + (call.target.host?.expressions ?? [])
    }
    switch kind {
    case .query, .group: break
    case .check(let check):
      found += check.conditions.map(\.that) + [check.yes, check.no].compactMap { $0 }.flatMap(\.expressions)
    case .confirm(let confirm):
      found += confirm.ask.expressions + (confirm.suggest?.expressions ?? [])
      found += confirm.options.flatMap { $0.text.expressions + [$0.when].compactMap { $0 } }
    case .act(let act):
      found += [act.verify?.that].compactMap { $0 } + act.undos.compactMap(\.when) + (act.typed?.expressions ?? [])
    case .document(let document):
      found += [document.text, document.ask].compactMap { $0 }.flatMap(\.expressions)
      found += document.checklist.flatMap(\.text.expressions)
      found += document.fields.flatMap { $0.defaultValue?.expressions ?? [] }
      found += document.followUps.flatMap { [$0.text, $0.due, $0.owner].compactMap { $0 }.flatMap(\.expressions) }
    case .use(let use): found += use.inputs.flatMap(\.value.expressions)
    }
    return found
  }

  /// The names that the step itself reads, loop items and bare outcome fields included.
  public var references: Set<String> {
    Set(allExpressions.flatMap { $0.expression.references.map(\.name) })
  }
}

extension Playbook {
  /// Every step of it and of the playbooks it uses, those of one playbook once however many ways lead to it.
  public var allSteps: [Step] {
    var seen: Set<String> = []
    func steps(of playbook: Playbook) -> [Step] {
      guard seen.insert(playbook.file.path).inserted else { return [] }
      return (playbook.steps + playbook.finally).flatMap(\.withInnerSteps)
        + playbook.used.values.sorted { $0.name < $1.name }.flatMap { steps(of: $0) }
    }
    return steps(of: self)
  }
}
