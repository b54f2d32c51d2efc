import CEL
import PlaybookLanguage

extension Runner {
  /// What is known of one item while its act runs.
  private struct Progressing {
    var outcomes: [Int: MapValue] = [:]
    var errors = 0
    /// Why the loop ended before its end.
    var ended: Ending?

    /// Takes an item's outcome into account; too many errors end the loop.
    mutating func count(_ outcome: MapValue, _ act: Act, _ step: Step) {
      guard outcome["ok"]?.boolValue != true, outcome["state"]?.stringValue != "skipped" else { return }
      errors += 1
      if let most = act.pace?.stopAfterErrors, errors >= most, step.forEach != nil {
        ended = Ending(reason: "\(errors) item\(errors == 1 ? "" : "s") failed", isFailure: true)
      }
    }
  }

  /// Why a loop ended before its end.
  struct Ending {
    var reason: String
    /// False where the operator declined the rest: the run goes on.
    var isFailure: Bool
  }

  /// Makes the change: item by item in the act's pace, each start and end recorded as it happens.
  func carryOut(
    _ chosen: Set<Int>, of planned: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame, now: Timestamp
  ) async throws(Stop) {
    let path = frame.path(step)
    let started = clock.now()
    var progress = Progressing()
    let width = max(1, min(act.pace?.atOnce ?? 1, 32))
    var queue = planned[...]
    var sent = 0
    while let next = queue.first {
      if progress.ended?.isFailure == true {
        try await afterErrors(&progress, left: queue, of: planned.count, act, step, in: frame)
      }
      if let ended = progress.ended {
        progress.outcomes[next.position] = Outcome.skipped(step.name, because: ended.reason)
        queue.removeFirst()
        continue
      }
      try checkStop()
      let isGoingOn = queue.contains { state.acts[path]?.items[$0.position] != nil }
      if let first = act.pace?.first, sent == first, chosen.count > first, step.forEach != nil, !isGoingOn {
        let count = chosen.count
        if let reason = try await look(after: sent, of: count, progress.errors, path: path, frame.place) {
          progress.ended = Ending(reason: reason, isFailure: false)
          continue
        }
      }
      var group: [PlannedItem] = []
      while let item = queue.first, group.count < width {
        if let first = act.pace?.first, sent < first, sent + group.count >= first { break }
        queue.removeFirst()
        if let outcome = try await settled(item, act, step, in: frame, chosen) {
          progress.outcomes[item.position] = outcome
          sent += 1
          progress.count(outcome, act, step)
          if progress.ended != nil { break }
          continue
        }
        group.append(item)
      }
      if progress.ended != nil {
        queue = (group + queue)[...]
        continue
      }
      if step.forEach != nil, !group.isEmpty {
        await self.operator.progress(
          Progress(path: path, text: "item \(sent + 1) of \(planned.count)", elapsed: .zero))
      }
      for (item, outcome) in try await send(group, act, step, in: frame) {
        progress.outcomes[item.position] = outcome
        sent += 1
        progress.count(outcome, act, step)
      }
      if let wait = act.pace?.wait, !queue.isEmpty, !group.isEmpty {
        await control.running { [clock] in await clock.sleep(for: wait) }
      }
    }
    await self.operator.progress(nil)
    try await conclude(progress.outcomes, planned, act, step, in: frame, started: started, now: now, progress.ended)
  }

  /// After too many errors in a loop the operator decides what becomes of the rest; nobody there, and it ends.
  private func afterErrors(
    _ progress: inout Progressing, left queue: ArraySlice<PlannedItem>, of count: Int, _ act: Act, _ step: Step,
    in frame: Frame
  ) async throws(Stop) {
    let path = frame.path(step)
    guard step.onError ?? (self.operator.isInteractive ? .ask : .stop) == .ask else { return }
    // What was sent after it in an earlier sitting was sent on the operator's word.
    if queue.contains(where: { state.acts[path]?.items[$0.position] != nil }) {
      progress.ended = nil
      progress.errors = 0
      return
    }
    let errors = progress.ended?.reason ?? ""
    let text = "`\(step.name)`: \(errors), \(queue.count) of \(count) not sent yet"
    let options = [
      Question.Option(name: "go_on", text: "go on with the rest", changes: true),
      Question.Option(name: "skip", text: "leave the rest and go on"),
      Question.Option(name: "undo", text: "take back what was changed", changes: true),
      Question.Option(name: "pause", text: "stop here; the run can be resumed"),
      Question.Option(name: "abort", text: "end the run"),
    ]
    while true {
      let question = Question(
        key: path + "!errors", place: frame.place, text: text, kind: .option(options, suggested: nil))
      let answer = try await ask(question)
      try await handled(answer.value.rendered, answer.reason, path: path)
      switch answer.value.rendered {
      case "go_on":
        progress.ended = nil
        progress.errors = 0
        return
      case "skip":
        progress.ended = Ending(reason: errors + (answer.reason.map { ": \($0)" } ?? ""), isFailure: false)
        return
      case "undo": try await offerUndo(at: path)
      case "pause": throw .paused("paused after \(errors)", nil)
      default: throw .aborted(state.abortedBecause ?? "aborted after \(errors) of `\(step.name)`")
      }
    }
  }

