import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookJournal
import PlaybookLanguage
import PlaybookRecord

@testable import PlaybookCommands

/// Resumes a recorded run in a world that is not there, as often as wanted.
struct Resumer {
  let journal: RecordedJournal
  let playbook: Playbook
  let environment: Environment

  /// What came of one resume.
  struct Resumed {
    var result: RunResult
    /// The events that it added, without those about a yes that was given again.
    var new: [Event]
    /// The calls that it would have sent. Queries that are sent at the same time are sorted.
    var sent: [String]
  }

  /// Resumes from the first `count` events; by default from all of them.
  func resume(from count: Int? = nil, _ human: Bystander, _ world: AbsentWorld.Answers) async -> Resumed {
    let history = Array(journal.events.prefix(count ?? journal.events.count))
    let sink = MemorySink(history.count)
    let sent = SentCalls()
    let executors = Executors.builtIn().map { AbsentWorld($0, world, sent) }
    let folder = journal.folder
    let runner = Runner(
      configuration, executors: executors, operator: human, sink: sink, fetcher: MadeUpSecrets(),
      clock: StandingClock(history.last?.at), history: history,
      loadEvidence: { digest in try folder.evidence(digest) })
    let result = await runner.run()
    let new = sink.events.filter { event in
      guard let key = event.data["key"]?.stringValue else { return event.data["renews"] == nil }
      return !human.renewed.contains(key)
    }
    return Resumed(result: result, new: new, sent: sent.texts)
  }

  private var configuration: RunConfiguration {
    var inputs = Dictionary(
      (journal.beginning.inputs?.entries ?? []).map { ($0.key.rendered, $0.value) }, uniquingKeysWith: { $1 })
    for declaration in playbook.inputs where declaration.isSecret { inputs[declaration.name] = "made-up-secret" }
    var configuration = RunConfiguration(
      id: journal.folder.id, mode: journal.beginning.mode, playbook: playbook, inputs: inputs,
      environment: environment, ticket: journal.beginning.ticket)
    // Nothing that is waited for comes.
    configuration.longestWait = .zero
    configuration.alerted = journal.beginning.alerted
    return configuration
  }
}
