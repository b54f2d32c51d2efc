import CEL
import PlaybookTestSupport
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

@Suite struct RemarkTests {
  private let start = Event(
    at: Timestamp(seconds: 100), type: .runStarted, data: MapValue([("boot", "one"), ("operator", "alice")]))

  private func event(_ type: EventType, _ path: StepPath = "", _ data: MapValue = MapValue()) -> Event {
    Event(at: Timestamp(seconds: 200), path: path, type: type, data: data)
  }

  private var intended: Event {
    event(.actIntended, "block", MapValue([("calls", ["a", "b", "c"]), ("approved", [0, 2])]))
  }

  @Test func `a remark from outside is known by its id and leaves the outcome as it was`() {
    var state = RunState([start, event(.runFinished, "", MapValue([("outcome", "completed")]))])
    state.apply(Remark(id: "r1", text: "late", by: "bob", made: Timestamp(seconds: 300)).event)
    #expect(state.outcome == .completed && state.remarks == ["r1"])
  }

  @Test(arguments: ["shell: ask", "shell: fail"])
  func `a signal that comes when the run has ended is none of its events`(query: String) async throws {
    let run = try TestRun("steps:\n  - query: a\n    \(query)\n  - confirm: b\n    ask: x\n")
    run.executor.script("fail", .rejected())
    await run.sit { runner in
      await runner.interrupted(by: "SIGHUP", choice: .pause)
      await runner.warn("a file in the inbox is left out")
    }
    #expect([.runPaused, .runFinished].contains(run.sink.events.last?.type))
  }

  @Test func `after a new start of the machine every approved call of an open act is in doubt`() {
    let begun = event(.actFinished, "block", MapValue([("position", 0), ("state", "done")]))
    let state = RunState([start, intended, begun, event(.runResumed, "", MapValue([("boot", "two")]))])
    #expect(state.acts["block"]?.items[0]?.state == .done)
    #expect(state.acts["block"]?.items[1] == nil)
    #expect(state.acts["block"]?.items[2]?.state == .started)
    #expect(state.acts["block"]?.items[2]?.isDoubtful == true)
  }

  @Test func `without a new start, or of an act that has ended, nothing is in doubt`() {
    let same = RunState([start, intended, event(.runResumed, "", MapValue([("boot", "one")]))])
    #expect(same.acts["block"]?.items.isEmpty == true)
    let ended = RunState([
      start, intended, event(.stepFinished, "block"), event(.runResumed, "", MapValue([("boot", "two")])),
    ])
    #expect(ended.acts["block"]?.items.isEmpty == true)
  }

  @Test func `who else is open in the environment is recorded before the first act asks, once`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: one
          shell: one
        - act: two
          shell: two
      """)
    run.neighbours = ["bob is changing `staging` too"]
    let human = FakeOperator(["one": [.yes], "two": [.yes]])
    #expect(await run.sit(human) == .completed)
    let warnings = run.sink.events(.warning)
    #expect(warnings.map { $0.data["text"]?.stringValue } == ["bob is changing `staging` too"])
    let asked = try #require(run.sink.events(.questionAsked, "one").first)
    #expect(warnings[0].sequence < asked.sequence && warnings[0].path == "one")
  }
}
