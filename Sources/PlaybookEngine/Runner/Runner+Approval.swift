import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// The yes to a change: what is shown, who says it item by item, what it is bound to, and the intent that says so on
/// disk.
extension Runner {
  /// All that is shown before the yes.
  ///
  /// - Parameter place: What the digest is bound to; by default the step's path.
  func approval(
    for planned: [PlannedItem], _ leftOut: [(item: String, reason: String)], _ act: Act, _ step: Step, in frame: Frame,
    at place: QuestionKey? = nil
  ) async -> Approval {
    let environment = configuration.environment
    var typed: String?
    if act.isIrreversible || environment.isRed {
      // What is typed is shown, so it is made of no secret and holds none.
      let own = act.typed.flatMap { frame.scope.holdsSecret($0.expressions) ? nil : $0 }
      var wanted = own.flatMap { try? $0.resolve(frame.scope.bindings(now: clock.now())) }.map(\.rendered)
      if let text = wanted, await sink.redacted(text) != text { wanted = nil }
      let count = step.forEach == nil ? planned[0].prepared.call.target ?? step.name : String(planned.count)
      typed = wanted ?? "\(step.name) \(count)"
    }
    var warnings: [String] = []
    if act.isIrreversible {
      warnings = ["this can't be taken back"]
    } else if act.undos.isEmpty {
      warnings = ["the playbook knows no way to take this back"]
    }
    warnings += serverWarnings(planned) + undoWarnings(planned, step)
    return Approval(
      calls: planned.map(\.prepared.text), items: planned.compactMap(\.label),
      target: planned[0].prepared.call.target ?? planned[0].prepared.call.executor,
      servers: Self.servers(planned) == nil ? [] : planned.map(\.prepared.serverText), environment: environment.name,
      isRed: environment.isRed, leftOut: leftOut.map { "\($0.item): \($0.reason)" },
      undos: planned.map(\.undo.shown),
      typed: typed, digest: await digest(of: planned, act, at: place ?? QuestionKey(frame.path(step))),
      warnings: warnings)
  }

