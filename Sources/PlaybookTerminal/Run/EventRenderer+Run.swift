import CEL
import PlaybookRecord

/// The beginning and the end of a run.
extension EventRenderer {
  /// What runs, where, who answers by when, with which inputs.
  func header(at now: Timestamp, width: Int) -> [Line] {
    let begun = state.begun ?? RunStarted()
    var title = Line(state.severity.map { $0.uppercased() + "  " } ?? "", Self.style(severity: state.severity))
    title.append(state.title, .strong)
    let environment = Line(state.environment.uppercased(), state.environmentStyle)
    var facts = [title, environment, Line("run " + state.run)]
    if begun.mode != .run { facts.append(Line(begun.mode.rawValue.uppercased(), .careful)) }
    if let git = begun.git {
      let isDirty = git.dirty ?? false
      facts.append(Line("git \(git.commit.prefix(7)) " + (isDirty ? "dirty" : "clean"), isDirty ? .careful : .plain))
    }
    var more: [Line] = []
    if let path = begun.path { more.append(Line(path, .faint)) }
    if let ticket = begun.ticket { more.append(Line("ticket " + ticket)) }
    var lines =
      Line.flow(facts, indent: 2, width: width)
      + Line.flow(clock(at: now, width: width) + more, indent: 2, width: width)
    let inputs = (begun.inputs?.entries ?? []).map { entry in
      entry.key.rendered + " " + TextLayout.cell(Self.text(ofInput: entry.value), width: 40)
    }
    if !inputs.isEmpty { lines += Line.paragraph(inputs.joined(separator: ", "), lead: Line("inputs: "), width: width) }
    return [Line()] + lines + [Line()]
  }

  /// `On-call engineer answers within 15m: 6m left   (alerted 02:51Z)`.
  private func clock(at now: Timestamp, width: Int) -> [Line] {
    var since = ""
    if let alerted = state.begun?.alerted {
      since = "(alerted " + TimeText.minute(alerted) + ")"
    } else if let started = state.startedAt {
      since = "(started " + TimeText.minute(started) + ")"
    }
    guard let contact = state.begun?.contact, let response = contact.response, let left = state.left(at: now) else {
      return [Line(since, .faint)]
    }
    let rule = Line("\(contact.contact) answers within \(TimeText.short(response)): ")
    let rest = Line(TimeText.left(left), Self.style(left: left, of: response))
    // What is left is never cut, however long the contact's name.
    if rule.width + rest.width > width { return [rule, rest, Line(since, .faint)] }
    return [Line(rule.spans + rest.spans), Line(since, .faint)]
  }

  /// A duration as one would write it, `1h`, where nothing is lost by it.
  private static func text(ofInput value: Value) -> String {
    guard case .duration(let duration) = value else { return value.rendered }
    let short = TimeText.short(duration)
    return Duration(human: short) == duration ? short : value.rendered
  }

  static func style(left: Duration, of response: Duration) -> Style {
    if left < .zero { return .bad }
    return left < response / 3 ? .careful : .plain
  }

  static func style(severity: String?) -> Style {
    switch severity {
    case "critical": .bad
    case "high": .careful
    default: .strong
    }
  }

  func lines(of resumed: RunResumed, at time: Timestamp, width: Int) -> [Line] {
    var text = "resumed by " + resumed.who.name
    if let reason = resumed.reason { text += "; it had stopped: " + reason }
    var lines = state.begun == nil ? [] : header(at: time, width: width)
    lines += Line.paragraph(text, lead: Line(TimeText.second(time) + "  ", .faint), width: width, style: .strong)
    if let changed = resumed.changed {
      lines += Line.paragraph(
        "the playbook on disk has changed since (\(changed)); the run goes on with the one it began with",
        lead: Line("warning: ", .careful), width: width)
    }
    if !changes().isEmpty { lines += changedSoFar(width: width) }
    return lines + [Line()]
  }

  private func changedSoFar(width: Int) -> [Line] {
    let changed = changes()
    let heading = changed.isEmpty ? "Nothing was changed so far" : "Changed so far"
    return [Line(heading, .heading)] + changed.flatMap { lines(for: $0, width: width) }
  }

  /// What is known of the changes of a run whose journal is lost, with each call of which nothing was heard.
  func lost(width: Int) -> [Line] {
    let calls = state.changes.flatMap { change in
      change.states.sorted { $0.key < $1.key }.filter { $0.value == .started }.map { position, _ in
        change.calls.indices.contains(position) ? change.calls[position] : "\(change.title) [\(position)]"
      }
    }
    return [Line()] + changedSoFar(width: width)
      + section("Sent, and what became of it is not known", calls, mark: "? ", width: width)
  }

  func lines(of paused: RunPaused, width: Int) -> [Line] {
    var lead = Line("PAUSED", .careful)
    lead.append("  ")
    var lines = [Line()] + Line.paragraph(paused.reason, lead: lead, width: width)
    if let question = paused.question {
      lines += Line.paragraph("\(question.text) (\(question.key))", lead: Line("  asked:     "), width: width)
      let place = ServerText.named(question.target, question.servers ?? [])
      if !place.isEmpty {
        var lead = Line("  changes:   ")
        lead.append(state.environment.uppercased() + "  ", state.environmentStyle)
        lines += Line.paragraph(place, lead: lead, width: width)
      }
    }
    // A command is to be copied: it is wrapped by the terminal and not by us.
    if let how = paused.how { lines += [Line([.init("  to go on:  "), .init(how, .strong)])] }
    return lines
  }

