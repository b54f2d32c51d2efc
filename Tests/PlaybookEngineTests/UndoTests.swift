import CEL
import PlaybookLanguage
import PlaybookTestSupport
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// An undo over several sessions: a call in doubt is asked about, a "no" stays a "no".
@Suite struct UndoTests {
  private static let two = """
    steps:
      - act: one
        shell: one
        undo: {shell: undo one}
      - act: two
        shell: two
        undo: {shell: undo two}
    """

  private func resumed(_ text: String, _ events: some Sequence<Event>) async throws -> TestRun {
    let run = try TestRun(text)
    for event in events { _ = try await run.sink.record(event, synced: true) }
    return run
  }

  @Test func `an undo at the end that was cut off is asked about`() async throws {
    let whole = try TestRun(Self.two)
    let human: [String: [Reply]] = [
      "one": [.yes], "two": [.yes], "run!undo": [.said("undo")], "two!undo0": [.yes], "one!undo0": [.no],
    ]
    #expect(await whole.sit(FakeOperator(human)) == .completed)
    let end = try #require(whole.sink.events.firstIndex { $0.type == .undoStarted })
    let again = try await resumed(Self.two, whole.sink.events[...end])
    let nobody = FakeOperator(isInteractive: false)
    #expect(await again.sit(nobody).exitCode == 3)
    #expect(nobody.keys == ["two!undocut0.1"])
    let person = FakeOperator(["two!undocut0.1": [.said("happened")], "one!undo0": [.no]])
    #expect(await again.sit(person) == .completed)
    #expect(person.keys == ["two!undocut0.1", "one!undo0"] && again.executor.acts.isEmpty)
  }

  @Test func `a no at the end stays, and what was paused there goes on there`() async throws {
    let run = try TestRun(Self.two)
    let first = FakeOperator(["one": [.yes], "two": [.yes], "run!undo": [.said("undo")], "two!undo0": [.no]])
    #expect(await run.sit(first).exitCode == 3)
    let second = FakeOperator(["one!undo0": [.yes]])
    #expect(await run.sit(second) == .completed)
    #expect(second.keys == ["one!undo0"] && run.executor.acts == ["!one", "!two", "!undo one"])
  }

  @Test func `after undo at the last question nothing is asked again`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n    undo: {shell: unfix}\n")
    let human = FakeOperator(["fix": [.yes], "run!undo": [.command(.undo)], "fix!undo0": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["fix", "run!undo", "fix!undo0"] && run.executor.acts == ["!fix it", "!unfix"])
    #expect(run.sink.events(.questionAnswered).first { $0.data["key"] == "run!undo" }?.data["value"] == "undo")
  }

  @Test func `who aborts the taking back is not asked about it again`() async throws {
    let text = Self.two + "\nfinally:\n  - act: tidy\n    shell: tidy\n"
    let run = try TestRun(text)
    let first = FakeOperator([
      "one": [.yes], "two": [.command(.abort)], "run!undo": [.said("undo")], "one!undo0": [.command(.abort)],
    ])
    #expect(await run.sit(first).exitCode == 3)
    let second = FakeOperator(["tidy": [.yes]])
    #expect(await run.sit(second).exitCode == 4)
    #expect(second.keys == ["tidy"])
  }

  @Test func `an undo within a loop's steps that was cut off is asked about`() async throws {
    let text = """
      steps:
        - group: each
          for_each: host in ["a", "b"]
          steps:
            - act: fix
              shell: fix ${host}
              undo: {shell: "unfix ${host}"}
        - confirm: fine
          ask: Fine?
      """
    let whole = try TestRun(text)
    let human: [String: [Reply]] = [
      "each[0].fix": [.yes], "each[1].fix": [.yes], "fine": [.command(.undo), .yes], "each[1].fix!undo1": [.yes],
      "each[0].fix!undo2": [.no], "run!undo": [.said("keep")],
    ]
    #expect(await whole.sit(FakeOperator(human)) == .completed)
    let end = try #require(whole.sink.events.firstIndex { $0.type == .undoStarted })
    let again = try await resumed(text, whole.sink.events[...end])
    let person = FakeOperator([
      "each[1].fix!undocut0.1": [.said("again")], "fine": [.yes], "run!undo": [.said("undo")],
      "each[0].fix!undo0": [.yes],
    ])
    #expect(await again.sit(person) == .completed, "\(person.keys)")
    #expect(again.executor.acts == ["!unfix b", "!unfix a"])
  }

