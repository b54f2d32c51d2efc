import CEL
import PlaybookRecord

extension RunReport {
  /// Folds an event of a change in.
  mutating func applyChange(_ event: Event) {
    let data = event.data
    let path = event.path
    if event.type == .actIntended, let undone = data["undoes"]?.stringValue.map(StepPath.init) {
      note(event, "undo", name(undone), "approved")
      undoIntents.append((QuestionKey(path.text), undone, event.sequence))
      answers[QuestionKey(path.text)] = nil
      return
    }
    if event.type == .actIntended, let edited = data["edits"]?.stringValue.map(StepPath.init) {
      applyEdit(event, to: edited)
      return
    }
    if event.type == .actIntended, let moved = (data["moves"] ?? data["renews"])?.stringValue.map(StepPath.init) {
      applyMove(event, of: moved)
      return
    }
    change(path, event) { step in
      // In place: a copy of a long loop's items for each event would take as long as the square of them.
      if step.change == nil { step.change = Change() }
      if event.type == .actIntended {
        step.change?.intend(event)
        return
      }
      if event.type == .actStarted, step.change?.sent == nil { step.change?.sent = event.at }
      let position = Int(data["position"]?.intValue ?? 0)
      guard step.change?.items.indices.contains(position) == true else { return }
      let approved = step.change?.calls.indices.contains(position) == true ? step.change?.calls[position] : nil
      step.change?.items[position].apply(event, approved: approved)
    }
    if [.undoStarted, .actUndone].contains(event.type) {
      undoCalls.append((path, Int(data["position"]?.intValue ?? 0), event.sequence))
    }
    measure(event)
    noteChange(event)
  }

  /// Calls of a change that go to other servers than approved first, or whose first yes did not hold any more.
  private mutating func applyMove(_ event: Event, of path: StepPath) {
    let data = event.data
    let servers = (data["servers"]?.listValue ?? []).map(\.stringValue)
    let place = ServerText.named(nil, servers)
    note(
      event, "act", name(path),
      "approved" + (data["renews"] == nil ? "" : " again") + (place.isEmpty ? "" : " at " + place))
    let positions = (data["positions"]?.listValue ?? []).compactMap { $0.intValue.map(Int.init) }
    change(path, event) { step in
      step.change?.digest = data["digest"]?.stringValue ?? ""
      for (position, server) in zip(positions, servers) { step.change?.move(position, to: server) }
    }
  }

  /// One call of a change that is sent with other inputs.
  private mutating func applyEdit(_ event: Event, to path: StepPath) {
    let data = event.data
    let inputs = (data["inputs"]?.mapValue?.entries ?? []).map { "\($0.key.rendered) = \(TimeText.written($0.value))" }
    note(event, "act", name(path), "approved with other inputs: \(inputs.joined(separator: ", "))")
    let position = Int(data["position"]?.intValue ?? 0)
    change(path, event) { step in
      guard let earlier = step.change?.calls, earlier.indices.contains(position) else { return }
      if let replaced = data["replaces"]?.mapValue {
        step.change?.items[position].sent.leftBehind = replaced["undo"]?.stringValue ?? ""
      }
      let call = data["calls"]?.listValue?.first?.rendered ?? ""
      step.change?.calls[position] = call
      if let servers = data["servers"]?.listValue { step.change?.move(position, to: servers.first?.stringValue) }
      if step.change?.items[position].label == earlier[position] { step.change?.items[position].label = call }
      if step.change?.undo.indices.contains(position) == true {
        step.change?.undo[position] = data["undo"]?.listValue?.first?.stringValue
      }
    }
  }

  /// When its calls were under way: what was sent, looked at and taken back.
  private mutating func measure(_ event: Event) {
    switch event.type {
    case .actFinished:
      // What a human says became of a call took no time of the machine's.
      let position = Int(event.data["position"]?.intValue ?? 0)
      guard case .duration(let took) = event.data["took"],
        let items = index[event.path].flatMap({ steps[$0].change?.items }), items.indices.contains(position)
      else { return }
      machine.append(Span(until: items[position].started?.adding(took) ?? event.at, took: took))
    case .actVerified, .actUndone:
      if let mark { machine.append(Span(from: max(mark, sitting ?? mark), to: event.at)) }
    default: break
    }
  }

