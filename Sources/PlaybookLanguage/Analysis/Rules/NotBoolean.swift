import CEL
import SourceText

extension LintRule {
  static let notBoolean = LintRule(
    code: "not-boolean",
    summary: "a condition is neither true nor false",
    explanation: """
      `when` and `that` ask whether something holds, so their expressions give true or false. A number, a text or a \
      list is neither: compare it, or ask `size() > 0`.
      """,
    bad: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - check: many
          that: failures.rows.size()
      """,
    good: """
      steps:
        - query: failures
          sql: SELECT 1 AS n
        - check: many
          that: failures.rows.size() > 0
      """
  ) { rule, analysis in
    analysis.uses.compactMap { use in
      switch use.purpose {
      case .condition, .that: break
      default: return nil
      }
      let (type, problems) = analysis.check(use)
      guard problems.isEmpty, type != .bool, type != .dyn else { return nil }
      return rule.finding(
        "\(use.place) is true or false, and this is \(type.phrase)", at: use.expression.span, help: type.comparison)
    }
  }
}

extension StaticType {
  /// The name of a value of it in messages.
  var phrase: String {
    switch self {
    case .dyn: "anything"
    case .null: "nothing"
    case .bool: "true or false"
    case .int, .uint: "a whole number"
    case .double, .decimal: "a number"
    case .string: "text"
    case .bytes: "bytes"
    case .timestamp: "a time"
    case .duration: "a duration"
    case .type: "a type"
    case .ip: "an address"
    case .cidr: "a network"
    case .list: "a list"
    case .map: "a map"
    case .optional: "an optional value"
    case .object(let shape): shape.name
    }
  }

  fileprivate var comparison: String? {
    switch self {
    case .int, .uint, .double, .decimal: "compare it, for example `… > 0`"
    case .list, .map, .string: "ask for example `size(…) > 0`"
    case .object(let shape) where shape.fields["yes"] == .bool: "ask for its `.yes`"
    case .object(let shape) where shape.fields["ok"] == .bool: "ask for one of its fields, such as `.ok`"
    default: nil
    }
  }
}
