import CEL
import PlaybookRecord

extension Transcript {
  var decisionsHTML: HTML {
    let decisions = report.decisions.filter { !$0.isRecord }
    if decisions.isEmpty { return "" }
    let cards: [HTML] = decisions.map(card)
    return """
      <section id="decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">Decisions</h2>
      \(cards)</section>

      """
  }

  private func card(_ decision: RunReport.Decision) -> HTML {
    var rows: HTML = ""
    func add(_ name: String, _ text: HTML?) { if let text { rows += "<dt>\(name)</dt><dd>\(text)</dd>\n" } }
    if !decision.options.isEmpty {
      let options: [HTML] = decision.options.enumerated().map { position, option in
        let text: HTML = decision.text(ofOption: position).map { " <span class=\"offset\">\(flat: $0)</span>" } ?? ""
        let isSuggested = option == decision.suggested
        let style = option == decision.chosen ? "option chosen" : "option"
        return
          "<li class=\"\(style)\">\(EvidenceBody.shortened(option))\(isSuggested ? " (suggested)" : "")\(option == decision.chosen ? " ✓" : "")\(text)</li>"
      }
      add("Offered", "<ul class=\"options\">\(options)</ul>")
    } else if let suggested = decision.suggested {
      add("Suggested", "\(EvidenceBody.shortened(suggested))")
    }
    add("Standing", decision.standing(clock).map { "<strong>\($0)</strong>" })
    add("Approved by", decision.approver.map { "\(EvidenceBody.shortened($0))" })
    add("Reason", decision.reason.map { "<span class=\"said\">\(lines: EvidenceBody.shortened($0))</span>" })
    add("Ticket", decision.ticket.map { Self.link($0, $0) })
    if decision.isGivenBeforehand { add("Given", "beforehand, in \(decision.source)") }
    let took: HTML = decision.took.map { " after \(TimeText.short($0))" } ?? ""
    let list: HTML = rows.text.isEmpty ? "" : "<dl class=\"facts\">\n\(rows)</dl>\n"
    return """
      <article class="card">
      <h3 class="said">\(prose: EvidenceBody.shortened(decision.title))</h3>
      <p><strong>\(EvidenceBody.shortened(decision.said))</strong>, by \(decision.by) at <a href="#event-\(decision.sequence)"><time datetime="\(decision.at.description)">\(clock(decision.at))</time></a>\(took)</p>
      \(list)</article>

      """
  }

