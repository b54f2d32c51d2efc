import CEL
import SourceText

extension LintRule {
  static let notAList = LintRule(
    code: "not-a-list",
    summary: "`for_each` goes over something that is not a list",
    explanation: """
      `for_each: NAME in EXPRESSION` runs the step for each item of a list. A query's outcome is not a list, but its \
      `rows`, `keys` or `lines` are; the keys of a map are `MAP.map(k, k)`.
      """,
    bad: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - query: details
          for_each: row in failures
          sql: {statement: "SELECT :n", with: {n: "${row.n}"}}
      """,
    good: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - query: details
          for_each: row in failures.rows
          sql: {statement: "SELECT :n", with: {n: "${row.n}"}}
      """
  ) { rule, analysis in
    analysis.uses.compactMap { use in
      guard case .list = use.purpose else { return nil }
      let (type, problems) = analysis.check(use)
      guard problems.isEmpty else { return nil }
      var help: String?
      switch type {
      case .dyn, .list: return nil
      case .object(let shape):
        let lists = shape.fields.filter { if case .list = $0.value { true } else { false } }.keys.sorted()
        help = lists.first.map { "write `\(use.expression.expression.source).\($0)`" }
      case .map: help = "its keys are `\(use.expression.expression.source).map(k, k)`"
      default: break
      }
      return rule.finding(
        "`for_each` goes over a list, and this is \(type.phrase)", at: use.expression.span, help: help)
    }
  }
}
