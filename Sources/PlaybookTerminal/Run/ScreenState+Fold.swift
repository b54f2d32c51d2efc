import CEL
import PlaybookRecord

extension ScreenState {
  /// Takes an event in.
  mutating func apply(_ event: Event) {
    switch event.body {
    case .runStarted(let started): (begun, startedAt) = (started, event.at)
    case .stepStarted(let step): start(event.path, step)
    case .stepSkipped(let skipped):
      update(event.path) { step in
        step.kind = skipped.kind ?? step.kind
        step.place = skipped.place ?? step.place
        step.title = skipped.title ?? step.title
      }
    case .callSent(let sent):
      let call = Call(text: sent.call, executor: sent.executor, target: sent.target)
      steps[event.path, default: StepState(isShown: true)].call = call
      let path = event.path.withoutItem
      if path != event.path { steps[path]?.call = call }
    case .stepFinished(let step): finish(event.path, step)
    case .changeIntended(let intent): intend(event.path, intent)
    case .callsMoved(let calls), .callsRenewed(let calls):
      change(calls.change) { $0.move(calls.positions, to: calls.approved.servers ?? []) }
    case .callEdited(let edited): change(edited.change) { $0.edit(edited) }
    case .actStarted(let sent): change(event.path.withoutItem) { $0.send(sent.item.position) }
    case .actFinished(let finished): change(event.path.withoutItem) { $0.finish(finished) }
    case .actVerified(let look): change(event.path.withoutItem) { $0.verifications[look.item.position] = look.held }
    case .undoStarted(let sent): change(event.path.withoutItem) { $0.openUndoStates[sent.item.position] = .unknown }
    case .actUndone(let undone): change(event.path.withoutItem) { $0.finish(undone) }
    case .followUpAdded(let added):
      followUps.append(FollowUp(text: added.text, due: added.due, owner: added.owner))
    case .runResumed, .runPaused, .runFinished, .loopStarted, .callRepeated, .undoIntended, .questionAsked,
      .questionAnswered, .stepsReopened, .failureHandled, .noteAdded, .doneOutside, .warning, .inputMistake,
      .interrupted:
      break
    }
  }

  /// The outcome of an earlier query of the same playbook, by its name.
  func outcome(of name: String, before path: StepPath) -> MapValue? {
    let sibling = path.sibling(name)
    return evidence.last { $0.path == sibling }?.outcome ?? evidence.last { $0.path.text == name }?.outcome
  }

  private mutating func update(_ path: StepPath, _ body: (inout StepState) -> Void) {
    body(&steps[path, default: StepState()])
  }

  private mutating func change(_ path: StepPath, _ body: (inout Change) -> Void) {
    guard let index = changes.lastIndex(where: { $0.path == path }) else { return }
    body(&changes[index])
  }

  private mutating func start(_ path: StepPath, _ started: StepStarted) {
    var step = StepState()
    step.kind = started.kind
    step.title = started.title ?? started.name ?? path.text
    // The items of a loop share their step's title; the position tells them apart.
    if let position = path.lastPosition { step.title += " [\(position)]" }
    step.why = started.why
    step.place = started.place ?? ""
    steps[path] = step
  }

  private mutating func finish(_ path: StepPath, _ step: StepFinished) {
    if let source = step.source { steps[path]?.call?.source = source }
    guard let number = step.evidence.number else { return }
    let file = step.recorded.file
    evidence.append(
      Evidence(
        number: number, path: path, call: steps[path]?.call, show: step.evidence.show,
        outcome: file == nil ? step.recorded.outcome : nil, sha256: file?.sha256))
  }

  private mutating func intend(_ path: StepPath, _ intent: ChangeIntended) {
    // Approved anew after a resume: the same change.
    changes.removeAll { $0.path == path && $0.states.isEmpty }
    if changes.contains(where: { $0.path == path }) { return }
    let approved = intent.approved
    let total = intent.positions?.count ?? max(1, max(approved.items?.count ?? 0, approved.calls.count))
    changes.append(
      Change(
        path: path, title: steps[path]?.title ?? path.text, target: approved.target, servers: approved.servers ?? [],
        calls: approved.calls, undo: (intent.undo ?? []).map { $0 ?? "" }, total: total))
  }
}

extension ScreenState.Change {
  fileprivate mutating func edit(_ edited: CallEdited) {
    let position = edited.position
    if let undo = edited.undo?.first ?? nil, self.undo.indices.contains(position) { self.undo[position] = undo }
    if let call = edited.approved.calls.first, calls.indices.contains(position) { calls[position] = call }
    if let servers = edited.approved.servers { move([position], to: servers) }
    sends[position] = 0
    doubled.remove(position)
    verifications[position] = nil
    if let earlier = edited.replaces {
      replaced.append(earlier.call + (earlier.undo.isEmpty ? "" : "; undo, by hand: " + earlier.undo))
    }
  }

  fileprivate mutating func send(_ position: Int) {
    if [.started, .unknown].contains(states[position]) { doubled.insert(position) }
    states[position] = .started
    sends[position, default: 0] += 1
    undone.remove(position)
    openUndoStates[position] = nil
  }

  fileprivate mutating func finish(_ finished: ActFinished) {
    let position = finished.item.position
    states[position] = finished.state
    byHand.remove(position)
    onWord.remove(position)
    switch finished.resolution?.word {
    case .happened: onWord.insert(position)
    case .byHand: byHand.insert(position)
    case .skip, nil: break
    }
  }

  fileprivate mutating func finish(_ undone: ActUndone) {
    let position = undone.item.position
    let isDone = undone.state == .done
    if isDone {
      self.undone.insert(position)
      doubled.remove(position)
    }
    openUndoStates[position] = isDone ? nil : undone.state
  }
}