  @Test func `an undo that was approved before a power cut may have been sent`() async throws {
    let whole = try TestRun(Self.two)
    let human: [String: [Reply]] = [
      "one": [.yes], "two": [.yes], "run!undo": [.said("undo")], "two!undo0": [.yes], "one!undo0": [.no],
    ]
    #expect(await whole.sit(FakeOperator(human)) == .completed)
    let end = try #require(whole.sink.events.firstIndex { $0.path == "two!undo0" && $0.type == .actIntended })
    var state = RunState(Array(whole.sink.events[...end]))
    #expect(state.acts["two"]?.items[0]?.undo == nil)
    let started = whole.sink.events[0]
    var before = started
    before.fields["boot"] = "one"
    var events = [before] + whole.sink.events[1...end]
    let resumedEvent = Event(at: started.at, type: .runResumed, data: MapValue([("boot", "two")]))
    state = RunState(events + [resumedEvent])
    #expect(state.acts["two"]?.items[0]?.undo == .started)
    events.append(Event(at: started.at, type: .runPaused, data: MapValue([("reason", "q")])))
    state = RunState(events + [resumedEvent])
    #expect(state.acts["two"]?.items[0]?.undo == nil)
  }

  @Test func `a cut undo of a change under finally is asked about`() async throws {
    let text = """
      steps:
        - query: q
          shell: q
      finally:
        - act: tidy
          shell: tidy
          undo: {shell: untidy}
      """
    let whole = try TestRun(text)
    let human: [String: [Reply]] = ["tidy": [.yes], "run!undo": [.said("undo")], "tidy!undo0": [.yes]]
    #expect(await whole.sit(FakeOperator(human)) == .completed)
    let end = try #require(whole.sink.events.firstIndex { $0.type == .undoStarted })
    let again = try await resumed(text, whole.sink.events[...end])
    let person = FakeOperator(["tidy!undocut0.1": [.said("happened")]])
    #expect(await again.sit(person) == .completed)
    #expect(person.keys == ["tidy!undocut0.1"] && again.executor.acts.isEmpty)
  }

  @Test func `who aborts at a cut undo still gets what is under finally`() async throws {
    let text = Self.two + "\nfinally:\n  - query: bye\n    shell: bye\n"
    let whole = try TestRun(text)
    let human: [String: [Reply]] = [
      "one": [.yes], "two": [.command(.undo), .yes], "one!undo1": [.yes], "run!undo": [.said("keep")],
    ]
    #expect(await whole.sit(FakeOperator(human)) == .completed)
    let end = try #require(whole.sink.events.firstIndex { $0.type == .undoStarted })
    let again = try await resumed(text, whole.sink.events[...end])
    let person = FakeOperator(["one!undocut0.1": [.command(.abort)], "run!undo": [.said("keep")]])
    #expect(await again.sit(person).exitCode == 4, "\(person.keys)")
    #expect(person.keys.count { $0 == "one!undocut0.1" } == 1, "\(person.keys)")
    #expect(again.executor.calls.last == "bye" && again.sink.events.last?.type == .runFinished)
  }

  private static let polled = """
    steps:
      - act: one
        shell: do
        undo: {shell: undo}
        verify: {shell: look, that: value == "on", every: 1s, within: 5m}
      - confirm: wait
        ask: ready?
    """

  @Test func `a look at what was taken back that a stop cut short is taken when the run goes on`() async throws {
    let run = try TestRun(Self.polled)
    run.executor.script("look", .value("on"))
    let control = run.control
    run.clock.whileWaiting { control.request(.pause("SIGTERM")) }
    let human = FakeOperator(["one": [.yes], "wait": [.command(.undo)], "one!undo1": [.yes]])
    #expect(await run.sit(human).exitCode == 3, "\(human.keys)")
    let stopped = try #require(run.sink.events(.actUndone).last?.data)
    #expect(stopped["state"] == "done" && stopped["verified"] == nil && stopped["unseen"] == true)
    #expect(stopped["outcome"]?["ok"] == true)
    run.control = RunControl()
    run.clock.whileWaiting {}
    run.executor.script("look", .value("on"), .value("off"))
    let again = FakeOperator(["wait": [.yes]])
    #expect(await run.sit(again) == .completed, "\(again.keys)")
    let seen = try #require(run.sink.events(.actUndone).last?.data)
    #expect(seen["state"] == "done" && seen["verified"] == true && seen["unseen"] == nil)
    #expect(run.executor.acts == ["!do", "!undo"])
    // Seen once, it is not looked at again.
    let count = run.sink.events(.actUndone).count
    await run.sit(FakeOperator(), from: Array(run.sink.events.dropLast()))
    #expect(run.sink.events(.actUndone).count == count)
  }

