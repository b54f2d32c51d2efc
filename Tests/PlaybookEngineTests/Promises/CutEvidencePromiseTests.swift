import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// Promise 5: a change that rests on cut evidence is held back, whatever way the evidence came.
@Suite struct CutEvidencePromiseTests {
  /// The steps between the cut evidence `q` and the change, and the change's argument.
  static let ways: [(steps: String, argument: String)] = [
    ("", "${q.rows[0]}"),
    ("  - document: dd\n    text: \"first: ${q.rows[0]}\"\n", "${dd.text}"),
    ("  - document: dd\n    text: \"first: ${q.rows[0]}\"\n", "${dd}"),
    (
      "  - document: dd\n    text: \"n ${q.rows.size()}\"\n  - document: ee\n    text: \"so ${dd.text}\"\n",
      "${ee.text}"
    ),
    ("  - group: g\n    steps:\n      - document: dd\n        text: \"n ${q.rows.size()}\"\n", "${dd.text}"),
    (
      "  - group: g\n    for_each: n in [1]\n    steps:\n      - document: dd\n        text: \"n ${q.rows.size()}\"\n",
      "${g.items[0].dd.text}"
    ),
    (
      "  - confirm: c\n    ask: Which?\n    suggest: \"${q.rows.size() > 1 ? 'a' : 'b'}\"\n    options: {a: A, b: B}\n",
      "${c.suggested}"
    ),
    (
      "  - document: dd\n    ask: Well?\n    fields: {first: {type: string, default: \"${string(q.rows[0])}\"}}\n",
      "${dd.first}"
    ),
  ]

  @Test(arguments: ways)
  func `an act on what cut evidence told is not sent`(_ way: (steps: String, argument: String)) async throws {
    let text =
      "steps:\n  - query: q\n    shell: look\n" + way.steps + "  - act: fix\n    shell: [fix, \"\(way.argument)\"]\n"
    for isCut in [true, false] {
      let run = try TestRun(text)
      run.executor.script("look", FakeExecutor.Reply.fields(["rows": ["a", "b"]], truncated: isCut))
      let person = FakeOperator([
        "fix": [.yes], "c": [.said("a")], "dd": [.said("well")], "dd.first": [.said("a")],
      ])
      await run.sit(person)
      #expect(run.sink.events(.actIntended).isEmpty == isCut, "\(way) \(run.sink.events.map(\.type))")
    }
  }
}
