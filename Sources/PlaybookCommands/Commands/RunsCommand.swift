import ArgumentParser
import CEL
import PlaybookJournal
import PlaybookRecord
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
    if ids.isEmpty { Output.operatorLines("no runs in \(store.root)\n") }
    for id in ids.prefix(max(0, limit)) {
      var state = RunState()
      var ends: (first: Event, last: EventType)?
      let journal = try? runs.open(id).events { event in
        state.apply(event)
        // A remark may come at any time and says nothing of how the run stands.
        ends = (ends?.first ?? event, event.type == .noteAdded ? ends?.last ?? event.type : event.type)
      }
      guard let journal, let (first, last) = ends else {
        Output.operatorLines("\(id): its journal can't be read\n")
        continue
      }
      let started: RunStarted? = if case .runStarted(let started) = first.body { started } else { nil }
      let isHeld = (try? store.find(id))?.holder != nil
      var outcome = state.outcome?.rawValue ?? (isHeld ? "running" : last == .runPaused ? "paused" : "unfinished")
      if journal.problem != nil {
        outcome = (state.outcome?.rawValue ?? "not known") + ", journal damaged"
      }
      let record: Value = [
        "run": .string(id), "started": .string(first.at.description), "outcome": .string(outcome),
        "environment": started.map { .string($0.environment) } ?? .null,
        "mode": started.map { .string($0.mode.rawValue) } ?? .null,
        "title": started?.title.map(Value.string) ?? .null,
        "operator": started.map { .string($0.who.name) } ?? .null,
        "changes": .int(Int64(state.changes)),
      ]
      switch format {
      case .json: Output.json(record)
      case .text:
        let words = ["run", "outcome", "environment", "operator"].map { Visible.text(record[$0]?.rendered ?? "") }
        let changes = "\(state.changes) change\(state.changes == 1 ? "" : "s")"
        Output.data("\(words.joined(separator: "  "))  \(changes)\(journal.problem == nil ? "" : " or more")\n")
      }
    }
    if ids.count > limit { Output.operatorText("\(ids.count - limit) more; --limit \(ids.count)\n") }
  }
}
