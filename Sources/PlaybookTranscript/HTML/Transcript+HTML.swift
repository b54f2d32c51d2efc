import CEL
import PlaybookRecord

extension Transcript {
  /// One file without script or network: readable on a phone, printable, light and dark. Written section by section.
  func html<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    try write(pageHead.text)
    try write(headHTML.text)
    try write(summaryHTML.text)
    try write(measuresHTML.text)
    try timelineHTML(write)
    try write(decisionsHTML.text)
    try changesHTML(write)
    try evidenceHTML(write)
    try write(remarksHTML.text)
    try write(recordHTML.text)
    try write("</main>\n</div>\n</body>\n</html>\n")
  }

  private var pageHead: HTML {
    let paper = PaperEdge(title: title, run: runID)
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '\(StyleSheet.hash)' '\(paper.hash)'; base-uri 'none'; form-action 'none'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="referrer" content="no-referrer">
      <meta name="color-scheme" content="light dark">
      <title>\(title) – transcript \(runID)</title>
      <style>\(StyleSheet.html)</style>
      <style>\(paper.html)</style>
      </head>
      <body>
      <a class="skip" href="#summary">Skip to the summary</a>

      """
  }

  /// The sections that this transcript has, in order: the anchor and the name.
  var sections: [(id: String, name: String)] {
    var list = [("summary", "Summary"), ("measures", "Times"), ("timeline", "Timeline")]
    if report.decisions.contains(where: { !$0.isRecord }) { list.append(("decisions", "Decisions")) }
    if !report.changes.isEmpty { list.append(("changes", "Changes")) }
    if !report.readings.isEmpty { list.append(("evidence", "Evidence")) }
    if !report.skipped.isEmpty || report.unreached != nil || !report.notReached.isEmpty {
      list.append(("skipped", "Skipped"))
    }
    if !report.outside.isEmpty { list.append(("outside", "Done outside")) }
    if !report.notes.isEmpty { list.append(("notes", "Notes")) }
    if !report.documents.isEmpty { list.append(("documents", "Documents")) }
    if !report.followUps.isEmpty { list.append(("follow-ups", "Follow-ups")) }
    return list + [("review", "For the review"), ("record", "The record")]
  }

  private var headHTML: HTML {
    let begun = report.begun
    let severity: HTML =
      begun?.severity.map { "<span class=\"badge \(Self.tone(severity: $0))\">\($0)</span>" } ?? ""
    let environment: HTML = (begun?.environment).map { "<span class=\"badge plain\">\($0)</span>" } ?? ""
    let mode = begun?.mode.rawValue ?? "run"
    let practice: HTML =
      mode == "run" || mode == begun?.environment ? "" : "<span class=\"badge plain\">\(mode)</span>"
    let reason: HTML = report.reason.map { "<p class=\"reason said\">\(prose: EvidenceBody.shortened($0))</p>" } ?? ""
    let cautions: [HTML] = cautions.map { "<p class=\"caution said\">\(prose: EvidenceBody.shortened($0))</p>\n" }
    let contents: [HTML] = sections.map { "<li><a href=\"#\($0.id)\">\($0.name)</a></li>\n" }
    return """
      <header>
      <div class="bar"><span class="brand">playbook</span> <span>Transcript of a run</span></div>
      <div class="hero">
      <p class="badges"><span class="badge \(Self.tone(outcome: report.outcome))">\(report.outcomeWord)</span> \(severity) \(environment) \(practice)</p>
      <h1>\(EvidenceBody.shortened(title))</h1>
      <p class="run"><code>\(runID)</code> \(byline)</p>
      \(reason)
      \(cautions)</div>
      </header>
      <div class="page">
      <nav aria-labelledby="contents-title">
      <h2 id="contents-title">Contents</h2>
      <ul>
      \(contents)</ul>
      </nav>
      <main>

      """
  }

  private var byline: HTML {
    let people = report.operators.joined(separator: ", ")
    let by: HTML = people.isEmpty ? "" : "by \(people)"
    guard let started = report.started else { return by }
    return "\(by) on <time datetime=\"\(started.description)\">\(TimeText.utc(started))</time>"
  }

  static func tone(outcome: String) -> String {
    switch outcome {
    case "completed", "done", "yes", "holds": "good"
    case "failed", "aborted", "no", "does not hold": "bad"
    case "paused", "unfinished", "unknown", "would be sent", "skipped", "not sent", "sent, nothing heard": "warn"
    default: "plain"
    }
  }

  private static func tone(severity: String) -> String {
    switch severity {
    case "critical": "bad"
    case "high": "warn"
    default: "plain"
    }
  }

  private var summaryHTML: HTML {
    func list(_ kind: RunReport.Finding.Kind, _ title: String, _ style: String) -> HTML {
      let findings = report.findings.filter { $0.kind == kind }
      if findings.isEmpty { return "" }
      let items: [HTML] = findings.map { finding in
        let said = EvidenceBody.shortened(finding.text)
        let text: HTML =
          said.isEmpty ? "" : finding.isProse ? "<span>\(flatProse: said)</span>" : "<span>\(flatCode: said)</span>"
        return "<li><strong>\(flat: EvidenceBody.shortened(finding.subject))</strong> \(text)</li>\n"
      }
      return "<div class=\"card \(style)\">\n<h3>\(title)</h3>\n<ul>\n\(items)</ul>\n</div>\n"
    }
    return """
      <section id="summary" aria-labelledby="summary-title">
      <h2 id="summary-title">Summary</h2>
      <div class="cards">
      \(list(.unexpected, "Not as expected", "bad"))\(list(.declined, "Declined", "warn"))\(list(.warning, "Warnings", "warn"))\(list(.found, "Found", "plain"))\(list(.changed, "Changed", "plain"))</div>
      </section>

      """
  }

  /// Whether a cell's text is one short word, which is not broken: an address, a name, an id.
  static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 24 && !text.contains(where: \.isWhitespace)
  }

  /// A table that scrolls by itself where the screen is narrow, reachable by the keyboard. Where its style stacks its cells
  /// there, its roles are named: what is shown otherwise than as a table has none.
  static func table(_ caption: HTML, label: String, columns: [String], rows: [HTML], style: String = "") -> HTML {
    let isStacked = style.hasSuffix("stacked")
    func role(_ name: String) -> HTML { isStacked ? " role=\"\(name)\"" : "" }
    let head: [HTML] = columns.map { "<th\(role("columnheader")) scope=\"col\">\($0)</th>" }
    return """
      <div class="scroll" role="group" aria-label="\(label)" tabindex="0">
      <table class="\(style)"\(role("table"))>
      <caption>\(caption)</caption>
      <thead\(role("rowgroup"))><tr\(role("row"))>\(head)</tr></thead>
      <tbody\(role("rowgroup"))>
      \(rows)</tbody>
      </table>
      </div>

      """
  }
}
