import CEL
import SourceText

extension LintRule {
  static let unknownOption = LintRule(
    code: "unknown-option",
    summary: "`suggest` or an expression names an option, a verdict or a state that there is not",
    explanation: """
      `suggest` gives the name of one of the decision's options. A name that is none of them would silently suggest \
      nothing, and a comparison of the `answer` with it never holds: a step behind such a `when` never runs. The same \
      goes for the `verdict` of a check, the `state` of a step and the options of an input or a field of the type \
      `choice`.
      """,
    bad: """
      steps:
        - confirm: verdict
          ask: What is this?
          suggest: atack
          options: {attack: An attack, benign: Ours}
      """,
    good: """
      steps:
        - confirm: verdict
          ask: What is this?
          suggest: attack
          options: {attack: An attack, benign: Ours}
      """
  ) { rule, analysis in
    let steps = analysis.steps.mapValues(\.step)
    let compared = analysis.uses.flatMap { analysis.playbook.wrongTexts(in: $0.expression, steps) }
    return compared
      + analysis.playbook.places.flatMap { place -> [Diagnostic] in
        guard case .confirm(let confirm) = place.step.kind, let suggest = confirm.suggest else { return [] }
        let names = confirm.options.map(\.name)
        if names.isEmpty {
          return [
            rule.finding(
              "`suggest` names an option, and `\(place.step.name)` has none", at: suggest.span,
              help: "a plain yes or no is never suggested")
          ]
        }
        let expression = suggest.soleExpression
        // An empty text suggests nothing.
        let given =
          suggest.literal.map { [($0, suggest.span)] }
          ?? expression?.expression.resultTexts.map { ($0.text, expression?.span(of: $0.range) ?? suggest.span) }
        return (given ?? []).filter { !$0.0.isEmpty && !names.contains($0.0) }.map { name, span in
          rule.finding(
            "`\(place.step.name)` has no option `\(name)`", at: span,
            help: BooleanWord.help(for: name, among: names) ?? Suggestion.help(for: name, in: names))
        }
      }
  }
}
