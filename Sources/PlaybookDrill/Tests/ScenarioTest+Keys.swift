import PlaybookLanguage

extension KeyTable {
  static let scenarioTest = KeyTable(
    "a test",
    [
      Key("test", .text, isRequired: true, "The claim that it tests, in one sentence"),
      Key("inputs", .map(.text), "The playbook's inputs; one that is not given has its default"),
      Key("world_before", .list(.call), "Changes to the world before the run: `redis`, `sql` or `shell`"),
      Key("give_up_after", .duration, "An `until` or a `verify` looks no longer than this"),
      Key("answers", .map(.tree), "Answers by the question's key; a question without one pauses the run"),
      Key("expect", .object(expectation), "The outcomes of the run and its steps"),
      Key("world", .list(.object(worldCheck)), "Questions to the drill's servers afterwards"),
      Key("world_else", .choice(["unchanged"]), "Nothing changed that `world` does not name"),
    ])

  static let expectation = KeyTable(
    "`expect`",
    [
      Key(
        "outcome", .choice(ScenarioTest.Outcome.allCases.map(\.rawValue)), "How the run ends; by default `completed`"),
      Key("steps", .map(.text), "Steps to their state, answer or verdict"),
      Key("that", .either([.expression, .list(.expression)]), "Conditions over the run's outcomes"),
    ])

  static let worldCheck = KeyTable(
    "a question to the world",
    [
      Key("api", .text, "A route of `api.yaml`; gives `calls`"),
      Key("file", .text, "A path in the world's folder; gives `exists`, `text`, `lines`"),
      Key("that", .either([.expression, .list(.expression)]), isRequired: true, "Conditions on the answer"),
    ])

  /// The states that a step may end in.
  static let states = ["done", "failed", "skipped", "unknown", "by hand"]
}
