import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// The transcript's fold and the runner's say the same of a run, at each point of it.
@Suite struct FoldTests {
  static let runs: [(name: String, events: [Event])] = [
    ("small", SmallRun.events), ("failed", FailedRun.events), ("retaken", RetakenRun.events),
    ("planned", PlannedRun.events),
    (
      "resumed",
      Array(SmallRun.events.prefix(16))
        + [SmallRun.event(.runPaused, at: 110), SmallRun.event(.runResumed, at: 120, ["operator": "bob"])]
        + SmallRun.events.dropFirst(16)
    ), ("by hand", HandledRun.events), ("large", LargeRun.events(3, rows: 2, items: 5)),
  ]

  @Test(arguments: runs.indices) func `both folds of a journal agree after each event`(_ index: Int) {
    var report = RunReport()
    var state = RunState()
    for (number, event) in Self.runs[index].events.enumerated() {
      var event = event
      event.sequence = number + 1
      report.apply(event)
      state.apply(event)
      let differences = Self.differences(report, state)
      #expect(differences == [], "\(Self.runs[index].name), event \(number + 1)")
      if !differences.isEmpty { return }
    }
  }

  private static func differences(_ report: RunReport, _ state: RunState) -> [String] {
    var found: [String] = []
    func expect(_ isSame: Bool, _ what: String) { if !isSame { found.append(what) } }
    expect(report.operators == state.operators, "operators")
    let hasEnded = ["completed", "failed", "aborted"].contains(report.outcome)
    expect(hasEnded ? report.outcome == state.outcome?.rawValue : state.outcome == nil, "outcome")
    for step in report.steps where !step.path.text.contains("!") {
      let finished = state.finished[step.path]
      expect((step.finished != nil) == (finished != nil), "the end of \(step.path)")
      if let finished { expect(finished.state.rawValue == step.state, "the state of \(step.path)") }
      expect(
        (step.state == "skipped" && finished == nil) == (state.skipped[step.path] != nil),
        "the skipping of \(step.path)")
    }
    expect(Set(report.steps.filter { $0.held == false }.map(\.path)) == Set(state.failedChecks), "failed checks")
    let numbers = report.readings.compactMap(\.number)
    expect(numbers == (state.evidenceCount > 0 ? Array(1...state.evidenceCount) : []), "evidence")
    expect(report.readings.allSatisfy { $0.number.map { state.evidencePaths[$0] } ?? $0.path == $0.path }, "paths")
    let sent = report.changes.filter { $0.change?.calls.isEmpty == false && $0.change?.isPlanned == false }
    expect(sent.map(\.path).sorted() == state.acts.keys.sorted(), "acts")
    for step in sent { found += differences(step, state.acts[step.path]) }
    return found
  }

  private static func differences(_ step: RunReport.Step, _ act: RunState.Act?) -> [String] {
    guard let change = step.change, let act else { return ["the act \(step.path)"] }
    var found = change.calls == act.calls ? [] : ["the calls of \(step.path)"]
    for item in change.items {
      let other = act.items[item.position]
      let state = item.isUnsent ? nil : item.state == "sent, nothing heard" ? "started" : item.state
      let undo = item.undo.map { $0.state == "sent, nothing heard" ? "started" : $0.state }
      // What a human leaves unknown is one word for the runner and two for a reader.
      let known = other?.undo == .left ? "unknown" : other?.undo?.rawValue
      if state != other?.state.rawValue || item.verified != other?.verified || undo != known {
        found.append("item \(item.position) of \(step.path)")
      }
    }
    return found
  }
}
