import CEL
import PlaybookRecord

extension RunReport {
  mutating func intend(_ event: Event, _ intent: ChangeIntended) {
    inChange(event) { $0.intend(intent, at: event.at) }
    answers[QuestionKey(event.path)] = nil
    let change = step(event.path)?.change
    let place = change?.serverPlace.map { ", at " + $0 } ?? ""
    note(event, "act", name(event.path), Self.approved(intent, of: change?.items.count ?? 0) + place)
  }

  mutating func intend(_ event: Event, _ intent: UndoIntended) {
    note(event, "undo", name(intent.change), "approved")
    undoIntents.append((QuestionKey(event.path.text), intent.change, event.sequence))
    answers[QuestionKey(event.path.text)] = nil
  }

  /// Calls of a change that go to other servers than approved first, or whose first yes did not hold any more.
  mutating func approveAgain(_ event: Event, _ calls: CallsReapproved, _ word: String) {
    let servers = calls.approved.servers ?? []
    let place = ServerText.named(nil, servers)
    note(event, "act", name(calls.change), word + (place.isEmpty ? "" : " at " + place))
    change(calls.change, event) { step in
      step.change?.digest = calls.approved.digest ?? ""
      for (position, server) in zip(calls.positions, servers) { step.change?.move(position, to: server) }
    }
  }

  /// One call of a change that is sent with other inputs.
  mutating func edit(_ event: Event, _ edited: CallEdited) {
    let inputs = edited.inputs.entries.map { "\($0.key.rendered) = \(TimeText.written($0.value))" }
    note(event, "act", name(edited.change), "approved with other inputs: \(inputs.joined(separator: ", "))")
    let position = edited.position
    change(edited.change, event) { step in
      guard let earlier = step.change?.calls, earlier.indices.contains(position) else { return }
      if let replaced = edited.replaces { step.change?.items[position].sent.leftBehind = replaced.undo }
      let call = edited.approved.calls.first ?? ""
      step.change?.calls[position] = call
      if let servers = edited.approved.servers { step.change?.move(position, to: servers.first ?? nil) }
      if step.change?.items[position].label == earlier[position] { step.change?.items[position].label = call }
      if step.change?.undo.indices.contains(position) == true {
        step.change?.undo[position] = edited.undo?.first ?? nil
      }
    }
  }

  mutating func send(_ event: Event, _ sent: SendingStarted) {
    inChange(event) { change in
      if change.sent == nil { change.sent = event.at }
      change.update(sent.item.position) { $0.send(sent, at: event.at, approved: $1) }
    }
    guard let told = told(event, sent.item), !told.item.sent.earlier.isEmpty else { return }
    let now = told.item.sent
    let isOther = now.call != nil && now.earlier.last?.call != now.call
    let call = isOther ? ", with another call: " + (now.call ?? "") : ""
    note(event, "act", told.label, "sent again\(call)", isItem: told.isOfMany, isCall: told.isCall)
  }

  mutating func finish(_ event: Event, _ finished: ActFinished) {
    inChange(event) { $0.update(finished.item.position) { $0.finish(finished, approved: $1) } }
    let told = told(event, finished.item)
    // What a human says became of a call took no time of the machine's.
    if let took = finished.took, let item = told?.item {
      machine.append(Span(until: item.started?.adding(took) ?? event.at, took: took))
    }
    note(
      event, "act", told?.label ?? event.path.text, told?.item.result ?? finished.state.rawValue,
      who: finished.resolution?.author?.name, isItem: told?.isOfMany == true && finished.state == .done,
      isCall: told?.isCall == true)
  }

  mutating func verify(_ event: Event, _ look: ActVerified) {
    inChange(event) { change in
      change.update(look.item.position) { item, _ in (item.verified, item.verification) = (look.held, look.text) }
    }
    measureLook(event)
    if look.held { lastVerified = event.at }
    let told = told(event, look.item)
    note(
      event, "verify", told?.label ?? event.path.text, look.held ? "holds" : "does not hold",
      isItem: told?.isOfMany == true && look.held, isCall: told?.isCall == true)
  }

  mutating func sendUndo(_ event: Event, _ sent: SendingStarted) {
    inChange(event) { $0.update(sent.item.position) { item, _ in item.sendUndo(sent) } }
    undoCalls.append((event.path, sent.item.position, event.sequence))
  }

  mutating func finish(_ event: Event, _ undone: ActUndone) {
    inChange(event) { $0.update(undone.item.position) { item, _ in item.finish(undone) } }
    undoCalls.append((event.path, undone.item.position, event.sequence))
    measureLook(event)
    if undone.verified == true { lastVerified = event.at }
    let told = told(event, undone.item)
    note(
      event, "undo", told?.label ?? event.path.text, told?.item.undo?.text ?? undone.state.rawValue,
      who: undone.resolution?.author?.name, isCall: told?.isCall == true)
  }

  /// Changes the change at an event's path in place: a copy of a long loop's items for each event would take as long as
  /// the square of them.
  private mutating func inChange(_ event: Event, _ body: (inout Change) -> Void) {
    change(event.path, event) { step in
      if step.change == nil { step.change = Change() }
      step.change?.update(body)
    }
  }

