import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookJournal
import PlaybookRecord

/// Nobody: a test's run, of which nothing is shown and where only the answers given beforehand count.
struct NobodyThere: Operator {
  let name = "test"
  let isInteractive = false

  func observe(_ event: Event) async {}

  func progress(_ progress: Progress?) async {}

  func ask(_ question: Question) async -> Reply { .unanswered(reason: "the test has no answer to `\(question.key)`") }
}

extension RunSession {
  /// Goes through a run with nobody there, and writes its transcript. Ends early, paused, when the task is cancelled.
  func runUnattended() async throws -> (result: RunResult, folder: RunFolder) {
    let (folder, configuration) = try prepare(try withDefaults())
    let journal = try JournalWriter(folder, continuing: nil, holder: ["operator": "test"]) { _ in }
    let control = RunControl()
    let runner = Runner(
      configuration, executors: Executors.builtIn() + plugins, operator: NobodyThere(), sink: journal,
      fetcher: SystemSecrets(prompt: { _ in nil }), control: control,
      loadEvidence: { digest in try folder.evidence(digest) })
    let result = await withTaskCancellationHandler {
      await runner.run()
    } onCancel: {
      control.cut("the test was cancelled")
    }
    _ = try Self.writeTranscript(of: folder)
    return (result, folder)
  }
}
