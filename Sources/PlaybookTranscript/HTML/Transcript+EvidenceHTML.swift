import CEL
import PlaybookRecord
import SourceText

extension Transcript {
  /// Rows of evidence on the page, and those of them that are not folded.
  private static let pageRows = 200
  private static let openRows = 10
  /// Where there is more evidence than a browser opens at ease: so many bytes of it in full, then so many rows of each.
  static let pageBytes = 8 << 20
  private static let fewRows = 3

  func evidenceHTML<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    let steps = report.readings
    if steps.isEmpty { return }
    try write("<section id=\"evidence\" aria-labelledby=\"evidence-title\">\n<h2 id=\"evidence-title\">Evidence</h2>\n")
    var written = 0
    var isShort = false
    for (position, step) in steps.enumerated() {
      if !isShort, written > Self.pageBytes {
        isShort = true
        try write(
          "<p class=\"more\">There is much evidence: from here on the page has the first \(Self.fewRows) rows of each.</p>\n"
        )
      }
      let text = html(of: step, position, rows: isShort ? Self.fewRows : Self.pageRows).text
      written += text.utf8.count
      try write(text)
    }
    try write("</section>\n\n")
  }

  private func html(of step: RunReport.Step, _ position: Int, rows: Int) -> HTML {
    let id = step.number.map { "evidence-\($0)" } ?? "reading-\(position)"
    let number: HTML = step.number.map { "<span class=\"mark-number\">E\($0)</span> " } ?? ""
    var facts = [step.source, step.error == nil ? step.summary : nil, step.took.map(TimeText.short)].compactMap { $0 }
    if let evidence = step.evidence { facts.append("\(evidence.bytes) bytes") }
    let digest: HTML = step.evidence.map { ", sha256 <code>\(String($0.digest.prefix(16)))</code>" } ?? ""
    let error: HTML =
      step.error.map { "<p class=\"caution said\">Failed: \(code: EvidenceBody.shortened($0))</p>\n" } ?? ""
    let why: HTML = step.why.map { "<p class=\"why\">\(prose: Prose.filled($0))</p>\n" } ?? ""
    let targets: [HTML] = step.links.map { "\(Self.link($0.url, $0.title)) " }
    let links: HTML = targets.isEmpty ? "" : "<p>\(targets)</p>\n"
    let reading = reading(of: step)
    let which = Self.calls(in: reading?.outcome).map { ", the first of \($0), one for each item" } ?? ""
    let call: HTML =
      self.call(of: step).map {
        "<details><summary>The call as sent\(which)</summary>\n<pre tabindex=\"0\"><code>\(lines: String($0.prefix(20_000)))</code></pre></details>\n"
      } ?? ""
    let later: HTML = laterNumber(of: step).map { ", see <a href=\"#evidence-\($0)\">E\($0)</a>" } ?? ""
    let again: HTML = step.isSuperseded ? "<p class=\"source\">Taken again later\(later).</p>\n" : ""
    return """
      <section class="part" id="\(id)">
      <h3>\(number)\(flat: EvidenceBody.shortened(step.name))</h3>
      <p class="source">\(flat: EvidenceBody.shortened(facts.joined(separator: ", ")))\(digest)</p>
      \(again)\(error)\(why)\(links)\(call)\(body(reading, of: step, rows: rows))</section>

      """
  }

  private func body(_ reading: Reading?, of step: RunReport.Step, rows: Int) -> HTML {
    guard let reading else { return "" }
    let body = EvidenceBody(reading.outcome, show: step.show, limit: rows)
    let whole = evidenceCommand(step, reading.outcome)
    let name = step.number.map { "E\($0)" } ?? step.path.text
    var html: HTML = reading.isBeginning ? "<p class=\"caution\">\(Self.missingEvidence)</p>\n" : ""
    if body.isHidden { html += "<p class=\"more\">Not shown here; all of it: <code>\(whole)</code></p>\n" }
    html += BarChart(body: body).html
    switch body.content {
    case .nothing: break
    case .table(let columns, let rows):
      let cells: [HTML] = rows.map { row in
        let list: [HTML] = row.enumerated().map { column, cell in
          let style = Self.style(of: cell.text)
          let text: HTML = cell.isNull ? "<span class=\"offset\">null</span>" : "\(cell.text)"
          return column == 0 ? "<th scope=\"row\"\(style)>\(text)</th>" : "<td\(style)>\(text)</td>"
        }
        return "<tr>\(list)</tr>\n"
      }
      let style = Self.isWide(columns, rows) ? "wide" : ""
      let isWhole = cells.count <= Self.openRows + 5
      let open = isWhole ? cells : Array(cells.prefix(Self.openRows))
      let caption: HTML = open.count == body.total ? "\(step.summary)" : "\(step.summary), the first \(open.count)"
      html += Self.table(caption, label: "Table of \(name)", columns: columns, rows: open, style: style)
      if !isWhole {
        let rest = Array(cells.dropFirst(Self.openRows))
        let table = Self.table(
          "Rows \(Self.openRows + 1) to \(cells.count)", label: "More of \(name)", columns: columns, rows: rest,
          style: style)
        html += "<details><summary>\(rest.count) more rows</summary>\n\(table)</details>\n"
      }
      html += Self.more(cells.count, of: body, whole)
    case .lines(let lines):
      let text: HTML = "<pre tabindex=\"0\"><code>\(lines: lines.joined(separator: "\n"))</code></pre>\n"
      html +=
        lines.count <= Self.openRows ? text : "<details><summary>\(lines.count) lines</summary>\n\(text)</details>\n"
      html += Self.more(lines.count, of: body, whole)
    case .text(let text, let isCut):
      let block: HTML = "<pre tabindex=\"0\"><code>\(lines: text)</code></pre>\n"
      html +=
        text.utf8.count < 800
        ? block : "<details><summary>\(text.utf8.count) bytes of text</summary>\n\(block)</details>\n"
      if isCut { html += "<p class=\"more\">Cut here; all of it: <code>\(whole)</code></p>\n" }
    }
    for notice in body.notices {
      html += "<p class=\"caution said\">Notice: \(code: EvidenceBody.shortened(notice))</p>\n"
    }
    for part in body.said {
      html += "<p class=\"source\">\(part.name)</p>\n<pre tabindex=\"0\"><code>\(lines: part.text)</code></pre>\n"
    }
    return html + Self.html(body.differences, step)
  }

  /// Whether its longest words, unbroken, are more than a sheet of paper is wide.
  private static func isWide(_ columns: [String], _ rows: [[EvidenceBody.Cell]]) -> Bool {
    let widths = columns.indices.map { column in
      rows.map { row in row[column].text.utf8.split(separator: UInt8(ascii: " ")).map(\.count).max() ?? 0 }.max() ?? 0
    }
    return widths.reduce(0, +) + 2 * columns.count > 84
  }

  /// Of a number, and of a short word at whose marks a browser would end a line.
  private static func style(of text: String) -> HTML {
    if Double(text) != nil { return " class=\"number\"" }
    return text.utf8.contains { "-/?&=|".utf8.contains($0) } && isWord(text) ? " class=\"word\"" : ""
  }

  private static func more(_ shown: Int, of body: EvidenceBody, _ whole: String) -> HTML {
    if shown < body.total {
      return "<p class=\"more\">\(shown) of \(body.total); all of them: <code>\(whole)</code></p>\n"
    }
    return body.isCellCut ? "<p class=\"more\">Long values are cut; all of it: <code>\(whole)</code></p>\n" : ""
  }

  private static func html(_ differences: [OutcomeDifferences.Change]?, _ step: RunReport.Step) -> HTML {
    guard let differences else { return "" }
    let since: HTML = step.repeats.map { " since <code>\($0)</code>" } ?? ""
    if differences.isEmpty { return "<p>Nothing changed\(since).</p>\n" }
    func row(_ name: HTML, _ field: OutcomeDifferences.Field) -> HTML {
      "<tr><th scope=\"row\">\(name)\(field.name)</th><td><del>\(field.from.map(EvidenceBody.cell) ?? "")</del></td><td><ins>\(field.to.map(EvidenceBody.cell) ?? "")</ins></td></tr>\n"
    }
    let rows: [HTML] = differences.prefix(pageRows).map { change in
      switch change {
      case .went(let row):
        "<tr class=\"went\"><th scope=\"row\">gone</th><td><del>\(EvidenceBody.row(row))</del></td><td></td></tr>\n"
      case .came(let row):
        "<tr class=\"came\"><th scope=\"row\">new</th><td></td><td><ins>\(EvidenceBody.row(row))</ins></td></tr>\n"
      case .row(let name, let fields):
        fields.reduce("") { $0 + row("\(EvidenceBody.shortened(name)): ", $1) }
      case .field(let field): row("", field)
      }
    }
    let more = differences.count > pageRows ? ", \(pageRows) of them shown" : ""
    return table(
      "\(differences.tally)\(since)\(more)", label: "What changed", columns: ["What", "Before", "After"],
      rows: rows)
  }
}
