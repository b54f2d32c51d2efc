import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// How many queries run side by side at most.
  static let concurrentQueries = 4

  /// Walks a list of steps in order; neighbouring queries that don't need each other run side by side.
  func walk(_ steps: [Step], in frame: Frame, isTop: Bool) async throws(Stop) -> Flow {
    var index = 0
    while index < steps.count {
      try await checkStop(betweenSteps: true)
      if isTop { frame.place = "\(index + 1)/\(steps.count)" }
      if isNew(steps[index], in: frame) {
        visited[frame.path(steps[index])] = (steps[index], frame)
        try await reconcileCalls(of: steps[index], in: frame)
        try await settleIn()
      }
      let batch = batch(of: steps[index...], in: frame)
      if batch.count > 1 {
        try await runQueries(batch, in: frame, places: isTop ? (index, steps.count) : nil)
        index += batch.count
        continue
      }
      let step = steps[index]
      if case .gateClosed(let name) = try await run(step, in: frame) {
        for later in steps[(index + 1)...] {
          try await skip(later, in: frame, because: "the answer to `\(name)` was no")
        }
        return .gateClosed(name)
      }
      index += 1
    }
    return .onward
  }

  /// The queries at the start of `steps` that may run at the same time.
  private func batch(of steps: ArraySlice<Step>, in frame: Frame) -> [Step] {
    var batch: [Step] = []
    var names: Set<String> = []
    for step in steps {
      guard batch.count < Self.concurrentQueries, case .query(let query) = step.kind, step.forEach == nil,
        step.until == nil, state.finished[frame.path(step)] == nil,
        executors[query.call.executor]?.schema.isPrompted == false, names.isDisjoint(with: step.references)
      else { break }
      if let repeats = query.repeats, names.contains(repeats) { break }
      batch.append(step)
      names.insert(step.name)
    }
    return batch
  }

  /// Runs one step and all within it.
  func run(_ step: Step, in frame: Frame) async throws(Stop) -> Flow {
    let path = frame.path(step)
    visited[path] = (step, frame)
    do throws(Stop) {
      return try await enter(step, in: frame)
    } catch {
      guard case .skip(path, let reason) = error else { throw error }
      try await skip(step, in: frame, because: reason)
      return .onward
    }
  }

  private func enter(_ step: Step, in frame: Frame) async throws(Stop) -> Flow {
    let path = frame.path(step)
    let now = state.begun[path] ?? clock.now()
    if state.skipped[path] == nil, state.finished[path] == nil, !hasSent(within: step, in: frame) {
      if let reason = condition(step.when, in: frame.scope, now: now) {
        try await leave(step, in: frame, because: reason)
        return .onward
      }
    }
    if let reason = state.skipped[path] {
      bindSkipped(step, in: frame, because: reason)
      return .onward
    }
    switch step.kind {
    case .query:
      try await runQueries([step], in: frame, places: nil)
    case .check(let check):
      try await run(check, step, in: frame, now: now)
    case .confirm(let confirm):
      return try await run(confirm, step, in: frame, now: now)
    case .act(let act):
      try await run(act, step, in: frame)
    case .document(let document):
      try await run(document, step, in: frame, now: now)
    case .group(let steps):
      return try await runGroup(steps, step, in: frame, now: now)
    case .use(let use):
      try await run(use, step, in: frame, now: now)
    }
    return .onward
  }

  /// Whether something was sent within a group, an option or a used playbook: then it has begun, whatever its condition
  /// says by now.
  private func hasSent(within step: Step, in frame: Frame) -> Bool {
    if case .act = step.kind { return false }
    let path = frame.path(step)
    let inner = Set(step.innerSteps.flatMap(\.withInnerSteps).map { frame.path($0) })
    return state.acts.contains { other, act in
      !act.items.isEmpty && (inner.contains(other) || other != path && path.contains(other))
    }
  }

  /// Why `when` keeps a step from running, or nil.
  func condition(_ when: LocatedExpression?, in scope: Scope, now: Timestamp) -> String? {
    guard let when else { return nil }
    do throws(TemplateError) {
      switch try when.evaluate(scope.bindings(now: now)) {
      case .bool(true): return nil
      case .bool(false): return "`\(when.expression.source)` does not hold"
      case .unknown(let unknown): return unknown.reasons.joined(separator: "; ")
      case let other:
        return "`\(when.expression.source)` is neither true nor false but \(scope.told(other, of: [when]))"
      }
    } catch {
      return scope.reads(secret: when) ? scope.reason(error) : "`\(when.expression.source)`: \(error.message)"
    }
  }

  /// Records that a step did not run, and gives it and all within it an outcome that says so.
  func skip(_ step: Step, in frame: Frame, because reason: String) async throws(Stop) {
    let path = frame.path(step)
    if state.skipped[path] == nil, state.finished[path] == nil {
      let skipped = StepSkipped(
        kind: step.kind.keyword, name: step.name, title: title(of: step, in: frame), reason: reason,
        place: frame.place)
      try await emit(.stepSkipped(skipped), path: path)
    }
    bindSkipped(step, in: frame, because: reason)
  }

  /// The outcome of a step that did not run, and of every step within it.
  func bindSkipped(_ step: Step, in frame: Frame, because reason: String) {
    frame.scope.values[step.name] = .map(Outcome.skipped(step.name, because: reason))
    for inner in step.innerSteps where step.forEach == nil {
      bindSkipped(inner, in: frame, because: "`\(step.name)` was skipped")
    }
  }

  func title(of step: Step, in frame: Frame) -> String? {
    guard let title = step.title else { return nil }
    return prose(title, of: step, in: frame.scope, now: clock.now())
  }

  /// Records that a step begins, unless an earlier session did.
  ///
  /// - Parameter inputs: What a used playbook is given. Where that has become something else the step begins anew.
  func begin(
    _ step: Step, in frame: Frame, now: Timestamp, inputs: MapValue? = nil
  ) async throws(Stop) {
    let path = frame.path(step)
    // What was scrubbed from the record can't be compared, and of what has ended nothing begins anew.
    let isSame =
      switch (inputs, state.inputs(of: path)) {
      case (nil, _): true
      case (let given?, let known?): Value.map(given) == Value.map(known)
      case (_?, nil): state.hasInputs(of: path)
      }
    let isKnown = state.begun[path] != nil && (isSame || state.finished[path] != nil)
    guard !isKnown else { return }
    // Of secrets that were fetched since the run began.
    try await warnOfSecrets(path)
    let why = step.why.flatMap { prose($0, of: step, in: frame.scope, now: now) }
    // What a document says is read before its questions.
    var text: String?
    if case .document(let document) = step.kind {
      text = document.text.flatMap { frame.scope.prose($0, now: now) }
    }
    let started = StepStarted(
      kind: step.kind.keyword, name: step.name, title: title(of: step, in: frame), why: why, text: text,
      place: frame.place, now: now, inputs: inputs,
      links: step.links.isEmpty ? nil : step.links.map { .init(title: $0.title, url: $0.url) })
    try await emit(.stepStarted(started), path: path)
  }

  /// Records how a step ended and lets later steps see it.
  ///
  /// - Parameter secret: Fields of the outcome that are not recorded.
  func end(
    _ step: Step, in frame: Frame, outcome: MapValue, error: ExecutorError? = nil, text: String? = nil,
    source: String? = nil, stops: String? = nil, evidence: StepFinished.EvidenceTold = .init(),
    check: StepFinished.CheckTold = .init(), planned: StepFinished.PlannedCalls? = nil, isMasked: Bool = false,
    secret: [String] = []
  ) async throws(Stop) {
    var finished = StepFinished()
    (finished.kind, finished.name, finished.place) = (step.kind.keyword, step.name, frame.place)
    finished.state = outcome["state"]?.stringValue.flatMap(StepState.init) ?? .done
    (finished.error, finished.text, finished.source) = (error.map(ErrorTold.init), text, source)
    (finished.stops, finished.evidence, finished.check, finished.planned) = (stops, evidence, check, planned)
    var shown = step.isSecret || isMasked ? try await masked(outcome) : outcome
    for name in secret where shown[name] != nil { shown[name] = .string(Outcome.scrubbed) }
    finished.recorded = try await recorded(shown)
    try await emit(.stepFinished(finished), path: frame.path(step))
    bind(step, in: frame, outcome: outcome)
  }

  /// An outcome as the record has it: whole, or of a large one the beginning and the file that holds the whole.
  func recorded(_ outcome: MapValue) async throws(Stop) -> RecordedOutcome {
    let whole = Value.map(outcome)
    guard whole.isLarge else { return RecordedOutcome(outcome) }
    do {
      // Of a secret that goes on beyond the beginning, the beginning alone would not be known.
      let clean = await sink.redacted(value: whole)
      let (sha256, bytes) = try await sink.keep(evidence: clean)
      let counts = outcome.countsBeyondHead
      let file = EvidenceFile(
        sha256: sha256, bytes: bytes, size: outcome.arrivedBytes, counts: counts.isEmpty ? nil : counts)
      return RecordedOutcome((clean.mapValue ?? outcome).head, file: file)
    } catch {
      throw .lost(error.message)
    }
  }

  /// A recorded outcome as it was: what lies in a file is read.
  func whole(_ outcome: MapValue, _ evidence: String?, of name: String) async throws(Stop) -> MapValue {
    guard let evidence else { return outcome }
    do {
      if case .map(let whole) = try await loadEvidence(evidence) { return whole }
      throw ExecutorError(.malformed, "it is no outcome")
    } catch {
      // A file that is out of reach for a while costs no run.
      throw .paused("the evidence \(evidence.prefix(12)) of `\(name)` can't be read: \(error)", nil)
    }
  }

  func bind(_ step: Step, in frame: Frame, outcome: MapValue) {
    frame.scope.values[step.name] = .map(outcome)
    frame.scope.origins[step.name] = frame.path(step)
    if step.isSecret { frame.scope.secretNames.insert(step.name) }
    if case .timestamp(let started) = outcome["started"] { frame.scope.taken[step.name] = started }
    let isCut = outcome["truncated"]?.boolValue == true || frame.scope.restsOnCutEvidence(step)
    if isCut, !step.allowsPartial {
      frame.scope.truncated.insert(step.name)
      // What was asked with truncated evidence is no more whole than that, whatever its executor says.
      let isOwn = !frame.scope.restsOnCutEvidence(step)
      frame.scope.whole[step.name] = isOwn ? wholeFields(of: step) : nil
    } else {
      frame.scope.truncated.remove(step.name)
    }
    for field in frame.scope.fieldsFromCutEvidence(step) { frame.scope.truncated.insert("\(step.name).\(field)") }
  }

  /// The fields of a call's outcome that are whole where it is truncated.
  private func wholeFields(of step: Step) -> Set<String>? {
    guard case .query(let query) = step.kind, step.forEach == nil else { return nil }
    let command = configuration.environment.commands.first { $0.name == query.call.executor }
    return executors[command?.call.executor ?? query.call.executor]?.schema.wholeFields
  }

  /// The outcome of a secret step as it may be recorded: its texts are made known as secrets.
  func masked(_ outcome: MapValue) async throws(Stop) -> MapValue {
    var shown = MapValue()
    shown.absent = outcome.absent
    for (key, value) in outcome.entries {
      let name = key.rendered
      if Outcome.commonFields.contains(name) {
        shown[name] = value
      } else {
        await hide(value)
        shown[name] = .string(Outcome.scrubbed)
      }
    }
    return shown
  }

  /// Takes up the outcome that an earlier session recorded; false where there is none or where it can't be used any
  /// more.
  func restore(_ step: Step, in frame: Frame) async throws(Stop) -> Bool {
    guard let record = state.finished[frame.path(step)] else { return false }
    // The process died after the failure and before the end of the run: the failure stands.
    if let reason = record.stops { throw .failed(reason) }
    let isSecret = step.isSecret || isComputedFromSecret(step, in: frame.scope)
    let isHandedOver = isSecret && handedOver(step.name, in: frame)
    if isSecret ? !isHandedOver : step.isRead && !step.references.isDisjoint(with: frame.scope.remade) {
      frame.scope.remade.insert(step.name)
      return false
    }
    var outcome = try await whole(record.outcome, record.evidence, of: step.name)
    // What is unknown has no value in a record.
    if case .check = step.kind, outcome["verdict"] == "unknown" {
      outcome["yes"] = .unknown(Unknown(["`\(step.name)` is unknown"]))
    }
    outcome = withUndone(outcome, at: frame.path(step))
    if isSecret { frame.scope.secretNames.insert(step.name) }
    bind(step, in: frame, outcome: outcome)
    return true
  }

  /// Whether a step is a computed value that reads a secret: it is one as well.
  func isComputedFromSecret(_ step: Step, in scope: Scope) -> Bool {
    guard case .query(let query) = step.kind, let schema = executors[query.call.executor]?.schema,
      !schema.usesTarget, !schema.isPrompted
    else { return false }
    // What a loop gives has its items in it.
    return scope.holdsSecret(
      query.call.form.fields.values.flatMap(\.expressions) + [step.forEach?.list].compactMap { $0 })
  }
}

