import CEL
import SourceText

extension Transcript {
  /// Five lines to paste in a chat: what, since when, what is known, what was done, what is next. Nothing in them calls
  /// anybody (`@here`) or becomes a link. `isHeld`: whether a process holds the run, which its journal can't tell.
  public func sitrep(isHeld: Bool = true) -> String {
    let lines = [
      ("What", what(isHeld)), ("Since", sitrepSince), ("Known", sitrepKnown), ("Done", sitrepDone),
    ]
    let next = next(isHeld)
    return lines.map { "\($0): \(ChatText.line($1))\n" }.joined()
      + "Next: \(ChatText.line(next.text, command: next.command))\n"
  }

  private func what(_ isHeld: Bool) -> String {
    let facts = report.facts
    let severity = facts["severity"]?.stringValue.map { $0.uppercased() + " " } ?? ""
    let mode = facts["mode"]?.stringValue ?? "run"
    let place = facts["environment"]?.stringValue.map { " in \($0)" } ?? ""
    let practice = mode == "run" ? "" : " (\(mode): nothing of it is real)"
    let isOpen = problem == nil && report.outcome == "unfinished"
    let outcome = isOpen ? isHeld ? "going on" : "cut off, its process is gone" : report.outcomeWord
    return "\(severity)\(title)\(place)\(practice), run \(runID): \(outcome)"
  }

  private var sitrepSince: String {
    var parts: [String] = []
    if let alerted = measures.alerted { parts.append("alerted \(TimeText.utc(alerted))") }
    if let started = report.started { parts.append("started \(TimeText.utc(started))") }
    if let last = report.ended ?? report.last, let started = report.started {
      parts.append(
        "as of \(clock(last))Z, \(TimeText.short(last.since(measures.alerted ?? started))) in")
    }
    if !report.operators.isEmpty { parts.append("by " + report.operators.joined(separator: ", ")) }
    if let clock = measures.clock, clock.answered != nil { parts.append("response clock " + clock.text) }
    return parts.isEmpty ? problem == nil ? "nothing has begun" : "not known" : parts.joined(separator: ", ")
  }

  private var sitrepKnown: String {
    let known = report.findings.filter { $0.kind != .changed }.sorted {
      $0.kind == .unexpected && $1.kind != .unexpected
    }
    if let problem, known.count == 1 {
      return damage ?? "only what is before line \(problem.line) of the journal"
    }
    if known.isEmpty {
      let count = report.readings.count
      return count == 0 ? "nothing yet" : "\(count) piece\(count == 1 ? "" : "s") of evidence, nothing concluded yet"
    }
    let texts = known.map { finding in
      finding.text.hasPrefix("yes. ") ? String(finding.text.dropFirst(5)) : "\(finding.subject): \(finding.text)"
    }
    return Self.few(texts, "more")
  }

  private var sitrepDone: String {
    func told(_ steps: [RunReport.Step]) -> [String] { steps.map { "\($0.name) (\($0.change?.tally ?? ""))" } }
    let planned = report.changes.filter { $0.change?.isPlanned == true }
    let done =
      told(report.changes.filter { $0.change?.isPlanned == false })
      + report.outside.map { "\($0.text) (outside the playbook)" }
    if let problem {
      let rest = "what was done from line \(problem.line) of the journal on is not known: it is damaged"
      return done.isEmpty ? rest : Self.few(done, "more") + "; " + rest
    }
    if !done.isEmpty { return Self.few(done, "more") }
    return planned.isEmpty ? "nothing was changed" : "nothing was changed; planned: " + Self.few(told(planned), "more")
  }

  /// What is to be done, and the command that does it, to be copied as it is.
  private func next(_ isHeld: Bool) -> (text: String, command: String?) {
    if problem != nil {
      return (
        "find out what was changed where it was changed, and how the journal was damaged", "playbook verify \(runID)"
      )
    }
    if report.outcome == "unfinished", !isHeld {
      // The world of a drill or plan ended with its process.
      let isReal = (report.facts["mode"]?.stringValue ?? "run") == "run"
      return isReal ? ("", "playbook resume \(runID)") : ("start it again", nil)
    }
    // The run's own word for it: a drill is not resumed but started again.
    let how = report.how ?? "playbook resume \(runID)"
    if let openQuestion {
      let isPaused = report.outcome == "paused"
      return ("waiting for an answer: \(EvidenceBody.shortened(openQuestion))", isPaused ? how : nil)
    }
    if report.outcome == "paused" {
      return ("paused" + (report.reason.map { ": " + EvidenceBody.shortened($0) } ?? ""), how)
    }
    return (open, nil)
  }

  /// What is under way, or left to be done.
  private var open: String {
    if report.outcome == "unfinished" {
      let current = report.steps.last { $0.state == "begun" }
      return current.map { "\($0.name)\($0.place.map { " (step \($0))" } ?? "") is under way" } ?? "under way"
    }
    let doubtful = report.changes.compactMap { step -> String? in
      guard let doubts = step.change?.doubts, !doubts.isEmpty else { return nil }
      return "\(step.name) (\(doubts))"
    }
    let look = doubtful.isEmpty ? "" : "look at " + Self.few(doubtful, "more")
    let then = then(isSettled: doubtful.isEmpty)
    return [look, then].filter { !$0.isEmpty }.joined(separator: "; then ")
  }

  /// What is left besides changes that are to be looked at. `isSettled`: there are none.
  private func then(isSettled: Bool) -> String {
    let due = report.followUps.filter { $0.done == nil }.sorted {
      ($0.due?.seconds ?? .max) < ($1.due?.seconds ?? .max)
    }
    if due.isEmpty {
      if report.outcome == "completed" { return isSettled ? "nothing is open" : "" }
      return "decide how to go on: the run \(report.outcome)"
    }
    return Self.few(
      due.map { item in
        EvidenceBody.shortened(item.text) + (item.due.map { " by \(TimeText.due($0))" } ?? "")
          + (item.owner.map { " (\($0))" } ?? "")
      }, "more")
  }

  private static func few(_ texts: [String], _ more: String) -> String {
    let shown = texts.prefix(3).joined(separator: "; ")
    return texts.count > 3 ? "\(shown); and \(texts.count - 3) \(more)" : shown
  }
}
