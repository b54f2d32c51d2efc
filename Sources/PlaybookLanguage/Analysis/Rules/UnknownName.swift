import CEL
import SourceText

extension LintRule {
  static let unknownName = LintRule(
    code: "unknown-name",
    summary: "an expression reads a name that nothing has",
    explanation: """
      An expression sees `inputs`, the outcomes of earlier steps by their names, the items of the loops it is within, \
      `run`, `now` and, in texts that go to a target, `secrets`. Fields of an outcome stand behind their step's name \
      (`failures.rows`); only `that` of an `until` or a `verify` sees those of its own call bare. A misspelt name \
      would make a step fail in the middle of an incident, so nothing runs with one.
      """,
    bad: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - check: many
          that: failure.rows.size() > 10
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
      case .unknown:
        return rule.finding(
          "nothing is called `\(name)`", at: misreading.span,
          help: Expression.habit(of: name) ?? misreading.use.nearest[name].map { "did you mean `\($0)`?" })
      case .bareInput:
        return rule.finding(
          "`\(name)` is an input, and inputs are read from `inputs`", at: misreading.span,
          help: "write `inputs.\(name)`")
      case .bareField:
        return rule.finding(
          "`\(name)` is a field of a step's outcome, and no step is named", at: misreading.span,
          help: "write `STEP.\(name)`; only `that` of an `until` or a `verify` sees its own call's fields bare")
      default: return nil
      }
    }
  }
}
