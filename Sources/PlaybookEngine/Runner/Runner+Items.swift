import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Sends items side by side and verifies each.
  func send(
    _ group: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> [(PlannedItem, MapValue)] {
    let path = frame.path(step)
    let timeout = step.timeout ?? Self.defaultTimeout
    for item in group {
      // Who was asked in an earlier session and did not answer is asked the same again.
      let isAsked =
        item.prepared.executor.schema.isPrompted && state.acts[path]?.items[item.position]?.state == .started
      if !isAsked { try await recordStart(item, path: path) }
    }
    var tasks: [Task<Performed, Never>] = []
    for item in group {
      let key = doneKey(of: item.place, step, at: path)
      let place = place(of: item.place, step, at: path)
      tasks.append(
        Task { await self.perform(item.prepared, path: path, timeout: timeout, as: place.text, asking: key) })
    }
    var outcomes: [(PlannedItem, MapValue)] = []
    var stop: Stop?
    for (index, item) in group.enumerated() {
      var performed = await tasks[index].value
      do {
        if stop != nil {
          // The others are on their way: what becomes of them is recorded before the run ends, and no more.
          try await recordEnd(performed, item, step, in: frame)
        } else {
          outcomes.append((item, try await take(&performed, item, act, step, in: frame)))
        }
      } catch {
        stop = stop ?? error
      }
    }
    if let stop { throw stop }
    return outcomes
  }

  private func recordEnd(
    _ performed: Performed, _ item: PlannedItem, _ step: Step, in frame: Frame
  ) async throws(Stop) {
    let path = frame.path(step)
    switch performed.result {
    case .success(let result):
      let outcome = Outcome.done(result, of: item.prepared.call, started: performed.started, took: performed.took)
      try await finished(
        item.place, state: .done, step.isSecret ? MapValue([("ok", true)]) : outcome, error: nil, took: performed.took,
        path: path, source: result.source)
    case .failure(let error):
      let outcome = Outcome.failed(
        error, of: item.prepared.call, name: step.name, started: performed.started, took: performed.took)
      try await finished(
        item.place, state: error.mayHaveTakenEffect ? .unknown : .failed,
        step.isSecret ? try await masked(outcome) : outcome, error: error, took: performed.took, path: path)
    }
  }

  func recordStart(_ item: PlannedItem, path: StepPath, isUndo: Bool = false) async throws(Stop) {
    // The intent says that an item goes out for the first time; that it goes out again, or is undone, nothing else says.
    let isRepeated = isUndo || state.acts[path]?.items[item.position] != nil
    let isDue = isRepeated || (lastSync.map { $0.adding(.milliseconds(300)) ?? $0 < clock.now() } ?? true)
    let started = SendingStarted(item.place.told, call: item.prepared.text, server: item.prepared.serverText)
    try await emit(isUndo ? .undoStarted(started) : .actStarted(started), path: path, synced: isDue)
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
          item.place, state: .done, step.isSecret ? MapValue([("ok", true)]) : outcome, error: nil,
          took: performed.took, path: path, source: result.source)
        var held: Bool?
        if act.verify != nil { held = try await verify(item.place, act, step, in: frame, outcome: outcome) }
        outcome["verified"] = held.map(Value.bool) ?? .null
        outcome["undone"] = false
        return outcome
      case .failure(var error):
        // A person who left the question has done nothing yet, and is asked again when the run goes on.
        try await leaveCall(of: item.place, step, in: frame)
        let isElsewhere = error.code == .otherServer && attempts < 5
        let isRepeated = !isElsewhere && attempts <= (act.isIdempotent ? step.retry?.times ?? 0 : 0)
        let pause = isRepeated ? pauseBeforeRetry(after: error, of: step) : nil
        if isRepeated, pause == nil { error = tooLate(error, of: step) }
        let state = error.mayHaveTakenEffect ? SendingState.unknown : .failed
        let outcome = Outcome.failed(
          error, of: item.prepared.call, name: step.name, started: performed.started, took: performed.took)
        try await finished(
          item.place, state: state, step.isSecret ? try await masked(outcome) : outcome, error: error,
          took: performed.took, path: path)
        if control.isCut { throw .cut }
        if isElsewhere {
          // Nothing was sent: the server that would be reached now is asked about below.
        } else if let pause {
          await wait(pause, at: path)
          try await checkStop()
        } else if act.pace?.stopAfterErrors != nil, step.forEach != nil, state == .failed {
          return outcome
        } else if let settled = try await handle(error, outcome, item, act, step, in: frame) {
          return settled
        }
        item = try await replanned(item, act, step, in: frame)
        guard let there = try await atApprovedServer(item, act, step, in: frame) else {
          return try await left(item.place, step, in: frame, because: Self.elsewhere)
        }
        item = there
        try await recordStart(item, path: path)
        performed = await perform(
          item.prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout,
          as: place(of: item.place, step, at: path).text, asking: doneKey(of: item.place, step, at: path))
      }
    }
  }

  /// What follows an item's failure; nil: it is sent again.
  func handle(
    _ error: ExecutorError, _ outcome: MapValue, _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> MapValue? {
    // Nobody at the terminal is no reason to call it failed: the run pauses at the question.
    if error.mayHaveTakenEffect, step.onError == nil || step.onError == .ask {
      return try await askInDoubt(item.place, act, step, in: frame)
    }
    let inputs = inputs(of: act.call, in: try await scope(for: step, item.item, at: item.position, in: frame))
    let confirm = { (answer: Answer) async throws(Stop) -> Bool in
      try await self.isYesToSending(answer, item.place, act, step, in: frame)
    }
    switch try await failureChoice(
      step, in: frame, error, item: item.label, position: item.position, inputs: inputs, confirming: confirm)
    {
    case .retry: return nil
    case .edit(let edits, let reason):
      if try await approvedEdit(edits, reason, of: item, act, step, in: frame) { return nil }
      try await handled(.edit, "nothing was changed", path: frame.path(step), position: item.position)
      return try await handle(error, outcome, item, act, step, in: frame)
    case .goOn: return outcome
    case .skipped(let reason):
      // It was sent and failed, and part of it may have taken effect: that stays on record.
      let skipped = Outcome.skipped(step.name, because: reason)
      try await finished(
        item.place, state: .failed, skipped, error: nil, took: nil, path: frame.path(step), isLeft: true,
        word: (.skip, reason))
      return skipped
    case .doneByHand(let reason):
      var done = Outcome.skipped(step.name, state: "by hand", because: reason)
      done["ok"] = true
      try await finished(
        item.place, state: .done, done, error: nil, took: nil, path: frame.path(step), word: (.byHand, reason))
      if act.verify != nil {
        done["verified"] = .bool(try await verify(item.place, act, step, in: frame, outcome: done))
      }
      return done
    case .stop:
      let name = item.label.map { " (\($0))" } ?? ""
      let stops = "`\(step.name)`\(name): \(error.message)"
      // Of a loop this is the end too: what was sent of it lies in the acts' own records.
      try await end(step, in: frame, outcome: outcome, error: error, stops: stops)
      throw .failed(stops)
    }
  }

  /// Records what became of an item, and on whose word where a human says so. An outcome too large for a line is kept
  /// whole in a file.
  func finished(
    _ item: ActItem, state: SendingState, _ outcome: MapValue, error: ExecutorError?, took: Duration?, path: StepPath,
    isLeft: Bool = false, word: (choice: Resolution, reason: String?)? = nil, source: String? = nil
  ) async throws(Stop) {
    let finished = ActFinished(
      item.told, state, try await recorded(outcome), error: error.map(ErrorTold.init), took: took, source: source,
      left: isLeft ? true : nil, resolution: word.map(said))
    try await emit(.actFinished(finished), path: path)
  }

  /// The key of what a person is asked while an item's call is under way: of this sending, so that no answer counts
  /// twice.
  private func doneKey(of item: ActItem, _ step: Step, at path: StepPath) -> QuestionKey {
    let sends = state.acts[path]?.items[item.position]?.sends ?? 1
    return QuestionKey(place(of: item, step, at: path), .done(sends))
  }

  /// An item's place among the calls of its run: `step`, in a loop `step[3]`.
  func place(of item: ActItem, _ step: Step, at path: StepPath) -> StepPath {
    step.forEach == nil ? path : path.item(item.position)
  }

  /// Leaves an act whose question the operator left: a step that is skipped leaves nothing open.
  private func leaveCall(of item: ActItem, _ step: Step, in frame: Frame) async throws(Stop) {
    if case .skip(_, let reason) = stopAfterCall {
      try await finished(
        item, state: .skipped, Outcome.skipped(step.name, because: reason), error: nil, took: nil,
        path: frame.path(step))
    }
    try leaveCall()
  }
}
