import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// Undos that an earlier session sent and heard nothing of, or was told to make and did not come to.
extension Runner {
  /// Undos that were sent and of which nothing was heard, in an earlier session.
  func reconcileUndos() async throws(Stop) {
    guard configuration.mode != .plan else { return }
    guard isResumed else { return try await seeUnseen(isOnce: true) }
    var interrupted: [StepPath] = []
    for path in state.actOrder {
      let cut = state.acts[path]?.items.filter { [.started, .unknown].contains($0.value.undo) } ?? [:]
      guard !cut.isEmpty, let (step, frame) = visited[path], case .act(let act) = step.kind else { continue }
      for position in cut.keys.sorted(by: >) {
        guard let item = try await plannedUndo(position, act, step, in: frame) else { continue }
        interrupted.append(path)
        // A question about its undo that nobody answered is asked again.
        if item.prepared.executor.schema.isPrompted {
          try await takeBack(item, act, step, in: frame, isAsked: true)
          continue
        }
        if try await reconcileUndo(item, act, step, in: frame) { try await takeBack(item, act, step, in: frame) }
      }
    }
    try await seeUnseen(isOnce: false)
    try await resumeUndo(after: interrupted)
  }

  /// Looks at what was undone where a stop came before it had been looked at: in an earlier session, or in this
  /// one, which is being ended (`isOnce`).
  private func seeUnseen(isOnce: Bool) async throws(Stop) {
    for path in state.actOrder {
      let unseen = state.acts[path]?.items.filter { $0.value.isUndone && $0.value.isUndoUnseen } ?? [:]
      guard !unseen.isEmpty, let (step, frame) = visited[path], case .act(let act) = step.kind else { continue }
      for position in unseen.keys.sorted(by: >) {
        guard triedToSee.insert(path.item(position)).inserted,
          let item = try await plannedUndo(position, act, step, in: frame)
        else { continue }
        try await seeUndone(item, act, step, in: frame, isOnce: isOnce)
      }
    }
  }

  /// Undos that an earlier session approved and did not reach: asked about once more.
  ///
  /// - Parameter cut: The changes whose undo is in doubt: the record does not say which others were to be undone after
  ///   it.
  private func resumeUndo(after cut: [StepPath]) async throws(Stop) {
    // The question at the end of a run goes on by itself.
    guard state.answers[.lastUndo]?.value.rendered != "undo" else { return }
    let left = state.actOrder.reversed().filter { path in
      visited[path] != nil && state.acts[path]?.toTakeBack.isEmpty == false && !resumedUndos.contains(path)
    }
    guard let first = (cut + left).compactMap({ state.actOrder.firstIndex(of: $0) }).min() else { return }
    resumedUndos.formUnion(left)
    isUndoing = true
    defer { isUndoing = false }
    for path in left {
      try await warn("the taking back of `\(path)` was interrupted: what is left of it is asked about", path)
      try await undo(path, isLast: false, positions: state.acts[path]?.toTakeBack)
    }
    // What was changed after that had been asked about before it: newest first.
    let others = undoable.filter { path in
      !left.contains(path) && state.actOrder.firstIndex(of: path) ?? 0 < first
    }
    guard let other = others.first else { return }
    try await warn(
      "not taken back: \(others.map { "`\($0)`" }.joined(separator: ", ")); /undo offers it", left.first ?? other)
  }

  /// What became of an undo that was sent and not heard of, as a human says. True: it is to be sent again.
  func reconcileUndo(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> Bool {
    let path = frame.path(step)
    while true {
      let (verified, _) = try await verifyUndone(item, act, step, in: frame)
      try leaveCall()
      let remains = await remains(of: item.prepared, item.place, step, in: frame, isUndo: true)
      var text = "`\(item.prepared.text)` (taking back) was sent, and what became of it is not known." + remains
      if let verified {
        text += verified ? " What was verified of the change holds no more." : " The change still shows."
      }
      var options = [
        Question.Option(name: "happened", text: "it happened: go on"),
        Question.Option(name: "skip", text: "leave it"),
        Question.Option(name: "again", text: "send it again", changes: true),
      ]
      if !remains.isEmpty || act.verify != nil { options.append(.init(name: "look", text: "look again")) }
      let question = Question(
        key: QuestionKey(path, .undoInDoubt(item: item.position, state.failuresHandled + 1)), place: frame.place,
        text: text,
        kind: .option(options, suggested: nil))
      let answer = try await ask(question)
      var choice = try choice(answer)
      if choice == .again, try await !isYesToUndo(answer, item, step, in: frame) { choice = .declined }
      try await handled(choice, answer.reason, path: path, position: item.position, isUndo: true)
      switch choice {
      case .again: return true
      case .look, .declined: continue
      default:
        // What is left alone may have happened all the same.
        try await undone(
          item, choice == .happened ? .done : .unknown, step, in: frame,
          word: (choice == .happened ? .happened : .skip, answer.reason), verified: verified)
        return false
      }
    }
  }

  /// Whether the word that an undo goes out once more is a yes to it.
  func isYesToUndo(
    _ answer: Answer, _ item: PlannedItem, _ step: Step, in frame: Frame
  ) async throws(Stop) -> Bool {
    let path = frame.path(step)
    let isDoubted = state.acts[path]?.heldUndos.contains(item.position) != true
    return try await isYesToRepeating(
      answer, isShown: configuration.environment.isRed || isDoubted,
      key: QuestionKey(path, .undoAgain(item: item.position, nil)), in: frame
    ) { () async throws(Stop) in
      await self.undoApproval([item], step, in: frame, again: true)
    }
  }
}