  func changesHTML<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    let changes = report.changes
    if changes.isEmpty { return }
    try write("<section id=\"changes\" aria-labelledby=\"changes-title\">\n<h2 id=\"changes-title\">Changes</h2>\n")
    for (position, step) in changes.enumerated() { try write(html(ofChange: step, position).text) }
    try write("</section>\n\n")
  }

  private static let openItems = 12
  private static let mostPlanLines = 200
  private static let mostRemarks = 20

  private func html(ofChange step: RunReport.Step, _ position: Int) -> HTML {
    guard let change = step.change else { return "" }
    let approval: HTML =
      change.approvedBy.map { by in
        let time = change.approvedAt.map { " at " + clock($0) } ?? ""
        return ", approved by \(by)\(time)"
      } ?? ""
    let isLabelled = change.items.contains { change.label(of: $0) != nil }
    let isSpread = change.isSpread
    let columns =
      ["#"] + (isLabelled ? ["Item"] : []) + (isSpread ? ["Server"] : []) + ["Call", "Result", "Verified", "Undo"]
    func table(_ items: [RunReport.Change.Item], _ caption: HTML) -> HTML {
      Self.table(
        caption, label: "Calls of \(step.name)", columns: columns,
        rows: items.map { Self.row($0, of: change, isLabelled: isLabelled, isSpread: isSpread) }, style: "calls stacked"
      )
    }
    if !change.isIntended, change.items.isEmpty {
      return """
        <section class="part" id="change-\(position + 1)">
        <h3>\(flat: EvidenceBody.shortened(step.name))</h3>
        <p>Step <code>\(step.path.text)</code>: <strong>\(change.tally)</strong></p>
        </section>

        """
    }
    let parts = change.rows(Self.openItems)
    var body = table(parts.shown, "Calls to \(change.place ?? "the target")")
    if let rest = parts.rest {
      body += "<details><summary>\(rest)</summary>\n\(table(parts.hidden, "The rest of the calls"))</details>\n"
    }
    let remarked = parts.shown.filter { !$0.remarks.isEmpty }
    for item in remarked.prefix(Self.mostRemarks) {
      let call = change.items.count > 1 ? "Call \(item.position + 1)" : "The call"
      body +=
        "<p class=\"source\">\(call) also said</p>\n<pre tabindex=\"0\"><code>\(lines: item.remarks.joined(separator: "\n"))</code></pre>\n"
    }
    if !change.comparisons.isEmpty {
      let pairs: [HTML] = change.comparisons.enumerated().map { position, pair in
        "\(position > 0 ? "; " : "")<a href=\"#evidence-\(pair.before)\">E\(pair.before)</a> and <a href=\"#evidence-\(pair.after)\">E\(pair.after)</a>"
      }
      body += "<p>Before and after: \(pairs).</p>\n"
    }
    if !change.plan.isEmpty {
      let plan = change.plan.prefix(Self.mostPlanLines).joined(separator: "\n")
      body += "<p>What the first of them would do:</p>\n<pre tabindex=\"0\"><code>\(lines: plan)</code></pre>\n"
    }
    if !change.leftOut.isEmpty {
      let items: [HTML] = change.leftOut.map { "<li>\(flat: EvidenceBody.shortened($0))</li>\n" }
      let isLong = items.count > Self.openItems
      body +=
        "<details\(isLong ? "" : " open")><summary>\(items.count) left out as protected</summary>\n<ul>\n\(items)</ul></details>\n"
    }
    return """
      <section class="part" id="change-\(position + 1)">
      <h3>\(flat: EvidenceBody.shortened(step.name))</h3>
      <p>Step <code>\(step.path.text)</code>, digest of its calls <code>\(change.digest)</code>\(approval).</p>
      <p><strong>\(change.tally)</strong></p>
      \(body)</section>

      """
  }

  /// Its cells say their columns' names themselves where they stand below each other, on a phone.
  private static func row(
    _ item: RunReport.Change.Item, of change: RunReport.Change, isLabelled: Bool, isSpread: Bool
  ) -> HTML {
    let took: HTML = item.took.map { " <span class=\"offset\">\(TimeText.short($0))</span>" } ?? ""
    let verified: HTML =
      item.verified.map { holds in
        let word = holds ? "holds" : "does not hold"
        return "<span class=\"badge \(tone(outcome: word))\">\(word)</span>"
      } ?? (item.isUnsent ? "" : "<span class=\"offset\">not checked</span>")
    let said: HTML =
      item.verificationText.map { " <span class=\"offset\">\(flatCode: EvidenceBody.shortened($0))</span>" } ?? ""
    let call = EvidenceBody.shortened(change.call(of: item))
    let undone: HTML = change.undo(of: item) == nil ? "" : " class=\"call\""
    let label = EvidenceBody.shortened(change.label(of: item) ?? "")
    let style: HTML = isWord(label) ? " class=\"word\"" : ""
    let first: HTML =
      isLabelled
      ? "<td role=\"cell\" class=\"place\">\(item.position + 1)</td><th role=\"rowheader\" scope=\"row\"\(style)>\(flat: label)</th>"
      : "<th role=\"rowheader\" scope=\"row\" class=\"place\">\(item.position + 1)</th>"
    let server: HTML =
      isSpread ? "<td role=\"cell\" data-name=\"Server\">\(change.server(of: item) ?? "not known")</td>" : ""
    return """
      <tr role="row">\(first)\(server)<td role="cell" class="call"><code class="said">\(lines: call)</code></td><td role="cell" data-name="Result">\(told(item.sent, item.result))\(took)</td><td role="cell" data-name="Verified">\(verified)\(said)</td><td role="cell" data-name="Undo"\(undone)>\(undo(of: item, change))</td></tr>

      """
  }

  private static func undo(of item: RunReport.Change.Item, _ change: RunReport.Change) -> HTML {
    let call: HTML? = change.undo(of: item).map { "<code class=\"said\">\(lines: EvidenceBody.shortened($0))</code>" }
    guard let undo = item.undo else { return call ?? "\(change.missingUndo(of: item))" }
    let word = undo.isOpen ? "bad" : "plain"
    return
      "\(call ?? "") <span class=\"badge \(word)\">sent</span> \(flatCode: EvidenceBody.shortened(undo.text))\(history(of: undo.sent))"
  }

  /// What became of a call, its state as a badge, and of its earlier sendings.
  private static func told(_ sent: RunReport.Sendings, _ result: String) -> HTML {
    let rest = result.dropFirst(sent.state.count).drop { ":, ".contains($0) }
    let more: HTML = rest.isEmpty ? "" : " \(flatCode: EvidenceBody.shortened(String(rest)))"
    return "<span class=\"badge \(tone(outcome: sent.state))\">\(sent.state)</span>\(more)\(history(of: sent))"
  }

  private static func history(of sent: RunReport.Sendings) -> HTML {
    guard let count = sent.count else { return "" }
    let items: [HTML] = sent.earlier.map {
      "<li><code class=\"said\">\(lines: EvidenceBody.shortened($0.call))</code> \(flatCode: $0.result)</li>"
    }
    return " <span class=\"offset\">\(count):</span><ul class=\"list\">\(items)</ul>"
  }

  /// A link where `address` is one to a page; `javascript:`, what has spaces in it and the like stay text.
  static func link(_ address: String, _ text: String) -> HTML {
    let lower = address.lowercased()
    guard lower.hasPrefix("https://") || lower.hasPrefix("http://"), !address.contains(where: \.isWhitespace) else {
      return "\(EvidenceBody.shortened(text))"
    }
    return "<a href=\"\(address)\" rel=\"noreferrer noopener\">\(EvidenceBody.shortened(text))</a>"
  }
}
