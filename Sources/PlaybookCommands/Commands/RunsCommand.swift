import ArgumentParser
import CEL
import PlaybookEngine
import PlaybookJournal
import SourceText

/// `playbook runs`.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "runs", abstract: "Lists past runs, newest first.")

  @OptionGroup var runs: RunsOptions

  @Option(name: .long, help: "text or json.")
  var format = OutputFormat.text

  @Option(name: .long, help: "How many at most.")
  var limit = 50

  func run() throws {
    let store = runs.store
    let ids = store.ids()
    if ids.isEmpty { Output.operatorText("no runs in \(store.root)\n") }
    for id in ids.prefix(max(0, limit)) {
      var state = RunState()
      var ends: (first: Event, last: EventType)?
      let journal = try? runs.open(id).events { event in
        state.apply(event)
        ends = (ends?.first ?? event, event.type)
      }
      guard let journal, let (first, last) = ends else {
        Output.operatorText("\(id): its journal can't be read\n")
        continue
      }
      var outcome = state.outcome ?? (last == .runPaused ? "paused" : "unfinished")
      if journal.problem != nil { outcome += ", journal damaged" }
      let record: Value = [
        "run": .string(id), "started": .string(first.at.description), "outcome": .string(outcome),
        "environment": first.data["environment"] ?? .null, "mode": first.data["mode"] ?? .null,
        "title": first.data["title"] ?? .null, "operator": first.data["operator"] ?? .null,
        "changes": .int(Int64(state.changes)),
      ]
      switch format {
      case .json: Output.data(record.jsonText() + "\n")
      case .text:
        let words = ["run", "outcome", "environment", "operator"].map { Visible.text(record[$0]?.rendered ?? "") }
        Output.data("\(words[0])  \(words[1])  \(words[2])  \(words[3])  \(state.changes) changes\n")
      }
    }
    if ids.count > limit { Output.operatorText("\(ids.count - limit) more; --limit \(ids.count)\n") }
  }
}

/// `playbook verify RUN`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks a run's hash chain; names the first event that does not fit.",
    discussion: "Exit code 0: everything fits; 1: something does not.")

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Option(name: .long, help: "The head hash that was printed or is in the transcript: tells a journal cut at its end.")
  var head: String?

  @OptionGroup var runs: RunsOptions

  func run() throws {
    let run = try runs.open(name)
    var evidence: [(event: Int, path: String, digest: String)] = []
    let journal = try run.events { event in
      if let digest = event.data["evidence"]?["sha256"]?.stringValue {
        evidence.append((event.sequence, event.path, digest))
      }
    }
    if let problem = journal.problem {
      throw CommandFailure.failed("\(run.folder.path)/journal.jsonl:\(problem.line): \(problem.message)")
    }
    if let head, head != journal.head {
      throw CommandFailure.failed(
        "the journal ends with \(journal.head), not with \(head): it was cut at its end, or written again")
    }
    for (event, path, digest) in evidence {
      do {
        _ = try run.folder.evidence(digest)
      } catch {
        throw CommandFailure.failed("event \(event) (\(path)): \(error.description)")
      }
    }
    if journal.isTorn { Output.operatorText("note: the last line was cut in writing and is left out\n") }
    Output.data("ok  \(journal.count) events  head \(journal.head)\n")
  }
}
