import CEL
public import PlaybookLanguage

extension ManualExecutor {
  /// The form of its calls.
  public static let schema = ExecutorSchema(
    name: "manual",
    summary: "A person does it, or looks it up, and says so",
    fields: [
      .init("text", .text, isRequired: true, "The thing to do or to look up; Markdown where it has several lines"),
      .init(
        "answer", .choice(InputDeclaration.InputType.allCases.map(\.rawValue)),
        "The type of the answer; without it the answer is whether it was done"),
      .init("options", .tree, "The answers of `answer: choice`"),
      .init(
        "evidence", .choice(["required", "optional"]), "Whether to ask for what shows it, and whether it may be empty"),
    ],
    shortForm: .field("text"),
    outcome: ["answer": .dyn, "evidence": .dyn],
    usesTarget: false,
    isPrompted: true,
    validate: { form, _ in problems(form) })

  private static func problems(_ form: CallForm) -> [CallProblem] {
    var problems: [CallProblem] = []
    if let text = form.literal("text"), text.allSatisfy(\.isWhitespace) {
      problems.append(CallProblem(path: ["text"], code: "manual-empty", message: "there is nothing to do"))
    }
    let isChoice = form.literal("answer") == InputDeclaration.InputType.choice.rawValue
    switch (isChoice, form.fields["options"]) {
    case (true, nil):
      problems.append(
        CallProblem(
          path: ["answer"], code: "manual-options", message: "a choice needs `options`", help: "options: [one, another]"
        ))
    case (false, .some) where form.fields["answer"] == nil || form.literal("answer") != nil:
      problems.append(
        CallProblem(path: ["options"], code: "manual-options", message: "`options` belong to `answer: choice`"))
    default: break
    }
    return problems
  }
}
