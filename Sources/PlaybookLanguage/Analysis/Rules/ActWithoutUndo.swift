import CEL
import SourceText

extension LintRule {
  static let actWithoutUndo = LintRule(
    code: "act-without-undo", .note,
    summary: "a change says neither how it is undone nor that it can't be",
    explanation: """
      An operator who approves a change wants to know the way back. Give the call that reverses it as `undo`; where \
      there is none, say `irreversible: true`, and the operator types a text before it happens. A change of which a \
      second time does no harm and that needs no way back may say `idempotent: true`.
      """,
    bad: """
      steps:
        - act: block
          shell: firewall block 203.0.113.7
      """,
    good: """
      steps:
        - act: block
          shell: firewall block 203.0.113.7
          undo: {shell: firewall unblock 203.0.113.7}
      """
  ) { rule, analysis in
    analysis.playbook.places.compactMap { place in
      guard case .act(let act) = place.step.kind, act.undos.isEmpty, !act.isIrreversible, !act.isIdempotent else {
        return nil
      }
      return rule.finding(
        "`\(place.step.name)` says neither how it is undone nor that it can't be", at: place.step.nameSpan,
        help: "add `undo`, `irreversible: true` or `idempotent: true`")
    }
  }
}
