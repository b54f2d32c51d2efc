import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Changes that were made, or may have been, and not undone: newest first.
  var takeable: [StepPath] {
    state.actOrder.reversed().filter { state.acts[$0]?.items.values.contains(where: \.isTakeable) == true }
  }

  /// Those of them that the playbook has an undo for.
  var undoable: [StepPath] {
    takeable.filter { path in
      if case .act(let act) = visited[path]?.step.kind { !act.undos.isEmpty } else { false }
    }
  }

  /// What this run changed, newest first, each offered to be undone.
  func offerUndo(at path: StepPath, isAtEnd: Bool = false) async throws(Stop) {
    guard !isUndoing else { return try await slip("a change is being taken back already", path) }
    try await makeKnown()
    let changed = takeable
    // No call of the playbook undoes a call that went out before the operator changed its inputs.
    for act in state.actOrder.reversed() {
      for (_, replaced) in (state.acts[act]?.replaced ?? [:]).sorted(by: { $0.key > $1.key }) {
        for one in replaced.reversed() { try await warn(Self.text(of: one), act) }
      }
    }
    guard !changed.isEmpty else {
      let failed = state.actOrder.filter { state.acts[$0]?.items.values.contains { $0.state == .failed } == true }
      let part =
        failed.isEmpty
        ? "" : "; what failed may have taken effect in part: \(failed.map(\.text).joined(separator: ", "))"
      return try await slip("this run has changed nothing that could be taken back\(part)", path)
    }
    isUndoing = true
    defer { isUndoing = false }
    for act in changed { try await undo(act, isLast: isAtEnd) }
  }

  /// The last question of a run that changed something and has an undo for it; Enter keeps it all.
  func offerUndoAtEnd() async throws(Stop) {
    let key = QuestionKey.lastUndo
    try await makeKnown()
    let known = undoable
    guard !known.isEmpty, configuration.mode != .plan,
      self.operator.isInteractive || configuration.answers.entry(for: key) != nil || state.answers[key] != nil
    else { return }
    let names = known.map { "`\($0)`" }.joined(separator: ", ")
    let question = Question(
      key: key, text: "This run changed something that can be taken back: \(names).",
      kind: .option(
        [
          Question.Option(name: "keep", text: "leave it as it is"),
          Question.Option(name: "undo", text: "take it back, one after the other, each with a question", changes: true),
        ], suggested: "keep"))
    do throws(Stop) {
      if try await ask(question).value.rendered == "undo" { try await offerUndo(at: key.place, isAtEnd: true) }
    } catch {
      switch error {
      // How the run ended is settled; that the rest stays as it is, is an answer.
      case .aborted(let reason): try await record(Answer("keep", reason: reason), to: question)
      case .failed: break
      case .paused, .cut, .lost, .again, .skip: throw error
      }
    }
  }

  /// Takes back one act's items, newest first, after a yes for all of them or for each.
  ///
  /// - Parameter positions: The items that are meant; nil: all.
  func undo(_ path: StepPath, isLast: Bool, positions: Set<Int>? = nil) async throws(Stop) {
    guard let (step, frame) = visited[path], case .act(let act) = step.kind else {
      let record = state.acts[path]
      let known = (record?.items ?? [:]).filter { $0.value.isTakeable }.keys.sorted(by: >).compactMap { position in
        record?.undo.indices.contains(position) == true ? record?.undo[position] : nil
      }.filter { !$0.isEmpty }
      let text = known.isEmpty ? "no undo of it is known" : "its undo: " + known.joined(separator: "; ")
      return try await warn("`\(path)` lies in a part of the playbook that is not open any more; \(text)", path)
    }
    var items = state.acts[path]?.items.filter(\.value.isTakeable) ?? [:]
    if let positions { items = items.filter { positions.contains($0.key) } }
    guard !act.undos.isEmpty else {
      let calls = items.keys.sorted().compactMap { position -> String? in
        guard let calls = state.acts[path]?.calls, calls.indices.contains(position) else { return nil }
        return calls[position]
      }
      return try await warn(
        "`\(path)` can't be taken back, the playbook knows no undo for it: \(calls.joined(separator: "; "))", path)
    }
    var planned: [PlannedItem] = []
    for position in items.keys.sorted(by: >) {
      if let item = try await plannedUndo(position, act, step, in: frame) { planned.append(item) }
    }
    guard !planned.isEmpty, let chosen = try await approvedUndo(planned, step, in: frame, isLast: isLast)
    else { return }
    for item in chosen { try await takeBack(item, act, step, in: frame) }
    if let outcome = frame.scope.values[step.name]?.mapValue {
      frame.scope.values[step.name] = .map(withUndone(outcome, at: path))
    }
  }

  /// The undo of one item, resolved as the item's call was; nil where it has no values, which is said.
  func plannedUndo(
    _ position: Int, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> PlannedItem? {
    let path = frame.path(step)
    let item = state.loops[path].flatMap { $0.indices.contains(position) ? $0[position] : nil }
    var scope = try await scope(for: step, item, at: position, in: frame)
    if let outcome = state.acts[path]?.items[position]?.outcome { scope.values[step.name] = .map(outcome) }
    let place = ActItem(position: position, item: item, label: label(of: item, step, in: scope))
    let problem: String
    switch await plannedUndo(of: act, in: scope, now: clock.now()) {
    case .call(let prepared, _):
      return await located([PlannedItem(place: place, prepared: prepared)], step, at: path)[0]
    case .none: return nil
    case .later(let reason), .problem(let reason): problem = reason
    }
    try await warn("\(place.label ?? "`\(path)`") can't be undone: \(problem)", path)
    return nil
  }

  /// What is shown before an undo.
  ///
  /// - Parameter again: It was sent before, and is asked about for this item alone.
  func undoApproval(
    _ planned: [PlannedItem], _ step: Step, in frame: Frame, again: Bool = false
  ) async -> Approval {
    let path = frame.path(step)
    let place = QuestionKey(
      path, again ? .undoAgain(item: planned[0].position, nil) : .undo(offer: nil, item: nil))
    let turn = again ? state.acts[path]?.items[planned[0].position]?.undoSends : state.turns[place]
    let isRed = configuration.environment.isRed
    let act = state.acts[frame.path(step)]
    let isIdempotent = if case .act(let act) = step.kind { act.isIdempotent } else { false }
    let text = { (list: [String]?, position: Int) -> String? in
      guard let list, list.indices.contains(position), !list[position].isEmpty else { return nil }
      return list[position]
    }
    var warnings: [String] = []
    for item in planned {
      let name = item.label ?? "`\(step.name)`"
      if let sent = act?.items[item.position], sent.isPartly {
        warnings.append("\(name) failed in part: \(sent.outcome?["error"]?.rendered ?? "some of it was done")")
      } else if act?.items[item.position]?.state != .done {
        warnings.append("of \(name) it is not known whether the change was made at all")
      }
      if let sent = act?.items[item.position], sent.undoSends > sent.earlierUndoSends {
        let count = sent.undoSends - sent.earlierUndoSends
        let times = count > 1 ? " \(count) times" : ""
        let end = (sent.undo ?? sent.undoBefore) == .failed ? "it failed" : "it is not known what became of it"
        warnings.append("the undo of \(name) was sent before\(times): \(end)")
      }
      if let sent = act?.items[item.position], sent.isDoubled, !isIdempotent {
        warnings.append(
          "\(name) was sent again while nobody knew what had become of it, and may be there more than once: this is one undo"
        )
      }
      if let known = text(act?.undo, item.position), !Self.isRecorded(item.prepared.text, as: known) {
        warnings.append("when the change of \(name) was approved its undo was: \(known)")
      }
    }
    let more = warnings.count - 5
    if more > 0 { warnings = Array(warnings.prefix(5)) + ["… and \(more) more like these"] }
    warnings += serverWarnings(planned)
    return Approval(
      calls: planned.map(\.prepared.text), items: planned.compactMap(\.label),
      target: planned[0].prepared.call.target ?? planned[0].prepared.call.executor,
      servers: Self.servers(planned) == nil ? [] : planned.map(\.prepared.serverText),
      environment: configuration.environment.name, isRed: isRed,
      undos: planned.map { text(act?.calls, $0.position).map { "making the change again: \($0)" } },
      typed: isRed ? "undo \(step.name)" : nil, digest: await undoDigest(of: planned, at: place, turn: turn ?? 0),
      warnings: warnings)
  }

  /// Asks, and puts the intent on disk. Nil: nothing is undone. At the end of a run (`isLast`) each change is asked
  /// about once, and what an earlier session answered with "no" stays.
  func approvedUndo(
    _ planned: [PlannedItem], _ step: Step, in frame: Frame, isLast: Bool
  ) async throws(Stop) -> [PlannedItem]? {
    let path = frame.path(step)
    let approval = await undoApproval(planned, step, in: frame)
    if !isLast { undoOffers = max(undoOffers, state.undoCount) + 1 }
    let key = QuestionKey(path, .undo(offer: isLast ? 0 : undoOffers, item: nil))
    let text = "Take back `\(step.name)`?"
    var chosen = planned
    if step.forEach != nil {
      let positions = try await approvedItems(
        planned, approval, text, key: key, place: frame.place, keepsNo: isLast)
      chosen = planned.filter { positions.contains($0.position) }
    } else if isLast, state.answers[key]?.value.boolValue == false {
      chosen = []
    } else if try await ask(Question(key: key, place: frame.place, text: text, kind: .approval(approval))).value
      .boolValue != true
    {
      chosen = []
    }
    guard !chosen.isEmpty else { return nil }
    var approved = Self.approvedCalls(chosen, approval)
    if step.forEach != nil { approved.items = chosen.compactMap(\.label) }
    try await emit(
      .undoIntended(UndoIntended(change: path, positions: chosen.map(\.position), approved: approved)),
      path: key.place, synced: true)
    return chosen
  }

  /// Sends one undo, and again as often as the operator says.
  ///
  /// - Parameter isAsked: A person was asked in an earlier session, which is on record.
  func takeBack(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame, isAsked: Bool = false
  ) async throws(Stop) {
    var (item, isAsked, attempts) = (item, isAsked, 0)
    let path = frame.path(step)
    let label = item.label.map { "the undo of \($0)" } ?? "the undo of \(step.name)"
    while true {
      try await checkStop()
      var now = await located([item], step, at: path)[0]
      if now.prepared.serverProblem != nil, let name = state.acts[path]?.undoServers[item.position] {
        now.prepared.server = CallServer(name, isFound: true)
      }
      if isUndoElsewhere(now, at: path) {
        let text = "the undo of \(item.label ?? "`\(step.name)`") would reach another server than the one approved"
        try await warn(text, path)
        guard try await approvedUndo([now], step, in: frame, isLast: false) != nil else { return }
      }
      item = now
      if !isAsked { try await recordStart(item, path: path, isUndo: true) }
      isAsked = false
      let performed = await perform(
        item.prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout,
        as: place(of: item.place, step, at: path).text + "!undo", asking: undoneKey(of: item.place, step, at: path))
      let error: ExecutorError
      switch performed.result {
      case .success(let result):
        let outcome = Outcome.done(result, of: item.prepared.call, started: performed.started, took: performed.took)
        return try await undoneAndSeen(item, act, step, in: frame, source: result.source, outcome: outcome)
      case .failure(let problem): error = problem
      }
      try leaveCall()
      let outcome = Outcome.failed(
        error, of: item.prepared.call, name: label, started: performed.started, took: performed.took)
      try await undone(
        item, error.mayHaveTakenEffect ? .unknown : .failed, step, in: frame, error: error, outcome: outcome)
      if control.isCut { throw .cut }
      if error.mayHaveTakenEffect {
        guard try await reconcileUndo(item, act, step, in: frame) else { return }
        continue
      }
      // Nothing was sent: the server that would be reached now is asked about.
      attempts += 1
      if error.code == .otherServer, attempts < 5 { continue }
      let confirm = { [item] (answer: Answer) async throws(Stop) -> Bool in
        try await self.isYesToUndo(answer, item, step, in: frame)
      }
      switch try await failureChoice(step, in: frame, error, item: label, confirming: confirm) {
      case .retry: continue
      case .goOn, .stop, .edit: return
      case .skipped(let reason):
        return try await undone(item, .failed, step, in: frame, word: (.skip, reason))
      case .doneByHand(let reason):
        return try await undoneAndSeen(item, act, step, in: frame, word: (.byHand, reason))
      }
    }
  }

  /// Records that something was undone, then looks at it: a look may take long, and what was done is on disk
  /// before.
  func undoneAndSeen(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame, word: (choice: Resolution, reason: String?)? = nil,
    source: String? = nil, outcome: MapValue? = nil
  ) async throws(Stop) {
    let sent = state.acts[frame.path(step)]?.items[item.position]
    let isVerified = act.verify != nil && sent?.verified != false
    try await undone(
      item, .done, step, in: frame, word: word, isUnseen: isVerified, source: source, outcome: outcome)
    if isVerified { try await seeUndone(item, act, step, in: frame) }
    if !isVerified, sent?.isDoubled == true, !act.isIdempotent {
      let name = item.label ?? "`\(step.name)`"
      try await warn("\(name) may have been there more than once: look whether it is still", frame.path(step))
    }
  }

  /// Looks at what was undone. A look that a stop cut short is taken when the run is resumed.
  ///
  /// - Parameter isOnce: Takes one look, however long it may go on.
  func seeUndone(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame, isOnce: Bool = false
  ) async throws(Stop) {
    let (verified, text) = try await verifyUndone(item, act, step, in: frame, isOnce: isOnce)
    let isStopped = verified == nil && (control.endsSoon || stopAfterCall != nil)
    if !isStopped { try await undone(item, .done, step, in: frame, verified: verified, text: text) }
    try leaveCall()
  }

  /// The key of what a person is asked while an undo is under way: of this sending.
  private func undoneKey(of item: ActItem, _ step: Step, at path: StepPath) -> QuestionKey {
    let sends = state.acts[path]?.items[item.position]?.undoSends ?? 1
    return QuestionKey(place(of: item, step, at: path), .undone(sends))
  }

  /// - Parameter outcome: What the call answered, recorded as that of a change is.
  func undone(
    _ item: PlannedItem, _ state: UndoState, _ step: Step, in frame: Frame, error: ExecutorError? = nil,
    word: (choice: Resolution, reason: String?)? = nil, verified: Bool? = nil, text: String? = nil,
    isUnseen: Bool = false, source: String? = nil, outcome: MapValue? = nil
  ) async throws(Stop) {
    var undone = ActUndone(
      item.place.told, state, call: item.prepared.text, error: error.map(ErrorTold.init), resolution: word.map(said),
      verified: verified, text: text, source: source, unseen: isUnseen ? true : nil)
    if let outcome, !step.isSecret {
      undone.recorded = try await recorded(outcome)
    } else if let outcome, error != nil {
      undone.recorded = try await recorded(try await masked(outcome))
    }
    try await emit(.actUndone(undone), path: frame.path(step))
  }

  // MARK: What the undo came to

  /// Whether what was verified of the change holds no more, where the act verifies and its look can be taken.
  func verifyUndone(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame, isOnce: Bool = false
  ) async throws(Stop) -> (Bool?, String?) {
    // Of a change that never showed it says nothing that it doesn't now.
    let path = frame.path(step)
    guard let verify = act.verify, state.acts[path]?.items[item.position]?.verified != false else { return (nil, nil) }
    var scope = try await scope(for: step, item.item, at: item.position, in: frame)
    if let outcome = state.acts[frame.path(step)]?.items[item.position]?.outcome {
      scope.values[step.name] = .map(outcome)
    }
    let begun = ContinuousClock.now
    var looks = 0
    while true {
      looks += 1
      let key = verifyKey(of: item.place, isUndo: true, looks, at: frame.path(step))
      let look = await verifyOnce(verify, step, path: frame.path(step), in: scope, asking: key)
      guard let held = look.held else { return (nil, look.text) }
      let elapsed = ContinuousClock.now - begun
      await control.whileHeld()
      guard held, !isOnce, let within = verify.within, elapsed + (verify.every ?? .seconds(1)) <= atMost(within),
        !control.endsSoon
      else {
        return (held && control.endsSoon ? nil : !held, look.text)
      }
      await progress("undo: \(look.text)", at: frame.path(step), elapsed)
      await control.running(.wait) { [clock] in await clock.sleep(for: verify.every ?? .seconds(1)) }
    }
  }

  /// An act's outcome with what has been undone of it.
  func withUndone(_ outcome: MapValue, at path: StepPath) -> MapValue {
    guard let act = state.acts[path], act.items.values.contains(where: \.isUndone) else { return outcome }
    var outcome = outcome
    if case .list(var items) = outcome["items"] {
      for (position, item) in act.items where item.isUndone && items.indices.contains(position) {
        guard var map = items[position].mapValue else { continue }
        map["undone"] = true
        items[position] = .map(map)
      }
      outcome["items"] = .list(items)
    }
    outcome["undone"] = .bool(act.items.values.allSatisfy { $0.isUndone || !$0.isTakeable })
    return outcome
  }
}
