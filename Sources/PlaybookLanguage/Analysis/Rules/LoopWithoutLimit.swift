import CEL
import SourceText

extension LintRule {
  static let loopWithoutLimit = LintRule(
    code: "loop-without-limit", .warning,
    summary: "a loop of changes has no limit",
    explanation: """
      One yes covers all items of a loop. If the evidence is far larger than the author had in mind, `limit` makes the \
      engine ask again, or refuse where nobody can be asked, before the first item. It never shortens the list in \
      silence. A list that stands in the playbook itself needs none.
      """,
    bad: """
      steps:
        - query: spraying
          sql: SELECT '203.0.113.7' AS ip_address
        - act: block
          for_each: attacker in spraying.rows
          shell: firewall block ${attacker.ip_address}
          undo: {shell: "firewall unblock ${attacker.ip_address}"}
      """,
    good: """
      steps:
        - query: spraying
          sql: SELECT '203.0.113.7' AS ip_address
        - act: block
          for_each: attacker in spraying.rows
          limit: 50
          shell: firewall block ${attacker.ip_address}
          undo: {shell: "firewall unblock ${attacker.ip_address}"}
      """
  ) { rule, analysis in
    analysis.playbook.places.compactMap { place in
      guard case .act(let act) = place.step.kind, act.limit == nil, let loop = place.step.forEach,
        !loop.list.isMissing, !loop.list.expression.references.isEmpty
      else { return nil }
      return rule.finding(
        "`\(place.step.name)` changes as many things as the list is long", at: place.step.nameSpan,
        help: "add `limit: N`, the most that one yes may cover")
    }
  }
}
