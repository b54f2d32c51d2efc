import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Steps under one title, once or for each item of a list.
  func runGroup(_ steps: [Step], _ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) -> Flow {
    try await begin(step, in: frame, now: now)
    guard let loop = step.forEach else {
      // A gate within ends the group's list of steps and no other.
      _ = try await walk(steps, in: frame, isTop: false)
      if try await !restore(step, in: frame) {
        try await end(step, in: frame, outcome: Outcome.plain([], started: now))
      }
      return .onward
    }
    if try await restore(step, in: frame) {
      for (position, item) in (state.loops[frame.path(step)] ?? []).enumerated() {
        try await revisit(steps, in: innerFrame(of: step, loop, item, at: position, in: frame))
      }
      return .onward
    }
    let path = frame.path(step)
    let items: [Value]
    if let recorded = state.loops[path] {
      items = recorded
    } else {
      switch await list(of: loop, in: frame.scope, now: now) {
      case .success(let list): items = list
      case .failure(let problem):
        try await skipLoop(step, in: frame, problem)
        return .onward
      }
      try await emit(.loopStarted(loopStart(items, step, in: frame)), path: path)
    }
    var isCut = !frame.scope.truncatedNames(in: loop.list).isEmpty
    var (outcomes, recorded): ([Value], [Value]) = ([], [])
    var hasSecret = false
    for (position, item) in items.enumerated() {
      try await checkStop()
      let inner = innerFrame(of: step, loop, item, at: position, in: frame)
      _ = try await walk(steps, in: inner, isTop: false)
      var outcome = MapValue([("item", item)])
      for name in steps.flatMap(\.visibleNames) {
        outcome[name] = inner.scope.values[name]
        if inner.scope.isCut(name) { isCut = true }
      }
      outcomes.append(.map(outcome))
      // What was computed from a secret within the group is not recorded with it either.
      for name in steps.flatMap(\.visibleNames) where inner.scope.secretNames.contains(name) {
        outcome[name] = .string(Outcome.scrubbed)
        hasSecret = true
      }
      recorded.append(.map(outcome))
    }
    var outcome = Outcome.plain(
      [("items", .list(outcomes)), ("count", .int(Int64(outcomes.count)))], started: now)
    outcome["truncated"] = .bool(isCut)
    if hasSecret { frame.scope.secretNames.insert(step.name) }
    var shown = outcome
    shown["items"] = .list(recorded)
    try await end(step, in: frame, outcome: shown)
    bind(step, in: frame, outcome: outcome)
    return .onward
  }

  /// What the steps of a looped group see of one item.
  private func innerFrame(
    of step: Step, _ loop: Step.ForEach, _ item: Value, at position: Int, in frame: Frame
  ) -> Frame {
    var scope = frame.scope
    scope.bind(loop, to: item)
    scope.cutLoop = frame.scope.truncatedNames(in: loop.list).first ?? scope.cutLoop
    return Frame(
      playbook: frame.playbook, prefix: "\(frame.path(step))[\(position)].", scope: scope, place: frame.place)
  }

  /// Makes known the changes that are there, or may be, and that this session's walk has not reached: they lie in an
  /// option that was chosen before the operator went back, behind a condition that holds no more, or further on.
  func makeKnown() async throws(Stop) {
    let isMissing = state.actOrder.contains { visited[$0] == nil && state.acts[$0]?.isInPlace == true }
    guard isResumed, isMissing, configuration.mode != .plan else { return }
    let known = visited
    let root = Frame(playbook: configuration.playbook, prefix: "", scope: rootScope, place: "")
    // Of all else the walk says more. What has left nothing behind is not known before it is come to.
    defer { visited = visited.filter { state.acts[$0.key]?.isInPlace == true }.merging(known) { _, walked in walked } }
    try await revisit(configuration.playbook.steps + configuration.playbook.finally, in: root)
  }

  /// Makes known the steps of a loop that an earlier session went through: their changes can still be undone, and
  /// are asked about where an undo is in doubt.
  private func revisit(_ steps: [Step], in frame: Frame) async throws(Stop) {
    for step in steps {
      let path = frame.path(step)
      visited[path] = (step, frame)
      if let record = state.lastFinished(path) {
        bind(step, in: frame, outcome: try await whole(record.outcome, record.evidence, of: step.name))
      }
      switch step.kind {
      case .group(let inner):
        guard let loop = step.forEach else {
          try await revisit(inner, in: frame)
          continue
        }
        for (position, item) in (state.loops[path] ?? []).enumerated() {
          try await revisit(inner, in: innerFrame(of: step, loop, item, at: position, in: frame))
        }
      case .confirm(let confirm):
        for option in confirm.options { try await revisit(option.steps, in: frame) }
      case .use(let use):
        let now = state.begun[path] ?? clock.now()
        guard let (playbook, inner) = try? usedFrame(use, step, in: frame, now: now, given: state.inputs(of: path))
        else {
          continue
        }
        try await revisit(playbook.steps + playbook.finally, in: inner)
        bind(step, in: frame, outcome: outcome(of: playbook, in: inner, started: now))
      case .query, .check, .act, .document: break
      }
    }
  }

  /// Why a loop has no list.
  enum LoopProblem: Error {
    case unknown(String)
    case wrong(String)
  }

  /// The items of a loop. Of a secret they are secrets as well, and made known before they are recorded; such that are
  /// too short to be taken out of the record are refused.
  func list(of loop: Step.ForEach, in scope: Scope, now: Timestamp) async -> Result<[Value], LoopProblem> {
    do throws(TemplateError) {
      switch try loop.list.evaluate(scope.bindings(now: now)) {
      case .list(let items):
        guard scope.holdsSecret([loop.list]) else { return .success(items) }
        for item in items {
          guard !item.hasShortText else {
            return .failure(
              .wrong(
                "`\(loop.list.expression.source)` is made of a secret, and its items are too short to be kept out of the "
                  + "record: they have less than \(SecretStore.minimumLength) bytes"))
          }
          await hide(item)
        }
        return .success(items)
      case .unknown(let unknown): return .failure(.unknown(unknown.reasons.joined(separator: "; ")))
      case let other:
        return .failure(
          .wrong("`\(loop.list.expression.source)` is no list but \(scope.told(other, of: [loop.list]))"))
      }
    } catch {
      let reason = scope.reason(error)
      return .failure(
        .wrong(scope.reads(secret: loop.list) ? reason : "`\(loop.list.expression.source)`: \(reason)"))
    }
  }

  func skipLoop(_ step: Step, in frame: Frame, _ problem: LoopProblem) async throws(Stop) {
    switch problem {
    case .unknown(let reason): try await skip(step, in: frame, because: reason)
    case .wrong(let message): throw .failed("`\(step.name)`: \(message)")
    }
  }

  /// Another playbook as a step: its names are its own, its outcomes come back under one.
  func run(_ use: Use, _ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) {
    let (playbook, inner): (Playbook, Frame)
    do {
      (playbook, inner) = try usedFrame(use, step, in: frame, now: now)
    } catch {
      try await begin(step, in: frame, now: now)
      switch error {
      case .unknown(let reason): try await skip(step, in: frame, because: reason)
      case .wrong(let message): throw .failed("`\(step.name)`: \(message)")
      }
      return
    }
    try await begin(step, in: frame, now: now, inputs: openInputs(of: inner))
    do {
      _ = try await walk(playbook.steps, in: inner, isTop: false)
    } catch {
      try await finishUsed(playbook, in: inner, after: error)
      throw error
    }
    _ = try await walk(playbook.finally, in: inner, isTop: false)
    let isRestored = try await restore(step, in: frame)
    let outcome = outcome(of: playbook, in: inner, started: now)
    // What the inner steps found is recorded with them; here it is only made visible.
    if !isRestored { try await end(step, in: frame, outcome: Outcome.plain([], started: now)) }
    bind(step, in: frame, outcome: outcome)
    for name in inner.scope.secretNames where !name.hasPrefix("inputs.") {
      frame.scope.secretNames.insert("\(step.name).\(name.prefix { $0 != "." })")
    }
    for name in inner.scope.truncated where !name.hasPrefix("inputs.") {
      frame.scope.truncated.insert("\(step.name).\(name)")
      frame.scope.whole["\(step.name).\(name)"] = inner.scope.whole[name]
    }
  }

  /// What the steps of a used playbook came to, by their names.
  private func outcome(of playbook: Playbook, in inner: Frame, started: Timestamp) -> MapValue {
    var outcome = Outcome.plain([], started: started)
    for name in (playbook.steps + playbook.finally).flatMap(\.visibleNames) {
      outcome[name] = inner.scope.values[name]
    }
    return outcome
  }

  /// A used playbook and what its steps see; `given`: its inputs where they can't be made now.
  private func usedFrame(
    _ use: Use, _ step: Step, in frame: Frame, now: Timestamp, given: MapValue? = nil
  ) throws(LoopProblem) -> (Playbook, Frame) {
    guard let playbook = frame.playbook.used[use.playbook] ?? configuration.playbook.used[use.playbook] else {
      throw .wrong("playbook `\(use.playbook)` was not loaded")
    }
    let inputs: MapValue
    do {
      inputs = try inputValues(of: playbook, given: use.inputs, in: frame.scope, now: now)
    } catch {
      // What they are made of is open again, and what they were is on record.
      guard let given else { throw error }
      inputs = given
    }
    var scope = Scope()
    scope.use = frame.path(step)
    scope.values = ["inputs": .map(inputs), "run": frame.scope.values["run"] ?? .null]
    let secret = use.inputs.filter { frame.scope.holdsSecret($0.value.expressions) }.map(\.key)
    if use.inputs.contains(where: { frame.scope.isSecret($0.value.expressions) }) { scope.returned.insert("inputs") }
    scope.secretNames = Set((secret + playbook.inputs.filter(\.isSecret).map(\.name)).map { "inputs.\($0)" })
    scope.cutLoop = frame.scope.cutLoop
    scope.evidenceOfInputs = evidence(for: step, in: frame)
    for input in use.inputs
    where input.value.expressions.contains(where: { !frame.scope.truncatedNames(in: $0).isEmpty }) {
      scope.truncated.insert("inputs.\(input.key)")
    }
    // A default may be made of inputs before it.
    for input in playbook.inputs where !use.inputs.contains(where: { $0.key == input.name }) {
      let read = input.defaultValue?.expressions ?? []
      if read.contains(where: { !scope.truncatedNames(in: $0).isEmpty }) {
        scope.truncated.insert("inputs.\(input.name)")
      }
    }
    return (playbook, Frame(playbook: playbook, prefix: "\(frame.path(step)).", scope: scope, place: frame.place))
  }

  /// What a used playbook is given, as it may be recorded: nothing secret.
  private func openInputs(of frame: Frame) -> MapValue {
    let given = frame.scope.values["inputs"]?.mapValue ?? MapValue()
    let open = given.entries.map { ($0.key.rendered, $0.value) }
    return MapValue(open.filter { !frame.scope.secretNames.contains("inputs.\($0.0)") })
  }

  /// The steps under `finally` of a used playbook whose steps failed or were aborted. What goes wrong in them does not
  /// hide what went wrong first.
  private func finishUsed(_ playbook: Playbook, in frame: Frame, after stop: Stop) async throws(Stop) {
    switch stop {
    case .failed, .aborted: break
    case .paused, .cut, .lost, .again, .skip: return
    }
    if case .pause(let reason) = control.requested { throw .paused(reason, nil) }
    guard !playbook.finally.isEmpty else { return }
    control.clear()
    let before = (isFinishing, isCompleted)
    (isFinishing, isCompleted) = (true, false)
    defer { (isFinishing, isCompleted) = before }
    do throws(Stop) {
      _ = try await walk(playbook.finally, in: frame, isTop: false)
    } catch {
      switch error {
      case .failed, .aborted: break
      case .paused, .cut, .lost, .again, .skip: throw error
      }
    }
  }

  private func inputValues(
    of playbook: Playbook, given: [TemplateTree.Entry], in scope: Scope, now: Timestamp
  ) throws(LoopProblem) -> MapValue {
    var inputs = MapValue()
    let bindings = scope.bindings(now: now)
    for declaration in playbook.inputs {
      let tree = given.first { $0.key == declaration.name }?.value ?? declaration.defaultValue
      guard let tree else { throw .wrong("the input `\(declaration.name)` of `\(playbook.name)` has no value") }
      let value: Value
      do {
        value = try tree.resolve(bindings)
      } catch {
        throw .wrong("input `\(declaration.name)`: \(scope.reason(error))")
      }
      if let unknown = value.firstUnknown { throw .unknown(unknown.reasons.joined(separator: "; ")) }
      switch declaration.check(value) {
      case .success(let typed): inputs[declaration.name] = typed
      case .failure(let problem):
        throw .wrong("input `\(declaration.name)`: \(scope.reason(problem, of: tree, for: declaration))")
      }
    }
    return inputs
  }
}
