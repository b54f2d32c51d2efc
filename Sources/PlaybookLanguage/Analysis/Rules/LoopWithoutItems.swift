import CEL
import SourceText

extension LintRule {
  static let loopWithoutItems = LintRule(
    code: "loop-without-items",
    summary: "an expression reads a loop as if it had run once",
    explanation: """
      A step with `for_each`, and every step within a group that has one, runs once for each item. Its outcome is \
      `items`, a list in the order of the loop, and `count` and `ok`; each of the items has `item` and the fields of \
      the call, or the outcomes of the group's steps by name.
      """,
    bad: """
      steps:
        - query: states
          for_each: unit in ['api', 'db']
          shell: systemctl is-active ${unit}
        - check: all_up
          that: states.exit == 0
      """,
    good: """
      steps:
        - query: states
          for_each: unit in ['api', 'db']
          shell: systemctl is-active ${unit}
        - check: all_up
          that: states.items.all(s, s.exit == 0)
      """
  ) { rule, analysis in
    analysis.diagnostics { misreading in
      switch misreading.reason {
      case .fieldOfItems(let step, let field):
        return rule.finding(
          "`\(step.name)` is a loop, and `\(field)` is not a field of it as a whole", at: misreading.span,
          help: "each item has its own: `\(step.name).items.map(i, i.\(field))`")
      case .withinLoop(let place, let loop):
        let name = place.step.name
        return rule.finding(
          "`\(name)` runs once for each item of `\(loop.name)`", at: misreading.span,
          help: "each item has its own: `\(loop.name).items.map(i, i.\(name))`")
      default: return nil
      }
    }
  }
}
