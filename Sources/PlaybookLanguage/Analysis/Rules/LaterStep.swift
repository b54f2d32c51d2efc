import CEL
import SourceText

extension LintRule {
  static let laterStep = LintRule(
    code: "later-step",
    summary: "an expression reads the outcome of a step that has not run yet",
    explanation: """
      Steps run in the order in which they are written, so an expression can read only the steps before it: not \
      a later step, not the step that it belongs to, not the group or decision that it is within. `undo` and `verify` \
      may read the act that they belong to, and the steps under an option the decision.
      """,
    bad: """
      steps:
        - check: many
          that: failures.rows.size() > 10
        - query: failures
          sql: SELECT 1 AS n
      """,
    good: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - check: many
          that: failures.rows.size() > 10
      """
  ) { rule, analysis in
    analysis.diagnostics { misreading in
      let name = misreading.reference.name
      switch misreading.reason {
      case .itself:
        return rule.finding(
          "`\(name)` is this very step, and its outcome is not known yet", at: misreading.span,
          help: "`until` and `verify` look at the result of a call")
      case .later(let place):
        return rule.finding(
          "`\(name)` has not run yet: it ends after this, at line \(place.step.nameSpan.start.line)",
          at: misreading.span,
          help: "move this behind it")
      default: return nil
      }
    }
  }
}
