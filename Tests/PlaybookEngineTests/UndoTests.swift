import CEL
import Testing

@testable import PlaybookEngine

/// Taking back over several sittings: what was sent is asked about, a "no" stays a "no".
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
    before.data["boot"] = "one"
    var events = [before] + whole.sink.events[1...end]
    let resumedEvent = Event(at: started.at, type: .runResumed, data: MapValue([("boot", "two")]))
    state = RunState(events + [resumedEvent])
    #expect(state.acts["two"]?.items[0]?.undo == "started")
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

  @Test func `a look at what was taken back that a stop cut short is taken when the run goes on`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: one
          shell: do
          undo: {shell: undo}
          verify: {shell: look, that: value == "on", every: 1s, within: 5m}
        - confirm: wait
          ask: ready?
      """)
    run.executor.script("look", .value("on"))
    let control = run.control
    run.clock.whileWaiting { control.request(.pause("SIGTERM")) }
    let human = FakeOperator(["one": [.yes], "wait": [.command(.undo)], "one!undo1": [.yes]])
    #expect(await run.sit(human).exitCode == 3, "\(human.keys)")
    let stopped = try #require(run.sink.events(.actUndone).last?.data)
    #expect(stopped["state"] == "done" && stopped["verified"] == nil && stopped["unseen"] == true)
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
}
