import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// How far an act has come.
  private struct Progressing {
    var outcomes: [Int: MapValue] = [:]
    /// How many of the approved items have been sent, in earlier sessions too.
    var sent = 0
    var errors = 0
    /// How many items failed in all; `errors` counts from when the operator last said to go on.
    var failed = 0
    /// Why the loop ended before its end.
    var ended: Ending?

    /// Takes the outcome of an item that was sent into account; too many errors end the loop.
    mutating func count(_ outcome: MapValue, _ act: Act, _ step: Step, isForgiven: Bool = false) {
      sent += 1
      guard outcome["ok"]?.boolValue != true, outcome["state"]?.stringValue != "skipped" else { return }
      failed += 1
      if isForgiven { return }
      errors += 1
      if let most = act.pace?.stopAfterErrors, errors >= most, step.forEach != nil {
        ended = Ending(reason: "\(failed) item\(failed == 1 ? "" : "s") failed", isFailure: true)
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
    _ chosen: Set<Int>, of planned: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) {
    let started = clock.now()
    plannedHere[frame.path(step)] = planned
    var progress = Progressing()
    var queue = try await takeUp(planned, chosen, act, step, in: frame, &progress)[...]
    let isPrompted = planned[0].prepared.executor.schema.isPrompted
    let width = isPrompted ? 1 : max(1, min(act.pace?.atOnce ?? 1, 32))
    // What comes first is looked at once, before anything after it is sent.
    var first = step.forEach == nil ? nil : act.pace?.first
    if let count = first, progress.sent > count { first = nil }
    while true {
      if progress.ended?.isFailure == true {
        let failed = planned.filter { item in
          progress.outcomes[item.position]?["state"] == "failed" && protectionReason(item.prepared) == nil
        }
        let again = try await afterErrors(&progress, failed, left: queue, of: planned.count, act, step, in: frame)
        queue = (again + queue)[...]
      }
      if let reason = state.acts[frame.path(step)]?.rest {
        let text = reason.isEmpty ? "the operator skipped the rest" : reason
        progress.ended = Ending(reason: text, isFailure: false)
      }
      guard progress.ended == nil, !queue.isEmpty else { break }
      try await checkStop()
      if let count = first, progress.sent >= count {
        first = nil
        // Where the rest is asked about anyway, that is the look.
        if !isRestAsked(frame.path(step)),
          let reason = try await look(
            after: progress.sent, of: chosen.count, progress.failed, path: frame.path(step), frame.place)
        {
          progress.ended = Ending(reason: reason, isFailure: false)
          break
        }
      }
      guard try await isResumedWithoutAsking(Array(queue), of: planned, act, step, in: frame) else {
        progress.ended = Ending(reason: "not gone on with", isFailure: false)
        break
      }
      let count = min(queue.count, first.map { min(width, $0 - progress.sent) } ?? width)
      guard let there = try await atApprovedServers(Array(queue), next: count, of: planned, act, step, in: frame) else {
        progress.ended = Ending(reason: Self.elsewhere, isFailure: false)
        break
      }
      let group = Array(there.prefix(count))
      queue = there.dropFirst(count)
      if step.forEach != nil {
        await self.progress("item \(progress.sent + 1) of \(planned.count)", at: frame.path(step), .zero)
      }
      for (item, outcome) in try await send(group, act, step, in: frame) {
        progress.outcomes[item.position] = outcome
        progress.count(outcome, act, step)
      }
      if let wait = act.pace?.wait, !queue.isEmpty {
        await control.running(.wait) { [clock] in await clock.sleep(for: wait) }
      }
    }
    // What failed and was to be tried again stays what it was.
    for item in queue where progress.outcomes[item.position] == nil {
      progress.outcomes[item.position] = Outcome.skipped(step.name, because: progress.ended?.reason ?? "not sent")
    }
    await self.operator.progress(nil)
    let places = planned.map(\.place)
    try await conclude(progress.outcomes, places, act, step, in: frame, started: started, progress.ended)
  }

  /// Takes up what earlier sessions sent, and gives the items that are still to be sent. All of it comes before
  /// anything new: a failure counts however far the loop had come by then.
  private func takeUp(
    _ planned: [PlannedItem], _ chosen: Set<Int>, _ act: Act, _ step: Step, in frame: Frame,
    _ progress: inout Progressing
  ) async throws(Stop) -> [PlannedItem] {
    let path = frame.path(step)
    var queue: [PlannedItem] = []
    for item in planned {
      if let known = state.acts[path]?.items[item.position] {
        // What was sent and is not wanted in its new form is left as it is.
        let outcome =
          known.isUnsettled && !chosen.contains(item.position)
          ? try await left(item.place, step, in: frame, because: "not approved")
          : try await settled(item, act, step, in: frame)
        progress.outcomes[item.position] = outcome
        let isForgiven = state.acts[path]?.forgiven.contains(item.position) == true
        progress.count(outcome, act, step, isForgiven: isForgiven)
      } else if chosen.contains(item.position) {
        queue.append(item)
      } else {
        progress.outcomes[item.position] = Outcome.skipped(step.name, because: "not approved")
      }
    }
    return queue
  }

  /// After too many errors in a loop the operator decides what becomes of the rest; nobody there, and it ends. Gives
  /// what is to be sent again.
  private func afterErrors(
    _ progress: inout Progressing, _ failed: [PlannedItem], left queue: ArraySlice<PlannedItem>, of count: Int,
    _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> [PlannedItem] {
    let path = frame.path(step)
    guard step.onError ?? (isToBeAsked(QuestionKey(path, .errors)) ? .ask : .stop) == .ask else { return [] }
    let errors = progress.ended?.reason ?? ""
    let left = queue.isEmpty ? "all \(count) were sent" : "\(queue.count) of \(count) not sent yet"
    let text = "`\(step.name)`: \(errors), \(left)"
    var options: [Question.Option] = []
    if !queue.isEmpty { options.append(.init(name: "go_on", text: "go on with the rest", changes: true)) }
    if !failed.isEmpty {
      let text = failed.count == 1 ? "try the one that failed again" : "try the \(failed.count) that failed again"
      options.append(.init(name: "retry", text: text, changes: true))
    }
    options += [
      Question.Option(name: "skip", text: queue.isEmpty ? "go on with the next step" : "leave the rest and go on"),
      Question.Option(name: "undo", text: "take back what was changed", changes: true),
      Question.Option(name: "pause", text: "stop here; the run can be resumed"),
      Question.Option(name: "abort", text: "end the run"),
    ]
    while true {
      let question = Question(
        key: QuestionKey(path, .errors), place: frame.place, text: text, kind: .option(options, suggested: nil))
      let answer = try await ask(question)
      var choice = try choice(answer)
      if choice == .retry, try await !isYesToSending(failed, again: answer, act, step, in: frame) {
        choice = .declined
      }
      try await handled(
        choice, answer.reason, path: path, positions: choice == .retry ? failed.map(\.position) : nil)
      switch choice {
      case .declined: continue
      case .goOn:
        progress.ended = nil
        progress.errors = 0
        return []
      case .retry:
        progress.ended = nil
        progress.errors = 0
        progress.failed -= failed.count
        progress.sent -= failed.count
        return failed
      case .skip:
        progress.ended = Ending(reason: errors + (answer.reason.map { ": \($0)" } ?? ""), isFailure: false)
        return []
      case .undo: try await offerUndo(at: path)
      case .pause: throw .paused("paused after \(errors)", nil)
      default: throw .aborted(state.abortedBecause ?? "aborted after \(errors) of `\(step.name)`")
      }
    }
  }

  /// Whether the word that all that failed goes out once more is a yes to it.
  private func isYesToSending(
    _ failed: [PlannedItem], again answer: Answer, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> Bool {
    let path = frame.path(step)
    let isDoubted = failed.contains { state.acts[path]?.doubt(about: $0.position) != nil }
    return try await isYesToRepeating(
      answer, isShown: configuration.environment.isRed || act.isIrreversible || isDoubted,
      key: QuestionKey(path, .sendAgain(item: nil, nil)),
      in: frame
    ) { () async throws(Stop) in
      var approval = await self.approval(
        for: failed, [], act, step, in: frame, at: QuestionKey(path, .sendAgain(item: nil, nil)))
      if !isDoubted { approval.digest = self.state.acts[path]?.digest ?? approval.digest }
      return approval
    }
  }

  /// After the first items: shows how they went and asks whether to go on. Nil: go on.
  private func look(
    after sent: Int, of count: Int, _ errors: Int, path: StepPath, _ place: String
  ) async throws(Stop) -> String? {
    let text = "\(sent) of \(count) done, \(errors) failed. Go on with the other \(count - sent)?"
    let question = Question(key: QuestionKey(path, .pace), place: place, text: text, kind: .yesNo)
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

  /// The outcome of an item that an earlier session sent: as recorded, verified where that was not done yet, a failure
  /// decided where that is open, sent again where the operator said so.
  private func settled(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> MapValue {
    let path = frame.path(step)
    guard let earlier = state.acts[path]?.items[item.position] else {
      return Outcome.skipped(step.name, because: "not sent")
    }
    if earlier.isToSendAgain { return try await sendAgain(item, act, step, in: frame) }
    if earlier.isOpen {
      let isWanted = item.prepared.executor.schema.isPrompted
      if !isWanted, let outcome = try await askInDoubt(item.place, act, step, in: frame) { return outcome }
      return try await sendAgain(item, act, step, in: frame)
    }
    var outcome = try await recordedOutcome(earlier, step)
    switch earlier.state {
    case .failed where !earlier.isLeft && (act.pace?.stopAfterErrors == nil || step.forEach == nil):
      // The run was paused at the failure, so it is still to be decided.
      let message = outcome["error"]?.stringValue ?? "it failed"
      let settled = try await handle(ExecutorError(.rejected, message), outcome, item, act, step, in: frame)
      guard let settled else { return try await sendAgain(item, act, step, in: frame) }
      return settled
    case .done where earlier.verified == nil && act.verify != nil:
      outcome["verified"] = .bool(try await verify(item.place, act, step, in: frame, outcome: outcome))
    default: break
    }
    return outcome
  }

  /// Sends an item once more on the operator's word, with its inputs as they are now.
  private func sendAgain(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> MapValue {
    try await checkStop()
    if let reason = protectionReason(item.prepared) {
      try await warn("\(item.label ?? "`\(step.name)`") is not sent again: \(reason)", frame.path(step))
      return try await left(item.place, step, in: frame, because: reason)
    }
    let again = try await replanned(item, act, step, in: frame)
    guard let there = try await atApprovedServer(again, act, step, in: frame) else {
      return try await left(item.place, step, in: frame, because: Self.elsewhere)
    }
    let sent = try await send([there], act, step, in: frame)
    return sent.first?.1 ?? Outcome.skipped(step.name, because: "not sent")
  }

  /// The outcome of the whole act.
  func conclude(
    _ outcomes: [Int: MapValue], _ planned: [ActItem], _ act: Act, _ step: Step, in frame: Frame,
    started: Timestamp, _ ended: Ending?
  ) async throws(Stop) {
    guard step.forEach != nil else {
      let outcome = outcomes[0] ?? Outcome.skipped(step.name, because: "not sent")
      let isFailing = outcome["verified"]?.boolValue == false && outcome["ok"]?.boolValue == true
      let failing: [String?] = isFailing ? [nil] : []
      let stops = stops(ended, failing, step)
      try await end(step, in: frame, outcome: outcome, source: source(of: frame.path(step)), stops: stops)
      if !failing.isEmpty { try await unverified(failing, act, step, in: frame) }
      if let stops { throw .failed(stops) }
      return
    }
    var items: [Value] = []
    var isOK = true
    var failing: [String?] = []
    for item in planned {
      var outcome = outcomes[item.position] ?? Outcome.skipped(step.name, because: "not sent")
      outcome["item"] = item.item
      if outcome["ok"]?.boolValue != true { isOK = false }
      // Of what was left unknown nobody said that it was done.
      if outcome["verified"]?.boolValue == false, outcome["ok"]?.boolValue == true { failing.append(item.label) }
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
    let stops = stops(ended, failing, step)
    try await end(
      step, in: frame, outcome: outcome, text: text, source: source(of: frame.path(step)), stops: stops)
    if !failing.isEmpty { try await unverified(failing, act, step, in: frame) }
    if let stops { throw .failed(stops) }
  }

  /// Why the run ends with the act, on record with its end so that a resumed run ends with it too; nil: it goes on.
  private func stops(_ ended: Ending?, _ failing: [String?], _ step: Step) -> String? {
    if let ended, ended.isFailure, step.onError != .continue { return "`\(step.name)`: \(ended.reason)" }
    return !failing.isEmpty && step.onError == .stop ? Self.unverifiedText(failing, step) : nil
  }
}
