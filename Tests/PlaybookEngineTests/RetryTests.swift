import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// A target that asks to be left alone for a while.
@Suite struct RetryTests {
  private static func busy(_ wish: Duration?) -> FakeExecutor.Reply {
    .failure(ExecutorError(.rejected, "it asks to be left alone", retryAfter: wish))
  }

  @Test(arguments: [(nil, 1), (.zero, 1), (.seconds(3), 3), (.seconds(30), 30)] as [(Duration?, Int)])
  func `a query waits as long as its target asks, and no shorter than it says itself`(
    _ wish: Duration?, _ seconds: Int
  ) async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n    retry: {times: 2, wait: 1s}\n")
    run.executor.script("q", Self.busy(wish), .value(1))
    let begun = run.clock.now()
    #expect(await run.sit() == .completed)
    #expect(run.executor.calls == ["q", "q"])
    #expect(run.clock.now() == begun.adding(.seconds(seconds)))
    #expect(
      run.sink.events(.callRepeated, "q").first?.data["wait"]?.rendered == Value.duration(.seconds(seconds)).rendered)
  }

  @Test func `a wish beyond the timeout fails with that wish, and nothing is sent before`() async throws {
    let steps =
      "steps:\n  - STEP\n    shell: q\n    timeout: 10s\n    retry: {times: 3, wait: 1s}\n    on_error: continue\n"
    for step in ["query: q", "act: q\n    idempotent: true"] {
      let run = try TestRun(steps.replacing("STEP", with: step))
      run.executor.script("q", Self.busy(.seconds(600)), .value(1))
      let begun = run.clock.now()
      await run.sit(FakeOperator(["q": [.yes]]))
      #expect(run.executor.calls.count == 1)
      #expect(run.clock.now() == begun)
      let error = run.outcome("q")?["error"]?.stringValue ?? ""
      #expect(error.contains("left alone") && error.contains("`timeout` (10s)"), "\(error)")
    }
  }

  @Test func `without a retry the first answer counts`() async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n    on_error: continue\n")
    run.executor.script("q", Self.busy(.seconds(3)), .value(1))
    await run.sit()
    #expect(run.executor.calls == ["q"])
    #expect(run.outcome("q")?["error"]?.stringValue == "it asks to be left alone")
  }

  @Test func `a verification looks again when its target asks for it, within its own time`() async throws {
    for (wish, looks) in [(3, 2), (600, 1)] {
      let run = try TestRun(
        "steps:\n  - act: one\n    shell: do\n    on_error: continue\n"
          + "    verify: {shell: look, that: value == \"on\", every: 1s, within: 1m}\n")
      run.executor.script("look", Self.busy(.seconds(wish)), .value("on"))
      let begun = run.clock.now()
      await run.sit(FakeOperator(["one": [.yes]]))
      #expect(run.executor.calls.filter { $0 == "look" }.count == looks)
      #expect(run.clock.now() == begun.adding(.seconds(looks == 2 ? wish : 0)))
    }
  }

  @Test func `an idempotent change waits at its item`() async throws {
    let run = try TestRun(
      "steps:\n  - act: fix\n    for_each: n in ['a', 'b', 'c']\n    shell: fix ${n}\n    limit: 5\n    idempotent: true\n"
        + "    retry: {times: 2, wait: 1s}\n")
    run.executor.script("fix b", Self.busy(.seconds(3)), .value(1))
    let begun = run.clock.now()
    #expect(await run.sit(FakeOperator(["fix": [.yes]])) == .completed)
    #expect(run.executor.acts.filter { $0 == "!fix b" }.count == 2)
    #expect(run.clock.now() == begun.adding(.seconds(3)))
  }

  @Test func `a poll asks no earlier than its target wants`() async throws {
    let run = try TestRun(
      "steps:\n  - query: q\n    shell: q\n    until: {that: value == 1, every: 1s, within: 5s}\n")
    run.executor.script("q", Self.busy(.seconds(4)), .value(1))
    let begun = run.clock.now()
    #expect(await run.sit() == .completed)
    #expect(run.clock.now() == begun.adding(.seconds(4)))
    let late = try TestRun(
      "steps:\n  - query: q\n    shell: q\n    until: {that: value == 1, every: 1s, within: 3s}\n    on_error: continue\n"
    )
    late.executor.script("q", Self.busy(.seconds(4)), .value(1))
    await late.sit()
    #expect(late.executor.calls == ["q"])
  }
}
