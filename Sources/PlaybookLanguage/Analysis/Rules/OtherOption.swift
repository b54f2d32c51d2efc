import CEL
import SourceText

extension LintRule {
  static let otherOption = LintRule(
    code: "other-option",
    summary: "an expression reads a step under another option of the same decision",
    explanation: """
      Of a decision's options one is chosen, so a step under one of them can never read a step under another: that one \
      did not run. Put common steps before the decision, or after it: there both can be read, and a step that did not \
      run is unknown.
      """,
    bad: """
      steps:
        - confirm: verdict
          ask: What is this?
          options:
            attack:
              text: An attack
              steps:
                - query: blocked
                  sql: SELECT 1 AS n
            benign:
              text: Ours
              steps:
                - check: quiet
                  that: blocked.rows.size() == 0
      """,
    good: """
      steps:
        - query: blocked
          sql: SELECT 1 AS n
        - confirm: verdict
          ask: What is this?
          options:
            attack: An attack
            benign:
              text: Ours
              steps:
                - check: quiet
                  that: blocked.rows.size() == 0
      """
  ) { rule, analysis in
    analysis.diagnostics { misreading in
      guard case .otherOption(let place, let decision) = misreading.reason else { return nil }
      let option = place.options[decision.name] ?? "another"
      return rule.finding(
        "`\(misreading.reference.name)` runs only under `\(option)` of `\(decision.name)`, never together with this",
        at: misreading.span, help: "move it before `\(decision.name)`")
    }
  }
}
