import CEL
import SourceText

extension LintRule {
  static let secretPlace = LintRule(
    code: "secret-place",
    summary: "a secret is used where it would not go to a target",
    explanation: """
      `secrets` may be used only where the value goes to a target: in the headers, address and body of a request, in \
      the environment and standard input of a program, in the parameters of a statement, in a command to Redis. It may \
      not stand in a title, a question, a condition, a computed value or a loop's list: those are shown and recorded. \
      `fingerprint(secrets.NAME)` may, to see that a secret has changed.
      """,
    bad: """
      steps:
        - document: told
          text: "The token is ${secrets.admin_token}"
      """,
    good: """
      steps:
        - document: told
          text: "The token's fingerprint is ${fingerprint(secrets.admin_token)}"
      """
  ) { rule, analysis in
    analysis.uses.flatMap { use in
      let leaks = use.secretReferences
      if case .call(let name, _) = use.purpose {
        let schema = analysis.shapes.executors.first { $0.name == name }
        if schema?.usesTarget ?? true { return [Diagnostic]() }
      }
      return leaks.map { span in
        rule.finding(
          "a secret may stand only where it goes to a target, not in \(use.place)", at: span,
          help: "`fingerprint(…)` of it may be shown")
      }
    }
  }
}

extension ExpressionUse {
  /// Where the expression reads `secrets` other than for a fingerprint.
  var secretReferences: [SourceSpan] { spans { $0 == "secrets" } }

  /// Where the expression reads a name that `isMeant`, other than for a fingerprint.
  func spans(_ isMeant: (String) -> Bool) -> [SourceSpan] {
    expression.expression.references.filter { isMeant($0.name) && !$0.isFingerprinted }
      .map { expression.span(of: $0.range) }
  }
}
