import CEL
import PlaybookRecord
import SourceText

extension Transcript {
  /// Skipped steps, what was done outside, notes, documents, follow-ups, and what is left for people.
  var remarksHTML: HTML {
    let takenBack: [HTML] = report.notReached.map {
      "<li><strong>\(flat: EvidenceBody.shortened($0.name))</strong> \(Self.takenBack)</li>\n"
    }
    let unreached: [HTML] = takenBack + (report.unreachedText.map { ["<li>\($0)</li>\n"] } ?? [])
    let skipped: [HTML] = report.skipped.map { step in
      let reason: HTML =
        report.skipReason(of: step).map { " <span class=\"said\">\(prose: EvidenceBody.shortened($0))</span>" } ?? ""
      return "<li><strong>\(flat: EvidenceBody.shortened(step.name))</strong>\(reason)</li>\n"
    }
    let followUps: [HTML] = report.followUps.map { item in
      let due: HTML = item.due.map { ", due <time datetime=\"\($0.description)\">\(TimeText.due($0))</time>" } ?? ""
      let owner = item.owner.map { ", " + $0 } ?? ""
      // What `playbook followups --done` takes.
      let mark: HTML = item.done == nil ? " <code>\(runID):\(item.event)</code>" : ""
      let done = item.done.map { ", done by \($0.by) at \(TimeText.utc($0.at))" } ?? ""
      return
        "<li>\(flat: EvidenceBody.shortened(item.text))<span class=\"offset\">\(due)\(owner)\(done)</span>\(mark)</li>\n"
    }
    let open: [HTML] = Self.openHeadings.map { "<h3>\($0)</h3>\n<p class=\"open\">To be written.</p>\n" }
    let documents: [HTML] = report.documents.map(html)
    return """
      \(section("skipped", "Skipped", skipped + unreached))\(section("outside", "Done outside the playbook", report.outside.map(html)))\(section("notes", "Notes", report.notes.map(html)))\(section("documents", "Documents", documents, isList: false))\(section("follow-ups", "Follow-ups", followUps))\(section("review", "For the review", open, isList: false))
      """
  }

  private func section(_ id: String, _ title: String, _ items: [HTML], isList: Bool = true) -> HTML {
    if items.isEmpty { return "" }
    let body: HTML = isList ? "<ul class=\"list\">\n\(items)</ul>\n" : "\(items)"
    return """
      <section id="\(id)" aria-labelledby="\(id)-title">
      <h2 id="\(id)-title">\(title)</h2>
      \(body)</section>

      """
  }

  private func html(_ remark: RunReport.Remark) -> HTML {
    "<li><time datetime=\"\(remark.at.description)\">\(clock(remark.at))</time> <strong>\(remark.by)</strong> <span class=\"said\">\(lines: remark.text)</span></li>\n"
  }

  private func html(_ step: RunReport.Step) -> HTML {
    let fields = record(of: step)
    if fields.isEmpty { return "" }
    let points: [HTML] = fields.filter { $0.label != nil }.map { field in
      let mark: HTML =
        switch field.isDone {
        case true?: "<span class=\"badge good\">done</span> "
        case false?: "<span class=\"badge warn\">not done</span> "
        case nil: ""
        }
      let text: HTML = field.text.isEmpty ? "" : "<span class=\"said\">\(lines: field.text)</span>"
      return "<li>\(mark)<strong>\(EvidenceBody.shortened(field.label ?? ""))</strong> \(text)</li>\n"
    }
    let prose: [HTML] = fields.filter { $0.label == nil }.map {
      "<p class=\"said prose\">\(prose: Prose.filled($0.text))</p>\n"
    }
    let list: HTML = points.isEmpty ? "" : "<ul class=\"list\">\n\(points)</ul>\n"
    return "<article class=\"card\">\n<h3>\(flat: EvidenceBody.shortened(step.name))</h3>\n\(prose)\(list)</article>\n"
  }

  /// What ran, and how it is checked that nothing of this was changed.
  var recordHTML: HTML {
    let facts: [HTML] = headFacts.map { fact in
      let text: HTML = fact.style == .code ? "<code>\(fact.text)</code>" : "\(fact.text)"
      return "<dt>\(fact.name)</dt><dd>\(fact.name == "Ticket" ? Self.link(fact.text, fact.text) : text)</dd>\n"
    }
    let sources: [HTML] = (report.begun?.sources ?? []).map {
      "<tr><th scope=\"row\"><code>\($0.path)</code></th><td><code>\($0.sha256)</code></td></tr>\n"
    }
    let table: HTML =
      sources.isEmpty
      ? ""
      : Self.table("The files that the run was made from", label: "Files", columns: ["File", "SHA-256"], rows: sources)
    let shown = report.timeline.map(\.sequence).max() ?? 0
    let events = Self.anchors(shown + 1, through: report.events, without: [])
    return """
      <section id="record" aria-labelledby="record-title">
      <h2 id="record-title">The record</h2>
      <dl class="facts">
      \(facts)<dt>Journal head</dt><dd><code>\(head)</code></dd>
      </dl>
      <p>\(prose: chainStatement)</p>
      \(table)\(events)</section>

      """
  }
}
