import CEL
import SourceText

extension LintRule {
  static let shadowedName = LintRule(
    code: "shadowed-name",
    summary: "a loop's item is called like a step or like the item of a loop around it",
    explanation: """
      Within the loop the item would hide the step of that name, and a reader of the playbook could not tell which is \
      meant. Loops that are not within each other may share the name of their item.
      """,
    bad: """
      steps:
        - query: row
          sql: SELECT 1 AS n
        - query: details
          for_each: row in row.rows
          shell: explain ${row.n}
      """,
    good: """
      steps:
        - query: numbers
          sql: SELECT 1 AS n
        - query: details
          for_each: row in numbers.rows
          shell: explain ${row.n}
      """
  ) { rule, analysis in
    analysis.playbook.places.compactMap { place in
      guard let item = place.step.forEach?.item else { return nil }
      if let step = analysis.steps[item] {
        return rule.finding(
          "the item `\(item)` hides the step of that name, at line \(step.step.nameSpan.start.line)",
          at: place.step.forEach?.list.span ?? place.step.nameSpan, help: "call one of them otherwise")
      }
      guard let outer = place.ancestors.first(where: { $0.forEach?.item == item }) else { return nil }
      return rule.finding(
        "the item `\(item)` hides that of the loop `\(outer.name)`", at: place.step.forEach?.list.span,
        help: "call one of them otherwise")
    }
  }
}
