import CEL
import PlaybookRecord

extension RunState {
  /// Takes an event in. What an event lacks stays as it was.
  mutating func apply(_ event: Event) {
    let data = event.data
    switch event.type {
    case .runStarted: begin(event)
    case .stepStarted: start(event)
    case .stepSkipped:
      steps[event.path, default: StepState()].kind = data.text("kind") ?? steps[event.path]?.kind ?? ""
      if let place = data.text("place") { steps[event.path]?.place = place }
      if let title = data.text("title") { steps[event.path]?.title = title }
    case .callSent:
      let call = Call(
        text: data.text("call") ?? "", executor: data.text("executor") ?? "", target: data.text("target"))
      steps[event.path, default: StepState(isShown: true)].call = call
      let path = event.path.withoutItem
      if path != event.path { steps[path]?.call = call }
    case .stepFinished: finish(event)
    case .actIntended: intend(event)
    case .actStarted:
      guard let index = changes.lastIndex(where: { $0.path == event.path.withoutItem }) else { break }
      if ["started", "unknown"].contains(changes[index].states[Self.position(event)]) {
        changes[index].doubled.insert(Self.position(event))
      }
      changes[index].states[Self.position(event)] = "started"
      changes[index].sends[Self.position(event), default: 0] += 1
      changes[index].undone.remove(Self.position(event))
      changes[index].openUndoStates[Self.position(event)] = nil
    case .actFinished: settle(event)
    case .actVerified:
      guard let index = changes.lastIndex(where: { $0.path == event.path.withoutItem }) else { break }
      changes[index].verifications[Self.position(event)] = data.flag("held") == true
    case .undoStarted:
      guard let index = changes.lastIndex(where: { $0.path == event.path.withoutItem }) else { break }
      changes[index].openUndoStates[Self.position(event)] = "unknown"
    case .actUndone:
      guard let index = changes.lastIndex(where: { $0.path == event.path.withoutItem }) else { break }
      let isDone = data.text("state") == "done"
      if isDone {
        changes[index].undone.insert(Self.position(event))
        changes[index].doubled.remove(Self.position(event))
      }
      changes[index].openUndoStates[Self.position(event)] = isDone ? nil : data.text("state") ?? "unknown"
    case .followUpAdded:
      followUps.append(FollowUp(text: data.text("text") ?? "", due: data.timestamp("due"), owner: data.text("owner")))
    default: break
    }
  }

  static func position(_ event: Event) -> Int { event.data.int("position") ?? 0 }

  private mutating func begin(_ event: Event) {
    let data = event.data
    header = data
    run = data.text("run") ?? run
    playbook = data.text("playbook") ?? playbook
    title = data.text("title") ?? playbook
    severity = data.text("severity")
    environment = data.text("environment") ?? ""
    color = data.text("color")
    mode = data.text("mode") ?? "run"
    startedAt = event.at
    alertedAt = data.timestamp("alerted")
    clockStart = alertedAt ?? event.at
    contact = data.map("contact")?.text("contact")
    response = data.map("contact")?.duration("response")
  }

  /// The outcome of an earlier query of the same playbook, by its name.
  func outcome(of name: String, before path: StepPath) -> MapValue? {
    let sibling = path.sibling(name)
    return evidence.last { $0.path == sibling }?.outcome ?? evidence.last { $0.path.text == name }?.outcome
  }

  private mutating func start(_ event: Event) {
    let data = event.data
    var step = StepState()
    step.kind = data.text("kind") ?? ""
    step.title = data.text("title") ?? data.text("name") ?? event.path.text
    // The items of a loop share their step's title; the position tells them apart.
    if let position = event.path.lastPosition { step.title += " [\(position)]" }
    step.why = data.text("why")
    step.place = data.text("place") ?? ""
    steps[event.path] = step
  }

  private mutating func finish(_ event: Event) {
    let data = event.data
    if let source = data.text("source") { steps[event.path]?.call?.source = source }
    guard let number = data.int("number") else { return }
    evidence.append(
      Evidence(
        number: number, path: event.path, call: steps[event.path]?.call, show: data.map("show"),
        outcome: data["evidence"] == nil ? data.map("outcome") : nil, sha256: data.map("evidence")?.text("sha256")))
  }

  private mutating func intend(_ event: Event) {
    let data = event.data
    guard data["undoes"] == nil else { return }
    let servers = data.list("servers").map(\.stringValue)
    if let moved = (data.text("moves") ?? data.text("renews")).map(StepPath.init) {
      guard let index = changes.lastIndex(where: { $0.path == moved }) else { return }
      changes[index].move(data.list("positions").compactMap { $0.intValue.map(Int.init) }, to: servers)
      return
    }
    if let edited = data.text("edits").map(StepPath.init) {
      let position = Self.position(event)
      guard let index = changes.lastIndex(where: { $0.path == edited }) else { return }
      if let undo = data.texts("undo").first, changes[index].undo.indices.contains(position) {
        changes[index].undo[position] = undo
      }
      if let call = data.texts("calls").first, changes[index].calls.indices.contains(position) {
        changes[index].calls[position] = call
      }
      if !servers.isEmpty { changes[index].move([position], to: servers) }
      changes[index].sends[position] = 0
      changes[index].doubled.remove(position)
      changes[index].verifications[position] = nil
      if let replaced = data.map("replaces"), let call = replaced.text("call") {
        let undo = replaced.text("undo").flatMap { $0.isEmpty ? nil : "; undo, by hand: " + $0 } ?? ""
        changes[index].replaced.append(call + undo)
      }
      return
    }
    let path = event.path.withoutItem
    let approved = data["approved"]?.listValue?.count
    let total = approved ?? max(1, max(data.list("items").count, data.texts("calls").count))
    if let index = changes.lastIndex(where: { $0.path == path }), path != event.path {
      changes[index].total += total
      changes[index].undo += data.texts("undo")
      return
    }
    // Approved anew after a resume: the same change.
    changes.removeAll { $0.path == path && $0.states.isEmpty }
    if changes.contains(where: { $0.path == path }) { return }
    changes.append(
      Change(
        path: path, title: steps[path]?.title ?? path.text, target: data.text("target"), servers: servers,
        calls: data.texts("calls"),
        undo: (data["undo"]?.listValue ?? []).map { $0.stringValue ?? "" }, total: total))
  }

  private mutating func settle(_ event: Event) {
    let path = event.path.withoutItem
    let state = event.data.text("state") ?? "unknown"
    guard let index = changes.lastIndex(where: { $0.path == path }) else { return }
    changes[index].states[Self.position(event)] = state
    changes[index].byHand.remove(Self.position(event))
    changes[index].onWord.remove(Self.position(event))
    if event.data.text("word") == "happened" { changes[index].onWord.insert(Self.position(event)) }
    if event.data.text("word") == "by_hand" { changes[index].byHand.insert(Self.position(event)) }
  }
}
