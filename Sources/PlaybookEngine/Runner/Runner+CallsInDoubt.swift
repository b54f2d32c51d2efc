import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// Calls that were sent and of which nothing was heard. Whatever else has become of the run since (its evidence is
/// renewed, a condition holds no more, the target has other settings, the operator aborts): first a human says what
/// became of them.
extension Runner {
  /// Asks about each open call of an act, before anything else is decided about it.
  func reconcileCalls(of step: Step, in frame: Frame) async throws(Stop) {
    let path = frame.path(step)
    guard case .act(let act) = step.kind, configuration.mode != .plan, let record = state.acts[path] else { return }
    // A person who was asked is asked again: that is no second sending.
    guard executors[act.call.executor]?.schema.isPrompted != true else { return }
    for position in record.items.filter({ $0.value.isOpen && !$0.value.isToSendAgain }).keys.sorted() {
      _ = try await askInDoubt(recordedItem(position, of: path), act, step, in: frame)
    }
  }

  /// An item as it was recorded when the loop's list was fixed.
  func recordedItem(_ position: Int, of path: StepPath) -> ActItem {
    let items = state.loops[path] ?? []
    let item = items.indices.contains(position) ? items[position] : nil
    var label: String?
    if let (step, frame) = visited[path] {
      label = self.label(of: item, step, in: itemScope(for: step, item, in: frame))
    }
    return ActItem(position: position, item: item, label: label)
  }

  /// What became of a call that was sent and of which nothing was heard, as a human says. Nil: it is to be sent again.
  func askInDoubt(_ item: ActItem, _ act: Act, _ step: Step, in frame: Frame) async throws(Stop) -> MapValue? {
    let path = frame.path(step)
    while true {
      let held = act.verify == nil ? nil : try await verify(item, act, step, in: frame, outcome: MapValue())
      let remains = try await remains(of: item, act, step, in: frame)
      let question = Question(
        key: QuestionKey(path, .callInDoubt(item: item.position, state.failuresHandled + 1)), place: frame.place,
        text: textInDoubt(item, held, remains, at: path),
        kind: .option(optionsInDoubt(act, canLook: !remains.isEmpty), suggested: nil))
      let answer = try await ask(question)
      var choice = try choice(answer)
      if choice == .again, try await !isYesToSending(answer, item, act, step, in: frame) { choice = .declined }
      let isRest = skippedQuestion == question.key && step.forEach != nil
      try await handled(
        choice, answer.reason, path: path, position: item.position, item: item.item, isRest: isRest)
      switch choice {
      case .again: return nil
      case .look, .declined: continue
      default:
        let happened = choice == .happened
        return try await reconcile(
          item, happened: happened, answer.reason, held, step, in: frame,
          word: (happened ? .happened : .skip, answer.reason))
      }
    }
  }

  /// What is left at work of an item's call, as a sentence.
  private func remains(of item: ActItem, _ act: Act, _ step: Step, in frame: Frame) async throws(Stop) -> String {
    let scope = try await scope(for: step, item.item, at: item.position, in: frame)
    // What can't be resolved any more can't be looked for.
    guard let prepared = try? await prepare(act.call, mode: .act, in: scope, now: clock.now(), isDone: true) else {
      return ""
    }
    return await remains(of: prepared, item, step, in: frame)
  }

  private static let atWork = " It is still at work: "

  /// What a killed process may have left at work of a call, as a sentence behind another; empty where that can't be
  /// told.
  func remains(
    of prepared: PreparedCall, _ item: ActItem, _ step: Step, in frame: Frame, isUndo: Bool = false
  ) async -> String {
    let path = frame.path(step)
    // On another machine, or on this one started anew, there is nothing to be found.
    guard let boot = state.boot, state.acts[path]?.items[item.position]?.sentIn == boot else { return "" }
    let place = place(of: item, step, at: path).text + (isUndo ? "!undo" : "")
    let context = context(for: prepared, path: path, timeout: .seconds(5), as: place)
    guard let found = await prepared.executor.remains(of: prepared.call, context: context) else { return "" }
    if found.isEmpty { return " No program of it that this user may see is running." }
    var named: [String] = []
    // Shortened when no secret is in it any more, so that no half of one is left.
    for phrase in found {
      named.append(await sink.redacted(phrase).beginning(90))
    }
    return Self.atWork + named.joined(separator: ", ") + "."
  }

