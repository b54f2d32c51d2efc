import CEL
import PlaybookLanguage
import PlaybookTestSupport
import Synchronization
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// What stops a run stops it before the next call, and says nothing that was not seen.
@Suite struct StopTests {
  private static let poll = """
    steps:
      - act: a
        shell: do
      - query: q
        shell: q
        until: {that: value == "good", every: 5s, within: 10m}
    """

  @Test func `a wait that is paused has not run out, and begins anew`() async throws {
    let run = try TestRun(Self.poll)
    let control = run.control
    run.executor.before { call in if call.mode == .query { control.request(.pause("SIGHUP")) } }
    #expect(await run.sit(FakeOperator(["a": [.yes]])) == .paused("SIGHUP"))
    #expect(run.sink.events(.stepFinished, "q").isEmpty)
    run.control = RunControl()
    run.executor.before { _ in }
    run.executor.script("q", .value("good"))
    #expect(await run.sit() == .completed)
    #expect(run.outcome("q")?["met"] == true)
  }

  /// Where nobody is there to wait for it: a change is never cut.
  @Test(arguments: [true, false]) func `a read is ended by SIGTERM, a change is not`(_ isRead: Bool) async throws {
    let run = try TestRun("steps:\n  - \(isRead ? "query" : "act"): a\n    shell: do\n")
    let control = run.control
    run.executor.before { _ in
      control.announce("SIGTERM", choice: .pause)
      control.request(.pause("SIGTERM"), isUnattended: true)
    }
    if isRead { run.executor.script("do", .hang) }
    #expect(await run.sit(FakeOperator(["a": [.yes]])) == .paused("SIGTERM"))
    #expect(run.sink.events(.actFinished).count == (isRead ? 0 : 1) && run.sink.events(.failureHandled).isEmpty)
    // However soon the run ended, how that came about is on record before.
    #expect(run.sink.story.suffix(2) == ["interrupted", "run.paused"])
  }

