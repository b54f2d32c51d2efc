import CEL
import PlaybookLanguage

extension Runner {
  /// An item that was sent and of which nothing was heard: a human says what became of it.
  func cutOff(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> MapValue? {
    let path = frame.path(step)
    let held = act.verify == nil ? nil : try await verify(item, act, step, in: frame, outcome: MapValue())
    let isDoubtful = state.acts[path]?.items[item.position]?.isDoubtful == true
    var text =
      isDoubtful
      ? "`\(item.prepared.text)` may have been sent: the machine was started anew since."
      : "`\(item.prepared.text)` was sent, and what became of it is not known."
    if let held { text += held ? " Its verification holds." : " Its verification does not hold." }
    var options = [
      Question.Option(name: "happened", text: "it happened: go on"),
      Question.Option(name: "again", text: "send it again", changes: true),
      Question.Option(name: "skip", text: "leave it"),
    ]
    if act.isIdempotent {
      options[1].text += " (a second time does no harm)"
      options.swapAt(0, 1)
    }
    let question = Question(
      key: "\(path)!cut\(item.position).\(state.failuresHandled + 1)", place: frame.place, text: text,
      kind: .option(options, suggested: nil))
    let answer = try await ask(question)
    let choice = answer.value.rendered
    try await handled(choice, answer.reason, path: path, position: item.position, item: item.item)
    guard choice != "again" else { return nil }
    let state = choice == "happened" ? "done" : "skipped"
    var outcome = Outcome.skipped(step.name, state: state, because: answer.reason ?? "as the operator said")
    outcome["ok"] = .bool(choice == "happened")
    outcome["verified"] = held.map(Value.bool) ?? .null
    // What is left alone may have happened all the same: on record it stays unknown.
    let isLeft = choice == "skip"
    try await finished(
      item, state: isLeft ? "unknown" : state, outcome, error: nil, took: nil, path: path, isLeft: isLeft)
    return outcome
  }

  /// Sends items side by side and verifies each.
  func send(
    _ group: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> [(PlannedItem, MapValue)] {
    let path = frame.path(step)
    let timeout = step.timeout ?? Self.defaultTimeout
    for item in group { try await recordStart(item, path: path) }
    var tasks: [Task<Performed, Never>] = []
    for item in group { tasks.append(Task { await self.perform(item.prepared, path: path, timeout: timeout) }) }
    var outcomes: [(PlannedItem, MapValue)] = []
    var stop: Stop?
    for (index, item) in group.enumerated() {
      var performed = await tasks[index].value
      do {
        outcomes.append((item, try await take(&performed, item, act, step, in: frame)))
      } catch {
        // The others are on their way: what becomes of them is recorded before the run ends.
        stop = stop ?? error
      }
    }
    if let stop { throw stop }
    return outcomes
  }

  func recordStart(_ item: PlannedItem, path: String, _ type: EventType = .actStarted) async throws(Stop) {
    let isDue = lastSync.map { $0.adding(.milliseconds(300)) ?? $0 < clock.now() } ?? true
    try await emit(
      type, path: path, synced: isDue,
      data: MapValue(present: [
        "position": .int(Int64(item.position)), "item": item.item, "label": Self.label(of: item.item).map(Value.string),
        "call": .string(item.prepared.text),
      ]))
  }

  /// Records what became of an item; a failure is handled, which may mean sending again.
  private func take(
    _ performed: inout Performed, _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> MapValue {
    let path = frame.path(step)
    var attempts = 0
    var item = item
    while true {
      attempts += 1
      switch performed.result {
      case .success(let result):
        var outcome = Outcome.done(
          result, of: item.prepared.call, started: performed.started, took: performed.took)
        try await finished(
          item, state: "done", step.isSecret ? MapValue([("ok", true)]) : outcome, error: nil, took: performed.took,
          path: path)
        var held: Bool?
        if act.verify != nil { held = try await verify(item, act, step, in: frame, outcome: outcome) }
        outcome["verified"] = held.map(Value.bool) ?? .null
        outcome["undone"] = false
        return outcome
      case .failure(let error):
        let state = error.mayHaveTakenEffect ? "unknown" : "failed"
        let outcome = Outcome.failed(
          error, of: item.prepared.call, name: step.name, started: performed.started, took: performed.took)
        try await finished(
          item, state: state, step.isSecret ? try await masked(outcome) : outcome, error: error, took: performed.took,
          path: path)
        if control.isCut { throw .cut }
        try leaveCall()
        let times = act.isIdempotent ? step.retry?.times ?? 0 : 0
        if attempts <= times {
          await clock.sleep(for: step.retry?.wait ?? .seconds(1))
        } else if act.pace?.stopAfterErrors != nil, step.forEach != nil, state == "failed" {
          return outcome
        } else if let settled = try await handle(error, outcome, item, act, step, in: frame) {
          return settled
        }
        item = try await replanned(item, act, step, in: frame)
        try await recordStart(item, path: path)
        performed = await perform(item.prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout)
      }
    }
  }

  /// What follows an item's failure; nil: it is sent again.
  func handle(
    _ error: ExecutorError, _ outcome: MapValue, _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> MapValue? {
    // Nobody at the terminal is no reason to call it failed: the run pauses at the question.
    if error.mayHaveTakenEffect, step.onError == nil || step.onError == .ask {
      return try await cutOff(item, act, step, in: frame)
    }
    let inputs = inputs(of: act.call, in: scope(for: step, item.item, at: item.position, in: frame))
    switch try await failureChoice(
      step, in: frame, error, item: Self.label(of: item.item), position: item.position, inputs: inputs)
    {
    case .retry: return nil
    case .edit(let edits):
      if try await approvedEdit(edits, of: item, act, step, in: frame) { return nil }
      return try await handle(error, outcome, item, act, step, in: frame)
    case .goOn: return outcome
    case .skipped(let reason):
      let skipped = Outcome.skipped(step.name, because: reason)
      try await finished(item, state: "skipped", skipped, error: nil, took: nil, path: frame.path(step))
      return skipped
    case .doneByHand(let reason):
      var done = Outcome.skipped(step.name, state: "by hand", because: reason)
      done["ok"] = true
      try await finished(item, state: "done", done, error: nil, took: nil, path: frame.path(step))
      return done
    case .stop:
      let name = Self.label(of: item.item).map { " (\($0))" } ?? ""
      let stops = "`\(step.name)`\(name): \(error.message)"
      // Of a loop this is the end too: what was sent of it lies in the acts' own records.
      try await end(step, in: frame, outcome: outcome, error: error, stops: stops)
      throw .failed(stops)
    }
  }

  private func finished(
    _ item: PlannedItem, state: String, _ outcome: MapValue, error: ExecutorError?, took: Duration?, path: String,
    isLeft: Bool = false
  ) async throws(Stop) {
    let whole = Value.map(outcome)
    try await emit(
      .actFinished, path: path,
      data: MapValue(present: [
        "position": .int(Int64(item.position)), "item": item.item, "label": Self.label(of: item.item).map(Value.string),
        "state": .string(state),
        "outcome": whole.isLarge ? .map(outcome.head) : whole,
        "error": error.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] },
        "took": took.map(Value.duration), "left": isLeft ? true : nil,
      ]))
  }
}