  /// Whether the word that a call goes out once more is a yes to it.
  func isYesToSending(
    _ answer: Answer, _ item: ActItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> Bool {
    let path = frame.path(step)
    let isDoubted = state.acts[path]?.doubt(about: item.position) != nil
    return try await isYesToRepeating(
      answer, isShown: configuration.environment.isRed || act.isIrreversible || isDoubted,
      key: QuestionKey(path, .sendAgain(item: item.position, nil)),
      text: "Send it once more? It was sent\(sending(of: item, at: path)).", in: frame
    ) { () async throws(Stop) in
      switch try await self.recorded(item, act, step, in: frame) {
      case .success(let planned):
        let place = QuestionKey(path, .sendAgain(item: item.position, nil))
        var approval = await self.approval(for: [planned], [], act, step, in: frame, at: place)
        // The yes to a change is one to its being made, which it was not: said of somebody else's, it is another one.
        let record = self.state.acts[path]
        if !isDoubted {
          approval.digest = record?.editDigests[item.position]?.digest ?? record?.digest ?? approval.digest
        }
        return approval
      case .failure(let problem):
        try await self.warn("it can't be sent again: \(problem.reason)", path)
        return nil
      }
    }
  }

  /// Whether the word that a call or an undo goes out once more is a yes to it. A digit at the terminal is one to what
  /// is shown there; in a red environment, for what has no undo and where the first yes was somebody else's it
  /// is shown and asked about (`isShown`), as for the first time. What was said beforehand is one only with the digest
  /// of what was approved.
  func isYesToRepeating(
    _ answer: Answer, isShown: Bool, key: QuestionKey, text: String = "Send it once more?", in frame: Frame,
    showing approval: () async throws(Stop) -> Approval?
  ) async throws(Stop) -> Bool {
    let isAsked = answer.source == "terminal" ? isShown : configuration.mode != .drill
    guard isAsked else { return true }
    guard let approval = try await approval() else { return false }
    let question = Question(
      key: key.numbered(state.failuresHandled + 1), place: frame.place, text: text,
      kind: .approval(approval))
    return try await ask(question).value.boolValue == true
  }

  private func textInDoubt(_ item: ActItem, _ held: Bool?, _ remains: String, at path: StepPath) -> String {
    let calls = state.acts[path]?.calls ?? []
    let call = calls.indices.contains(item.position) ? calls[item.position] : item.label ?? path.text
    let isDoubtful = state.acts[path]?.items[item.position]?.isDoubtful == true
    let text =
      isDoubtful
      ? "`\(call)` may have been sent: the machine was started anew since."
      : "`\(call)` was sent\(sending(of: item, at: path)), and what became of it is not known."
    guard let held else { return text + remains }
    let doubt = remains.hasPrefix(Self.atWork) ? "." : "; the call may still be under way."
    return text + remains + (held ? " Its verification holds." : " Its verification does not hold\(doubt)")
  }

  /// When a call went out last, and how often it has: " at 18:55:41Z, for the 2nd time".
  private func sending(of item: ActItem, at path: StepPath) -> String {
    guard let known = state.acts[path]?.items[item.position], let sent = known.lastSent else { return "" }
    let time = sent.description.split(separator: "T").last?.prefix(8) ?? ""
    return " at \(time)Z" + (known.callSends > 1 ? ", \(known.callSends) times in all" : "")
  }

  private func optionsInDoubt(_ act: Act, canLook: Bool) -> [Question.Option] {
    // What sends stands where no habit of another menu looks for "skip".
    var options = [
      Question.Option(name: "happened", text: "it happened: go on"), Question.Option(name: "skip", text: "leave it"),
    ]
    // An aborted run sends nothing more.
    if state.abortedBecause == nil || isFinishing {
      let harmless = act.isIdempotent ? " (a second time does no harm)" : ""
      options.append(.init(name: "again", text: "send it again" + harmless, changes: true))
    }
    if act.verify != nil {
      options.append(.init(name: "look", text: "look again: verify it once more"))
    } else if canLook {
      options.append(.init(name: "look", text: "look again whether it is still at work"))
    }
    return options
  }

  /// Records what a human said of an open call. What is left alone may have happened all the same: it stays unknown.
  private func reconcile(
    _ item: ActItem, happened: Bool, _ reason: String?, _ held: Bool?, _ step: Step, in frame: Frame,
    word: (choice: Resolution, reason: String?)? = nil
  ) async throws(Stop) -> MapValue {
    var outcome = Outcome.skipped(
      step.name, state: happened ? "done" : "skipped", because: reason ?? "as the operator said")
    outcome["ok"] = .bool(happened)
    outcome["verified"] = held.map(Value.bool) ?? .null
    try await finished(
      item, state: happened ? .done : .unknown, outcome, error: nil, took: nil, path: frame.path(step),
      isLeft: !happened, word: word)
    return outcome
  }

  /// What was sent, failed or was not heard of, and is sent no more.
  func left(_ item: ActItem, _ step: Step, in frame: Frame, because reason: String) async throws(Stop) -> MapValue {
    let path = frame.path(step)
    guard let known = state.acts[path]?.items[item.position], known.state == .failed else {
      return try await reconcile(item, happened: false, "not sent again: \(reason)", nil, step, in: frame)
    }
    let outcome = Outcome.skipped(step.name, because: "not sent again: \(reason)")
    try await finished(item, state: .failed, outcome, error: nil, took: nil, path: path, isLeft: true)
    return outcome
  }

  // MARK: What was sent stays

  /// The step is not run, or no more of it: skipped, or ended with what was sent of it.
  func leave(_ step: Step, in frame: Frame, because reason: String) async throws(Stop) {
    if try await !concludeRecorded(step, in: frame, Ending(reason: reason, isFailure: false)) {
      try await skip(step, in: frame, because: reason)
    }
  }

  /// Ends an act of which something was sent and nothing more will be. False where nothing was sent.
  func concludeRecorded(_ step: Step, in frame: Frame, _ ending: Ending) async throws(Stop) -> Bool {
    let path = frame.path(step)
    guard configuration.mode != .plan, case .act(let act) = step.kind, let record = state.acts[path],
      let last = record.items.keys.max()
    else { return false }
    var outcomes: [Int: MapValue] = [:]
    let items = (0..<max(record.calls.count, last + 1)).map { recordedItem($0, of: path) }
    for item in items {
      guard let known = record.items[item.position] else {
        outcomes[item.position] = Outcome.skipped(step.name, because: ending.reason)
        continue
      }
      outcomes[item.position] =
        known.isOpen
        ? try await reconcile(
          item, happened: false, "not sent again: \(ending.reason)", known.verified, step, in: frame)
        : try await recordedOutcome(known, step)
    }
    let started = state.begun[path] ?? clock.now()
    try await conclude(outcomes, items, act, step, in: frame, started: started, ending)
    return true
  }

  /// What an earlier session recorded of an item, as later steps see it.
  func recordedOutcome(_ item: RunState.Item, _ step: Step) async throws(Stop) -> MapValue {
    var outcome = Outcome.skipped(step.name, state: item.state.rawValue, because: "in an earlier session")
    if let recorded = item.outcome { outcome = try await whole(recorded, item.evidence, of: step.name) }
    if item.state == .failed, !item.isLeft { outcome.absent = Unknown(["`\(step.name)` failed"]) }
    outcome["verified"] = item.verified.map(Value.bool) ?? .null
    outcome["undone"] = .bool(item.isUndone)
    return outcome
  }
}
