import CEL
import SourceText

extension LintRule {
  static let unknownOption = LintRule(
    code: "unknown-option",
    summary: "`suggest` or an answer names an option that a decision does not have",
    explanation: """
      `suggest` gives the name of one of the decision's options. A name that is none of them would silently suggest \
      nothing, and a comparison of the `answer` with it would never hold.
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
    analysis.playbook.places.flatMap { place -> [Diagnostic] in
      guard case .confirm(let confirm) = place.step.kind, let suggest = confirm.suggest else { return [] }
      let names = confirm.options.map(\.name)
      if names.isEmpty {
        return [
          rule.finding(
            "`suggest` names an option, and `\(place.step.name)` has none", at: suggest.span,
            help: "a plain yes or no is never suggested")
        ]
      }
      guard let name = suggest.literal, !names.contains(name) else { return [] }
      return [
        rule.finding(
          "`\(place.step.name)` has no option `\(name)`", at: suggest.span, help: Suggestion.help(for: name, in: names))
      ]
    }
  }
}
