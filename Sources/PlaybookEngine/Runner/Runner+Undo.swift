import CEL
import PlaybookLanguage

extension Runner {
  /// What this run changed, newest first, each offered to be taken back.
  func offerUndo() async throws(Stop) {
    let changed = state.actOrder.reversed().filter { path in
      state.acts[path]?.items.values.contains { $0.state == "done" && !$0.isUndone } == true
    }
    guard !changed.isEmpty else {
      try await emit(.warning, facts: ["text": "this run has changed nothing that could be taken back"])
      return
    }
    for path in changed { try await undo(path) }
  }

  /// Takes back one act's items, newest first, after a yes.
  private func undo(_ path: String) async throws(Stop) {
    guard let (step, act, frame) = undoable[path], let call = act.undo else {
      try await emit(.warning, path: path, facts: ["text": "the playbook has no undo for this change"])
      return
    }
    let items = state.acts[path]?.items.filter { $0.value.state == "done" && !$0.value.isUndone } ?? [:]
    var planned: [PlannedItem] = []
    for position in items.keys.sorted(by: >) {
      let item = state.loops[path].flatMap { $0.indices.contains(position) ? $0[position] : nil }
      var scope = frame.scope
      if let loop = step.forEach, let item { scope.values[loop.item] = item }
      if let outcome = items[position]?.outcome { scope.values[step.name] = .map(outcome) }
      do {
        let prepared = try await prepare(call, mode: .act, in: scope, now: clock.now())
        planned.append(PlannedItem(position: position, item: item, prepared: prepared, undo: nil))
      } catch {
        try await emit(.warning, path: path, facts: ["text": .string("can't be taken back: \(error)")])
      }
    }
    guard !planned.isEmpty else { return }
    undos += 1
    let approval = Approval(
      calls: planned.map(\.prepared.text), items: planned.compactMap { Self.label(of: $0.item) },
      target: planned[0].prepared.call.target ?? planned[0].prepared.call.executor,
      environment: configuration.environment.name, isRed: configuration.environment.isRed,
      typed: configuration.environment.isRed ? "undo \(planned.count)" : nil,
      digest: await digest(of: planned.map(\.prepared)))
    let question = Question(
      key: "\(path)!undo\(undos)", place: frame.place, text: "Take back `\(step.name)`?", kind: .approval(approval))
    guard try await ask(question).value.boolValue == true else { return }
    try await emit(
      .actIntended, path: path + "!undo\(undos)", synced: true,
      facts: [
        "calls": .list(approval.calls.map(Value.string)), "executor": .string(planned[0].prepared.call.executor),
        "digest": .string(approval.digest), "undoes": .string(path),
      ])
    for item in planned {
      let performed = await perform(item.prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout)
      var error: ExecutorError?
      if case .failure(let problem) = performed.result { error = problem }
      try await emit(
        .actUndone, path: path,
        data: MapValue(present: [
          "position": .int(Int64(item.position)), "item": item.item,
          "label": Self.label(of: item.item).map(Value.string), "call": .string(item.prepared.text),
          "state": error == nil ? "done" : "failed",
          "error": error.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] },
        ]))
    }
  }
}
