import CEL
import SourceText

extension LintRule {
  static let itemOutsideLoop = LintRule(
    code: "item-outside-loop",
    summary: "an expression reads a loop's item where there is none",
    explanation: """
      The item of a `for_each` is known within that step: in its `title`, `why`, `label`, call, `until`, `undo` and \
      `verify`, in `typed` under `approve: each`, and in the steps of a group. It is not known in the step's `when`, nor \
      in the list itself: these are looked at once, before the loop begins. To leave out items, filter the list.
      """,
    bad: """
      steps:
        - query: states
          for_each: unit in ['api', 'db']
          when: unit != 'db'
          shell: systemctl is-active ${unit}
      """,
    good: """
      steps:
        - query: states
          for_each: unit in ['api', 'db'].filter(u, u != 'db')
          shell: systemctl is-active ${unit}
      """
  ) { rule, analysis in
    analysis.diagnostics { misreading in
      guard case .item(let loop) = misreading.reason else { return nil }
      let name = misreading.reference.name
      if loop.name == misreading.use.step?.name {
        return rule.finding(
          "`\(name)` is an item of the loop, and this is looked at once, before it", at: misreading.span,
          help: "to leave out items, filter the list: `for_each: \(name) in LIST.filter(\(name), …)`")
      }
      return rule.finding(
        "`\(name)` is an item of the loop `\(loop.name)`, and this is outside of it", at: misreading.span,
        help: "the result of each item is in `\(loop.name).items`")
    }
  }
}