  /// After the first items: shows how they went and asks whether to go on. Nil: go on.
  private func look(
    after sent: Int, of count: Int, _ errors: Int, path: String, _ place: String
  ) async throws(Stop) -> String? {
    let text = "\(sent) of \(count) done, \(errors) failed. Go on with the other \(count - sent)?"
    let question = Question(key: "\(path)!pace", place: place, text: text, kind: .yesNo)
    // In a drill the yes to the act itself is enough where nothing else was given.
    if configuration.answers.entry(for: question.key) == nil, !self.operator.isInteractive, errors == 0,
      configuration.mode == .drill
    {
      return nil
    }
    let answer = try await ask(question)
    if answer.value.boolValue == true { return nil }
    return "the operator looked at the first and stopped" + (answer.reason.map { ": \($0)" } ?? "")
  }

  /// The outcome of an item that needs no sending: not approved, or dealt with in an earlier sitting.
  private func settled(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame, _ chosen: Set<Int>
  ) async throws(Stop) -> MapValue? {
    let path = frame.path(step)
    guard chosen.contains(item.position) else { return Outcome.skipped(step.name, because: "not approved") }
    guard let earlier = state.acts[path]?.items[item.position] else { return nil }
    switch earlier.isLeft ? "skipped" : earlier.state {
    case "done", "skipped", "failed":
      var outcome =
        earlier.outcome ?? Outcome.skipped(step.name, state: earlier.state, because: "in an earlier sitting")
      var held = earlier.verified
      if earlier.state == "failed" {
        outcome.absent = Unknown(["`\(step.name)` failed"])
        // The run was paused at the failure, so it is still to be decided.
        if act.pace?.stopAfterErrors == nil || step.forEach == nil {
          let message = outcome["error"]?.stringValue ?? "it failed"
          guard let settled = try await handle(ExecutorError(.rejected, message), outcome, item, act, step, in: frame)
          else { return try await sendAgain(item, act, step, in: frame) }
          return settled
        }
      } else if earlier.state == "done", held == nil, act.verify != nil {
        held = try await verify(item, act, step, in: frame, outcome: outcome)
      }
      outcome["verified"] = held.map(Value.bool) ?? .null
      outcome["undone"] = .bool(earlier.isUndone)
      return outcome
    default:
      if let outcome = try await cutOff(item, act, step, in: frame) { return outcome }
      return try await sendAgain(item, act, step, in: frame)
    }
  }

  /// Sends an item once more on the operator's word, with its inputs as they are now.
  private func sendAgain(_ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame) async throws(Stop) -> MapValue
  {
    let sent = try await send([try await replanned(item, act, step, in: frame)], act, step, in: frame)
    return sent.first?.1 ?? Outcome.skipped(step.name, because: "not sent")
  }

