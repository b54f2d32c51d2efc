import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

@Suite struct FailureTests {
  private static let two = "steps:\n  - query: q\n    shell: q\n    MORE\n  - query: after\n    shell: after ${q.ok}\n"

  @Test func `with on_error continue a failure is a finding`() async throws {
    let run = try TestRun(Self.two.replacing("MORE", with: "on_error: continue"))
    run.executor.script("q", .rejected("gone"))
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.calls == ["q", "after false"])
    #expect(run.outcome("q")?["error"]?.stringValue == "gone")
  }

  @Test func `a failure ends the run where nobody can be asked`() async throws {
    let run = try TestRun(Self.two.replacing("MORE", with: ""))
    run.executor.script("q", .rejected("gone"))
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .failed("`q`: gone"))
    #expect(run.executor.calls == ["q"])
  }

  @Test func `at a terminal the operator decides what follows a failure`() async throws {
    let run = try TestRun(Self.two.replacing("MORE", with: ""))
    run.executor.script("q", .rejected("gone"), .value(1))
    #expect(await run.sit(FakeOperator(["q!failure1": [.said("retry")]])) == .completed)
    #expect(run.executor.calls == ["q", "q", "after true"])
  }

  @Test func `a query is retried as often as it says and not when it was refused`() async throws {
    let run = try TestRun(Self.two.replacing("MORE", with: "retry: {times: 2, wait: 1s}"))
    run.executor.script("q", .rejected(), .rejected(), .value(1))
    #expect(await run.sit() == .completed)
    #expect(run.sink.events(.callRepeated, "q").count == 2)
    let refused = try TestRun(Self.two.replacing("MORE", with: "retry: {times: 2, wait: 1s}\n    on_error: stop"))
    refused.executor.script("q", .failure(ExecutorError(.refused, "it could write")))
    #expect(await refused.sit().exitCode == 1)
    #expect(refused.executor.calls == ["q"])
  }

  @Test func `finally runs after a failure and its questions become follow-ups`() async throws {
    let run = try TestRun(
      "steps:\n  - query: q\n    shell: q\nfinally:\n  - query: last_look\n    shell: look\n"
        + "  - document: d\n    ask: Why?\n"
    )
    run.executor.script("q", .rejected("gone"))
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .failed("`q`: gone"))
    #expect(run.executor.calls == ["q", "look"])
    #expect(run.sink.events(.followUpAdded).map { $0.data["text"]?.stringValue } == ["Why?"])
    #expect(run.sink.events.last?.type == .runFinished)
  }

  @Test func `the finally of a used playbook runs when its steps fail, and when they are aborted`() async throws {
    let used = [
      "inner":
        "playbook: inner\ntitle: Inner\nsteps:\n  - confirm: c\n    ask: Go?\n  - query: q\n    shell: q\n"
        + "finally:\n  - query: look\n    shell: look\n  - document: d\n    ask: Why?\n"
    ]
    let failed = try TestRun("steps:\n  - use: inner\n  - query: after\n    shell: after\n", used: used)
    failed.executor.script("q", .rejected("gone"))
    failed.answers = ["c": "yes"]
    #expect(await failed.sit(FakeOperator(isInteractive: false)) == .failed("`q`: gone"))
    #expect(failed.executor.calls == ["q", "look"])
    #expect(failed.sink.events(.followUpAdded).map { $0.data["text"]?.stringValue } == ["Why?"])
    let aborted = try TestRun("steps:\n  - use: inner\n  - query: after\n    shell: after\n", used: used)
    #expect(await aborted.sit(FakeOperator(["inner.c": [.command(.abort)]])).exitCode == 4)
    #expect(aborted.executor.calls == ["look"])
    let paused = try TestRun("steps:\n  - use: inner\n", used: used)
    #expect(await paused.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(paused.executor.calls.isEmpty)
  }

  @Test func `finally runs after the operator aborted`() async throws {
    let run = try TestRun(
      "steps:\n  - confirm: c\n    ask: Go?\n  - query: q\n    shell: q\nfinally:\n  - query: look\n    shell: look\n")
    #expect(await run.sit(FakeOperator(["c": [.command(.abort)]])).exitCode == 4)
    #expect(run.executor.calls == ["look"])
    #expect(run.sink.events.last?.data["outcome"]?.stringValue == "aborted")
  }

  @Test func `a second Ctrl-C cuts the call in flight and the run can go on`() async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n")
    run.executor.script("q", .hang, .value(1))
    let control = run.control
    run.executor.before { _ in if !control.isCut { Task { control.cut("Ctrl-C") } } }
    #expect(await run.sit() == .interrupted)
    run.control = RunControl()
    #expect(await run.sit() == .completed)
  }

  @Test func `a second Ctrl-C at a question cuts no call and pauses`() async throws {
    let run = try TestRun("steps:\n  - confirm: c\n    ask: Go?\n  - query: q\n    shell: q\n")
    let control = run.control
    let result = await run.sit(FakeOperator(["c": [.yes]], asking: { _ in control.cut("Ctrl-C") }))
    #expect(result.exitCode == 3)
    #expect(run.executor.calls.isEmpty)
    #expect(run.sink.events.last?.type == .runPaused)
    run.control = RunControl()
    #expect(await run.sit(FakeOperator(["c": [.yes]])) == .completed)
  }

  @Test func `no secret is known to the journal too late`() async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n")
    try run.useSecret()
    #expect(await run.sit() == .completed)
    #expect(run.sink.secrets == ["s3cr3t-token"])
  }
}
