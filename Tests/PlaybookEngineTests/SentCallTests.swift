import CEL
import PlaybookLanguage
import PlaybookTestSupport
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// What was sent stays on record as what it was, and goes out once more, or is taken back, only as a human says.
@Suite struct SentCallTests {
  /// The same playbook, killed after the last of the first events that fit.
  private func killed(
    _ text: String, after whole: TestRun, _ isLast: (Event) -> Bool
  ) async throws -> TestRun {
    let run = try TestRun(text)
    let index = whole.sink.events.firstIndex(where: isLast)
    let end = try #require(index)
    for event in whole.sink.events[...end] { _ = try await run.sink.record(event, synced: true) }
    run.clock.advance(by: .seconds(2))
    return run
  }

  private static let loop = """
    steps:
      - query: q
        fresh: 1s
        shell: q
      - act: a
        for_each: x in ["a", "b", "c"]
        shell: do ${x} ${q.value}
        undo: {shell: "undo ${x} ${q.value}"}
    """

  @Test func `evidence that is taken anew changes neither what was sent nor what takes it back`() async throws {
    let whole = try TestRun(Self.loop)
    whole.executor.script("q", .value("one"))
    await whole.sit(FakeOperator(["a": [.yes], "run!undo": [.said("keep")]]))
    let again = try await killed(Self.loop, after: whole) { $0.type == .actStarted && $0.data["position"] == 1 }
    again.executor.script("q", .value("two"))
    let human = FakeOperator([
      "a!cut1.1": [.said("again")], "run!fresh": [.yes], "a": [.yes], "run!undo": [.said("undo")], "a!undo0": [.yes],
      "a!undo0[2]": [.said("all")],
    ])
    #expect(await again.sit(human) == .completed, "\(human.keys)")
    let acts = again.executor.acts
    #expect(acts.prefix(2) == ["!do b one", "!do c two"])
    #expect(acts.dropFirst(2) == ["!undo c two", "!undo b one", "!undo a one"])
    // What is settled is not asked about again, and what was sent keeps its words.
    guard case .approval(let approval)? = human.asked.first(where: { $0.key == "a" })?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.calls == ["do b one", "do c two"])
    let intent = try #require(again.sink.events(.actIntended, "a").last)
    #expect(intent.data["calls"] == ["do a one", "do b one", "do c two"])
    #expect(intent.data["undo"] == ["undo a one", "undo b one", "undo c two"])
  }

  @Test func `what is sent again after it was taken back is taken back as it was sent`() async throws {
    let text = Self.loop.replacing("    for_each: x in [\"a\", \"b\", \"c\"]\n", with: "").replacing("${x} ", with: "")
    let whole = try TestRun(text)
    whole.executor.script("q", .value("one"))
    await whole.sit(FakeOperator(["a": [.yes], "run!undo": [.said("keep")]]))
    let again = try await killed(text, after: whole) { $0.type == .actStarted }
    again.executor.script("q", .value("two"))
    let human = FakeOperator([
      "a!cut0.1": [.command(.undo), .said("again")], "a!undo1": [.yes], "run!fresh": [.yes],
      "run!undo": [.said("undo")], "a!undo0": [.yes],
    ])
    #expect(await again.sit(human) == .completed, "\(human.keys)")
    #expect(again.executor.acts == ["!undo one", "!do one", "!undo one"])
  }

  @Test func `a call that failed and was skipped stays failed, one done by hand says so`() async throws {
    let run = try TestRun("steps:\n  - act: a\n    shell: do\n  - act: b\n    shell: do\n")
    run.executor.script("do", .rejected())
    let human = FakeOperator([
      "a": [.yes], "a!failure1": [.said("skip")], "a!failure1!reason": [.said("broken")], "b": [.yes],
      "b!failure2": [.said("by_hand")], "b!failure2!reason": [.said("on the box")],
    ])
    #expect(await run.sit(human) == .completed)
    let skipped = try #require(run.sink.events(.actFinished, "a").last?.data)
    #expect(skipped["state"] == "failed" && skipped["left"] == true && skipped["word"] == "skip")
    #expect(skipped["reason"] == "broken" && skipped["by"]?.stringValue != nil)
    let done = try #require(run.sink.events(.actFinished, "b").last?.data)
    #expect(done["state"] == "done" && done["word"] == "by_hand" && done["reason"] == "on the box")
    #expect(run.outcome("a")?["state"] == "skipped" && run.outcome("b")?["ok"] == true)
    // What was decided stays so.
    let again = FakeOperator()
    #expect(await run.sit(again, from: Array(run.sink.events.dropLast())) == .completed)
    #expect(again.keys.isEmpty && run.executor.acts.count == 2)
  }

  @Test func `said beforehand, "again" sends nothing without the digest of what was approved`() async throws {
    let text = "steps:\n  - act: a\n    shell: do\n"
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes]]))
    let run = try await killed(text, after: whole) { $0.type == .actStarted }
    run.answers = ["a!cut0.1": "again"]
    run.approvals = ["beef"]
    let alone = FakeOperator(isInteractive: false)
    #expect(await run.sit(alone).exitCode == 3)
    #expect(alone.keys == ["a!again0.1"] && run.executor.acts.isEmpty)
    #expect(run.sink.events(.warning).last?.data["text"]?.stringValue?.hasPrefix("no digest given") == true)
    // What the yes would be given to is on record before it is.
    let asked = try #require(run.sink.events(.questionAsked).last?.data["approval"])
    #expect(asked["calls"] == ["do"] && asked["count"] == 1 && asked["target"] == "shell")
    run.approvals = [try #require(run.sink.events(.actIntended, "a").last?.data["digest"]?.stringValue)]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!do"])
  }

  @Test(arguments: [true, false]) func `what can't be taken back is sent once more after a typed yes only`(
    _ isYes: Bool
  )
    async throws
  {
    let text = "steps:\n  - act: a\n    irreversible: true\n    shell: do\n"
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes]]))
    let run = try await killed(text, after: whole) { $0.type == .actStarted }
    let human = FakeOperator([
      "a!cut0.1": [.said("again")], "a!again0.1": [isYes ? .yes : .no], "a!cut0.2": [.said("skip")],
    ])
    await run.sit(human)
    guard case .approval(let approval)? = human.asked.first(where: { $0.key == "a!again0.1" })?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.typed == "a shell" && approval.calls == ["do"])
    #expect(run.executor.acts == (isYes ? ["!do"] : []))
  }

  @Test func `an undo that was interrupted is gone on with, and asked about`() async throws {
    let text = """
      steps:
        - act: a
          for_each: x in ["a", "b", "c"]
          shell: do ${x}
          undo: {shell: "undo ${x}"}
        - act: b
          shell: do it
          undo: {shell: undo it}
        - confirm: well
          ask: Well?
      """
    let whole = try TestRun(text)
    await whole.sit(
      FakeOperator([
        "a": [.yes], "b": [.yes], "well": [.command(.undo), .yes], "b!undo1": [.no], "a!undo2[2]": [.said("all")],
        "run!undo": [.said("keep")],
      ]))
    #expect(whole.executor.acts.suffix(3) == ["!undo c", "!undo b", "!undo a"])
    let again = try await killed(text, after: whole) { $0.type == .undoStarted && $0.data["position"] == 1 }
    let human = FakeOperator([
      "a!undocut1.1": [.said("skip")], "a!undo2[0]": [.said("yes")], "well": [.yes], "run!undo": [.said("keep")],
    ])
    #expect(await again.sit(human) == .completed, "\(human.keys)")
    #expect(again.executor.acts == ["!undo a"])
    // What was left is unknown, not skipped, and is not asked about a second time.
    let left = again.sink.events(.actUndone, "a").first { $0.data["position"] == 1 }?.data
    #expect(left?["state"] == "unknown" && left?["word"] == "skip")
    #expect(RunState(again.sink.events).acts["a"]?.items[1]?.undo == .left)
  }

  @Test func `of a change that never showed an undo's look says nothing`() async throws {
    let text = """
      steps:
        - act: a
          on_error: continue
          shell: do
          undo: {shell: undo}
          verify: {shell: look, that: value == "there"}
      """
    for (before, expected) in [("nothing", Value?.none), ("there", true)] {
      let run = try TestRun(text)
      run.executor.script("look", .value(.string(before)), .value("nothing"))
      await run.sit(FakeOperator(["a": [.yes], "run!undo": [.said("undo")], "a!undo0": [.yes]]))
      #expect(run.sink.events(.actUndone, "a").last?.data["verified"] == expected, "\(before)")
    }
  }

  @Test func `what failed or was taken back can be gone back to and is asked about anew`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: a
          shell: do a
          undo: {shell: undo a}
        - act: b
          shell: do b
        - act: c
          shell: do c
        - confirm: well
          ask: Well?
      """)
    run.executor.script("do b", .rejected(), .value("fine"))
    let human = FakeOperator([
      "a": [.yes, .yes], "b": [.yes, .yes], "c": [.yes], "b!failure1": [.said("skip")],
      "b!failure1!reason": [.said("later")], "well": [.command(.undo), .command(.back("a")), .yes], "a!undo1": [.yes],
      "run!undo": [.said("keep")],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    // What stands is not made a second time.
    #expect(run.executor.acts == ["!do a", "!do b", "!do c", "!undo a", "!do a", "!do b"])
    #expect(run.outcome("b")?["ok"] == true)
    let state = RunState(run.sink.events)
    #expect(state.acts["a"]?.items[0]?.isUndone == false && state.changes == 3)
  }

  @Test func `of items approved one by one, what is to go to another target is asked about one by one`() async throws {
    let text = """
      steps:
        - act: a
          for_each: x in ["a", "b"]
          approve: each
          shell: do ${x}
      """
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a[0]": [.said("all")]]))
    let run = try await killed(text, after: whole) { $0.type == .actStarted && $0.data["position"] == 1 }
    try run.useSecret()
    // The one that was cut is not wanted at the new place.
    let human = FakeOperator(["a!cut1.1": [.said("again")], "a[1]": [.said("no")]])
    await run.sit(human)
    #expect(human.keys == ["a!cut1.1", "a[1]"] && run.executor.acts.isEmpty)
    let left = run.sink.events(.actFinished, "a").last?.data
    #expect(left?["position"] == 1 && left?["state"] == "unknown" && left?["left"] == true && left?["word"] == nil)
  }

  @Test func `a no to one undo is none to the others`() {
    func event(_ type: EventType, _ path: StepPath, _ data: MapValue) -> Event {
      Event(at: Timestamp(seconds: 100), path: path, type: type, data: data)
    }
    func answered(_ key: String, _ value: Value) -> Event {
      event(.questionAnswered, "a", MapValue([("key", .string(key)), ("value", value)]))
    }
    var state = RunState([
      event(.actIntended, "a", MapValue([("calls", ["x", "y", "z"]), ("digest", "d")])),
      event(.actFinished, "a", MapValue([("position", 0), ("state", "done")])),
      event(.actFinished, "a", MapValue([("position", 1), ("state", "done")])),
      event(.actFinished, "a", MapValue([("position", 2), ("state", "done")])),
      event(.actIntended, "a!undo1", MapValue([("undoes", "a"), ("positions", [0, 1, 2])])),
    ])
    for key in ["a!undoagain2.1", "a!undoverify2.1"] {
      state.apply(answered(key, false))
      #expect(state.acts["a"]?.toTakeBack == [0, 1, 2], "\(key)")
    }
    state.apply(answered("a!undo2[1]", "no"))
    #expect(state.acts["a"]?.toTakeBack == [0, 2])
    state.apply(answered("a!undo2[2]", "done"))
    #expect(state.acts["a"]?.toTakeBack == [])
  }

  // MARK: Other inputs, doubled sendings

  private static let block = """
    steps:
      - query: q
        shell: q
      - act: a
        shell: do ${q.value}
        undo: {shell: "undo ${q.value}"}
    """

  @Test func `a call that may have taken effect before its inputs were changed is named with its undo`() async throws {
    let run = try TestRun(Self.block)
    run.executor.script("q", .value("one"))
    run.executor.script("do one", .timedOut, .rejected())
    run.executor.script("do two", .timedOut, .fields([:]))
    let human = FakeOperator([
      "a": [.yes], "a!cut0.1": [.said("again")], "a!failure2": [.said("edit")], "a!failure2!value": [.said("two")],
      "a!edit2": [.yes], "a!cut0.3": [.said("again")], "run!undo": [.said("undo")], "a!undo0": [.yes],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!do one", "!do one", "!do two", "!do two", "!undo two"])
    guard case .approval(let approval)? = human.asked.first(where: { $0.key == "a!edit2" })?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.warnings.first?.contains("`do one` was sent before the inputs were changed") == true)
    #expect(approval.warnings.first?.contains("by hand it is taken back with: undo one") == true)
    let intent = try #require(run.sink.events(.actIntended, "a!edit2").first)
    #expect(intent.data["replaces"] == ["call": "do one", "undo": "undo one"])
    // Two sendings of the first call are none of the second.
    let cut = try #require(human.asked.first { $0.key == "a!cut0.3" })
    #expect(cut.text.contains("times in all") == false)
    // Where it is taken back what can't be is said, and that one undo takes back one sending.
    let warnings = run.sink.events(.warning, "a").compactMap { $0.data["text"]?.stringValue }
    #expect(warnings.contains { $0.contains("by hand it is taken back with: undo one") }, "\(warnings)")
    guard case .approval(let undo)? = human.asked.first(where: { $0.key == "a!undo0" })?.kind else {
      Issue.record("no undo")
      return
    }
    #expect(undo.warnings.contains { $0.contains("may be there more than once: this is one undo") }, "\(undo.warnings)")
  }

  @Test func `a call that only failed before its inputs were changed leaves nothing to take back`() async throws {
    let run = try TestRun(Self.block)
    run.executor.script("q", .value("one"))
    run.executor.script("do one", .rejected())
    let human = FakeOperator([
      "a": [.yes], "a!failure1": [.said("edit")], "a!failure1!value": [.said("two")], "a!edit1": [.yes],
      "run!undo": [.said("keep")],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.sink.events(.actIntended, "a!edit1").first?.data["replaces"] == nil)
    #expect(run.sink.events(.warning).isEmpty)
  }

  @Test func `an approved item that is protected since leaves nothing to ask where all others are done`() async throws {
    let text =
      "steps:\n  - act: a\n    for_each: x in [\"a\", \"b\"]\n    shell: do ${x}\n    undo: {shell: \"undo ${x}\"}\n"
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes], "run!undo": [.said("keep")]]))
    let run = try await killed(text, after: whole) { $0.type == .actFinished && $0.data["position"] == 0 }
    run.environment.protected.accounts = ["b"]
    let human = FakeOperator(["run!undo": [.said("keep")]])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts.isEmpty && human.keys == ["run!undo"])
  }

  @Test func `what a used playbook was given when a call was sent takes it back`() async throws {
    let text = """
      steps:
        - query: q
          shell: q
        - use: inner
          with: {host: "${q.value}"}
        - query: after
          shell: after ${inner.later.value}
      """
    let inner = """
      playbook: inner
      title: Inner
      inputs:
        host: {type: string}
      steps:
        - act: a
          shell: do ${inputs.host}
          undo: {shell: "undo ${inputs.host}"}
        - confirm: wait
          ask: ready?
        - query: later
          shell: look ${inputs.host}
      """
    let run = try TestRun(text, used: ["inner": inner])
    run.executor.script("q", .value("one"), .value("two"))
    let human = FakeOperator([
      "inner.a": [.yes], "inner.wait": [.command(.redo("q")), .command(.undo), .yes], "inner.a!undo1": [.yes],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!do one", "!undo one"])
    let given = run.sink.events(.stepStarted, "inner").map { $0.data["inputs"] }
    #expect(given == [["host": "one"], ["host": "two"]])
    #expect(run.executor.calls.suffix(2) == ["look two", "after look two"])
    // Gone on with, it begins no third time.
    await run.sit(FakeOperator(), from: Array(run.sink.events.dropLast()))
    #expect(run.sink.events(.stepStarted, "inner").count == 2)
  }

  @Test func `what failed in the end and may have taken effect before can be taken back`() async throws {
    let run = try TestRun(Self.block)
    run.executor.script("q", .value("one"))
    run.executor.script("do one", .timedOut, .rejected("already there"))
    let human = FakeOperator([
      "a": [.yes], "a!cut0.1": [.said("again")], "a!failure2": [.said("skip")],
      "a!failure2!reason": [.said("it is there")],
      "run!undo": [.said("undo")], "a!undo0": [.yes],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!do one", "!do one", "!undo one"])
  }

  @Test func `a stop between two calls that are sent again holds`() async throws {
    let text = "steps:\n  - act: a\n    for_each: x in [\"a\", \"b\"]\n    pace: {at_once: 2}\n    shell: do ${x}\n"
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes]]))
    let run = try await killed(text, after: whole) { $0.type == .actStarted && $0.data["position"] == 1 }
    let control = run.control
    run.executor.before { _ in control.request(.pause("Ctrl-C")) }
    let human = FakeOperator(["a!cut0.1": [.said("again")], "a!cut1.2": [.said("again")]])
    #expect(await run.sit(human) == .paused("Ctrl-C"))
    #expect(run.executor.acts == ["!do a"])
  }

  @Test func `what is protected since it was sent is not sent again`() async throws {
    let text = "steps:\n  - act: a\n    for_each: x in [\"a\", \"b\"]\n    shell: do ${x}\n"
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes]]))
    let run = try await killed(text, after: whole) { $0.type == .actStarted && $0.data["position"] == 0 }
    run.environment.protected.accounts = ["a"]
    let human = FakeOperator(["a!cut0.1": [.said("again")], "a!rest": [.yes]])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!do b"])
    let warnings = run.sink.events(.warning, "a").compactMap { $0.data["text"]?.stringValue }
    #expect(warnings.contains { $0.hasPrefix("a is not sent again: ") }, "\(warnings)")
  }
}
