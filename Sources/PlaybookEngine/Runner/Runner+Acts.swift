import CEL
import PlaybookLanguage

extension Runner {
  /// One call of a change by its place in the loop.
  struct ActItem: Sendable {
    /// From 0; it stays the same for the whole run, whatever is left out around it.
    var position: Int
    /// Nil where the act has no loop.
    var item: Value?

    var label: String? { Runner.label(of: item) }
  }

  /// One call of a change, resolved, with what takes it back.
  struct PlannedItem: Sendable {
    var place: ActItem
    var prepared: PreparedCall
    /// The undo as it may be shown; nil where there is none or it depends on what the act returns.
    var undo: String?

    var position: Int { place.position }
    var item: Value? { place.item }
    var label: String? { place.label }
  }

  /// A change: asked about with its resolved calls, its intent on disk before anything is sent.
  func run(_ act: Act, _ step: Step, in frame: Frame) async throws(Stop) {
    let path = frame.path(step)
    if try await restore(step, in: frame) {
      try await askAgainAboutVerification(of: act, step, in: frame)
      return
    }
    let now = state.begun[path] ?? clock.now()
    try await begin(step, in: frame, now: now)
    if isUnsent(path) { try await refresh(step, in: frame) }
    if let reason = cutEvidence(of: step, in: frame.scope) {
      try await refuse(step, in: frame, reason, now: now)
      return
    }
    let planned: [PlannedItem]
    let leftOut: [(item: String, reason: String)]
    do {
      (planned, leftOut) = try await plan(act, step, in: frame, now: now)
    } catch let stop as Stop {
      throw stop
    } catch CallProblem.unknown(let reason) {
      try await leave(step, in: frame, because: reason)
      return
    } catch CallProblem.wrong(let message) {
      try await refuse(step, in: frame, message, now: now)
      return
    } catch {
      try await refuse(step, in: frame, "\(error)", now: now)
      return
    }
    guard !planned.isEmpty else {
      let protected = leftOut.isEmpty ? "there is nothing to do" : "everything is protected"
      for left in leftOut {
        try await emit(.warning, path: path, facts: ["text": .string("left out: \(left.item) (\(left.reason))")])
      }
      try await leave(step, in: frame, because: protected)
      return
    }
    if configuration.mode == .plan {
      try await show(planned, leftOut, act, step, in: frame, now: now)
      return
    }
    guard let chosen = try await approved(planned, leftOut, act, step, in: frame, now: now) else { return }
    try await carryOut(chosen, of: planned, act, step, in: frame)
  }

  /// Whether a call of the act may still be sent: for the first time, or again after a failure.
  private func isUnsent(_ path: String) -> Bool {
    guard let act = state.acts[path] else { return true }
    return (act.approved ?? Set(act.calls.indices)).contains { position in
      guard let item = act.items[position] else { return true }
      return item.state == "failed" || item.isOpen
    }
  }

  /// Evidence that was cut and that the act's list or call, or the loop around it, would rest on.
  private func cutEvidence(of step: Step, in scope: Scope) -> String? {
    let read = step.allExpressions.flatMap { scope.truncatedNames(in: $0) }
    let names = Set(read + [scope.cutLoop].compactMap { $0 }).sorted()
    guard !names.isEmpty else { return nil }
    return "its evidence is not whole: " + names.map { "`\($0)`" }.joined(separator: ", ") + " was cut"
  }

  /// Resolves every call of the act; what is protected is left out.
  private func plan(
    _ act: Act, _ step: Step, in frame: Frame, now: Timestamp
  ) async throws -> ([PlannedItem], leftOut: [(item: String, reason: String)]) {
    let path = frame.path(step)
    var items: [Value?] = [nil]
    if let loop = step.forEach {
      if let recorded = state.loops[path] {
        items = recorded
      } else {
        switch list(of: loop, frame.scope.bindings(now: now)) {
        case .success(let list): items = list
        case .failure(.unknown(let reason)): throw CallProblem.unknown(reason)
        case .failure(.wrong(let message)): throw CallProblem.wrong(message)
        }
      }
    }
    var planned: [PlannedItem] = []
    var leftOut: [(String, String)] = []
    for (index, item) in items.enumerated() {
      // What was recorded holds no item that was left out when the yes was given: each keeps its position.
      let position = state.loops[path] == nil ? planned.count : index
      let scope = scope(for: step, item, at: position, in: frame)
      let isDone = state.acts[path]?.items[position]?.state == "done"
      let plannedItem = try await plannedItem(item, at: position, act, in: scope, now: now, isDone: isDone)
      let prepared = plannedItem.prepared
      if let reason = protectionReason(prepared.call), state.acts[path]?.items[position] == nil {
        leftOut.append((Self.label(of: item) ?? prepared.text, reason))
        continue
      }
      planned.append(plannedItem)
    }
    return (planned, leftOut)
  }

