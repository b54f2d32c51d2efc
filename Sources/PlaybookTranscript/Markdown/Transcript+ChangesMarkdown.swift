import CEL

extension Transcript {
  /// A decision as a point of a list: what was asked and said, by whom, when, why.
  func markdown(_ decision: RunReport.Decision, _ detail: Piece.Detail) -> String {
    var text = "- \(Self.question(decision)) \(MarkdownText.code(EvidenceBody.shortened(decision.said)))"
    text += ", by \(MarkdownText.inline(decision.by)) at \(clock(decision.at))"
    let standing = decision.standing(clock).map { "**\(MarkdownText.inline($0))**" }
    if detail == .line {
      let reason = decision.reason.map { "reason: " + MarkdownText.inline(EvidenceBody.shortened($0, to: 120)) }
      return text + [standing, reason].compactMap { $0 }.map { "; " + $0 }.joined() + "\n"
    }
    text += " (\(offset(decision.at)))"
    if let took = decision.took { text += " after \(TimeText.short(took))" }
    var more = [standing].compactMap { $0 }
    if let approver = decision.approver { more.append("approved by: \(MarkdownText.inline(approver))") }
    if !decision.options.isEmpty, detail >= .long {
      more.append("offered: " + offered(decision))
    }
    if let suggested = decision.suggested { more.append("suggested: \(MarkdownText.inline(suggested))") }
    if let reason = decision.reason { more.append("reason: \(MarkdownText.inline(EvidenceBody.shortened(reason)))") }
    if let ticket = decision.ticket { more.append("ticket: \(MarkdownText.code(ticket))") }
    if decision.isGivenBeforehand, detail >= .long {
      more.append("given beforehand, in \(MarkdownText.inline(decision.source))")
    }
    return text + (more.isEmpty ? "\n" : ". " + more.joined(separator: "; ") + "\n")
  }

  /// In bold, where nothing in it is that by itself.
  private static func question(_ decision: RunReport.Decision) -> String {
    let title = EvidenceBody.shortened(decision.title)
    let isPlain = AuthorsProse.parts(of: title).allSatisfy { $0.style != .strong }
    return isPlain ? "**\(MarkdownText.said(title))**" : MarkdownText.prose(title)
  }

  private func offered(_ decision: RunReport.Decision) -> String {
    decision.options.indices.map { position in
      MarkdownText.inline(decision.options[position])
        + (decision.text(ofOption: position).map { " (\(MarkdownText.inline($0)))" } ?? "")
    }.joined(separator: ", ")
  }

  /// A change: the yes to it, its calls with what became of each, what was left out.
  func changeMarkdown(_ step: RunReport.Step, _ detail: Piece.Detail) -> String {
    guard let change = step.change else { return "" }
    if !change.isIntended, change.items.isEmpty {
      return "- **\(MarkdownText.inline(step.name))**: \(MarkdownText.inline(change.tally))\n"
    }
    let approval = change.approvedBy.flatMap { by in
      change.approvedAt.map { ", approved by \(MarkdownText.inline(by)) at \(clock($0))" }
    }
    if detail == .line {
      let undos = change.items.compactMap { change.undo(of: $0) }.map {
        MarkdownText.code(EvidenceBody.shortened($0, to: 80))
      }
      let leftOut = change.leftOut.map { MarkdownText.inline(EvidenceBody.shortened($0, to: 80)) }
      let amiss = change.items.filter(\.isAmiss).map { item in
        MarkdownText.code(EvidenceBody.shortened(item.label, to: 80)) + " "
          + MarkdownText.inline(EvidenceBody.shortened(item.told, to: 80))
      }
      let isMissing = undos.isEmpty && !change.isPlanned && !change.items.isEmpty
      let missing = isMissing ? "; " + change.missingUndo(of: change.items[0]) : ""
      let place = change.serverPlace.map { ", at " + MarkdownText.code(EvidenceBody.shortened($0, to: 120)) } ?? ""
      return "- **\(MarkdownText.inline(step.name))**: \(MarkdownText.inline(change.tally))\(place)\(approval ?? "")"
        + Self.few("not as expected", amiss) + Self.few("undo", undos) + missing
        + Self.few("left out as protected", leftOut) + "\n"
    }
    var text = "\n### \(MarkdownText.inline(step.name))\n\n"
    let target = change.place.map { "Target \(MarkdownText.code($0)), calls" } ?? "Calls"
    text += "\(target) \(MarkdownText.code(change.digest))\(approval ?? ""): \(MarkdownText.inline(change.tally)).\n\n"
    let most: [Piece.Detail: Int] = [.short: 10, .long: 50, .longer: 200]
    let rows = change.rows(most[detail] ?? change.items.count)
    text += Self.table(rows.shown, of: change)
    if let rest = rows.rest { text += "\n\(rest).\n" }
    text += Self.remarks(rows.shown, of: change)
    if !change.comparisons.isEmpty {
      let pairs = change.comparisons.map { "E\($0.before) and E\($0.after)" }
      text += "\nBefore and after: \(pairs.joined(separator: "; ")).\n"
    }
    if !change.plan.isEmpty {
      let lines = change.plan.prefix(50).map { EvidenceBody.shortened($0) }.joined(separator: "\n")
      text += "\nWhat the first of them would do:\n\n" + MarkdownText.block(lines)
    }
    if !change.leftOut.isEmpty {
      let list = change.leftOut.prefix(50).map { MarkdownText.inline(EvidenceBody.shortened($0)) }
      let more = change.leftOut.count > 50 ? "; and \(change.leftOut.count - 50) more" : ""
      text += "\nLeft out as protected: \(list.joined(separator: "; "))\(more).\n"
    }
    return text + "\n"
  }

