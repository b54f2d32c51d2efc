import CEL
import PlaybookRecord
import SourceText

extension Transcript {
  /// Plain lines, for a terminal or a chat.
  func plainText<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    func line(_ text: String = "") throws(Failure) { try write(Visible.text(text) + "\n") }
    try line(title)
    let environment = report.begun?.environment ?? "?"
    try line("run \(runID) in \(environment): \(report.outcomeWord)" + (report.reason.map { " (\($0))" } ?? ""))
    try line("journal head \(head)")
    for fact in headFacts where !["Run", "Environment"].contains(fact.name) { try line("\(fact.name): \(fact.text)") }
    for caution in cautions { try line("note: " + caution) }
    try line()
    for finding in report.distinctFindings {
      try line("- \(finding.subject)" + (finding.text.isEmpty ? "" : ": \(EvidenceBody.shortened(finding.text))"))
    }
    try line()
    for time in times { try line("\(time.name): \(TimeText.utc(time.at)) (\(time.offset))") }
    for fact in durations { try line("\(fact.name): \(fact.text)") }
    try line()
    for moment in report.timeline {
      let number = moment.number.map { " [E\($0)]" } ?? ""
      let who = moment.who.map { " (\($0))" } ?? ""
      let text = EvidenceBody.shortened(moment.text)
      try line("\(clock(moment.at)) \(offset(moment.at))  \(moment.kind)  \(text)\(who)\(number)")
    }
    try list("Decisions", report.decisions.filter { !$0.isRecord }.map(plainText), write)
    try list("Changes", report.changes.flatMap(plainText), write)
    try list("Evidence", report.readings.flatMap(plainEvidence), write)
    let skipped = report.skipped.map {
      $0.name + (report.skipReason(of: $0).map { ": " + EvidenceBody.shortened($0) } ?? "")
    }
    let takenBack = report.notReached.map { "\($0.name): \(Self.takenBack)" }
    try list("Skipped", (skipped + takenBack + [report.unreachedText].compactMap { $0 }).map { "- " + $0 }, write)
    try list("Follow-ups", report.followUps.map(plainText), write)
    try line()
    try line("An extract; all of it: playbook transcript \(runID)")
  }

  private func list<Failure: Error>(
    _ heading: String, _ lines: [String], _ write: (String) throws(Failure) -> Void
  ) throws(Failure) {
    if lines.isEmpty { return }
    try write("\n\(heading)\n")
    for text in lines { try write(Visible.text(text) + "\n") }
  }

  private func plainText(_ decision: RunReport.Decision) -> String {
    let suggested = decision.suggested.map { ", suggested: \($0)" } ?? ""
    let reason = decision.reason.map { ", reason: \(EvidenceBody.shortened($0))" } ?? ""
    let approver = decision.approver.map { ", approved by: \($0)" } ?? ""
    let ticket = decision.ticket.map { ", ticket: \($0)" } ?? ""
    return "- \(EvidenceBody.shortened(decision.title)): \(EvidenceBody.shortened(decision.said))"
      + ", by \(decision.by) at \(clock(decision.at))\(suggested)\(reason)\(approver)\(ticket)"
      + (decision.standing(clock).map { ", " + $0 } ?? "")
  }

  private func plainText(_ step: RunReport.Step) -> [String] {
    guard let change = step.change else { return [] }
    let approval = change.isIntended ? change.approvedBy.map { ", approved by \($0)" } ?? "" : ""
    let place = change.serverPlace.map { ", at \($0)" } ?? ""
    let isSpread = change.isSpread
    return ["- \(step.name): \(change.tally)\(place)\(approval)"]
      + change.items.flatMap { item in
        let verified = item.verified.map { $0 ? ", verified" : ", not as expected after it" } ?? ""
        let undo =
          item.undo.map { undo in
            let call = change.undo(of: item).map { " `\(EvidenceBody.shortened($0))`" } ?? ""
            return "; undo\(call): \(EvidenceBody.shortened(undo.text))" + Self.history(of: undo.sent)
          } ?? ""
        let missing = item.isUnsent && !change.isPlanned ? "" : change.missingUndo(of: item)
        let back = change.undo(of: item).map { "undo: `\(EvidenceBody.shortened($0))`" } ?? missing
        let told =
          item.result + verified + Self.history(of: item.sent) + undo
          + (item.undo == nil && !back.isEmpty ? "; " + back : "")
        let server = isSpread ? change.server(of: item).map { " at \($0)" } ?? "" : ""
        return ["  \(EvidenceBody.shortened(change.call(of: item)))\(server): \(told)"]
          + Self.indented(item.remarks, by: 4)
      } + change.leftOut.map { "  left out as protected: \(EvidenceBody.shortened($0))" }
      + change.comparisons.map { "  before and after: E\($0.before) and E\($0.after)" }
  }

  /// `- E1 Who fails?: SELECT ip …; 2 rows, 412 bytes`.
  private func plainEvidence(_ step: RunReport.Step) -> [String] {
    let number = step.number.map { "E\($0) " } ?? ""
    let call = call(of: step).map { EvidenceBody.shortened(String($0.map { $0.isNewline ? " " : $0 })) + "; " } ?? ""
    let size = step.evidence.map { ", \($0.bytes) bytes" } ?? ""
    let again = step.isSuperseded ? ", taken again later" : ""
    let source = step.source.map { "\($0); " } ?? ""
    let line =
      "- \(number)\(step.name): \(call)\(source)\(step.error.map { "failed: " + $0 } ?? step.summary)\(size)\(again)"
    guard let outcome = reading(of: step)?.outcome else { return [line] }
    let body = EvidenceBody(outcome, show: ShowTold(style: "none"), limit: 0)
    return [line] + Self.indented(body.notices.map { "notice: " + EvidenceBody.shortened($0) }, by: 2)
      + Self.indented(body.said.map { "\($0.name): \($0.text)" }, by: 2)
  }

  /// Each line of the texts, behind so many blanks.
  private static func indented(_ texts: [String], by columns: Int) -> [String] {
    texts.flatMap { $0.split(separator: "\n") }.map { String(repeating: " ", count: columns) + $0 }
  }

  private static func history(of sent: RunReport.Sendings) -> String {
    sent.history { "`\(EvidenceBody.shortened($0.call))`: \($0.result)" }.map { "; " + $0 } ?? ""
  }

  private func plainText(_ item: RunReport.FollowUp) -> String {
    let due = item.due.map { ", due \(TimeText.due($0))" } ?? ""
    let done = item.done.map { ", done by \($0.by) at \(TimeText.utc($0.at))" } ?? ""
    return "- \(item.text)\(due)" + (item.owner.map { ", owner \($0)" } ?? "") + done
  }
}
