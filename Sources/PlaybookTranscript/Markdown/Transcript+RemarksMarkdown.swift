import CEL
import PlaybookRecord

extension Transcript {
  /// Skipped steps, what was done outside, notes and documents.
  var remarkPieces: [Piece] {
    var pieces: [Piece] = []
    for step in report.skipped {
      let reason = report.skipReason(of: step).map { ": " + MarkdownText.prose(EvidenceBody.shortened($0)) } ?? ""
      let text = "- \(MarkdownText.line(step.name))\(reason)\n"
      pieces.append(Piece(role: .skipped, name: "a skipped step", section: "Skipped") { _ in text })
    }
    for step in report.notReached {
      let text = "- \(MarkdownText.line(step.name)): \(Self.takenBack)\n"
      pieces.append(Piece(role: .skipped, name: "a step not reached again", section: "Skipped") { _ in text })
    }
    if let unreached = report.unreachedText {
      pieces.append(Piece(role: .skipped, name: "steps not reached", section: "Skipped") { _ in "- \(unreached)\n" })
    }
    for (heading, remarks) in [("Done outside the playbook", report.outside), ("Notes", report.notes)] {
      for remark in remarks {
        pieces.append(
          Piece(role: .remark, name: heading == "Notes" ? "a note" : "a thing done outside", section: heading) {
            detail in
            let said = detail == .whole ? remark.text : EvidenceBody.shortened(remark.text)
            return
              "- \(clock(remark.at)) (\(offset(remark.at))) \(MarkdownText.inline(remark.by)): \(Self.remark(said))\n"
          })
      }
    }
    for step in report.documents {
      pieces.append(
        Piece(role: .document, name: "the document `\(step.path)`", section: "Documents") {
          documentMarkdown(step, $0)
        })
    }
    return pieces
  }

  /// A remark as code, byte for byte: behind its point, or below it where it has several lines or a backtick.
  private static func remark(_ text: String) -> String {
    if MarkdownText.isOneLine(text) { return MarkdownText.code(text) }
    let lines = MarkdownText.block(text).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return "\n\n" + lines.map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n") + "\n"
  }

  private func documentMarkdown(_ step: RunReport.Step, _ detail: Piece.Detail) -> String {
    let fields = record(of: step)
    if fields.isEmpty { return "" }
    let points = fields.filter { $0.isDone != nil }
    if detail == .line, !points.isEmpty {
      return "- \(MarkdownText.line(step.name)): \(points.count { $0.isDone == true }) of \(points.count) done\n"
    }
    var text = "\n### \(MarkdownText.inline(step.name))\n\n"
    for field in fields {
      let said = detail == .whole ? field.text : EvidenceBody.shortened(field.text)
      switch (field.label, field.isDone) {
      case (let label?, let done?):
        text += "- [\(done ? "x" : " ")] \(MarkdownText.line(label))"
        text += said.isEmpty ? "\n" : ": \(MarkdownText.inline(said))\n"
      case (let label?, nil): text += "- \(MarkdownText.line(label)): \(MarkdownText.inline(said))\n"
      case (nil, _): text += MarkdownText.quotation(said) + "\n"
      }
    }
    return text + "\n"
  }
}
