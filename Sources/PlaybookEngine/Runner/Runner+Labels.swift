import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// The texts of a loop that may use its item.
extension Runner {
  /// What an item is called: by the step's `label`, else by its first text. `scope` has the item.
  func label(of item: Value?, _ step: Step, in scope: Scope) -> String? {
    guard let item else { return nil }
    guard let label = step.label, let text = scope.prose(label, now: clock.now()), !text.isEmpty else {
      return Self.label(of: item)
    }
    return text
  }

  /// What is on record of a loop that begins: its items, and what they are called where the step says so.
  func loopStart(_ items: [Value], _ step: Step, in frame: Frame) -> LoopStarted {
    let labels =
      step.label == nil ? nil : items.map { label(of: $0, step, in: itemScope(for: step, $0, in: frame)) ?? "" }
    return LoopStarted(items: items, labels: labels)
  }

  /// A text of a step as a whole. Where it uses the item of the step's loop, that is called by its name: of
  /// `Restart ${pod.name}` it is "Restart each pod".
  func prose(_ template: Template, of step: Step, in scope: Scope, now: Timestamp) -> String? {
    guard let item = step.forEach?.item, scope.values[item] == nil,
      template.expressions.contains(where: { $0.expression.references.contains { $0.name == item } })
    else { return scope.prose(template, now: now) }
    let pieces = template.pieces.map { piece -> Template.Piece in
      guard case .expression(let expression) = piece,
        expression.expression.references.contains(where: { $0.name == item })
      else { return piece }
      return .text("each \(item)")
    }
    return scope.prose(Template(pieces, at: template.span), now: now)
  }

  /// What is asked of one item of a change, and what is typed for it.
  func texts(
    of item: PlannedItem, _ approval: Approval, _ text: String, _ act: Act, _ step: Step, in frame: Frame
  ) async -> (Approval, String) {
    var approval = approval
    let (scope, now) = (itemScope(for: step, item.item, in: frame), clock.now())
    if approval.typed != nil, let typed = act.typed, !scope.holdsSecret(typed.expressions),
      let own = scope.prose(typed, now: now), await sink.redacted(own) == own
    {
      approval.typed = own
    }
    return (approval, step.title.flatMap { scope.prose($0, now: now) } ?? text)
  }
}

extension Value {
  /// A row as one line: `name: web-1, ready: true`; empty of what is no map.
  var rowText: String {
    guard case .map(let map) = self else { return "" }
    let cells = map.entries.prefix(12).map { entry in
      let text = entry.value.isSingle ? entry.value.rendered : entry.value.jsonText()
      return "\(entry.key.rendered): \(text.beginning(80))"
    }
    return cells.joined(separator: ", ") + (map.entries.count > 12 ? ", …" : "")
  }
}
