import CEL
import PlaybookLanguage
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// A call of several commands of which some were done.
@Suite struct PartlyDoneTests {
  @Test func `a change that failed in part can be undone, and one that failed can't`() async throws {
    let text = """
      steps:
        - act: one
          shell: one
          on_error: continue
          undo: {shell: undo one}
        - act: two
          shell: two
          on_error: continue
          undo: {shell: undo two}
      """
    let run = try TestRun(text)
    let failure = ExecutorError(.rejected, "command 2 failed; 1 and 3 done, 2 not")
    var partly = failure
    partly.outcome = MapValue([("partly", true)])
    run.executor.script("one", .failure(partly))
    run.executor.script("two", .failure(failure))
    let person = FakeOperator(["one": [.yes], "two": [.yes], "run!undo": [.said("undo")], "one!undo0": [.yes]])
    _ = await run.sit(person)
    #expect(run.executor.acts == ["!one", "!two", "!undo one"], "\(person.keys)")
  }
}
