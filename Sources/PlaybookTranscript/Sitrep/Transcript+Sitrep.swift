import CEL
import PlaybookRecord
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
    let severity = report.begun?.severity.map { $0.uppercased() + " " } ?? ""
    let mode = report.begun?.mode.rawValue ?? "run"
    let place = (report.begun?.environment).map { " in \($0)" } ?? ""
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
    let findings = report.findings.filter { $0.kind != .changed }
    // Sorted by hand: what counts alike stays in its order.
    let ordered = (0...4).map { rank in findings.filter { Self.rank(of: $0, in: report) == rank } }
    let known = ordered[0] + decided + ordered[1...].flatMap { $0 }
    if let problem, known.count == 1 {
      return damage ?? "only what is before line \(problem.line) of the journal"
    }
    if known.isEmpty {
      let count = report.readings.count
      return count == 0 ? "nothing yet" : "\(count) piece\(count == 1 ? "" : "s") of evidence, nothing concluded yet"
    }
    let texts = known.map { finding in
      // The tally of a change stands with what was done.
      let tally = finding.path.flatMap { report.step($0)?.change?.tally }.map { $0 + "; " }
      let isTold = tally.map { finding.text.hasPrefix($0) } ?? false
      let text = EvidenceBody.shortened(String(finding.text.dropFirst(isTold ? tally?.count ?? 0 : 0)), to: 160)
      if finding.text.hasPrefix("yes. ") { return String(text.dropFirst(5)) }
      return finding.text.isEmpty ? finding.subject : "\(finding.subject): \(text)"
    }
    return Self.few(texts, "more", most: 6)
  }

  /// What the operator answered where the playbook asks for a decision.
  private var decided: [RunReport.Finding] {
    report.decisions.filter {
      $0.withdrawn == nil && $0.key == QuestionKey($0.path) && report.step($0.path)?.kind == "confirm"
    }.map { RunReport.Finding(kind: .found, subject: $0.title, text: $0.said + ", by " + $0.by, path: $0.path) }
  }

  /// What a reader must know first: what is amiss, what was decided against, what shows, what is as it should be, and
  /// at last reads that the run did without.
  private static func rank(of finding: RunReport.Finding, in report: RunReport) -> Int {
    switch finding.kind {
    case .unexpected: finding.isMinor ? 4 : 0
    case .declined: 1
    case .warning: 2
    case .changed: 4
    case .found:
      finding.path.flatMap { report.step($0) }.map { $0.held != true && $0.verdict != "no" } ?? true ? 2 : 3
    }
  }

  private var sitrepDone: String {
    func told(_ steps: [RunReport.Step]) -> [String] {
      // What is amiss comes first.
      let amiss = steps.filter { $0.change?.items.contains(where: \.isAmiss) == true }
      let rest = steps.filter { $0.change?.items.contains(where: \.isAmiss) != true }
      return (amiss + rest).map { step in
        let place = step.change?.serverPlace.map { " at \($0)" } ?? ""
        return "\(step.name)\(place) (\(step.change?.tally ?? ""))"
      }
    }
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
      let isReal = report.begun?.mode != .plan && report.begun?.mode != .drill
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

  private static func few(_ texts: [String], _ more: String, most: Int = 3) -> String {
    let shown = texts.prefix(most).joined(separator: "; ")
    return texts.count > most ? "\(shown); and \(texts.count - most) \(more)" : shown
  }
}