  func summary(_ finished: RunFinished, at time: Timestamp, width: Int) -> [Line] {
    let outcome = finished.outcome
    var title = Line(outcome.rawValue.uppercased(), outcome == .completed ? .good : .bad)
    title.append("  " + state.title, .strong)
    var facts = [title, Line(state.environment.uppercased(), state.environmentStyle), Line("run " + state.run)]
    if let started = state.startedAt { facts.append(Line("took " + TimeText.short(time.since(started)))) }
    var lines = [Line()] + Line.flow(facts, indent: 2, width: width)
    if let reason = finished.reason { lines += Line.paragraph(reason, lead: Self.blank(2), width: width) }
    let changed = changes()
    lines.append(Line(changed.isEmpty ? "Nothing was changed" : "Changed", .heading))
    lines += changed.flatMap { self.lines(for: $0, width: width) }
    lines += section("Expected and did not hold", (finished.failed ?? []).map(\.text), mark: "✗ ", width: width)
    lines += section("Not verified", (finished.unverified ?? []).map(\.text), mark: "? ", width: width)
    lines += section("Follow-ups", state.followUps.map { Self.text($0) }, mark: "- ", width: width)
    return lines
  }

  private func section(_ title: String, _ items: [String], mark: String, width: Int) -> [Line] {
    guard !items.isEmpty else { return [] }
    return [Line(title, .heading)]
      + items.flatMap { Line.paragraph($0, lead: Line("  " + mark), width: width, limit: 6) }
  }

  private static func text(_ followUp: ScreenState.FollowUp) -> String {
    let extra = [followUp.due.map { "due " + TimeText.date($0) }, followUp.owner].compactMap { $0 }
    return followUp.text + (extra.isEmpty ? "" : "  (" + extra.joined(separator: ", ") + ")")
  }

  /// The acts of which anything may have taken effect. Those of one title are told apart by their paths.
  private func changes() -> [ScreenState.Change] {
    let sent = state.changes.filter { change in
      [.done, .unknown, .failed, .started].contains { change.count($0) > 0 }
    }
    return sent.map { change in
      var told = change
      if sent.count(where: { $0.title == change.title }) > 1 { told.title += " (\(change.path))" }
      return told
    }
  }

  private func lines(for change: ScreenState.Change, width: Int) -> [Line] {
    var facts: [String] = []
    for state in [SendingState.done, .failed, .unknown, .started, .skipped] where change.count(state) > 0 {
      let words = state == .started ? "sent, nothing heard" : state.rawValue
      facts.append(change.total == 1 ? words : "\(change.count(state)) of \(change.total) \(words)")
    }
    if !change.byHand.isEmpty { facts.append(change.total == 1 ? "by hand" : "\(change.byHand.count) by hand") }
    if !change.onWord.isEmpty {
      facts.append("\(change.total == 1 ? "" : "\(change.onWord.count) ")on the operator's word")
    }
    let again = change.sends.values.filter { $0 > 1 }
    if let times = again.first {
      facts.append(change.total == 1 ? "sent \(times) times" : "\(again.count) sent more than once")
    }
    let perhaps = change.doubled.filter { change.states[$0] == .failed }.count
    if perhaps > 0 {
      facts.append(change.total == 1 ? "may be there all the same" : "\(perhaps) may be there all the same")
    }
    if change.verified > 0 { facts.append(change.total == 1 ? "verified" : "\(change.verified) verified") }
    if change.unverified > 0 { facts.append("NOT verified: \(change.unverified)") }
    if !change.undone.isEmpty { facts.append(change.total == 1 ? "undone" : "\(change.undone.count) undone") }
    for state in [UndoState.unknown, .failed] {
      let count = change.openUndoStates.values.count { $0 == state }
      guard count > 0 else { continue }
      let words = state == .failed ? "undo failed" : "undo unknown"
      facts.append(change.total == 1 ? words : "\(words) for \(count)")
    }
    let target = change.place.isEmpty ? "" : " at " + change.place
    var lines = Line.paragraph(
      change.title + target + ": " + facts.joined(separator: ", "), lead: Line("  - "), width: width)
    for call in change.replaced {
      lines += Line.paragraph(call, lead: Line("    may be there too: ", .careful), width: width, limit: 6)
    }
    let isOver =
      perhaps == 0 && change.count(.unknown) + change.count(.started) == 0
      && change.undone.count >= change.count(.done)
    guard !isOver else { return lines }
    let undos = change.openUndos
    if let undo = undos.first {
      lines += Line.paragraph(undo, lead: Line("    undo: ", .faint), width: width, limit: 6)
      if undos.count > 1 { lines.append(Line("          … \(undos.count - 1) more like it", .faint)) }
    } else {
      lines.append(Line("    undo: none is known to the playbook", .careful))
    }
    return lines
  }
}