  @Test func `two times Ctrl-C in a wait cut no call`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: m
          for_each: host in ["a", "b"]
          pace: {wait: 1h}
          shell: do ${host}
      """)
    let control = run.control
    run.clock.whileWaiting { control.cut("twice") }
    #expect(await run.sit(FakeOperator(["m": [.yes]])).exitCode == 3)
    #expect(run.executor.acts == ["!do a"])
  }

  @Test func `a wait in the last step that is aborted ends the run as aborted`() async throws {
    let run = try TestRun(Self.poll)
    let control = run.control
    run.executor.before { call in if call.mode == .query { control.request(.abort("enough")) } }
    #expect(await run.sit(FakeOperator(["a": [.yes]])) == .aborted("enough"))
    let other = try TestRun("steps:\n  - act: a\n    shell: do\n")
    let otherControl = other.control
    other.executor.before { _ in otherControl.request(.abort("enough")) }
    #expect(await other.sit(FakeOperator(["a": [.yes]])) == .aborted("enough"))
  }

  @Test func `a verification that is paused is looked at again`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: a
          shell: do
          verify: {shell: look, that: value == "good", every: 5s, within: 10m}
      """)
    let control = run.control
    run.executor.before { call in if call.mode == .query { control.request(.pause("SIGHUP")) } }
    #expect(await run.sit(FakeOperator(["a": [.yes]])) == .paused("SIGHUP"))
    #expect(run.sink.events(.actVerified).isEmpty)
    run.control = RunControl()
    run.executor.before { _ in }
    run.executor.script("look", .value("good"))
    #expect(await run.sit() == .completed)
    #expect(run.outcome("a")?["verified"] == true && run.executor.acts == ["!do"])
  }

  @Test func `nothing is sent again once a stop was asked for`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: a
          idempotent: true
          retry: {times: 3, wait: 2s}
          shell: do
      """)
    run.executor.script("do", .rejected())
    let control = run.control
    run.executor.before { _ in control.request(.abort("enough")) }
    #expect(await run.sit(FakeOperator(["a": [.yes]])) == .aborted("enough"))
    #expect(run.executor.acts == ["!do"])
  }

  @Test func `an abort under finally ends a completed run as aborted`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: q
          shell: q
      finally:
        - query: one
          shell: one
        - query: two
          when: one.ok
          shell: two
      """)
    let control = run.control
    run.executor.before { call in
      if call.arguments["args"]?.listValue?.first == "one" { control.request(.abort("enough")) }
    }
    #expect(await run.sit() == .aborted("enough"))
    #expect(!run.executor.calls.contains("two"))
  }

  @Test func `a verification that does not hold ends the run after a resume too`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: a
          on_error: stop
          shell: do
          verify: {shell: look, that: value == "good"}
        - act: never
          shell: never
      finally:
        - act: tidy
          shell: tidy
      """)
    #expect(await run.sit(FakeOperator(["a": [.yes]])).exitCode == 3)
    let human = FakeOperator(["tidy": [.yes], "never": [.yes]])
    #expect(await run.sit(human).exitCode == 1)
    #expect(run.executor.acts == ["!do", "!tidy"])
  }

  @Test func `whether to go on unverified is asked again until it is yes`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: a
          shell: do
          verify: {shell: look, that: value == "good"}
        - query: after
          shell: after
      """)
    #expect(await run.sit(FakeOperator(["a": [.yes], "a!unverified": [.no]])).exitCode == 3)
    let again = FakeOperator(["a!unverified": [.no]])
    #expect(await run.sit(again).exitCode == 3)
    #expect(again.keys == ["a!unverified"] && !run.executor.calls.contains("after"))
    #expect(await run.sit(FakeOperator(["a!unverified": [.yes]])) == .completed)
  }

  @Test func `an abort in the last step stays one over a pause at the question after it`() async throws {
    let text = "steps:\n  - act: a\n    shell: do\n    undo: {shell: undo}\nfinally:\n  - query: bye\n    shell: bye\n"
    let run = try TestRun(text)
    let control = run.control
    run.executor.before { _ in control.request(.abort("enough")) }
    let first = await run.sit(FakeOperator(["a": [.yes]])) { runner in _ = runner }
    #expect(first.exitCode == 3)
    var events = run.sink.events
    events.insert(
      Event(at: run.clock.now(), type: .interrupted, data: MapValue([("signal", "SIGINT"), ("choice", "abort")])),
      at: events.count - 2)
    run.control = RunControl()
    run.executor.before { _ in }
    let again = try TestRun(text)
    for event in events { _ = try await again.sink.record(event, synced: true) }
    #expect(await again.sit(FakeOperator(["run!undo": [.said("keep")]])).exitCode == 4)
  }

  @Test func `once a run is stopped at one item, the others of its group are recorded and not asked about`()
    async throws
  {
    let run = try TestRun(
      """
      steps:
        - act: m
          for_each: host in ["a", "b", "c"]
          pace: {at_once: 3}
          shell: do ${host}
      """)
    for host in ["a", "b", "c"] { run.executor.script("do \(host)", .rejected()) }
    let human = FakeOperator(["m": [.yes], "m!failure1": [.command(.abort)]])
    #expect(await run.sit(human).exitCode == 4)
    #expect(human.keys == ["m", "m!failure1"] && run.executor.acts.count == 3)
    #expect(run.sink.events(.actFinished).count == 3)
  }

  @Test func `a failure at which a run was paused is asked about when nobody is there either`() async throws {
    let run = try TestRun("steps:\n  - act: a\n    shell: do\n")
    run.executor.script("do", .rejected(), .value("fine"))
    #expect(await run.sit(FakeOperator(["a": [.yes]])).exitCode == 3)
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    run.answers = ["a!failure1": "retry"]
    // What is said beforehand is no yes to sending it once more; its digest is.
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(run.executor.acts == ["!do"])
    run.answers = [:]
    run.approvals = [try #require(run.sink.events(.actIntended, "a").last?.data["digest"]?.stringValue)]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!do", "!do"])
  }

  @Test(arguments: [true, false]) func `nothing new begins while it is asked what an interrupt means`(
    _ goesOn: Bool
  ) async throws {
    let run = try TestRun(
      """
      steps:
        - act: m
          for_each: host in ["a", "b"]
          shell: do ${host}
        - query: after
          shell: look
      """)
    let (control, executor) = (run.control, run.executor)
    let sent = Sent()
    executor.before { call in
      guard executor.calls.count == 1 else { return }
      control.hold()
      control.announce("SIGINT", choice: nil)
      Task {
        try? await Task.sleep(for: .milliseconds(100))
        sent.calls.withLock { $0 = executor.calls }
        control.announce("SIGINT", choice: goesOn ? .goOn : .pause)
        if goesOn { control.release() } else { control.request(.pause("Ctrl-C")) }
      }
    }
    let result = await run.sit(FakeOperator(["m": [.yes]])) { await $0.recordInterruption() }
    #expect(sent.calls.withLock { $0 } == ["!do a"])
    #expect(result == (goesOn ? .completed : .paused("Ctrl-C")))
    #expect(executor.calls == (goesOn ? ["!do a", "!do b", "look"] : ["!do a"]))
    // What was under way goes on meanwhile: its end is on record.
    #expect(run.sink.events(.actFinished).first?.data["state"] == "done")
    guard !goesOn else { return }
    #expect(run.sink.events(.interrupted).map { $0.data["choice"] } == [nil, "pause"])
  }

  @Test func `what was stopped is not held any more`() async {
    let control = RunControl()
    control.request(.pause("SIGTERM"))
    control.hold()
    await control.whileHeld()
    control.clear()
    control.hold()
    control.cut("twice")
    await control.whileHeld()
  }

  /// What had been sent at some moment.
  private final class Sent: Sendable {
    let calls = Mutex<[String]>([])
  }
}
