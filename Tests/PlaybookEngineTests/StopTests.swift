import CEL
import PlaybookLanguage
import Testing

@testable import PlaybookEngine

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
}
