import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// A look at a part of an answer tells nothing: neither that a change shows nor that a wait is over.
@Suite struct TruncatedLookTests {
  private static let part = FakeExecutor.Reply.fields(["rows": [1, 2], "exit": 0], truncated: true)

  @Test func `a verification that reads what was truncated does not hold`() async throws {
    for (that, isHeld) in [("!(3 in rows)", false), ("rows.size() > 0", false), ("exit == 0", true)] {
      let run = try TestRun(
        "steps:\n  - act: fix\n    shell: fix\n    verify: {shell: look, that: \"\(that)\"}\n    on_error: continue\n")
      run.executor.script("look", Self.part)
      await run.sit(FakeOperator(["fix": [.yes]]))
      #expect(run.sink.events(.actVerified).first?.data["held"]?.boolValue == isHeld, "\(that)")
    }
  }

  @Test func `a wait is not over by what was truncated, unless a part will do`() async throws {
    for (more, isMet) in [("", false), ("\n    partial: ok", true)] {
      let run = try TestRun(
        "steps:\n  - query: q\n    shell: q\n    until: {that: \"!(3 in rows)\", every: 1s, within: 1s}\(more)\n")
      run.executor.script("q", Self.part)
      await run.sit()
      #expect(run.outcome("q")?["met"]?.boolValue == isMet)
    }
  }
}