  private static let mostRemarks = 20

  /// Notices, standard error and bodies of refusals, below the number of their call.
  private static func remarks(_ items: [RunReport.Change.Item], of change: RunReport.Change) -> String {
    let told = items.filter { !$0.remarks.isEmpty }
    let text = told.prefix(mostRemarks).map { item in
      let call = change.items.count > 1 ? "Call \(item.position + 1)" : "The call"
      return "\n\(call) also said:\n\n" + MarkdownText.block(item.remarks.joined(separator: "\n"))
    }
    let more = told.count > mostRemarks ? "\n\(told.count - mostRemarks) more calls also said something.\n" : ""
    return text.joined() + more
  }

  /// `; undo: a, b, c and 4 more`; empty where there is none.
  private static func few(_ name: String, _ texts: [String]) -> String {
    if texts.isEmpty { return "" }
    let most = 3
    let more = texts.count > most ? " and \(texts.count - most) more" : ""
    return "; \(name): \(texts.prefix(most).joined(separator: ", "))\(more)"
  }

  private static func table(_ items: [RunReport.Change.Item], of change: RunReport.Change) -> String {
    let isLabelled = change.items.contains { change.label(of: $0) != nil }
    let isTimed = change.items.contains { $0.took != nil }
    let isSpread = change.isSpread
    let columns =
      ["#"] + (isLabelled ? ["Item"] : []) + (isSpread ? ["Server"] : []) + ["Call", "Result", "Verified", "Undo"]
      + (isTimed ? ["Took"] : [])
    var text =
      "| " + columns.joined(separator: " | ") + " |\n|" + String(repeating: " --- |", count: columns.count) + "\n"
    var asides = Asides()
    for item in items {
      var cells = ["\(item.position + 1)"]
      if isLabelled {
        cells.append(asides.code(EvidenceBody.shortened(change.label(of: item) ?? "")))
      }
      if isSpread {
        cells.append(change.server(of: item).map { MarkdownText.code($0, inTable: true) } ?? "not known")
      }
      cells += [
        asides.code(EvidenceBody.shortened(change.call(of: item))),
        told(item.sent, item.result, &asides),
        verification(of: item), undo(of: item, change, &asides),
      ]
      if isTimed { cells.append(item.took.map(TimeText.short) ?? "") }
      text += "| " + cells.joined(separator: " | ") + " |\n"
    }
    return text + asides.markdown
  }

  /// What became of a call, and of its earlier sendings.
  private static func told(
    _ sent: RunReport.Sendings, _ result: String, isStrong: Bool = false, _ asides: inout Asides
  ) -> String {
    let history = sent.history { sending in
      asides.code(EvidenceBody.shortened(sending.call)) + ": "
        + MarkdownText.said(sending.result, inTable: true)
    }
    let now = MarkdownText.said(result, inTable: true)
    return (isStrong ? "**\(now)**" : now) + (history.map { "; " + $0 } ?? "")
  }

  private static func verification(of item: RunReport.Change.Item) -> String {
    guard let holds = item.verified else { return item.isUnsent ? "" : "not checked" }
    let said = item.verificationText.map { ": " + MarkdownText.said(EvidenceBody.shortened($0), inTable: true) } ?? ""
    return (holds ? "holds" : "**does not hold**") + said
  }

  private static func undo(
    of item: RunReport.Change.Item, _ change: RunReport.Change, _ asides: inout Asides
  ) -> String {
    let call = change.undo(of: item).map { asides.code(EvidenceBody.shortened($0)) }
    guard let undo = item.undo else { return call ?? change.missingUndo(of: item) }
    let went = told(undo.sent, undo.text, isStrong: undo.isOpen, &asides)
    return [call, "sent: " + went].compactMap { $0 }.joined(separator: " ")
  }
}
