import CEL
import PlaybookEngine

extension Transcript {
  /// Rows of evidence that a ticket shows; the rest is a command away.
  static let shownRows = 50

  /// For a ticket: GitHub, GitLab, Jira.
  public func markdown() -> String {
    var text = headMarkdown() + summaryMarkdown() + timelineMarkdown() + decisionsMarkdown()
    text += changesMarkdown() + evidenceMarkdown() + skippedMarkdown() + remarksMarkdown() + followUpsMarkdown()
    return text + Self.emptyHeadings
  }

  /// Left for people.
  private static let emptyHeadings =
    ([
      "Impact", "Root cause", "Trigger", "What went well", "What went badly", "Where we were lucky",
      "What the playbook did not tell", "Action items",
    ].map { "## \($0)\n\n" }).joined()

  private func headMarkdown() -> String {
    let facts = report.facts
    let title = facts["title"]?.stringValue ?? runID
    var rows: [(String, String)] = []
    func add(_ name: String, _ value: String?) {
      if let value, !value.isEmpty { rows.append((name, value)) }
    }
    add(
      "Outcome",
      "**\(MarkdownText.inline(report.outcome))**" + (report.reason.map { ": " + MarkdownText.inline($0) } ?? ""))
    add("Severity", facts["severity"]?.stringValue.map(MarkdownText.inline))
    if let contact = facts["contact"] {
      var text = MarkdownText.inline(contact["contact"]?.rendered ?? "")
      if case .duration(let response) = contact["response"] { text += ", answers within \(TimeText.short(response))" }
      add("Contact", text)
    }
    add("Playbook", MarkdownText.code(facts["path"]?.stringValue ?? facts["playbook"]?.rendered ?? "", inTable: true))
    if let git = facts["git"] {
      add(
        "Git",
        MarkdownText.code(git["commit"]?.rendered ?? "", inTable: true)
          + (git["dirty"]?.boolValue == true ? " with changes" : " clean"))
    }
    add("Run", MarkdownText.code(runID))
    add("Mode", facts["mode"]?.stringValue.map(MarkdownText.inline))
    add("Environment", facts["environment"]?.stringValue.map(MarkdownText.inline))
    add("Operators", report.operators.map(MarkdownText.inline).joined(separator: ", "))
    add("Ticket", facts["ticket"]?.stringValue.map { MarkdownText.code($0, inTable: true) })
    if let inputs = facts["inputs"]?.mapValue, !inputs.isEmpty {
      let list = inputs.entries.map { "\($0.key.rendered) = \($0.value.rendered)" }.joined(separator: ", ")
      add("Inputs", MarkdownText.code(list, inTable: true))
    }
    for (name, time) in times { add(name, time.map(TimeText.utc)) }
    add("Engine", facts["engine"]?.stringValue.map(MarkdownText.inline))
    add("Journal head", MarkdownText.code(head))
    var text = "# \(MarkdownText.inline(title))\n\n| | |\n| --- | --- |\n"
    text += rows.map { "| \($0.0) | \($0.1) |\n" }.joined() + "\n"
    if isTorn { text += "The last line of the journal was cut in writing and is left out.\n\n" }
    if let problem {
      text += "**The journal does not fit from line \(problem.line) on** (\(MarkdownText.inline(problem.message))). "
      text += "Only what is before it is shown.\n\n"
    }
    let sources = facts["sources"]?.listValue ?? []
    if !sources.isEmpty {
      text += "Made from:\n\n"
      for source in sources {
        text +=
          "- \(MarkdownText.code(source["path"]?.rendered ?? "")) sha256:\(source["sha256"]?.rendered.prefix(16) ?? "")\n"
      }
      text += "\n"
    }
    return text
  }

  private var times: [(String, Timestamp?)] {
    let measures = report.measures
    return [
      ("Alerted", measures.alerted), ("Started", report.started), ("First evidence", measures.firstEvidence),
      ("Decided", measures.decided), ("First change", measures.firstChange), ("Last verified", measures.lastVerified),
      ("Ended", report.ended),
    ]
  }

  private func summaryMarkdown() -> String {
    var text = "## Summary\n\n"
    for step in report.steps where step.kind == "check" && step.verdict != nil {
      text += "- \(MarkdownText.line(step.title ?? step.path)): **\(step.verdict ?? "")**"
      text += step.text.map { ". " + MarkdownText.inline($0) } ?? ""
      if step.held == false { text += " (expected otherwise)" }
      text += "\n"
    }
    for step in report.changes {
      let items = step.change?.items ?? []
      let done = items.count { $0.state == "done" }
      text += "- Changed: \(MarkdownText.inline(step.title ?? step.path)), \(done) of \(items.count) done"
      let undone = items.count(where: \.isUndone)
      text += undone > 0 ? ", \(undone) taken back\n" : "\n"
    }
    if report.changes.isEmpty { text += "- Nothing was changed.\n" }
    if !report.failedChecks.isEmpty {
      text +=
        "- Expected and did not hold: \(report.failedChecks.map { MarkdownText.code($0) }.joined(separator: ", "))\n"
    }
    for remark in report.warnings { text += "- Warning: \(MarkdownText.inline(remark.text))\n" }
    return text + "\n"
  }

