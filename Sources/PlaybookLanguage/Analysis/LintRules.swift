/// The rules of `playbook lint`.
public enum LintRules {
  /// The rules for a playbook that was read, and then those that the reading itself reports.
  public static let all: [LintRule] = findings + LintRule.grammar

  private static let findings: [LintRule] = [
    .unknownName, .laterStep, .otherOption, .loopWithoutItems, .itemOutsideLoop, .unknownField, .wrongExpression,
    .notBoolean, .notAList, .secretPlace, .secretInArguments, .unknownOption, .showColumns, .shadowedName, .unusedInput,
    .actWithoutUndo, .loopWithoutLimit, .constantCondition,
  ]

  /// The rule with this code.
  public static func rule(_ code: String) -> LintRule? { all.first { $0.code == code } }

  /// The lines before a rule's example that make it a playbook.
  public static let exampleHead = "playbook: example\ntitle: Example\n"
}