  @Test func `a change in an option that was left by going back can be taken back after a resume`() async throws {
    let run = try TestRun(
      """
      steps:
        - confirm: which
          ask: which?
          options:
            left:
              text: left
              steps:
                - query: q
                  shell: q
                - act: la
                  shell: do ${q.value}
                  undo: {shell: "undo ${q.value}"}
                - act: each
                  approve: each
                  for_each: x in ["a", "b"]
                  shell: each ${x}
            right: right
        - confirm: ok
          ask: ok?
      """)
    run.executor.script("q", .value("one"))
    let human = FakeOperator([
      "which": [.said("left"), .said("right")], "la": [.yes], "each[0]": [.said("yes")], "each[1]": [.said("no")],
      "ok": [.command(.back("which")), .command(.pause)],
    ])
    #expect(await run.sit(human).exitCode == 3, "\(human.keys)")
    run.executor.script("q", .value("two"))
    let again = FakeOperator(["ok": [.command(.undo), .yes], "la!undo1": [.yes]])
    #expect(await run.sit(again) == .completed, "\(again.keys)")
    #expect(run.executor.acts == ["!do one", "!each a", "!undo one"])
    // What was declined is no change: it is not among what can't be taken back.
    let warnings = run.sink.events(.warning, "each").compactMap { $0.data["text"]?.stringValue }
    #expect(warnings == ["`each` can't be taken back, the playbook knows no undo for it: each a"])
  }

