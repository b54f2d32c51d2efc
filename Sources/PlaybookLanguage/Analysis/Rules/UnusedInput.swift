import CEL
import SourceText

extension LintRule {
  static let unusedInput = LintRule(
    code: "unused-input", .warning,
    summary: "nothing reads an input",
    explanation: """
      The operator is asked for an input that changes nothing. A statement reads an input by `:name` where `with` does \
      not give that name; everything else by `inputs.name`.
      """,
    bad: """
      inputs:
        window: {type: duration, default: 1h}
      steps:
        - query: failures
          sql: SELECT 1 AS n
      """,
    good: """
      inputs:
        window: {type: duration, default: 1h}
      steps:
        - query: failures
          sql: SELECT :window AS n
      """
  ) { rule, analysis in
    let references = analysis.uses.flatMap { $0.expression.expression.references }.filter { $0.name == "inputs" }
    // `inputs` as a whole, or by a computed name, may mean any of them.
    if references.contains(where: \.path.isEmpty) { return [] }
    let read = Set(references.compactMap(\.path.first))
    return analysis.playbook.inputs.filter { !read.contains($0.name) }.map {
      rule.finding("nothing reads the input `\($0.name)`", at: $0.nameSpan, help: "use it or remove it")
    }
  }
}
