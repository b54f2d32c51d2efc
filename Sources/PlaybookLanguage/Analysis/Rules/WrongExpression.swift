import CEL
import SourceText

extension LintRule {
  static let wrongExpression = LintRule(
    code: "wrong-expression",
    summary: "an expression can't work with any values",
    explanation: """
      Expressions are checked before anything runs: functions and macros must exist, and where the type of a value is \
      known (of inputs, outcomes, texts and numbers in the expression) an operator or function must take it.
      """,
    bad: """
      inputs:
        window: {type: duration, default: 1h}
      steps:
        - check: long
          that: inputs.window > 5
      """,
    good: """
      inputs:
        window: {type: duration, default: 1h}
      steps:
        - check: long
          that: inputs.window > duration('5h')
      """
  ) { rule, analysis in
    analysis.uses.flatMap { use in
      analysis.check(use).problems.map { problem in
        rule.finding(problem.message, at: use.expression.span(of: problem.range), help: problem.help)
      }
    }
  }
}

extension Analysis {
  /// The checker's findings on an expression; names that other rules report, and names of outcomes of which nothing is
  /// known, may be anything.
  func check(_ use: ExpressionUse) -> (type: StaticType, problems: [Expression.Problem]) {
    var scope = Scope(use.names)
    for reference in use.expression.expression.references where use.names[reference.name] == nil {
      scope.names[reference.name] = .dyn
    }
    for name in misread[use.expression.span.start.offset] ?? [] { scope.names[name] = .dyn }
    return use.expression.expression.check(scope)
  }
}