  private func timelineMarkdown() -> String {
    guard let zero = report.measures.alerted ?? report.started else { return "" }
    let from = report.measures.alerted == nil ? "the start" : "the alert"
    var text =
      "## Timeline\n\nUTC; offsets from \(from).\n\n| Time | Offset | Kind | What |\n| --- | --- | --- | --- |\n"
    for entry in report.timeline {
      let number = entry.number.map { " (E\($0))" } ?? ""
      text += "| \(TimeText.clock(entry.at)) | \(TimeText.offset(from: zero, to: entry.at)) | \(entry.kind) "
      text += "| \(MarkdownText.inline(Self.shortened(entry.text)))\(number) |\n"
    }
    return text + "\n"
  }

  private func decisionsMarkdown() -> String {
    guard !report.decisions.isEmpty else { return "" }
    var text = "## Decisions\n\n"
    for decision in report.decisions {
      text +=
        "- **\(MarkdownText.inline(Self.shortened(decision.question)))** \(MarkdownText.inline(Self.shortened(decision.chosen)))"
      text += ", by \(MarkdownText.inline(decision.by)) at \(TimeText.clock(decision.at))"
      if let took = decision.took { text += " after \(TimeText.short(took))" }
      var more: [String] = []
      if !decision.options.isEmpty {
        more.append("offered: " + decision.options.map(MarkdownText.inline).joined(separator: ", "))
      }
      if let suggested = decision.suggested { more.append("suggested: \(MarkdownText.inline(suggested))") }
      if let reason = decision.reason { more.append("reason: \(MarkdownText.inline(reason))") }
      if let ticket = decision.ticket { more.append("ticket: \(MarkdownText.code(ticket))") }
      if decision.source != "terminal" { more.append("given beforehand, in \(MarkdownText.inline(decision.source))") }
      text += more.isEmpty ? "\n" : ". " + more.joined(separator: "; ") + "\n"
    }
    return text + "\n"
  }

  private func changesMarkdown() -> String {
    guard !report.changes.isEmpty else { return "" }
    var text = "## Changes\n\n"
    for step in report.changes {
      guard let change = step.change else { continue }
      text += "### \(MarkdownText.inline(step.title ?? step.path))\n\n"
      text += "Target \(MarkdownText.code(change.target ?? "")), calls \(MarkdownText.code(change.digest))"
      if let by = change.approvedBy, let at = change.approvedAt {
        text += ", approved by \(MarkdownText.inline(by)) at \(TimeText.clock(at))"
      }
      text += ".\n\n| # | Call | Result | Verified | Undo |\n| --- | --- | --- | --- | --- |\n"
      for item in change.items {
        let call = change.calls.indices.contains(item.position) ? change.calls[item.position] : item.label
        let undo = change.undo.indices.contains(item.position) ? change.undo[item.position] : nil
        let verified = item.verified.map { $0 ? "holds" : "**does not hold**" } ?? ""
        let result =
          MarkdownText.inline(item.state) + (item.error.map { ": " + MarkdownText.inline(Self.shortened($0)) } ?? "")
        text +=
          "| \(item.position + 1) | \(MarkdownText.code(Self.shortened(call), inTable: true)) | \(result) | \(verified) "
        text +=
          "| \(undo.map { MarkdownText.code(Self.shortened($0), inTable: true) } ?? "none")\(item.isUndone ? " (used)" : "") |\n"
      }
      text += "\n"
      if !change.leftOut.isEmpty {
        text += "Left out as protected: \(change.leftOut.map(MarkdownText.inline).joined(separator: "; ")).\n\n"
      }
    }
    return text
  }

