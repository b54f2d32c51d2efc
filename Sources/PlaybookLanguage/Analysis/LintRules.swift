/// Everything that `playbook lint` can say about a playbook.
public enum LintRules {
  /// What is looked at when a playbook was read, and then what the reading itself reports.
  public static let all: [LintRule] = findings + LintRule.grammar

  private static let findings: [LintRule] = [
    .unknownName, .laterStep, .otherOption, .loopWithoutItems, .itemOutsideLoop, .unknownField, .wrongExpression,
    .notBoolean, .notAList, .secretPlace, .secretInArguments, .unknownOption, .showColumns, .shadowedName, .unusedInput,
    .actWithoutUndo, .loopWithoutLimit, .constantCondition,
  ]

  /// The rule with this code.
  public static func rule(_ code: String) -> LintRule? { all.first { $0.code == code } }

  /// What stands before the text of a rule's example to make it a playbook.
  public static let exampleHead = "playbook: example\ntitle: Example\n"
}