  /// What the calls of one item see: the item, and inputs that the operator has changed for it.
  func scope(for step: Step, _ item: Value?, at position: Int, in frame: Frame) -> Scope {
    var scope = itemScope(for: step, item, in: frame)
    if let edits = state.acts[frame.path(step)]?.edits[position] { scope.change(edits) }
    return scope
  }

  private func itemScope(for step: Step, _ item: Value?, in frame: Frame) -> Scope {
    var scope = frame.scope
    if let loop = step.forEach, let item {
      scope.values[loop.item] = item
      if scope.isSecret([loop.list]) { scope.secretNames.insert(loop.item) }
    }
    return scope
  }

  /// What an item is called: a text as it is, of a row its first text.
  static func label(of item: Value?) -> String? {
    switch item {
    case .map(let map): (map.entries.first { $0.value.stringValue != nil } ?? map.entries.first)?.value.rendered
    case let item?: item.rendered
    case nil: nil
    }
  }

  private func refuse(_ step: Step, in frame: Frame, _ reason: String, now: Timestamp) async throws(Stop) {
    let error = ExecutorError(.refused, reason)
    let outcome = Outcome.failed(error, of: nil, name: step.name, started: now, took: .zero)
    if configuration.mode == .plan {
      try await end(step, in: frame, outcome: outcome, error: error)
      return
    }
    switch try await failureChoice(step, in: frame, error) {
    case .retry: try await run(try step.actPart, step, in: frame)
    case .goOn, .edit:
      if try await !concludeRecorded(step, in: frame, Ending(reason: reason, isFailure: false)) {
        try await end(step, in: frame, outcome: outcome, error: error)
      }
    case .skipped(let reason): try await leave(step, in: frame, because: reason)
    case .doneByHand(let by):
      if try await concludeRecorded(step, in: frame, Ending(reason: "done by hand: \(by)", isFailure: false)) { return }
      var map = Outcome.skipped(step.name, state: "by hand", because: by)
      map["ok"] = true
      try await end(step, in: frame, outcome: map, text: by)
    case .stop:
      let stops = "`\(step.name)`: \(reason)"
      if try await !concludeRecorded(step, in: frame, Ending(reason: reason, isFailure: true)) {
        try await end(step, in: frame, outcome: outcome, error: error, stops: stops)
      }
      throw .failed(stops)
    }
  }

  func approval(
    for planned: [PlannedItem], _ leftOut: [(item: String, reason: String)], _ act: Act, _ step: Step, in frame: Frame
  ) async -> Approval {
    let environment = configuration.environment
    var typed: String?
    if act.isIrreversible || environment.isRed {
      let wanted = act.typed.flatMap { try? $0.resolve(frame.scope.bindings(now: clock.now())) }.map(\.rendered)
      let count = step.forEach == nil ? planned[0].prepared.call.target ?? step.name : String(planned.count)
      typed = wanted ?? "\(step.name) \(count)"
    }
    return Approval(
      calls: planned.map(\.prepared.text), items: planned.compactMap(\.label),
      target: planned[0].prepared.call.target ?? planned[0].prepared.call.executor, environment: environment.name,
      isRed: environment.isRed, leftOut: leftOut.map { "\($0.item): \($0.reason)" }, undos: planned.map(\.undo),
      typed: typed, digest: await digest(of: planned.map(\.prepared)),
      warnings: act.undo == nil && !act.isIrreversible ? ["playbook knows no way to take this back"] : [])
  }

