import CEL
import SourceText

extension LintRule {
  static let unknownField = LintRule(
    code: "unknown-field",
    summary: "an expression reads a field that an outcome does not have",
    explanation: """
      The fields of a step are known before it runs: a query has the fields of its executor, a check `yes`, `verdict` \
      and `parts`, a decision `answer`, `suggested`, `by` and `reason`, and all of them `ok`, `state`, `error`, \
      `started`, `duration`, `target` and `truncated`. `inputs` has the inputs that the playbook declares, `run` has \
      `id`, `environment`, `operator`, `started`, `alerted` and `ticket`.
      """,
    bad: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - check: many
          that: failures.row.size() > 10
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
      guard case .field(let field, let shape) = misreading.reason else { return nil }
      let own = shape.fields.keys.filter { OutcomeShapes.common[$0] == nil }
      let nearest = Suggestion.nearest(to: field, in: Array(shape.fields.keys))
      // A list of very many is read by nobody, and made once for each finding.
      let all = own.isEmpty || own.count > 50 ? nil : "it has " + own.sorted().map { "`\($0)`" }.joined(separator: ", ")
      return rule.finding(
        shape.name == "`inputs`" ? "there is no input `\(field)`" : "\(shape.name) has no field `\(field)`",
        at: misreading.span, help: nearest.map { "did you mean `\($0)`?" } ?? all)
    }
  }
}
