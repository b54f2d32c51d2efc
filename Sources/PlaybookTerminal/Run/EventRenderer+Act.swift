import CEL
import PlaybookRecord
import SourceText

/// Changes: what goes out, what became of each, whether it held, what was undone.
extension EventRenderer {
  mutating func lines(of intent: ChangeIntended, _ path: StepPath, width: Int) -> [Line] {
    let lines = stepLine(path.withoutItem, width: width)
    guard !takeSeen(path) else { return lines }
    let approved = intent.approved
    return lines + calls(approved.calls, approved.target, approved.servers ?? [], width: width)
      + leftOut((intent.leftOut ?? []).map { ($0, nil) }, width: width)
  }

  /// Where a change is made, and its calls, each with its server where there are several.
  private func calls(_ calls: [String], _ target: String?, _ servers: [String?], width: Int) -> [Line] {
    var lines: [Line] = []
    let place = ServerText.place(target, servers)
    if !place.isEmpty, !servers.isEmpty { lines += remark("changes", place, nil, width: width) }
    for (position, call) in calls.prefix(Self.shownItems).enumerated() {
      lines += QuestionView.server(position, of: servers, indent: 6, width: width)
      lines += CallText(call).lines(
        lead: Self.blank(6), width: width, style: .plain, limit: 40, whole: "the record has all of it")
    }
    if calls.count > Self.shownItems {
      lines.append(Line("      … \(calls.count - Self.shownItems) more calls", .faint))
    }
    return lines
  }

  /// An act in a plan: the calls that would be sent, and the digest that approves them.
  mutating func lines(
    of planned: StepFinished.PlannedCalls, _ step: StepFinished, _ path: StepPath, width: Int
  ) -> [Line] {
    var lines =
      stepLine(path, width: width) + calls(planned.calls, planned.target, planned.servers ?? [], width: width)
    for line in (planned.plan ?? []).prefix(20) { lines += remark("would", line, nil, width: width) }
    lines += leftOut((planned.leftOut ?? []).map { ($0, nil) }, width: width)
    if let undo = planned.undo {
      var lead = Self.blank(Self.indent)
      lead.append("undo: ", .faint)
      lines += CallText(undo).lines(
        lead: lead, width: width, style: .plain, limit: 20, whole: "the record has all of it")
    }
    if let text = step.text { lines += remark("plan", text, nil, style: .careful, width: width) }
    // To be copied: never cut or wrapped by us.
    if let digest = planned.digest {
      lines.append(Line([.init("    --approve ", .faint), .init(digest, .strong)]))
    }
    return lines
  }

  mutating func lines(of finished: ActFinished, _ path: StepPath, width: Int) -> [Line] {
    let path = path.withoutItem
    let word = finished.resolution?.word
    let answer = word == nil ? answer(of: finished, path) : CallAnswer(nil)
    if finished.state == .done {
      update(path) { step in
        step.done += 1
        step.effects[answer.effect ?? "", default: 0] += 1
        if !answer.notices.isEmpty || !answer.said.isEmpty { step.remarked += 1 }
      }
      guard shallShow(path) || word != nil else { return [] }
    }
    var text = name(of: finished.item)
    if let took = finished.took { text += "  " + TimeText.short(took) }
    if let effect = answer.effect { text += "  " + Visible.text(effect) }
    if let error = finished.error { text += "  " + Self.text(of: error) }
    if let reason = finished.resolution?.reason { text += "  " + reason }
    let (mark, style): (String, Style) =
      switch (finished.state, word) {
      case (.done, .byHand): ("✓ by hand  ", .good)
      case (.done, .happened): ("✓ done, as you said  ", .good)
      case (.failed, .skip): ("✗ left as failed  ", .bad)
      case (.unknown, .skip): ("? left as unknown  ", .careful)
      case (.done, _): ("✓ done     ", .good)
      case (.failed, _): ("✗ failed   ", .bad)
      case (.skipped, _): ("- skipped  ", .faint)
      case (.unknown, _), (.started, _): ("? unknown  ", .careful)
      }
    return Line.paragraph(text, lead: Line([.init("      "), .init(mark, style)]), width: width, limit: 6)
      + SaidLines.lines(answer.said, answer.notices, most: Self.shownItems, indent: 8, width: width)
  }