  @Test func `what was taken back is on record before it is looked at`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: one
          shell: do
          undo: {shell: undo}
          verify: {shell: look, that: value == "on"}
      """)
    run.executor.script("look", .value("on"))
    let sink = run.sink
    run.executor.before { call in
      guard call.mode == .query, sink.events.last?.type == .actUndone else { return }
      #expect(sink.events.last?.data["unseen"] == true)
    }
    await run.sit(FakeOperator(["one": [.yes], "run!undo": [.said("undo")], "one!undo0": [.yes]]))
    let undone = run.sink.events(.actUndone).map(\.data)
    #expect(undone.count == 2 && undone[0]["unseen"] == true && undone[0]["verified"] == nil)
    #expect(undone[1]["state"] == "done" && undone[1]["verified"] == false && undone[1]["unseen"] == nil)
    // Killed between the two, it is looked at and not asked about.
    let cut = try #require(run.sink.events.firstIndex { $0.type == .actUndone })
    let events = Array(run.sink.events[...cut])
    run.sink = MemorySink()
    for event in events { _ = try await run.sink.record(event, synced: true) }
    run.executor.script("look", .value("off"))
    let human = FakeOperator()
    #expect(await run.sit(human) == .completed)
    #expect(human.keys.isEmpty && run.executor.acts == ["!do", "!undo"])
    #expect(run.sink.events(.actUndone).last?.data["verified"] == true)
  }

  @Test func `an undo that was left unknown is said before another one`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: one
          shell: do
          undo: {shell: undo}
        - confirm: wait
          ask: ready?
      """)
    run.executor.script("undo", .timedOut)
    let human = FakeOperator([
      "one": [.yes], "wait": [.command(.undo), .command(.undo), .yes], "one!undo1": [.yes],
      "one!undocut0.1": [.said("skip")], "one!undo2": [.no], "run!undo": [.said("keep")],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!do", "!undo"])
    guard case .approval(let approval)? = human.asked.first(where: { $0.key == "one!undo2" })?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.warnings == ["the undo of `one` was sent before: it is not known what became of it"])
  }

  @Test func `after a cut undo it is said what else was not taken back`() async throws {
    let whole = try TestRun(Self.two)
    await whole.sit(FakeOperator(["one": [.yes], "two": [.yes], "run!undo": [.said("undo")], "two!undo0": [.yes]]))
    let text = Self.two + "\n  - confirm: wait\n    ask: ready?\n"
    let run = try TestRun(text)
    let human = FakeOperator(["one": [.yes], "two": [.yes], "wait": [.command(.undo)], "two!undo1": [.yes]])
    await run.sit(human)
    let end = try #require(run.sink.events.firstIndex { $0.type == .undoStarted })
    let again = try await resumed(text, run.sink.events[...end])
    let person = FakeOperator(["two!undocut0.1": [.said("happened")], "wait": [.yes], "run!undo": [.said("keep")]])
    #expect(await again.sit(person) == .completed, "\(person.keys)")
    let warnings = again.sink.events(.warning).compactMap { $0.data["text"]?.stringValue }
    #expect(warnings == ["not taken back: `one`; /undo offers it"])
  }

  @Test func `who goes back from the last question is asked it again`() async throws {
    let run = try TestRun("steps:\n  - act: one\n    shell: do\n    undo: {shell: undo}\n")
    let human = FakeOperator([
      "one": [.yes], "run!undo": [.said("undo"), .said("keep")], "one!undo0": [.command(.back("one")), .no],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(human.keys == ["one", "run!undo", "one!undo0", "run!undo"])
    #expect(run.executor.acts == ["!do"])
  }

  @Test func `a cut undo of a change that the walk does not come by is asked about`() async throws {
    let text = """
      steps:
        - confirm: which
          ask: which?
          options:
            left:
              text: left
              steps:
                - act: la
                  shell: do
                  undo: {shell: undo}
            right: right
        - confirm: ok
          ask: ok?
      """
    let whole = try TestRun(text)
    let human = FakeOperator([
      "which": [.said("left"), .said("right")], "la": [.yes],
      "ok": [.command(.back("which")), .command(.undo), .command(.pause)],
      "la!undo1": [.yes],
    ])
    await whole.sit(human)
    let end = try #require(whole.sink.events.firstIndex { $0.type == .undoStarted })
    let again = try await resumed(text, whole.sink.events[...end])
    let person = FakeOperator(["ok": [.yes], "la!undocut0.1": [.said("happened")]])
    #expect(await again.sit(person) == .completed, "\(person.keys)")
    // Before anything else is asked.
    #expect(person.keys == ["la!undocut0.1", "ok"] && again.executor.acts.isEmpty)
  }

  @Test func `an undo that failed and was approved again is gone on with after a kill`() async throws {
    let text = Self.two + "\n  - confirm: wait\n    ask: ready?\n"
    let run = try TestRun(text)
    run.executor.script("undo two", .rejected())
    let undo = run.executor
    let human = FakeOperator([
      "one": [.yes], "two": [.yes], "wait": [.command(.undo), .command(.undo), .command(.pause)], "two!undo1": [.yes],
      "two!failure1": [.said("skip")],
      "two!failure1!reason": [.said("later")], "one!undo2": [.no], "two!undo3": [.yes],
    ])
    await run.sit(human)
    #expect(undo.acts.count > 2, "\(undo.acts) \(human.keys)")
    let end = try #require(run.sink.events.lastIndex { $0.path == "two!undo3" && $0.type == .actIntended })
    let again = try await resumed(text, run.sink.events[...end])
    let person = FakeOperator(["two!undo3": [.yes], "wait": [.yes], "run!undo": [.said("keep")]])
    #expect(await again.sit(person) == .completed, "\(person.keys)")
    #expect(person.keys.first == "two!undo3", "\(person.keys)")
  }

  @Test func `an abort while what was taken back is looked at leaves one look, no long one`() async throws {
    let run = try TestRun(Self.polled)
    run.executor.script("look", .value("on"), .value("on"), .value("off"))
    let control = run.control
    run.clock.whileWaiting { control.request(.abort("enough")) }
    let human = FakeOperator(["one": [.yes], "wait": [.command(.undo)], "one!undo1": [.yes]])
    #expect(await run.sit(human).exitCode == 4, "\(human.keys)")
    #expect(run.sink.events(.actUndone).map { $0.data["verified"] } == [nil, true])
    #expect(run.executor.calls.count { $0 == "look" } == 3)
  }
}