  /// An item that was sent and of which nothing was heard: a human says what became of it.
  private func cutOff(
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
  private func send(
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
  private func handle(
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

  /// Whether what must hold after the change holds: asked once, or polled as `every` and `within` say.
  func verify(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame, outcome: MapValue
  ) async throws(Stop) -> Bool {
    guard let verify = act.verify else { return true }
    var scope = scope(for: step, item.item, at: item.position, in: frame)
    scope.values[step.name] = .map(outcome)
    let begun = ContinuousClock.now
    var held = false
    var text = ""
    while true {
      let look = await verifyOnce(verify, step, path: frame.path(step), in: scope)
      (held, text) = (look.held == true, look.text)
      let elapsed = ContinuousClock.now - begun
      guard !held, let within = verify.within, elapsed + (verify.every ?? .seconds(1)) <= within,
        !control.endsSoon
      else { break }
      await self.operator.progress(Progress(path: frame.path(step), text: "verify: \(text)", elapsed: elapsed))
      await control.running { [clock] in await clock.sleep(for: verify.every ?? .seconds(1)) }
    }
    try await emit(
      .actVerified, path: frame.path(step),
      data: MapValue(present: [
        "position": .int(Int64(item.position)), "item": item.item, "label": Self.label(of: item.item).map(Value.string),
        "held": .bool(held), "text": .string(text),
      ]))
    return held
  }

  /// One look; nil where it could not be taken or came to neither true nor false.
  func verifyOnce(
    _ verify: Act.Verify, _ step: Step, path: String, in scope: Scope
  ) async -> (held: Bool?, text: String) {
    let now = clock.now()
    do {
      let prepared = try await prepare(verify.call, mode: .query, in: scope, now: now)
      let performed = await perform(prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout)
      let result = try performed.result.get()
      let bare = Dictionary(
        result.fields.entries.map { ($0.key.rendered, $0.value) }, uniquingKeysWith: { first, _ in first })
      let value = try verify.that.expression.evaluate(scope.bindings(now: now, adding: bare))
      let source = verify.that.expression.source
      if case .bool(true) = value { return (true, "`\(source)` holds") }
      return (value.boolValue, "`\(source)` is \(value.rendered.prefix(80))")
    } catch let error as ExecutorError {
      return (nil, error.message)
    } catch CallProblem.wrong(let message) {
      return (nil, message)
    } catch CallProblem.unknown(let reason) {
      return (nil, reason)
    } catch let problem as Expression.Problem {
      return (nil, problem.message)
    } catch {
      return (nil, "\(error)")
    }
  }

  /// The outcome of the whole act.
  private func conclude(
    _ outcomes: [Int: MapValue], _ planned: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame,
    started: Timestamp, now: Timestamp, _ ended: Ending?
  ) async throws(Stop) {
    guard step.forEach != nil else {
      let outcome = outcomes[0] ?? Outcome.skipped(step.name, because: "not sent")
      try await end(step, in: frame, outcome: outcome)
      if outcome["verified"]?.boolValue == false {
        try await unverified([nil], act, step, in: frame)
      }
      return
    }
    var items: [Value] = []
    var isOK = true
    var failing: [String?] = []
    for item in planned {
      var outcome = outcomes[item.position] ?? Outcome.skipped(step.name, because: "not sent")
      outcome["item"] = item.item
      if outcome["ok"]?.boolValue != true { isOK = false }
      if outcome["verified"]?.boolValue == false { failing.append(Self.label(of: item.item)) }
      items.append(.map(outcome))
    }
    let states = items.map { $0["state"]?.stringValue ?? "" }
    let hasFailed = states.contains { $0 == "failed" || $0 == "unknown" }
    var outcome = Outcome.plain(
      [("items", .list(items)), ("count", .int(Int64(items.count))), ("undone", false)], ok: isOK, started: started)
    outcome["state"] = hasFailed ? "failed" : "done"
    outcome["verified"] = act.verify == nil ? .null : .bool(failing.isEmpty && !hasFailed)
    var text: String?
    if let ended {
      let left = states.count { $0 == "skipped" }
      text = "\(states.count { $0 == "done" }) of \(items.count) done, \(left) left out: \(ended.reason)"
    }
    let stops = ended.flatMap { ended in
      ended.isFailure && step.onError != .continue ? "`\(step.name)`: \(ended.reason)" : nil
    }
    try await end(step, in: frame, outcome: outcome, text: text, stops: stops)
    if !failing.isEmpty { try await unverified(failing, act, step, in: frame) }
    if let stops { throw .failed(stops) }
  }

  /// A change that does not show where it should: said, and with a terminal asked whether to go on.
  private func unverified(_ items: [String?], _ act: Act, _ step: Step, in frame: Frame) async throws(Stop) {
    let path = frame.path(step)
    let names = items.compactMap { $0 }.prefix(5).joined(separator: ", ")
    let text = "`\(step.name)` was done and its verification does not hold" + (names.isEmpty ? "" : ": \(names)")
    try await emit(.warning, path: path, facts: ["text": .string(text)])
    if step.onError == .stop { throw .failed(text) }
    guard self.operator.isInteractive, step.onError != .continue else { return }
    let question = Question(key: path + "!unverified", place: frame.place, text: text + ". Go on?", kind: .yesNo)
    if try await ask(question).value.boolValue != true {
      throw .paused("paused after a verification that does not hold", nil)
    }
  }
}