  private mutating func noteChange(_ event: Event) {
    let data = event.data
    let position = Int(data["position"]?.intValue ?? 0)
    let items = index[event.path].flatMap { steps[$0].change?.items } ?? []
    let item = items.indices.contains(position) ? items[position] : nil
    let label = item?.label ?? event.path.text
    let isItem = items.count > 1
    let change = index[event.path].flatMap { steps[$0].change }
    let isCall = item.map { change?.label(of: $0) == nil } ?? false
    if data["held"]?.boolValue == true || data["verified"]?.boolValue == true { lastVerified = event.at }
    switch event.type {
    case .actIntended:
      answers[QuestionKey(event.path)] = nil
      let place = index[event.path].flatMap { steps[$0].change?.serverPlace }.map { ", at " + $0 } ?? ""
      note(event, "act", name(event.path), Self.approved(data, of: items.count) + place)
    case .actStarted:
      guard let item, !item.sent.earlier.isEmpty else { return }
      let isOther = item.sent.call != nil && item.sent.earlier.last?.call != item.sent.call
      let call = isOther ? ", with another call: " + (item.sent.call ?? "") : ""
      note(event, "act", label, "sent again\(call)", isItem: isItem, isCall: isCall)
    case .actFinished:
      note(
        event, "act", label, item?.result ?? data["state"]?.rendered, who: data["by"]?.stringValue,
        isItem: isItem && item?.state == "done", isCall: isCall)
    case .actVerified:
      let holds = data["held"]?.boolValue == true
      note(event, "verify", label, holds ? "holds" : "does not hold", isItem: isItem && holds, isCall: isCall)
    case .actUndone:
      note(
        event, "undo", label, item?.undo?.text ?? data["state"]?.rendered, who: data["by"]?.stringValue, isCall: isCall)
    default: break
    }
  }

  /// `3 of 5 calls approved`: those to which somebody said yes.
  private static func approved(_ data: MapValue, of count: Int) -> String {
    let approved = data["approved"]?.listValue?.count ?? count
    let part = approved == count ? "\(count)" : "\(approved) of \(count)"
    return "\(part) call\(count == 1 ? "" : "s") approved"
  }
}

extension RunReport {
  /// Finds the reads that show what the changes did: those that were asked again (`repeat`) with a change between.
  mutating func compareChanges() {
    let changed = steps.indices.filter { steps[$0].change?.sent != nil }
    for position in changed { steps[position].change?.comparisons = [] }
    for later in steps {
      guard let name = later.repeats, let after = later.number, let asked = later.called,
        let earlier = repeated(name, by: later.path), let before = earlier.number, let taken = earlier.called
      else { continue }
      for position in changed {
        guard let sent = steps[position].change?.sent, taken <= sent, sent <= asked else { continue }
        steps[position].change?.comparisons.append(Change.Comparison(before: before, after: after))
      }
    }
  }

  /// The step that another repeats: the one of that name in its own container or the nearest around it.
  private func repeated(_ name: String, by path: StepPath) -> Step? {
    var container = path.text.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    while true {
      if let found = step(StepPath((container + [Substring(name)]).joined(separator: "."))) { return found }
      if container.isEmpty { return nil }
      container.removeLast()
    }
  }
}

extension RunReport.Change {
  /// Notes a yes to one call that was given for another server.
  fileprivate mutating func move(_ position: Int, to server: String?) {
    while servers.count <= position { servers.append(nil) }
    servers[position] = server
  }