  private func evidenceMarkdown() -> String {
    let steps = report.steps.filter { $0.number != nil || ($0.kind == "query" && $0.state == "failed") }
    guard !steps.isEmpty else { return "" }
    var text = "## Evidence\n\n"
    for step in steps {
      let number = step.number.map { "E\($0) " } ?? ""
      text += "### \(number)\(MarkdownText.inline(step.title ?? step.path))\n\n"
      if let call = step.call { text += MarkdownText.block(call) + "\n" }
      let summary = Summary.text(of: step.outcome)
      var line = [step.source.map(MarkdownText.line)]
      line.append(step.source == nil ? MarkdownText.line(summary) : MarkdownText.inline(summary))
      line.append(step.took.map(TimeText.short))
      if let evidence = step.evidence { line.append("\(evidence.bytes) bytes, sha256:\(evidence.digest.prefix(16))") }
      if let error = step.error { line.append("failed: " + MarkdownText.inline(error)) }
      text += line.compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ", ") + "\n\n"
      if let outcome = outcome(of: step) { text += body(of: outcome, step) }
    }
    return text
  }

  private func body(of outcome: MapValue, _ step: RunReport.StepReport) -> String {
    if step.show?["style"]?.stringValue == "none" { return "" }
    for name in ["rows", "items"] {
      guard let rows = outcome[name]?.listValue else { continue }
      return table(rows, step)
    }
    for name in ["keys", "lines"] {
      guard let list = outcome[name]?.listValue, !list.isEmpty else { continue }
      let shown = list.prefix(Self.shownRows).map(\.rendered).joined(separator: "\n")
      return MarkdownText.block(shown) + more(list.count, step) + "\n"
    }
    for name in ["fields", "body", "text", "value"] {
      guard let value = outcome[name], value.rendered != "null" else { continue }
      let text = value.stringValue ?? value.jsonText(pretty: true)
      let cut = text.count > 4000
      return MarkdownText.block(cut ? String(text.prefix(4000)) : text)
        + (cut ? "\nCut here; whole: \(MarkdownText.code("playbook evidence \(runID) \(step.path)"))\n" : "") + "\n"
    }
    return ""
  }

  private func table(_ rows: [Value], _ step: RunReport.StepReport) -> String {
    guard !rows.isEmpty else { return "" }
    var columns = (step.show?["columns"]?.listValue ?? []).compactMap(\.stringValue)
    if columns.isEmpty { columns = rows[0].mapValue?.entries.map(\.key.rendered) ?? [] }
    guard !columns.isEmpty else {
      return MarkdownText.block(rows.prefix(Self.shownRows).map(\.rendered).joined(separator: "\n"))
        + more(rows.count, step) + "\n"
    }
    var text = "| " + columns.map(MarkdownText.inline).joined(separator: " | ") + " |\n"
    text += "|" + String(repeating: " --- |", count: columns.count) + "\n"
    for row in rows.prefix(Self.shownRows) {
      let cells = columns.map { MarkdownText.code(Self.shortened((row[$0] ?? .null).rendered), inTable: true) }
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    return text + more(rows.count, step) + "\n"
  }

  private func more(_ count: Int, _ step: RunReport.StepReport) -> String {
    guard count > Self.shownRows else { return "" }
    return
      "\n\(Self.shownRows) of \(count); all: \(MarkdownText.code("playbook evidence \(runID) \(step.path) --format csv"))\n"
  }

  private func skippedMarkdown() -> String {
    let skipped = report.steps.filter { $0.state == "skipped" }
    guard !skipped.isEmpty else { return "" }
    return "## Skipped\n\n"
      + skipped.map { "- \(MarkdownText.line($0.title ?? $0.path)): \(MarkdownText.inline($0.reason ?? ""))\n" }
      .joined() + "\n"
  }

  private func remarksMarkdown() -> String {
    var text = ""
    for (heading, remarks) in [("Done outside the playbook", report.outside), ("Notes", report.notes)]
    where !remarks.isEmpty {
      text += "## \(heading)\n\n"
      text += remarks.map {
        "- \(TimeText.clock($0.at)) \(MarkdownText.inline($0.by)): \(MarkdownText.inline($0.text))\n"
      }.joined()
      text += "\n"
    }
    let documents = report.steps.filter { $0.kind == "document" && $0.outcome != nil }
    for step in documents {
      let fields = step.outcome?.entries.filter { !Self.hidden.contains($0.key.rendered) } ?? []
      guard !fields.isEmpty else { continue }
      text += "## \(MarkdownText.inline(step.title ?? step.path))\n\n"
      for (key, value) in fields {
        if let point = value["done"]?.boolValue {
          let evidence = value["evidence"]?.stringValue ?? ""
          text += "- [\(point ? "x" : " ")] \(MarkdownText.inline(key.rendered))"
          text += evidence.isEmpty ? "\n" : ": \(MarkdownText.inline(evidence))\n"
        } else if ["text", "answer"].contains(key.rendered) {
          text += MarkdownText.quotation(value.rendered)
        } else {
          text += "- \(MarkdownText.line(key.rendered)): \(MarkdownText.inline(value.rendered))\n"
        }
      }
      text += "\n"
    }
    return text
  }

  private static let hidden: Set<String> = ["ok", "state", "error", "started", "duration", "target", "truncated"]

  private func followUpsMarkdown() -> String {
    guard !report.followUps.isEmpty else { return "" }
    var text = "## Follow-ups\n\n"
    for item in report.followUps {
      text += "- [ ] \(MarkdownText.inline(item.text))"
      if let due = item.due { text += ", due \(due.description.prefix(10))" }
      if let owner = item.owner { text += ", owner \(MarkdownText.inline(owner))" }
      text += "\n"
    }
    return text + "\n"
  }

  static func shortened(_ text: String) -> String {
    text.count > 300 ? text.prefix(300) + "…" : text
  }
}
