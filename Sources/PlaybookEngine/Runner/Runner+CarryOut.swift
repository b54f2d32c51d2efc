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
}