  fileprivate mutating func intend(_ event: Event) {
    let data = event.data
    let earlier = items
    isApprovalUsed = true
    calls = (data["calls"]?.listValue ?? []).map(\.rendered)
    target = data["target"]?.stringValue ?? data["executor"]?.stringValue
    servers = (data["servers"]?.listValue ?? []).map(\.stringValue)
    digest = data["digest"]?.stringValue ?? ""
    undo = (data["undo"]?.listValue ?? []).map(\.stringValue)
    leftOut = (data["leftOut"]?.listValue ?? []).compactMap(\.stringValue)
    isIrreversible = data["irreversible"]?.boolValue == true
    intended = intended ?? event.at
    let labels = data["items"]?.listValue ?? []
    let approved = data["approved"]?.listValue.map { Set($0.compactMap(\.intValue)) }
    items = calls.indices.map { position in
      // What was sent stays known where the same change is approved again for the rest of its items.
      if earlier.indices.contains(position), !earlier[position].isUnsent { return earlier[position] }
      return Item(
        position: position, label: position < labels.count ? labels[position].rendered : calls[position],
        state: approved?.contains(Int64(position)) == false ? Item.declined : Item.unsent)
    }
  }

  /// What a plan shows of an act, by the end of its step; nil where it shows no calls.
  init?(planned data: MapValue) {
    guard data["state"]?.stringValue == "planned", let calls = data["calls"]?.listValue else { return nil }
    self.calls = calls.map(\.rendered)
    target = data["target"]?.stringValue
    servers = (data["servers"]?.listValue ?? []).map(\.stringValue)
    digest = data["digest"]?.stringValue ?? ""
    leftOut = (data["leftOut"]?.listValue ?? []).compactMap(\.stringValue)
    undo = [data["undo"]?.stringValue]
    plan = (data["plan"]?.listValue ?? []).map(\.rendered)
    items = self.calls.enumerated().map { Item(position: $0, label: $1, state: Item.planned) }
  }
}

extension RunReport.Change.Item {
  /// Not more of a text than a page shows.
  private static func kept(_ said: CallAnswer.Said) -> CallAnswer.Said {
    CallAnswer.Said(name: said.name, text: EvidenceBody.shortened(said))
  }

  /// Folds an event of one call in; `approved` is the call as the yes was given to it.
  fileprivate mutating func apply(_ event: Event, approved: String?) {
    let data = event.data
    switch event.type {
    case .actStarted:
      sent.start(data, known: approved, wasSent: !isUnsent)
      if let undo, let last = sent.earlier.indices.last { sent.earlier[last].state += ", taken back: \(undo.text)" }
      (started, effect, undo, notices, said) = (event.at, nil, nil, [], [])
    case .actFinished:
      sent.finish(data, known: approved)
      let answer = CallAnswer(data["word"] == nil ? data["outcome"]?.mapValue : nil, call: sent.call ?? approved)
      (effect, notices, said) = (answer.effect, answer.notices, answer.said.map(Self.kept))
      if case .duration(let took) = data["took"] { self.took = took }
      if state == "done" { undo = nil }
    case .actVerified:
      verified = data["held"]?.boolValue
      verification = data["text"]?.stringValue
    case .undoStarted:
      var next = undo?.sent ?? RunReport.Sendings(state: "")
      next.start(data, known: nil, wasSent: undo != nil)
      undo = RunReport.Change.Undo(sent: next)
    case .actUndone where undo?.sent.state == "done":
      // Taken back before, and looked at only now.
      undo?.verified = data["verified"]?.boolValue
      undo?.verification = data["text"]?.stringValue
    case .actUndone:
      var next = undo?.sent ?? RunReport.Sendings(state: RunReport.Sendings.unheard)
      next.finish(data, known: nil)
      // Older records have a reason where a human said so, and no word.
      if next.word == nil, let reason = data["reason"]?.stringValue {
        if next.error == nil, next.state != "done" { next.error = undo?.sent.error }
        next.error = [next.error, reason].compactMap { $0 }.joined(separator: "; ")
      }
      next.call = data["call"]?.stringValue ?? next.call
      undo = RunReport.Change.Undo(
        sent: next, verified: data["verified"]?.boolValue, verification: data["text"]?.stringValue)
    default: break
    }
  }
}