  /// Asks for the yes. The positions that were approved, or nil where none was; then the step has ended.
  func approved(
    _ planned: [PlannedItem], _ leftOut: [(item: String, reason: String)], _ act: Act, _ step: Step, in frame: Frame,
    now: Timestamp
  ) async throws(Stop) -> Set<Int>? {
    let path = frame.path(step)
    // What is settled is not sent again, so nothing is asked about it; the digest covers it all the same.
    let open = planned.filter { state.acts[path]?.items[$0.position]?.isUnsettled ?? true }
    var approval = await approval(for: open.isEmpty ? planned : open, leftOut, act, step, in: frame)
    if open.count < planned.count { approval.digest = await digest(of: planned, act, at: QuestionKey(path)) }
    if let earlier = state.acts[path] {
      let approved = earlier.approved ?? Set(planned.map(\.position))
      // Nothing more is sent, so there is nothing to say yes to: what is open may be protected since.
      if open.isEmpty || !isUnsent(path) {
        for left in leftOut { try await warn("left out: \(left.item) (\(left.reason))", path) }
        return approved
      }
      // It can't be compared, so that it is asked about before anything of it is sent.
      if earlier.isOlder { return approved }
      if try await isSame(planned, as: earlier, act, step, in: frame, now: now) { return approved }
      let text =
        "the calls or their target's settings are not those that were approved: `\(step.name)` is asked about anew"
      try await warn(open.count < planned.count ? text + ", for what is still to be sent" : text, path)
    }
    if let limit = act.limit, planned.count > limit {
      let question = Question(
        key: QuestionKey(path, .limit), place: frame.place,
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
      for text in await neighbours() { try await warn(text, path) }
    }
    let text = (title(of: step, in: frame) ?? step.name)
    let settled = Set(planned.map(\.position)).subtracting(open.map(\.position))
    var chosen = Set(planned.map(\.position))
    if act.approvesEach, step.forEach != nil {
      chosen = try await settled.union(
        approvedItems(open, approval, text, key: QuestionKey(path), place: frame.place, of: (act, step, frame)))
      if chosen.isEmpty {
        try await leave(step, in: frame, because: "no item was approved")
        return nil
      }
    } else {
      let answer = try await ask(
        Question(key: QuestionKey(path), place: frame.place, text: text, kind: .approval(approval)))
      guard answer.value.boolValue == true else {
        try await leave(step, in: frame, because: "the answer was no" + (answer.reason.map { ": \($0)" } ?? ""))
        return nil
      }
    }
    // The question may have stood for long: evidence that has become old since is no yes.
    try await refresh(step, in: frame)
    if step.forEach != nil, state.loops[path] == nil {
      let loop = LoopStarted(
        items: planned.map { $0.item ?? .null },
        leftOut: leftOut.map { LeftOutItem(item: $0.item, reason: $0.reason) })
      try await emit(.loopStarted(loop), path: path)
    }
    let intent = intent(planned, chosen, approval, act, step, at: path)
    try await emit(.changeIntended(intent), path: path, synced: true)
    approvedHere.insert(path)
    return chosen
  }

  /// Whether what an earlier session approved and did not reach is sent now. Who is at the terminal sees it once more
  /// and says so where the run was stopped by somebody, was somebody else's, or is in a red environment. Nobody there,
  /// or only the connection or the process lost: the yes holds. A yes that is none of this operator's, or of an older
  /// version, holds nowhere.
  func isResumedWithoutAsking(
    _ rest: [PlannedItem], of planned: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> Bool {
    let path = frame.path(step)
    let doubt = rest.lazy.compactMap { self.state.acts[path]?.doubt(about: $0.position) }.first
    guard doubt != nil || isRestAsked(path) else { return true }
    var approval = await approval(for: rest, [], act, step, in: frame)
    // What is left is part of what was approved, so that the digest is that of the whole.
    approval.digest =
      doubt == nil
      ? state.acts[path]?.digest ?? approval.digest
      : await digest(of: planned, act, at: QuestionKey(path), turn: max(0, (state.turns[QuestionKey(path)] ?? 0) - 1))
    let count = state.acts[path]?.approved?.count ?? planned.count
    let left = rest.count < count ? ", \(rest.count) of \(count) left" : ""
    let text = (title(of: step, in: frame) ?? step.name) + " (approved \(doubt ?? "before")\(left))"
    let question = Question(key: QuestionKey(path, .rest), place: frame.place, text: text, kind: .approval(approval))
    guard try await ask(question).value.boolValue == true else { return false }
    if doubt != nil {
      let renewal = renewal(of: rest, approval, at: path)
      try await emit(.callsRenewed(renewal), path: question.key.place, synced: true)
    }
    approvedHere.insert(path)
    // The question may have stood for long.
    try await refresh(step, in: frame)
    return true
  }

  /// The intent of a yes that takes the place of somebody else's, or of one to an older form.
  private func renewal(of rest: [PlannedItem], _ approval: Approval, at path: StepPath) -> CallsReapproved {
    CallsReapproved(change: path, positions: rest.map(\.position), approved: Self.approvedCalls(rest, approval))
  }

  func isRestAsked(_ path: StepPath) -> Bool {
    isResumed && (isTakenUp || configuration.environment.isRed) && self.operator.isInteractive
      && !approvedHere.contains(path)
  }

  /// What the intent says. Calls and undos stand by their positions: where some items are not planned any more
  /// (protected since), by what was recorded of them.
  private func intent(
    _ planned: [PlannedItem], _ chosen: Set<Int>, _ approval: Approval, _ act: Act, _ step: Step, at path: StepPath
  ) -> ChangeIntended {
    let earlier = state.acts[path]
    let count = (planned.map(\.position) + [(earlier?.calls.count ?? 0) - 1]).max().map { $0 + 1 } ?? 0
    let byPosition = Dictionary(planned.map { ($0.position, $0) }) { first, _ in first }
    let texts = { (list: [String]?, position: Int) -> String in
      guard let list, list.indices.contains(position) else { return "" }
      return list[position]
    }
    // What is settled stays what it was.
    let isSent = { (position: Int) in earlier?.items[position].map { !$0.isUnsettled } ?? false }
    let calls = (0..<count).map { position in
      byPosition[position].flatMap { isSent(position) ? nil : $0.prepared.text } ?? texts(earlier?.calls, position)
    }
    let undos = (0..<count).map { position -> String? in
      guard !isSent(position), let item = byPosition[position] else { return texts(earlier?.undo, position) }
      return item.undo.text
    }
    let servers = (0..<count).map { position -> String? in
      guard !isSent(position), let item = byPosition[position] else {
        let known = earlier?.servers ?? []
        return known.indices.contains(position) ? known[position] : nil
      }
      return item.prepared.serverText
    }
    let labels = (0..<count).map { byPosition[$0]?.label ?? recordedItem($0, of: path).label ?? "" }
    var approved = Self.approvedCalls(planned, approval)
    approved.calls = calls
    if approved.servers != nil { approved.servers = servers }
    if step.forEach != nil { approved.items = labels }
    return ChangeIntended(
      approved, undo: act.undos.isEmpty ? nil : undos, positions: chosen.sorted(), leftOut: approval.leftOut,
      idempotent: act.isIdempotent, irreversible: act.isIrreversible ? true : nil)
  }

  /// Whether the calls are those that earlier yeses were given to: the act's, and that of each item with other inputs.
  private func isSame(
    _ planned: [PlannedItem], as earlier: RunState.Act, _ act: Act, _ step: Step, in frame: Frame, now: Timestamp
  ) async throws(Stop) -> Bool {
    // The settings tell most servers; of this machine they do not say which it is.
    if isElsewhere(planned, earlier) { return false }
    let path = frame.path(step)
    let turn = max(0, (state.turns[QuestionKey(path)] ?? 0) - 1)
    if earlier.edits.isEmpty {
      return await digest(of: planned, act, at: QuestionKey(path), turn: turn) == earlier.digest
    }
    var first: [PlannedItem] = []
    for item in planned {
      guard earlier.edits[item.position] != nil, let known = earlier.editDigests[item.position] else {
        first.append(item)
        continue
      }
      guard await digest(of: [item], act, at: known.place, turn: 0) == known.digest else { return false }
      let scope = try await scope(for: step, item.item, at: item.position, in: frame, isEdited: false)
      let isDone = earlier.items[item.position]?.state == .done
      guard
        let unedited = try? await plannedItem(
          item.item, at: item.position, act, in: scope, now: now, isDone: isDone)
      else { return false }
      first += await located([unedited], step, at: path)
    }
    return await digest(of: first, act, at: QuestionKey(path), turn: turn) == earlier.digest
  }

  /// Item by item: y this one, n not this one, a all the rest, d done.
  func approvedItems(
    _ planned: [PlannedItem], _ approval: Approval, _ text: String, key: QuestionKey, place: String,
    keepsNo: Bool = false,
    of part: (act: Act, step: Step, frame: Frame)? = nil
  ) async throws(Stop) -> Set<Int> {
    var chosen: Set<Int> = []
    let rows = planned.map { $0.item?.rowText ?? "" }
    for (index, item) in planned.enumerated() {
      var (approval, text) = (approval, text)
      approval.rows = rows
      if let part { (approval, text) = await texts(of: item, approval, text, part.act, part.step, in: part.frame) }
      let question = Question(
        key: key.item(item.position), place: place, text: text,
        kind: .item(approval, position: index, count: planned.count))
      let earlier = keepsNo ? state.answers[question.key]?.value.rendered : nil
      let isKept = earlier == "no" || earlier == "done"
      switch isKept ? earlier : try await ask(question).value.rendered {
      case "yes": chosen.insert(item.position)
      case "all": return chosen.union(planned[index...].map(\.position))
      case "done": return chosen
      default: break
      }
    }
    return chosen
  }
}