  /// The answer of a call of a change.
  private func answer(of finished: ActFinished, _ path: StepPath) -> CallAnswer {
    let (change, position) = (state.changes.last { $0.path == path }, finished.item.position)
    let call = change.flatMap { $0.calls.indices.contains(position) ? $0.calls[position] : nil }
    return CallAnswer(finished.recorded.outcome, call: call)
  }

  mutating func lines(of look: ActVerified, _ path: StepPath, width: Int) -> [Line] {
    if look.held, !shallShow(path.withoutItem, counting: false) { return [] }
    let text = [name(of: look.item), look.text].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    let lead = look.held ? Line("      ✓ verified ", .good) : Line("      ✗ NOT verified  ", .bad)
    return Line.paragraph(text, lead: lead, width: width, limit: 6)
  }

  func lines(of undone: ActUndone, width: Int) -> [Line] {
    let shows = undone.verified.map { $0 ? "the change shows no more" : "the change still shows" }
    let name = name(of: undone.item)
    if undone.state == .done, undone.resolution == nil, let found = shows ?? undone.text {
      // It was undone before: this is the look after it.
      let lead =
        switch undone.verified {
        case true?: Line("      ✓ verified ", .good)
        case false?: Line("      ✗ NOT verified  ", .bad)
        case nil: Line("      ? not verified  ", .careful)
        }
      let text = [name, found].filter { !$0.isEmpty }.joined(separator: "  ")
      return Line.paragraph(text, lead: lead, width: width, limit: 6)
    }
    var text = [name, undone.call].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    let answer = CallAnswer(undone.recorded.outcome)
    if let effect = answer.effect { text += "  " + Visible.text(effect) }
    if let error = undone.error { text += "  " + Self.text(of: error) }
    if let reason = undone.resolution?.reason ?? undone.reason { text += "  (\(reason))" }
    if let shows { text += "  " + shows }
    let lead =
      switch undone.state {
      case .done: Line("      ✓ undone   ", .good)
      case .failed: Line("      ✗ NOT undone  ", .bad)
      case .unknown, .started, .skipped, .left: Line("      ? undo unknown  ", .careful)
      }
    return Line.paragraph(text, lead: lead, width: width, limit: 6)
      + SaidLines.lines(answer.said, answer.notices, most: Self.shownItems, indent: 8, width: width)
  }

  /// The count at an act's end, where not each item was shown.
  func actSummary(_ path: StepPath, width: Int) -> [Line] {
    guard let change = state.changes.last(where: { $0.path == path }), change.total > Self.shownItems else {
      return []
    }
    let counts = [SendingState.done, .failed, .unknown, .skipped].compactMap { state -> String? in
      let count = change.count(state)
      return count > 0 ? "\(count) \(state.rawValue)" : nil
    }
    var text = "of \(change.total): " + counts.joined(separator: ", ")
    if change.verified + change.unverified > 0 { text += "; \(change.verified) verified, \(change.unverified) not" }
    if let step = state.steps[path] { text += step.answers }
    return Line.paragraph(text, lead: Self.blank(6), width: width)
  }

  private func name(of item: ItemTold) -> String {
    (item.label ?? item.item?.rendered).map { TextLayout.cell($0, width: 60) } ?? ""
  }

  /// Whether one more item that went well gets a line of its own.
  private mutating func shallShow(_ path: StepPath, counting: Bool = true) -> Bool {
    let shown = state.steps[path]?.shownItems ?? 0
    if counting { update(path) { $0.shownItems += 1 } }
    if counting, shown == Self.shownItems { return false }
    return counting ? shown < Self.shownItems : shown <= Self.shownItems
  }
}
