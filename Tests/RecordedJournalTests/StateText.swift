import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookJournal
import PlaybookRecord

/// All that the fold over a journal knows, as text.
enum StateText {
  static func text(_ journal: RecordedJournal) throws -> String {
    let state = RunState(journal.events)
    var lines = ["events \(journal.events.count)", "head \(journal.contents.head)"]
    lines += journal.contents.isTorn ? ["torn"] : []
    lines += TypedText.lines(journal.beginning.inputs.map(Value.map) ?? .null, "inputs")
    for (path, finished) in state.finished.sorted(by: { $0.key < $1.key }) {
      lines.append("step \(path) \(finished.state.rawValue)" + (finished.stops.map { " stops \($0)" } ?? ""))
      lines += TypedText.lines(.map(finished.outcome), path.text)
      if let digest = finished.evidence {
        lines += TypedText.lines(try journal.folder.evidence(digest), "\(path) file")
      }
    }
    for (path, now) in state.begun.sorted(by: { $0.key < $1.key }) { lines.append("begun \(path) \(now.description)") }
    for (path, reason) in state.skipped.sorted(by: { $0.key < $1.key }) { lines.append("skipped \(path) \(reason)") }
    for (path, items) in state.loops.sorted(by: { $0.key < $1.key }) {
      lines += TypedText.lines(.list(items), "loop \(path)")
    }
    for path in state.actOrder { lines += try self.lines(of: state.acts[path], path, journal) }
    for (key, answer) in state.answers.sorted(by: { $0.key < $1.key }) {
      lines.append("answer \(key) \(TypedText.line(answer.value)) by \(answer.by ?? "-") from \(answer.source)")
      if let reason = answer.reason { lines.append("answer \(key) because \(reason)") }
    }
    lines += state.openQuestions.sorted().map { "open \($0)" }
    lines += state.failedChecks.map { "failed check \($0)" } + state.unverified.map { "unverified \($0)" }
    lines += [
      "outcome \(state.outcome?.rawValue ?? "none")", "changes \(state.changes)",
      "failures handled \(state.failuresHandled)",
    ]
    lines += ["evidence count \(state.evidenceCount)"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(of act: RunState.Act?, _ path: StepPath, _ journal: RecordedJournal) throws -> [String] {
    guard let act else { return ["act \(path) is not known"] }
    var lines = act.calls.enumerated().map { "act \(path) call \($0) \($1)" }
    lines += act.undo.enumerated().map { "act \(path) undo \($0) \($1)" }
    lines.append("act \(path) digest \(act.digest ?? "none")")
    lines.append("act \(path) approved \(act.approved.map { "\($0.sorted())" } ?? "all")")
    for (position, inputs) in act.edits.sorted(by: { $0.key < $1.key }) {
      lines += TypedText.lines(.map(inputs), "act \(path) edit \(position)")
    }
    for (position, item) in act.items.sorted(by: { $0.key < $1.key }) {
      let name = "act \(path) item \(position)"
      lines.append(
        "\(name) \(item.state) sent \(item.sends) undo \(item.undo?.rawValue ?? "none") sent \(item.undoSends) "
          + "verified \(item.verified.map { "\($0)" } ?? "none") left \(item.isLeft) again \(item.isToSendAgain)")
      if let outcome = item.outcome { lines += TypedText.lines(.map(outcome), name) }
      if let digest = item.evidence { lines += TypedText.lines(try journal.folder.evidence(digest), "\(name) file") }
    }
    return lines
  }
}