extension Runner {
  /// Whether a change that an earlier session made was given this secret: it is in use then, and another one made now
  /// would not be the same.
  private func handedOver(_ name: String, in frame: Frame) -> Bool {
    frame.playbook.allSteps.contains { step in
      guard case .act = step.kind, let act = state.acts[frame.path(step)] else { return false }
      let reads = step.allExpressions.flatMap(\.expression.references)
      return act.items.values.contains { $0.state == .done }
        && reads.contains { $0.name == name && !$0.isFingerprinted }
    }
  }
}

extension Step {
  fileprivate var isRead: Bool {
    if case .query = kind { true } else { false }
  }
}

extension Value {
  /// Whether it is better kept in a file than in a line of the journal.
  var isLarge: Bool { weight(upTo: 64 << 10) >= 64 << 10 }

  /// Roughly its size in bytes, counted until `bound` is reached.
  private func weight(upTo bound: Int) -> Int {
    switch self {
    case .string(let text): return text.utf8.count + 2
    case .bytes(let bytes): return bytes.count * 4 / 3 + 2
    case .list(let items):
      var sum = 2
      for item in items {
        sum += item.weight(upTo: bound - sum) + 1
        if sum >= bound { break }
      }
      return sum
    case .map(let map):
      var sum = 2
      for (key, value) in map.entries {
        sum += key.rendered.utf8.count + 4 + value.weight(upTo: bound - sum)
        if sum >= bound { break }
      }
      return sum
    default: return 8
    }
  }
}

extension MapValue {
  /// How many items the lists and maps have of which `head` has fewer, by name.
  var countsBeyondHead: MapValue {
    MapValue(
      entries.compactMap { key, value in
        let count =
          switch value {
          case .list(let items): items.count
          case .map(let map) where value.isLarge: map.entries.count
          default: 0
          }
        return count > 8 ? (key.rendered, .int(Int64(count))) : nil
      })
  }

  /// The beginning of a large outcome: short values whole, of long lists the first eight items, of long texts the
  /// start.
  var head: MapValue {
    var head = MapValue()
    head.absent = absent
    for (key, value) in entries {
      switch value {
      case .list(let items): head.insert(.list(items.prefix(8).filter { !$0.isLarge }), for: key)
      case .string(let text) where text.utf8.count > 2000: head.insert(.string(String(text.prefix(2000))), for: key)
      case _ where value.isLarge: continue
      default: head.insert(value, for: key)
      }
    }
    return head
  }
}
