import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// One call of a change by its place in the loop.
  struct ActItem: Sendable {
    /// From 0; it stays the same for the whole run, whatever is left out around it.
    var position: Int
    /// Nil where the act has no loop.
    var item: Value?
    /// What it is called.
    var label: String?

    init(position: Int, item: Value?, label: String? = nil) {
      self.position = position
      self.item = item
      self.label = label ?? Runner.label(of: item)
    }
  }

  /// One call of a change, resolved, with its undo.
  struct PlannedItem: Sendable {
    var place: ActItem
    var prepared: PreparedCall
    var undo = PlannedUndo.none

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
        try await warn("left out: \(left.item) (\(left.reason))", path)
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
  func isUnsent(_ path: StepPath) -> Bool {
    guard let act = state.acts[path] else { return true }
    return (act.approved ?? Set(act.calls.indices)).contains { position in
      act.items[position]?.isUnsettled ?? true
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
        switch await list(of: loop, in: frame.scope, now: now) {
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
      let scope = try await scope(for: step, item, at: position, in: frame)
      let isDone = state.acts[path]?.items[position]?.state == .done
      var plannedItem = try await plannedItem(item, at: position, act, in: scope, now: now, isDone: isDone)
      plannedItem.place.label = label(of: item, step, in: scope)
      let prepared = plannedItem.prepared
      if let reason = protectionReason(prepared), state.acts[path]?.items[position] == nil {
        leftOut.append((plannedItem.label ?? prepared.text, reason))
        continue
      }
      planned.append(plannedItem)
    }
    return (await located(planned, step, at: path), leftOut)
  }

  /// What the calls of one item see: the item, and inputs that the operator has changed for it. Once it was sent that
  /// stays what it was: evidence that is taken anew makes no other call of it, and none that undoes something else.
  ///
  /// - Parameter isEdited: False: the inputs as they were before the operator changed any.
  func scope(
    for step: Step, _ item: Value?, at position: Int, in frame: Frame, isEdited: Bool = true
  ) async throws(Stop) -> Scope {
    var scope = itemScope(for: step, item, in: frame)
    if let mark = state.acts[frame.path(step)]?.items[position]?.firstSent {
      for (name, path) in scope.origins {
        // What a used playbook came to lies with its steps.
        if case .use = visited[path]?.step.kind { continue }
        guard let known = state.finished(path, at: mark) else { continue }
        scope.values[name] = .map(try await whole(known.outcome, known.evidence, of: name))
        scope.isFromRecord = true
      }
      // What is secret is not on record, and stays as it is.
      if let use = scope.use, let given = state.inputs(of: use, at: mark), var inputs = scope.values["inputs"]?.mapValue
      {
        for (name, value) in given.entries { inputs.insert(value, for: name) }
        scope.values["inputs"] = .map(inputs)
      }
    }
    if isEdited, let edits = state.acts[frame.path(step)]?.edits[position] { scope.change(edits) }
    return scope
  }

  func itemScope(for step: Step, _ item: Value?, in frame: Frame) -> Scope {
    var scope = frame.scope
    if let loop = step.forEach, let item { scope.bind(loop, to: item) }
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

  func refuse(_ step: Step, in frame: Frame, _ reason: String, now: Timestamp) async throws(Stop) {
    let error = ExecutorError(.refused, reason)
    let outcome = Outcome.failed(error, of: nil, name: step.name, started: now, took: .zero)
    if configuration.mode == .plan {
      planProblems.append(step.name)
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
      planProblems.append(step.name)
    }
    lines += await undoPlan(of: planned, act, step, at: frame.path(step))
    let outcome = Outcome.skipped(step.name, state: "planned", because: "a plan changes nothing")
    try await end(
      step, in: frame, outcome: outcome, text: "would be asked; nothing was sent",
      planned: StepFinished.PlannedCalls(
        calls: approval.calls, digest: approval.digest, target: approval.target, servers: Self.servers(planned),
        leftOut: approval.leftOut, undo: approval.undos.first ?? nil, plan: await redacted(lines)))
    bind(step, in: frame, outcome: outcome)
  }

  func redacted(_ lines: [String]) async -> [String] {
    var safe: [String] = []
    for line in lines { safe.append(await sink.redacted(line)) }
    return safe
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
