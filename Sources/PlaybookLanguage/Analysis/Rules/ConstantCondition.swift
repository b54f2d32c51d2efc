import CEL
import SourceText

extension LintRule {
  static let constantCondition = LintRule(
    code: "constant-condition", .warning,
    summary: "a condition reads nothing, so it is always the same",
    explanation: """
      A condition that reads no input and no outcome holds always or never: a step that never runs, or a check that \
      says nothing about the incident. Often a name was put in quotes.
      """,
    bad: """
      steps:
        - query: failures
          when: "'failures' != ''"
          sql: SELECT 1 AS n
      """,
    good: """
      steps:
        - query: failures
          when: run.environment == 'production'
          sql: SELECT 1 AS n
      """
  ) { rule, analysis in
    analysis.uses.compactMap { use in
      switch use.purpose {
      case .condition, .that: break
      default: return nil
      }
      guard use.expression.expression.references.isEmpty else { return nil }
      return rule.finding(
        "\(use.place) reads nothing, so it is always the same", at: use.expression.span)
    }
  }
}