  /// A look took the time since the last event.
  private mutating func measureLook(_ event: Event) {
    if let mark { machine.append(Span(from: max(mark, sessionBegan ?? mark), to: event.at)) }
  }

  /// An item of the change at an event's path, as the timeline names it.
  private func told(
    _ event: Event, _ item: ItemTold
  ) -> (item: Change.Item, label: String, isOfMany: Bool, isCall: Bool)? {
    guard let change = step(event.path)?.change, change.items.indices.contains(item.position) else { return nil }
    let known = change.items[item.position]
    return (known, known.label, change.items.count > 1, change.label(of: known) == nil)
  }

  /// `3 of 5 calls approved`: those to which somebody said yes.
  private static func approved(_ intent: ChangeIntended, of count: Int) -> String {
    let approved = intent.positions?.count ?? count
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

  fileprivate mutating func update(_ body: (inout Self) -> Void) { body(&self) }

  /// Changes an item that it has, with the call as the yes was given to it.
  fileprivate mutating func update(_ position: Int, _ body: (inout Item, String?) -> Void) {
    guard items.indices.contains(position) else { return }
    body(&items[position], calls.indices.contains(position) ? calls[position] : nil)
  }

  fileprivate mutating func intend(_ intent: ChangeIntended, at time: Timestamp) {
    let earlier = items
    isApprovalUsed = true
    calls = intent.approved.calls
    target = intent.approved.target ?? intent.approved.executor
    servers = intent.approved.servers ?? []
    digest = intent.approved.digest ?? ""
    undo = intent.undo ?? []
    leftOut = intent.leftOut ?? []
    isIrreversible = intent.irreversible == true
    intended = intended ?? time
    let labels = intent.approved.items ?? []
    let approved = intent.positions.map(Set.init)
    items = calls.indices.map { position in
      // What was sent stays known where the same change is approved again for the rest of its items.
      if earlier.indices.contains(position), !earlier[position].isUnsent { return earlier[position] }
      return Item(
        position: position, label: position < labels.count ? labels[position] : calls[position],
        state: approved?.contains(position) == false ? Item.declined : Item.unsent)
    }
  }

  /// What a plan shows of an act, by the end of its step; nil where it shows no calls.
  init?(planned step: StepFinished) {
    guard step.state == .planned, let planned = step.planned else { return nil }
    calls = planned.calls
    target = planned.target
    servers = planned.servers ?? []
    digest = planned.digest ?? ""
    leftOut = planned.leftOut ?? []
    undo = [planned.undo]
    plan = planned.plan ?? []
    items = calls.enumerated().map { Item(position: $0, label: $1, state: Item.planned) }
  }
}

extension RunReport.Change.Item {
  /// Not more of a text than a page shows.
  private static func kept(_ said: CallAnswer.Said) -> CallAnswer.Said {
    CallAnswer.Said(name: said.name, text: EvidenceBody.shortened(said))
  }

  /// The call goes out; `approved` is the call as the yes was given to it.
  fileprivate mutating func send(_ start: SendingStarted, at time: Timestamp, approved: String?) {
    sent.start(start, known: approved, wasSent: !isUnsent)
    if let undo, let last = sent.earlier.indices.last { sent.earlier[last].state += ", taken back: \(undo.text)" }
    (started, effect, undo, notices, said) = (time, nil, nil, [], [])
  }

  fileprivate mutating func finish(_ finished: ActFinished, approved: String?) {
    sent.finish(
      finished.state.rawValue, finished.resolution, finished.error, source: finished.source,
      isLeft: finished.left == true, known: approved)
    let outcome = finished.resolution == nil ? finished.recorded.outcome : nil
    let answer = CallAnswer(outcome, call: sent.call ?? approved)
    (effect, notices, said) = (answer.effect, answer.notices, answer.said.map(Self.kept))
    took = finished.took ?? took
    if finished.state == .done { undo = nil }
  }

  fileprivate mutating func sendUndo(_ start: SendingStarted) {
    var next = undo?.sent ?? RunReport.Sendings(state: "")
    next.start(start, known: nil, wasSent: undo != nil)
    undo = RunReport.Change.Undo(sent: next)
  }

  fileprivate mutating func finish(_ undone: ActUndone) {
    if undo?.sent.state == "done" {
      // It was undone before, and is looked at only now.
      undo?.verified = undone.verified
      undo?.verification = undone.text
      return
    }
    var next = undo?.sent ?? RunReport.Sendings(state: RunReport.Sendings.unheard)
    next.finish(
      undone.state.rawValue, undone.resolution, undone.error, source: undone.source, isLeft: false, known: nil)
    // Older records have a reason where a human said so, and no word.
    if next.word == nil, let reason = undone.reason {
      if next.error == nil, undone.state != .done { next.error = undo?.sent.error }
      next.error = [next.error, reason].compactMap { $0 }.joined(separator: "; ")
    }
    next.call = undone.call ?? next.call
    undo = RunReport.Change.Undo(sent: next, verified: undone.verified, verification: undone.text)
  }
}
