import CEL
import PlaybookRecord

extension Transcript {
  /// Rows of evidence that a ticket shows; the rest is a command away.
  static let shownRows = 50
  private static let fewRows = 8

  func evidenceMarkdown(_ step: RunReport.Step, _ detail: Piece.Detail) -> String {
    let number = step.number.map { "E\($0) " } ?? ""
    if detail == .line {
      let notices = step.notices.map { "; notice: " + MarkdownText.said($0) }.joined()
      return "- \(number)\(MarkdownText.line(step.name)): \(MarkdownText.said(step.error ?? step.summary))\(notices)\n"
    }
    var text = "\n### \(number)\(MarkdownText.inline(step.name))\n\n"
    if detail >= .long, let why = step.why { text += "Why: \(MarkdownText.prose(why))\n\n" }
    let reading = reading(of: step)
    if let call = call(of: step) {
      if let count = Self.calls(in: reading?.outcome) { text += "The first of \(count) calls, one for each item:\n\n" }
      let isLong = detail == .short && call.utf8.count > 1000
      text += MarkdownText.block(isLong ? String(call.prefix(1000)) + "\n…" : call) + "\n"
    }
    var parts = [
      step.isSuperseded ? "taken again later" + (laterNumber(of: step).map { ", see E\($0)" } ?? "") : nil,
      step.source.map(MarkdownText.inline), step.error == nil ? MarkdownText.inline(step.summary) : nil,
      step.took.map(TimeText.short),
    ]
    if let evidence = step.evidence {
      parts.append("\(evidence.bytes) bytes, sha256 \(MarkdownText.code(String(evidence.digest.prefix(16))))")
    }
    if let error = step.error { parts.append("failed: " + MarkdownText.said(EvidenceBody.shortened(error))) }
    text += "*" + parts.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ") + "*\n\n"
    guard let reading else { return text }
    if reading.isBeginning { text += "**\(Self.missingEvidence)**\n\n" }
    let body = EvidenceBody(reading.outcome, show: step.show, limit: detail == .short ? Self.fewRows : Self.shownRows)
    let whole = evidenceCommand(step, reading.outcome)
    if body.isHidden { text += "Not shown here; all: \(MarkdownText.code(whole))\n\n" }
    text += Self.markdown(body, step, whole: whole)
    for notice in body.notices { text += "Notice: \(MarkdownText.said(EvidenceBody.shortened(notice)))\n\n" }
    for part in body.said { text += "\(part.name):\n\n" + MarkdownText.block(part.text) + "\n" }
    return text + Self.markdown(body.differences, step)
  }

  /// What is said where the file with the evidence can't be read.
  static let missingEvidence =
    "The file with this evidence is gone or is not what its digest says. What is here is the beginning, from the journal."

  /// The command that gives all of a step's evidence.
  func evidenceCommand(_ step: RunReport.Step, _ outcome: MapValue) -> String {
    // A step that was taken again has its path for the last of its readings.
    let name = step.isSuperseded ? step.number.map { "E\($0)" } ?? step.path.text : step.path.text
    return "playbook evidence \(runID) \(name) --format \(EvidenceFile.format(of: .map(outcome)).rawValue)"
  }

  private static func markdown(_ body: EvidenceBody, _ step: RunReport.Step, whole: String) -> String {
    func more(_ shown: Int) -> String {
      if shown < body.total { return "\n\(shown) of \(body.total); all: \(MarkdownText.code(whole))\n" }
      return body.isCellCut ? "\nLong values are cut; all: \(MarkdownText.code(whole))\n" : ""
    }
    switch body.content {
    case .nothing: return ""
    case .lines(let lines): return MarkdownText.block(lines.joined(separator: "\n")) + more(lines.count) + "\n"
    case .text(let text, let isCut):
      return MarkdownText.block(text) + (isCut ? "\nCut here; all: \(MarkdownText.code(whole))\n" : "") + "\n"
    case .table(let columns, let rows):
      var text = "| " + columns.map(MarkdownText.inline).joined(separator: " | ") + " |\n"
      text += "|" + String(repeating: " --- |", count: columns.count) + "\n"
      for row in rows {
        text += "| " + row.map(cell).joined(separator: " | ") + " |\n"
      }
      return text + more(rows.count) + "\n"
    }
  }

  /// A text as code, and null as a word: the two are not the same.
  private static func cell(_ cell: EvidenceBody.Cell) -> String {
    cell.isNull ? cell.text : cell.text.isEmpty ? "" : MarkdownText.code(cell.text, inTable: true)
  }

  private static func markdown(_ differences: [OutcomeDifferences.Change]?, _ step: RunReport.Step) -> String {
    guard let differences else { return "" }
    let since = step.repeats.map { " since `\($0)`" } ?? ""
    if differences.isEmpty { return "Nothing changed\(since).\n\n" }
    var lines = differences.prefix(shownRows).map { change in
      switch change {
      case .went(let row): "- " + EvidenceBody.row(row)
      case .came(let row): "+ " + EvidenceBody.row(row)
      case .row(let name, let fields):
        "~ \(EvidenceBody.shortened(name)): " + fields.map(markdown).joined(separator: ", ")
      case .field(let field): "~ " + markdown(field)
      }
    }
    if differences.count > shownRows { lines.append("… \(differences.count - shownRows) more") }
    return "Changed\(since): \(differences.tally).\n\n"
      + MarkdownText.block(lines.joined(separator: "\n"), language: "diff")
      + "\n"
  }

  private static func markdown(_ field: OutcomeDifferences.Field) -> String {
    func text(_ value: Value?) -> String { value.map(EvidenceBody.cell) ?? "nothing" }
    return "\(field.name): \(text(field.from)) → \(text(field.to))"
  }
}
