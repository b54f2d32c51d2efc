import CEL
import PlaybookTestSupport
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// What a person does by hand: asked for each time it is to be done, and by nothing else's answer.
@Suite struct ManualTests {
  @Test func `the yes to a change by hand does not say that it was done`() async throws {
    let run = try TestRun("steps:\n  - act: rotate\n    manual: Rotate the key\n")
    let human = FakeOperator(["rotate": [.yes], "rotate!done": [.said("it is done")]])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["rotate", "rotate!done"])
    #expect(run.outcome("rotate")?["value"] == "it is done")
  }

  @Test func `each item of a loop is asked about`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: rotate
          for_each: key in ["a", "b"]
          pace: {at_once: 2}
          manual: Rotate ${key}
      """)
    let human = FakeOperator(["rotate": [.yes], "rotate[0]!done": [.said("1")], "rotate[1]!done": [.said("2")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.outcome("rotate")?["items"]?.listValue?.map { $0["value"]?.stringValue } == ["1", "2"])
  }

  @Test func `one that nobody answers pauses, and is asked again when the run goes on`() async throws {
    let run = try TestRun("steps:\n  - act: rotate\n    manual: Rotate the key\n")
    #expect(await run.sit(FakeOperator(["rotate": [.yes]])).exitCode == 3)
    let paused = try #require(run.sink.events(.runPaused).last)
    #expect(paused.data["question"]?["key"] == "rotate!done")
    #expect(run.sink.events(.actFinished).isEmpty && run.sink.events(.stepFinished).isEmpty)
    let human = FakeOperator(["rotate!done": [.said("done")]])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["rotate!done"])
  }

  @Test func `what was answered to a read that failed is no answer to the next attempt`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: seen
          manual: What do you see?
        - check: c
          that: seen.value == "good"
      """)
    let human = FakeOperator(["seen": [.said("good")]])
    #expect(await run.sit(human) == .completed)
    #expect(RunState(run.sink.events).answers["seen"] != nil)
    let retried = Event(at: run.clock.now(), path: "seen", type: .failureHandled, data: MapValue([("choice", "retry")]))
    #expect(RunState(run.sink.events + [retried]).answers["seen"] == nil)
  }

  @Test func `a question left by skip leaves its step and nothing open`() async throws {
    let run = try TestRun("steps:\n  - act: rotate\n    manual: Rotate the key\n")
    let human = FakeOperator(["rotate": [.yes], "rotate!done": [.command(.skip(reason: "not tonight"))]])
    #expect(await run.sit(human) == .completed)
    #expect(run.sink.events(.actFinished).map { $0.data["state"]?.stringValue } == ["skipped"])
    #expect(run.reason("rotate") == "not tonight")
  }
}