  /// A plan shows what would be sent and its digest.
  private func show(
    _ planned: [PlannedItem], _ leftOut: [(item: String, reason: String)], _ act: Act, _ step: Step, in frame: Frame,
    now: Timestamp
  ) async throws(Stop) {
    let approval = await approval(for: planned, leftOut, act, step, in: frame)
    var lines: [String] = []
    let first = planned[0].prepared
    do {
      let context = context(for: first, path: frame.path(step), timeout: step.timeout ?? Self.defaultTimeout)
      lines = try await first.executor.plan(first.call, context: context)
    } catch {
      lines = ["this would not work: \(error.message)"]
    }
    let outcome = Outcome.skipped(step.name, state: "planned", because: "a plan changes nothing")
    try await end(
      step, in: frame, outcome: outcome, text: "would be asked; nothing was sent",
      extra: MapValue(present: [
        "calls": .list(approval.calls.map(Value.string)), "digest": .string(approval.digest),
        "leftOut": .list(approval.leftOut.map(Value.string)), "undo": approval.undos.first?.map(Value.string),
        "plan": .list(await redacted(lines).map(Value.string)),
      ]))
    bind(step, in: frame, outcome: outcome)
  }

  func redacted(_ lines: [String]) async -> [String] {
    var safe: [String] = []
    for line in lines { safe.append(await sink.redacted(line)) }
    return safe
  }

  /// Asks for the yes. The positions that were approved, or nil where none was; then the step has ended.
  private func approved(
    _ planned: [PlannedItem], _ leftOut: [(item: String, reason: String)], _ act: Act, _ step: Step, in frame: Frame,
    now: Timestamp
  ) async throws(Stop) -> Set<Int>? {
    let path = frame.path(step)
    let approval = await approval(for: planned, leftOut, act, step, in: frame)
    if let earlier = state.acts[path] {
      let approved = earlier.approved ?? Set(planned.map(\.position))
      // Nothing more is sent, so there is nothing to say yes to.
      if !isUnsent(path) { return approved }
      if await isSame(planned, approval, as: earlier, act, step, in: frame, now: now) { return approved }
      try await warn("the calls are not the ones that were approved: `\(step.name)` is asked about anew", path)
    }
    if let limit = act.limit, planned.count > limit {
      let question = Question(
        key: "\(path)!limit", place: frame.place,
        text: "\(planned.count) items, more than the limit of \(limit). Go on with all of them?", kind: .yesNo)
      let reason = "\(planned.count) items, more than the limit of \(limit)"
      guard self.operator.isInteractive || configuration.answers.entry(for: question.key) != nil else {
        try await refuse(step, in: frame, reason, now: now)
        return nil
      }
      guard try await ask(question).value.boolValue == true else {
        try await leave(step, in: frame, because: reason)
        return nil
      }
    }
    if state.actOrder.isEmpty {
      for text in await neighbours() { try await emit(.warning, path: path, facts: ["text": .string(text)]) }
    }
    let text = (title(of: step, in: frame)?.stringValue ?? step.name)
    var chosen = Set(planned.map(\.position))
    if act.approvesEach, step.forEach != nil {
      chosen = try await approvedItems(planned, approval, text, path: path, place: frame.place)
      if chosen.isEmpty {
        try await leave(step, in: frame, because: "no item was approved")
        return nil
      }
    } else {
      let answer = try await ask(Question(key: path, place: frame.place, text: text, kind: .approval(approval)))
      guard answer.value.boolValue == true else {
        try await leave(step, in: frame, because: "the answer was no" + (answer.reason.map { ": \($0)" } ?? ""))
        return nil
      }
    }
    // The question may have stood for long: evidence that has become old since is no yes.
    try await refresh(step, in: frame)
    if step.forEach != nil, state.loops[path] == nil {
      try await emit(
        .loopStarted, path: path,
        facts: [
          "items": .list(planned.map { $0.item ?? .null }),
          "leftOut": .list(leftOut.map { ["item": .string($0.item), "reason": .string($0.reason)] }),
        ])
    }
    try await emit(.actIntended, path: path, synced: true, data: intent(planned, chosen, approval, act, step, at: path))
    return chosen
  }

