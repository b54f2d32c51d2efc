import CEL
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// What stands above a prompt: the question, its options, and for a change all that one must see before saying yes.
struct QuestionView {
  let question: Question
  let state: ScreenState
  /// Whether it is asked again: the step's line may be far above by now.
  var isRepeated = false

  /// Calls shown without `/all`, and lines of one call.
  static let shownCalls = 5
  static let callLines = 60

  func lines(width: Int) -> [Line] {
    var lines: [Line] = []
    // The reason of a step whose line stands already has been shown with it.
    let shown = isHeld ? nil : state.steps[question.key.place]?.why
    if let why = question.why ?? (isHeld ? state.steps[question.key.place]?.why : nil), why != shown {
      lines += Line.block(Prose.filled(why), indent: 4, width: width, style: .faint, limit: 40)
    }
    switch question.kind {
    case .option(let options, let suggested):
      let asked = heading(suggestion(options, suggested), width: width)
      lines = (question.isEdit ? lines + asked : asked + lines) + self.options(options, width: width)
    case .approval(let approval):
      lines = heading(nil, width: width) + lines + self.approval(approval, width: width)
    case .item(let approval, let position, let count):
      lines = heading("item \(position + 1) of \(count)", width: width) + lines
      if approval.rows.indices.contains(position), !approval.rows[position].isEmpty {
        lines += Line.paragraph(
          Visible.exact(approval.rows[position]), lead: Line("    "), width: width, style: .faint, limit: 8)
      }
      lines += self.approval(Self.only(position, of: count, approval), width: width)
    case .value(let declaration):
      lines = heading(nil, width: width) + lines + self.declaration(declaration, width: width)
    case .text where question.key.purpose != .answer:
      // What led to it comes first.
      lines += heading(nil, width: width)
    case .yesNo, .text, .checkpoint:
      lines = heading(nil, width: width) + lines
    }
    return lines
  }

  /// All calls of an approval, for `/all`; with limits as they stand with the question.
  static func calls(of approval: Approval, width: Int, limit: Int = .max, lineLimit: Int = .max) -> [Line] {
    var lines: [Line] = []
    let digits = String(approval.calls.count).count
    for (position, call) in approval.calls.prefix(limit).enumerated() {
      let number = approval.calls.count > 1 ? TextLayout.pad("\(position + 1)", to: digits, .right) + "  " : ""
      lines += server(position, of: approval.servers, indent: 6, width: width)
      var lead = Line("      ")
      lead.append(number, .faint)
      let whole = lineLimit == .max ? nil : "/all shows it"
      lines += CallText(call).lines(lead: lead, width: width, limit: lineLimit, whole: whole)
    }
    return lines
  }

  /// The undo of each call of an approval, for `/all`.
  static func undos(of approval: Approval, width: Int) -> [Line] {
    var lines: [Line] = []
    for undo in approval.undos.compactMap({ $0 }) {
      var lead = Line("    ")
      lead.append("undo: ", .faint)
      lines += CallText(undo).lines(lead: lead, width: width, style: .plain)
    }
    return lines
  }

  /// The server of one call, where not all go to the same: a line above the call.
  static func server(_ position: Int, of servers: [String?], indent: Int, width: Int) -> [Line] {
    guard ServerText.distinct(servers).count > 1, servers.indices.contains(position) else { return [] }
    let name = servers[position] ?? "server not known"
    if position > 0, servers[position - 1] == servers[position] { return [] }
    return Line.paragraph("at " + name, lead: EventRenderer.blank(indent), width: width, style: .heading)
  }

  /// A confirm's step line is its question.
  private var isHeld: Bool { state.steps[question.key.place]?.isShown == false }

  private func heading(_ aside: String?, width: Int) -> [Line] {
    var text = question.text
    if let aside { text += "   " + aside }
    let step = state.steps[question.key.place]
    // An act's line was written when the step began, and says the same.
    if aside == nil, !isRepeated, !isHeld, let step, step.title == question.text { return [] }
    guard isHeld, let step else {
      return Line.paragraph(text, lead: EventRenderer.blank(EventRenderer.indent), width: width, style: .strong)
    }
    return EventRenderer.stepLines(step, text: text, width: width)
  }

  private func suggestion(_ options: [Question.Option], _ suggested: String?) -> String? {
    guard let position = options.firstIndex(where: { $0.name == suggested }) else { return nil }
    return "suggested: \(position + 1)" + (options[position].changes ? "" : " (Enter)")
  }

