import CEL
import PlaybookRecord
import SourceText

/// Changes: what goes out, what became of each, whether it held, what was taken back.
extension EventRenderer {
  mutating func intended(_ event: Event, width: Int) -> [Line] {
    var lines = stepLine(event.path.withoutItem, width: width)
    if ["undoes", "edits", "moves", "renews"].contains(where: { event.data[$0] != nil }) { return lines }
    guard !takeSeen(event.path) else { return lines }
    lines += calls(event.data, width: width) + leftOut(event.data, width: width)
    return lines
  }

  /// Where a change is made, and its calls, each with its server where there are several.
  private func calls(_ data: MapValue, width: Int) -> [Line] {
    let calls = data.texts("calls")
    let servers = data.list("servers").map(\.stringValue)
    var lines: [Line] = []
    let place = ServerText.place(data.text("target"), servers)
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
  mutating func planned(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    var lines = stepLine(event.path, width: width) + calls(data, width: width)
    for line in data.texts("plan").prefix(20) { lines += remark("would", line, nil, width: width) }
    lines += leftOut(data, width: width)
    for undo in data.texts("undo").prefix(1) {
      var lead = Self.blank(Self.indent)
      lead.append("undo: ", .faint)
      lines += CallText(undo).lines(
        lead: lead, width: width, style: .plain, limit: 20, whole: "the record has all of it")
    }
    if let text = data.text("text") { lines += remark("plan", text, nil, style: .careful, width: width) }
    // To be copied: never cut or wrapped by us.
    if let digest = data.text("digest") {
      lines.append(Line([.init("    --approve ", .faint), .init(digest, .strong)]))
    }
    return lines
  }

  mutating func actFinished(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    let path = event.path.withoutItem
    let condition = data.text("state") ?? "unknown"
    let isSaid = data.text("word") != nil
    let answer = isSaid ? CallAnswer(nil) : answer(of: event)
    if condition == "done" {
      update(path) { step in
        step.done += 1
        step.effects[answer.effect ?? "", default: 0] += 1
        if !answer.notices.isEmpty || !answer.said.isEmpty { step.remarked += 1 }
      }
      guard shallShow(path) || isSaid else { return [] }
    }
    var text = name(of: data)
    if let took = data.duration("took") { text += "  " + TimeText.short(took) }
    if let effect = answer.effect { text += "  " + Visible.text(effect) }
    if data["error"]?.mapValue != nil || data["error"]?.stringValue != nil {
      text += "  " + Self.text(ofError: data["error"])
    }
    if let reason = data.text("reason") { text += "  " + reason }
    let (mark, style): (String, Style) =
      switch (condition, data.text("word")) {
      case ("done", "by_hand"): ("✓ by hand  ", .good)
      case ("done", "happened"): ("✓ done, as you said  ", .good)
      case ("failed", "skip"): ("✗ left as failed  ", .bad)
      case ("unknown", "skip"): ("? left as unknown  ", .careful)
      case ("done", _): ("✓ done     ", .good)
      case ("failed", _): ("✗ failed   ", .bad)
      case ("skipped", _): ("- skipped  ", .faint)
      default: ("? unknown  ", .careful)
      }
    return Line.paragraph(text, lead: Line([.init("      "), .init(mark, style)]), width: width, limit: 6)
      + SaidLines.lines(answer.said, answer.notices, most: Self.shownItems, indent: 8, width: width)
  }

  /// What a call of a change answered.
  private func answer(of event: Event) -> CallAnswer {
    let change = state.changes.last { $0.path == event.path.withoutItem }
    let position = RunState.position(event)
    let call = change.flatMap { $0.calls.indices.contains(position) ? $0.calls[position] : nil }
    return CallAnswer(event.data.map("outcome"), call: call)
  }

  mutating func verified(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    let held = data.flag("held") ?? false
    if held, !shallShow(event.path.withoutItem, counting: false) { return [] }
    let text = [name(of: data), data.text("text")].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    let lead = held ? Line("      ✓ verified ", .good) : Line("      ✗ NOT verified  ", .bad)
    return Line.paragraph(text, lead: lead, width: width, limit: 6)
  }

  func undone(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    let shows = data.flag("verified").map { $0 ? "the change shows no more" : "the change still shows" }
    if data.text("state") == "done", data.text("word") == nil, let found = shows ?? data.text("text") {
      // Taken back before: this is what was seen after it.
      let lead =
        switch data.flag("verified") {
        case true?: Line("      ✓ verified ", .good)
        case false?: Line("      ✗ NOT verified  ", .bad)
        case nil: Line("      ? not verified  ", .careful)
        }
      let text = [name(of: data), found].filter { !$0.isEmpty }.joined(separator: "  ")
      return Line.paragraph(text, lead: lead, width: width, limit: 6)
    }
    var text = [name(of: data), data.text("call")].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "  ")
    let answer = CallAnswer(data.map("outcome"))
    if let effect = answer.effect { text += "  " + Visible.text(effect) }
    if let error = data["error"], error.mapValue != nil { text += "  " + Self.text(ofError: error) }
    if let reason = data.text("reason") { text += "  (\(reason))" }
    if let shows { text += "  " + shows }
    let lead =
      switch data.text("state") {
      case "done": Line("      ✓ undone   ", .good)
      case "failed": Line("      ✗ NOT undone  ", .bad)
      default: Line("      ? undo unknown  ", .careful)
      }
    return Line.paragraph(text, lead: lead, width: width, limit: 6)
      + SaidLines.lines(answer.said, answer.notices, most: Self.shownItems, indent: 8, width: width)
  }

  /// The count at an act's end, where not each item was shown.
  func actSummary(_ event: Event, width: Int) -> [Line] {
    guard let change = state.changes.last(where: { $0.path == event.path }), change.total > Self.shownItems else {
      return []
    }
    let counts = ["done", "failed", "unknown", "skipped"].compactMap { name -> String? in
      let count = change.count(name)
      return count > 0 ? "\(count) \(name)" : nil
    }
    var text = "of \(change.total): " + counts.joined(separator: ", ")
    if change.verified + change.unverified > 0 { text += "; \(change.verified) verified, \(change.unverified) not" }
    if let step = state.steps[event.path] { text += step.answers }
    return Line.paragraph(text, lead: Self.blank(6), width: width)
  }

  private func name(of data: MapValue) -> String {
    (data["label"] ?? data["item"]).map { TextLayout.cell($0.rendered, width: 60) } ?? ""
  }

  /// Whether one more item that went well gets a line of its own.
  private mutating func shallShow(_ path: StepPath, counting: Bool = true) -> Bool {
    let shown = state.steps[path]?.shownItems ?? 0
    if counting { update(path) { $0.shownItems += 1 } }
    if counting, shown == Self.shownItems { return false }
    return counting ? shown < Self.shownItems : shown <= Self.shownItems
  }
}