  /// What the intent says. Calls and undos stand by their positions: where some items are not planned any more (protected
  /// since), by what was recorded of them.
  private func intent(
    _ planned: [PlannedItem], _ chosen: Set<Int>, _ approval: Approval, _ act: Act, _ step: Step, at path: String
  ) -> MapValue {
    let earlier = state.acts[path]
    let count = (planned.map(\.position) + [(earlier?.calls.count ?? 0) - 1]).max().map { $0 + 1 } ?? 0
    let byPosition = Dictionary(planned.map { ($0.position, $0) }) { first, _ in first }
    let texts = { (list: [String]?, position: Int) -> String in
      guard let list, list.indices.contains(position) else { return "" }
      return list[position]
    }
    let calls = (0..<count).map { byPosition[$0]?.prepared.text ?? texts(earlier?.calls, $0) }
    let undos = (0..<count).map { position -> Value in
      guard let item = byPosition[position] else { return .string(texts(earlier?.undo, position)) }
      return item.undo.map(Value.string) ?? .null
    }
    let labels = (0..<count).map { byPosition[$0]?.label ?? recordedItem($0, of: path).label ?? "" }
    let first = planned[0].prepared.call
    return MapValue(present: [
      "calls": .list(calls.map(Value.string)), "executor": .string(first.executor),
      "target": first.target.map(Value.string), "digest": .string(approval.digest),
      "items": step.forEach == nil ? nil : .list(labels.map(Value.string)),
      "approved": .list(chosen.sorted().map { .int(Int64($0)) }), "undo": act.undo == nil ? nil : .list(undos),
      "leftOut": .list(approval.leftOut.map(Value.string)), "typed": approval.typed.map(Value.string),
      "idempotent": .bool(act.isIdempotent),
    ])
  }

  /// Whether the calls are those that earlier yeses were given to: the act's, and that of each item with other inputs.
  private func isSame(
    _ planned: [PlannedItem], _ approval: Approval, as earlier: RunState.Act, _ act: Act, _ step: Step,
    in frame: Frame, now: Timestamp
  ) async -> Bool {
    guard let digest = earlier.digest else { return true }
    if earlier.edits.isEmpty { return digest == approval.digest }
    var first: [PreparedCall] = []
    for item in planned {
      guard earlier.edits[item.position] != nil else {
        first.append(item.prepared)
        continue
      }
      guard earlier.editDigests[item.position] == (await self.digest(of: [item.prepared])) else { return false }
      let scope = itemScope(for: step, item.item, in: frame)
      let isDone = earlier.items[item.position]?.state == "done"
      guard
        let unedited = try? await plannedItem(
          item.item, at: item.position, act, in: scope, now: now, isDone: isDone)
      else { return false }
      first.append(unedited.prepared)
    }
    return await self.digest(of: first) == digest
  }

  /// Item by item: y this one, n not this one, a all the rest, d done. What was sent already is not asked about.
  func approvedItems(
    _ planned: [PlannedItem], _ approval: Approval, _ text: String, path: String, place: String, keepsNo: Bool = false
  ) async throws(Stop) -> Set<Int> {
    var chosen: Set<Int> = []
    for (index, item) in planned.enumerated() {
      if state.acts[path]?.items[item.position] != nil {
        chosen.insert(item.position)
        continue
      }
      let question = Question(
        key: "\(path)[\(item.position)]", place: place, text: text,
        kind: .item(approval, position: index, count: planned.count))
      let earlier = keepsNo ? state.answers[question.key]?.value.rendered : nil
      let isKept = earlier == "no" || earlier == "done"
      switch isKept ? earlier : try await ask(question).value.rendered {
      case "yes": chosen.insert(item.position)
      case "all": return chosen.union(planned[index...].map(\.position))
      case "done": return chosen.union(planned[index...].map(\.position).filter { state.acts[path]?.items[$0] != nil })
      default: break
      }
    }
    return chosen
  }
}

extension Step {
  /// The act's own part of a step that is one.
  var actPart: Act {
    get throws(Runner.Stop) {
      if case .act(let act) = kind { return act }
      throw .failed("`\(name)` is no act")
    }
  }
}