  private func options(_ options: [Question.Option], width: Int) -> [Line] {
    let names = options.map { TextLayout.cell($0.name, width: max(8, width / 3)) }
    let nameWidth = names.map(CellWidth.of).max() ?? 0
    let digits = String(options.count).count
    return options.indices.flatMap { position in
      var lead = Line("      " + TextLayout.pad("\(position + 1)", to: digits, .right) + "  ")
      lead.append(TextLayout.pad(names[position], to: nameWidth) + "  ", .strong)
      let text = options[position].text
      if width - lead.width < 16 { return [lead] + Line.paragraph(text, lead: Line("         "), width: width) }
      return Line.paragraph(text, lead: lead, width: width)
    }
  }

  /// Where, how many, each call, what is left out, how it is undone, what to beware of.
  private func approval(_ approval: Approval, width: Int) -> [Line] {
    let style = approval.isRed ? Style.environment("red") : state.environmentStyle
    var place = Line("    changes ")
    place.append(approval.environment.uppercased(), style)
    place.append("  ")
    let target = ServerText.place(approval.target, approval.servers)
    let count = approval.calls.count == 1 ? "" : TimeText.count(approval.calls.count, "call")
    // The server is never cut.
    var lines = Line.paragraph(target, lead: place, width: width)
    if !count.isEmpty {
      if let last = lines.last, last.width + 2 + count.count <= width {
        lines[lines.count - 1].append("  " + count, .strong)
      } else {
        lines.append(Line("      " + count, .strong))
      }
    }
    lines += Self.calls(of: approval, width: width, limit: Self.shownCalls, lineLimit: Self.callLines)
    if approval.calls.count > Self.shownCalls {
      lines.append(Line("      … \(approval.calls.count - Self.shownCalls) more: /all shows them", .careful))
    }
    lines += section("left out: ", approval.leftOut, style: .careful, width: width)
    let undos = approval.undos.compactMap { $0 }
    if let undo = undos.first {
      var lead = Line("    ")
      lead.append("undo: ", .faint)
      lines += CallText(undo).lines(lead: lead, width: width, style: .plain, limit: 8, whole: "/all shows it")
      if undos.count > 1 { lines.append(Line("          … \(undos.count - 1) more like it", .faint)) }
    } else {
      lines.append(Line("    undo: none", .careful))
    }
    lines += section("warning: ", approval.warnings, style: .careful, width: width)
    lines += section("digest: ", [approval.digest].filter { !$0.isEmpty }, style: .faint, width: width)
    if let typed = approval.typed {
      lines += Line.paragraph(
        "Type \(Visible.exact(typed)) to do it, n to leave it.", lead: Line("    "), width: width, style: .careful)
    }
    return lines
  }

  private func section(_ name: String, _ texts: [String], style: Style, width: Int) -> [Line] {
    let limit = 8
    var lines: [Line] = []
    for text in texts.prefix(limit) {
      var lead = Line("    ")
      lead.append(name, style)
      for (index, part) in TextLayout.lines(text, limit: 8).lines.enumerated() {
        let indented = index == 0 ? lead : EventRenderer.blank(lead.width)
        lines += Line.paragraph(Visible.exact(part), lead: indented, width: width, limit: 8)
      }
    }
    if texts.count > limit { lines.append(Line("    \(name)\(texts.count - limit) more: /all shows them", style)) }
    return lines
  }

  private func declaration(_ declaration: InputDeclaration, width: Int) -> [Line] {
    var facts = [declaration.type.rawValue]
    if let minimum = declaration.minimum { facts.append("at least \(minimum.rendered)") }
    if let maximum = declaration.maximum { facts.append("at most \(maximum.rendered)") }
    if !declaration.options.isEmpty { facts.append("one of " + declaration.options.joined(separator: ", ")) }
    if declaration.isSecret { facts.append("not shown, not recorded") }
    let text = declaration.name + " (" + facts.joined(separator: ", ") + ")"
    let isAsked = declaration.describe == question.text
    let described = [text, isAsked ? nil : declaration.describe].compactMap { $0 }.joined(separator: ": ")
    return Line.paragraph(described, lead: EventRenderer.blank(EventRenderer.indent), width: width, style: .faint)
  }

  /// The approval of a single item of a loop, by its position from 0. Where the calls are not those of all items, all
  /// are shown: never another item's.
  static func only(_ position: Int, of count: Int, _ approval: Approval) -> Approval {
    guard approval.calls.count == count, approval.calls.indices.contains(position) else { return approval }
    var approval = approval
    approval.calls = [approval.calls[position]]
    if approval.items.indices.contains(position) { approval.items = [approval.items[position]] }
    if approval.servers.indices.contains(position) { approval.servers = [approval.servers[position]] }
    if approval.undos.indices.contains(position) { approval.undos = [approval.undos[position]] }
    return approval
  }
}
