import CEL
import SourceText

extension LintRule {
  static let secretInArguments = LintRule(
    code: "secret-in-arguments",
    summary: "a secret would stand in the arguments of a program",
    explanation: """
      Every user of a machine can read the arguments of its programs, so no secret goes there: neither `secrets`, nor \
      a secret input, nor the outcome of a step marked `secret`. Programs take secrets from their environment or from \
      standard input.
      """,
    bad: """
      steps:
        - query: token
          shell: curl -H ${secrets.admin_token} http://api.internal/me
      """,
    good: """
      steps:
        - query: token
          shell:
            script: curl --config - http://api.internal/me
            stdin: "header = ${secrets.admin_token}"
      """
  ) { rule, analysis in
    let secretInputs = Set(analysis.playbook.inputs.filter(\.isSecret).map(\.name))
    return analysis.uses.flatMap { use -> [Diagnostic] in
      guard case .call(let name, let field) = use.purpose,
        let schema = analysis.shapes.executors.first(where: { $0.name == name }), schema.exposedFields.contains(field)
      else { return [] }
      let source = use.expression.expression
      let spans = use.spans { name in
        if name == "secrets" { return true }
        if let place = analysis.steps[name], place.step.isSecret, use.names[name] != nil { return true }
        return name == "inputs"
          && source.references.contains { $0.name == name && $0.path.first.map(secretInputs.contains) == true }
      }
      return spans.map {
        rule.finding(
          "a secret may not stand in a program's arguments, which everybody on that machine can read", at: $0,
          help: "give it by the program's environment or standard input")
      }
    }
  }
}
