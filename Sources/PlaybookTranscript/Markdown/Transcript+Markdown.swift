import CEL
import PlaybookRecord

extension Transcript {
  /// For a ticket: GitHub, GitLab, Jira.
  func markdown<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    var page = MarkdownPage()
    for piece in markdownPieces { try write(page.text(of: piece, .whole)) }
  }

  /// The whole of it, in the order of the page.
  var markdownPieces: [Piece] {
    var pieces = [
      Piece(role: .head, name: "the head", section: nil, text: headMarkdown),
      Piece(role: .summary, name: "the summary", section: "Summary", text: summaryMarkdown),
    ]
    if report.started != nil {
      pieces.append(Piece(role: .timeline, name: "the timeline", section: "Timeline", text: timelineMarkdown))
    }
    for decision in report.decisions where !decision.isRecord {
      pieces.append(
        Piece(role: .decision, name: "the decision `\(decision.key)`", section: "Decisions") {
          markdown(decision, $0)
        })
    }
    for step in report.changes {
      pieces.append(
        Piece(role: .change, name: "the change `\(step.path)`", section: "Changes") { changeMarkdown(step, $0) })
    }
    for step in report.readings {
      pieces.append(
        Piece(role: .evidence, name: step.number.map { "E\($0)" } ?? step.path.text, section: "Evidence") {
          evidenceMarkdown(step, $0)
        })
    }
    pieces += remarkPieces
    for item in report.followUps {
      pieces.append(
        Piece(role: .followUp, name: "a follow-up", section: "Follow-ups") { _ in followUpMarkdown(item) })
    }
    let headings = Self.openHeadings.map { "## \($0)\n\n" }.joined()
    pieces.append(Piece(role: .heading, name: "the headings to fill in", section: nil) { _ in headings })
    return pieces
  }

  private func headMarkdown(_ detail: Piece.Detail) -> String {
    let outcome =
      "**\(MarkdownText.inline(report.outcomeWord))**"
      + (report.reason.map { ": " + MarkdownText.prose(EvidenceBody.shortened($0), inTable: true) } ?? "")
    var text = "# \(MarkdownText.inline(EvidenceBody.shortened(title)))\n\n"
    for caution in cautions { text += MarkdownText.quotation(EvidenceBody.shortened(caution)) + "\n" }
    if detail <= .line { return text + outcome + ", run \(MarkdownText.code(runID)), head `\(head)`\n\n" }
    var rows = [("Outcome", outcome)]
    for fact in headFacts {
      let value = EvidenceBody.shortened(fact.text)
      rows.append(
        (fact.name, fact.style == .code ? MarkdownText.code(value, inTable: true) : MarkdownText.inline(value)))
    }
    if detail == .short {
      let kept: Set<String> = ["Outcome", "Severity", "Run", "Environment", "Operators", "Ticket"]
      rows = rows.filter { kept.contains($0.0) }
    }
    if detail >= .long {
      rows += times.map { ($0.name, "\(TimeText.utc($0.at)) (\($0.offset))") }
      rows += durations.map { ($0.name, MarkdownText.inline($0.text)) }
    }
    rows.append(("Journal head", "`\(head)`"))
    text += "| | |\n| --- | --- |\n" + rows.map { "| \($0.0) | \($0.1) |\n" }.joined() + "\n"
    let sources = report.begun?.sources ?? []
    if detail == .short || sources.isEmpty { return text }
    text += "Made from:\n\n"
    for source in sources {
      let digest = MarkdownText.code(String(source.sha256.prefix(16)))
      text += "- \(MarkdownText.code(source.path)) sha256 \(digest)\n"
    }
    return text + "\n"
  }

  private func summaryMarkdown(_ detail: Piece.Detail) -> String {
    let findings = report.distinctFindings
    let most = detail >= .long ? findings.count : detail == .short ? 20 : 6
    // What a reader must not miss stays longest.
    let kept = findings.filter { $0.kind != .found } + findings.filter { $0.kind == .found }
    let shown = detail >= .long ? findings : Array(kept.prefix(most))
    var text = ""
    for finding in shown {
      let marked = finding.kind == .unexpected ? "**\(MarkdownText.inline(finding.subject))**" : nil
      text += "- \(marked ?? MarkdownText.line(finding.subject))"
      let said = EvidenceBody.shortened(finding.text)
      text += said.isEmpty ? "\n" : ": \(finding.isProse ? MarkdownText.prose(said) : MarkdownText.said(said))\n"
    }
    if shown.count < findings.count { text += "- and \(findings.count - shown.count) more\n" }
    return text + "\n"
  }

  private func timelineMarkdown(_ detail: Piece.Detail) -> String {
    let important: Set<String> = ["run", "answer", "act", "undo", "outside", "warning", "failure"]
    let moments =
      switch detail {
      case .whole, .longer, .long: report.timeline
      case .short: report.timeline.filter { !$0.isItem }
      default: report.timeline.filter { !$0.isItem && important.contains($0.kind) }
      }
    var text = "UTC; offsets from \(zeroName).\n\n"
    text += "| Time | Offset | Kind | Who | What | Result |\n| --- | --- | --- | --- | --- | --- |\n"
    var asides = Asides()
    for moment in moments {
      let number = moment.number.map { " (E\($0))" } ?? ""
      text += "| \(clock(moment.at)) | \(offset(moment.at)) | \(moment.kind) "
      text +=
        "| \(MarkdownText.inline(moment.who ?? "")) | \(moment.isCode ? asides.code(EvidenceBody.shortened(moment.what)) : Self.text(moment.what, isProse: moment.isProse)) "
      let result = moment.result ?? ""
      let came =
        moment.kind == "answer"
        ? asides.code(EvidenceBody.shortened(result))
        : moment.isResultSaid
          ? MarkdownText.inline(EvidenceBody.shortened(result)) : Self.text(result, isProse: moment.isResultProse)
      text += "| \(came)\(number) |\n"
    }
    let left = report.timeline.count - moments.count
    return text + asides.markdown + (left > 0 ? "\n\(left) more in the whole transcript.\n\n" : "\n")
  }

  private static func text(_ text: String, isProse: Bool) -> String {
    let short = EvidenceBody.shortened(text)
    return isProse ? MarkdownText.prose(short, inTable: true) : MarkdownText.said(short, inTable: true)
  }

  private func followUpMarkdown(_ item: RunReport.FollowUp) -> String {
    let due = item.due.map { ", due \(TimeText.due($0))" } ?? ""
    let owner = item.owner.map { ", owner \(MarkdownText.inline($0))" } ?? ""
    let done = item.done.map { ", done by \(MarkdownText.inline($0.by)) at \(TimeText.utc($0.at))" } ?? ""
    let box = item.done == nil ? " " : "x"
    return "- [\(box)] \(MarkdownText.line(EvidenceBody.shortened(item.text)))\(due)\(owner)\(done)\n"
  }
}
