import CEL
import SourceText

/// A name in an expression that can't be known there, and why.
struct Misreading {
  let use: ExpressionUse
  let reference: Expression.Reference
  let reason: Reason

  enum Reason {
    /// Nothing has this name.
    case unknown
    /// An input without `inputs.`.
    case bareInput
    /// A field of an outcome without its step.
    case bareField
    /// The step itself.
    case itself
    /// A step that comes later.
    case later(StepPlace)
    /// A step under the other option of the same decision.
    case otherOption(StepPlace, decision: Step)
    /// A step within a loop, read from outside.
    case withinLoop(StepPlace, loop: Step)
    /// A field of each item of a loop, read from the loop as a whole.
    case fieldOfItems(Step, field: String)
    /// A loop's item, outside of that loop.
    case item(Step)
    /// An object has no such field.
    case field(String, of: StaticType.Shape)
  }

  /// Where it stands: the name, with the fields selected from it where it is about those.
  var span: SourceSpan {
    switch reason {
    case .field, .fieldOfItems: return use.expression.span(of: reference.range)
    default:
      let start = reference.range.lowerBound
      return use.expression.span(of: start..<start + reference.name.utf8.count)
    }
  }

  static func all(
    in use: ExpressionUse, _ steps: [String: StepPlace], _ loops: [String: Step], _ playbook: Playbook
  ) -> [Misreading] {
    use.expression.expression.references.compactMap { reference in
      let reason: Reason? =
        if let type = use.names[reference.name] {
          missingField(of: type, reference, steps)
        } else if use.isOpen {
          nil
        } else {
          reasonUnseen(reference.name, use, steps, loops, playbook)
        }
      return reason.map { Misreading(use: use, reference: reference, reason: $0) }
    }
  }

  private static func missingField(
    of type: StaticType, _ reference: Expression.Reference, _ steps: [String: StepPlace]
  ) -> Reason? {
    var type = type
    for (depth, field) in reference.path.enumerated() {
      guard case .object(let shape) = type else { return nil }
      guard let next = shape.fields[field] else {
        if shape.isOpen { return nil }
        if depth == 0, let step = steps[reference.name]?.step, step.forEach != nil {
          return .fieldOfItems(step, field: field)
        }
        return .field(field, of: shape)
      }
      type = next
    }
    return nil
  }

  private static func reasonUnseen(
    _ name: String, _ use: ExpressionUse, _ steps: [String: StepPlace], _ loops: [String: Step], _ playbook: Playbook
  ) -> Reason {
    if let target = steps[name] {
      if target.step.name == use.step?.name { return .itself }
      let here = use.step.flatMap { steps[$0.name] }
      let around = Set(here?.ancestors.map(\.name) ?? []).union(here.map { [$0.step.name] } ?? [])
      if let here, target.order > here.order || around.contains(name) { return .later(target) }
      if let here {
        for ancestor in target.ancestors {
          guard let mine = here.options[ancestor.name], let other = target.options[ancestor.name] else { continue }
          if mine != other { return .otherOption(target, decision: ancestor) }
        }
      }
      if let loop = target.loops.first(where: { !around.contains($0.name) }) { return .withinLoop(target, loop: loop) }
      return .later(target)
    }
    if let loop = loops[name] { return .item(loop) }
    if playbook.inputs.contains(where: { $0.name == name }) { return .bareInput }
    if ["rows", "value", "status", "body", "lines", "fields", "stdout", "exit", "json"].contains(name) {
      return .bareField
    }
    return .unknown
  }
}
