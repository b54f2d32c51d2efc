import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  static let defaultTimeout = Duration.seconds(30)

  /// What became of one query.
  private enum Evidence: Sendable {
    case performed(PreparedCall, Performed)
    /// A poll: the last attempt, whether the condition came to hold, how often was asked.
    case polled(PreparedCall, Performed, met: Bool, polls: Int)
    case problem(CallProblem)
    case stopped(Stop)
  }

  /// Runs queries that don't need each other at the same time and records them in the order written.
  func runQueries(_ steps: [Step], in frame: Frame, places: (first: Int, count: Int)?) async throws(Stop) {
    var pending: [(step: Step, now: Timestamp, place: String)] = []
    for (offset, step) in steps.enumerated() {
      let place = places.map { "\($0.first + offset + 1)/\($0.count)" } ?? frame.place
      frame.place = place
      visited[frame.path(step)] = (step, frame)
      if let reason = state.skipped[frame.path(step)] {
        bindSkipped(step, in: frame, because: reason)
        continue
      }
      if try await restore(step, in: frame) { continue }
      // Asked again after a resume: evidence is taken with the time of its own attempt.
      let now = clock.now()
      if let reason = condition(step.when, in: frame.scope, now: now) {
        try await skip(step, in: frame, because: reason)
        continue
      }
      try await begin(step, in: frame, now: now)
      if configuration.mode == .plan, case .query(let query) = step.kind,
        executors[query.call.executor]?.schema.isPrompted == true,
        configuration.answers.entry(for: QuestionKey(frame.path(step))) == nil
      {
        let outcome = Outcome.skipped(step.name, state: "planned", because: "a plan asks nothing")
        try await end(step, in: frame, outcome: outcome, text: "would be asked")
        continue
      }
      if step.forEach != nil {
        try await runLoop(step, in: frame, now: now)
        continue
      }
      pending.append((step, now, place))
    }
    guard !pending.isEmpty else { return }
    let scope = frame.scope
    let prefix = frame.prefix
    var tasks: [Task<Evidence, Never>] = []
    for (step, now, _) in pending {
      tasks.append(Task { await self.gather(step, path: StepPath(prefix + step.name), in: scope, now: now) })
    }
    for (index, (step, now, place)) in pending.enumerated() {
      frame.place = place
      let evidence = await tasks[index].value
      do {
        try await settle(evidence, of: step, in: frame, now: now)
      } catch {
        for task in tasks[(index + 1)...] { task.cancel() }
        for task in tasks[(index + 1)...] { _ = await task.value }
        throw error
      }
    }
  }

  /// Sends a query, again as its `retry` and `until` say.
  private func gather(_ step: Step, path: StepPath, in scope: Scope, now: Timestamp) async -> Evidence {
    guard case .query(let query) = step.kind else { return .problem(.wrong("no query")) }
    var scope = scope
    if let edits = state.edits[path] { scope.change(edits) }
    do {
      guard let until = step.until else {
        let (prepared, performed) = try await attempt(query.call, step, path: path, in: scope, now: now)
        return .performed(prepared, performed)
      }
      let begun = ContinuousClock.now
      var polls = 0
      while true {
        polls += 1
        let present = clock.now()
        let asking = polls > 1 ? unansweredKey(path) { .poll(polls, time: $0) } : nil
        let (prepared, performed) = try await attempt(
          query.call, step, path: path, in: scope, now: present, asking: asking)
        var state = "no answer"
        var pause = until.every
        if case .failure(let error) = performed.result { pause = max(pause, error.retryAfter ?? .zero) }
        if case .success(let outcome) = performed.result {
          let bare = Dictionary(
            outcome.fields.entries.map { ($0.key.rendered, $0.value) }, uniquingKeysWith: { first, _ in first })
          let whole = prepared.executor.schema.wholeFields
          let cut =
            step.allowsPartial ? nil : Outcome.truncation(of: outcome, in: until.that.expression, whole: whole)
          let holds = try? until.that.expression.evaluate(scope.bindings(now: present, adding: bare))
          if cut == nil, case .bool(true) = holds { return .polled(prepared, performed, met: true, polls: polls) }
          if prepared.isSecret || step.isSecret {
            state = "asked"
          } else {
            let shown = await sink.redacted(value: .map(outcome.fields)).mapValue ?? MapValue()
            state = cut ?? Self.glance(shown)
          }
        }
        let elapsed = ContinuousClock.now - begun
        // Whoever stops a wait has not seen it run out: it begins anew when the run goes on.
        try await checkStop()
        if elapsed + pause > atMost(until.within) || stopAfterCall != nil {
          return .polled(prepared, performed, met: false, polls: polls)
        }
        await progress("poll \(polls): \(state); until \(until.that.expression.source)", at: path, elapsed)
        await control.running(.wait) { [clock, pause] in await clock.sleep(for: pause) }
        try await checkStop()
      }
    } catch let stop as Stop {
      return .stopped(stop)
    } catch let problem as CallProblem {
      return .problem(problem)
    } catch {
      return .problem(.wrong("\(error)"))
    }
  }

  /// The last value of a poll in a few words: the only number of the only row, a status, a value.
  private static func glance(_ fields: MapValue) -> String {
    if case .list(let rows) = fields["rows"], let row = rows.first?.mapValue, let cell = row.entries.first {
      return "\(cell.key.rendered) = \(cell.value.rendered.prefix(40))"
    }
    for name in ["status", "value", "exit"] {
      if let value = fields[name] { return "\(name) = \(value.rendered.prefix(40))" }
    }
    return "asked"
  }

  /// One answer to a query, after as many attempts as `retry` allows.
  private func attempt(
    _ call: Call, _ step: Step, path: StepPath, in scope: Scope, now: Timestamp,
    asking key: QuestionKey? = nil
  ) async throws -> (PreparedCall, Performed) {
    let times = step.retry?.times ?? 0
    var number = 1
    while true {
      let prepared = try await prepare(call, mode: .query, in: scope, now: now)
      if step.until == nil || number == 1 {
        let sent = CallSent(
          call: prepared.text, executor: prepared.call.executor, target: prepared.call.target, attempt: number)
        try await emit(.callSent(sent), path: path)
      }
      var performed = await perform(
        prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout, asking: key)
      guard case .failure(let error) = performed.result, number <= times, !control.endsSoon, stopAfterCall == nil,
        error.code != .refused, error.code != .invalid
      else { return (prepared, performed) }
      guard let pause = pauseBeforeRetry(after: error, of: step) else {
        performed.result = .failure(tooLate(error, of: step))
        return (prepared, performed)
      }
      try await emit(
        .callRepeated(CallRepeated(attempt: number, error: ErrorTold(error), wait: pause)), path: path)
      await wait(pause, at: path)
      if control.endsSoon { return (prepared, performed) }
      number += 1
    }
  }

  /// Records a query's end; a failure is handled as the step says.
  private func settle(_ evidence: Evidence, of step: Step, in frame: Frame, now: Timestamp) async throws(Stop) {
    switch evidence {
    case .stopped(let stop): throw stop
    case .problem(.unknown(let reason)): try await skip(step, in: frame, because: reason)
    case .problem(.wrong(let message)):
      let error = ExecutorError(.invalid, message)
      try await fail(step, in: frame, error, call: nil, now: now, took: .zero)
    case .performed(let prepared, let performed):
      try await settle(prepared, performed, of: step, in: frame, now: now)
    case .polled(let prepared, let performed, let met, let polls):
      try await settle(
        prepared, performed, of: step, in: frame, now: now,
        adding: [("met", .bool(met)), ("polls", .int(Int64(polls)))])
    }
  }

  private func settle(
    _ prepared: PreparedCall, _ performed: Performed, of step: Step, in frame: Frame, now: Timestamp,
    adding fields: [(String, Value)] = []
  ) async throws(Stop) {
    switch performed.result {
    case .success(let outcome):
      var map = Outcome.done(outcome, of: prepared.call, started: performed.started, took: performed.took)
      for (name, value) in fields { map[name] = value }
      if case .query(let query) = step.kind, let before = query.repeats, let earlier = frame.scope.values[before] {
        map["before"] = earlier
      }
      let isComputed = isComputedFromSecret(step, in: frame.scope)
      if isComputed {
        frame.scope.secretNames.insert(step.name)
      } else if prepared.isSecret {
        frame.scope.returned.insert(step.name)
      }
      let source = outcome.source ?? prepared.call.target ?? prepared.call.executor
      try await end(
        step, in: frame, outcome: map, source: source, evidence: evidence(of: step, took: performed.took),
        isMasked: isComputed)
    case .failure(let error):
      if control.isCut { throw .cut }
      try leaveCall()
      try await checkStop()
      try await fail(step, in: frame, error, call: prepared, now: now, took: performed.took)
    }
  }

  /// What is on record of a query besides its outcome; `took`: the time of its calls.
  func evidence(of step: Step, took: Duration) -> StepFinished.EvidenceTold {
    var evidence = StepFinished.EvidenceTold(
      number: state.evidenceCount + 1, took: took, show: step.show.map(ShowTold.init))
    if case .query(let query) = step.kind { evidence.repeats = query.repeats }
    return evidence
  }

  /// A query that did not work: asked about, a finding, or the end, as `on_error` says.
  private func fail(
    _ step: Step, in frame: Frame, _ error: ExecutorError, call: PreparedCall?, now: Timestamp, took: Duration
  ) async throws(Stop) {
    let outcome = Outcome.failed(error, of: call?.call, name: step.name, started: now, took: took)
    var inputs: [CallInput] = []
    if case .query(let query) = step.kind { inputs = self.inputs(of: query.call, in: frame.scope) }
    switch try await failureChoice(step, in: frame, error, inputs: inputs) {
    case .retry, .edit:
      let evidence = await gather(step, path: frame.path(step), in: frame.scope, now: clock.now())
      try await settle(evidence, of: step, in: frame, now: now)
    case .goOn:
      try await end(step, in: frame, outcome: outcome, error: error)
    case .skipped(let reason):
      try await skip(step, in: frame, because: reason)
    case .doneByHand(let reason):
      var map = Outcome.skipped(step.name, state: "by hand", because: reason)
      map["ok"] = true
      try await end(step, in: frame, outcome: map, text: reason)
    case .stop:
      let stops = "`\(step.name)`: \(error.message)"
      try await end(step, in: frame, outcome: outcome, error: error, stops: stops)
      throw .failed(stops)
    }
  }

  /// A query for each item of a list, one after the other.
  private func runLoop(_ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) {
    guard let loop = step.forEach else { return }
    let path = frame.path(step)
    let items: [Value]
    if let recorded = state.loops[path] {
      items = recorded
    } else {
      switch await list(of: loop, in: frame.scope, now: now) {
      case .success(let list): items = list
      case .failure(let problem):
        try await skipLoop(step, in: frame, problem)
        return
      }
      try await emit(.loopStarted(loopStart(items, step, in: frame)), path: path)
    }
    let isComputed = isComputedFromSecret(step, in: frame.scope)
    if isComputed { frame.scope.secretNames.insert(step.name) }
    // Each outcome has its item in it.
    if frame.scope.holdsSecret([loop.list]) { frame.scope.secretNames.insert("\(step.name).items") }
    var outcomes: [Value] = []
    var ok = true
    var sources: [String?] = []
    var took = Duration.zero
    var waits: (met: Bool, polls: Int)?
    for (position, item) in items.enumerated() {
      try await checkStop()
      let scope = itemScope(for: step, item, in: frame)
      let present = clock.now()
      let label = step.label == nil ? nil : self.label(of: item, step, in: scope)
      await progress("item \(position + 1) of \(items.count)" + (label.map { ": \($0)" } ?? ""), at: path, .zero)
      let evidence = await gather(step, path: path.item(position), in: scope, now: present)
      var map: MapValue
      switch evidence {
      case .stopped(let stop): throw stop
      case .problem(.unknown(let reason)): map = Outcome.skipped(step.name, because: reason)
      case .problem(.wrong(let message)):
        map = Outcome.failed(
          ExecutorError(.invalid, message), of: nil, name: step.name, started: present, took: .zero)
      case .performed(let prepared, let performed), .polled(let prepared, let performed, _, _):
        took += performed.took
        switch performed.result {
        case .success(let outcome):
          sources.append(outcome.source)
          map = Outcome.done(outcome, of: prepared.call, started: performed.started, took: performed.took)
        case .failure(let error):
          if control.isCut { throw .cut }
          try leaveCall()
          try await checkStop()
          map = Outcome.failed(
            error, of: prepared.call, name: step.name, started: performed.started, took: performed.took)
        }
      }
      if case .polled(_, _, let met, let polls) = evidence {
        map["met"] = .bool(met)
        map["polls"] = .int(Int64(polls))
        waits = (met: met && waits?.met != false, polls: polls + (waits?.polls ?? 0))
      }
      if map["ok"]?.boolValue != true { ok = false }
      map["item"] = item
      if let label { map["label"] = .string(label) }
      outcomes.append(.map(map))
    }
    let isTruncated = outcomes.contains { $0["truncated"]?.boolValue == true }
    var outcome = Outcome.plain(
      [("items", .list(outcomes)), ("count", .int(Int64(outcomes.count)))], ok: ok, started: now)
    outcome["truncated"] = .bool(isTruncated)
    if let waits {
      // Of all items together: whether each came true in time, and how often was asked.
      outcome["met"] = .bool(waits.met)
      outcome["polls"] = .int(Int64(waits.polls))
    }
    let stops = !ok && step.onError == .stop ? "`\(step.name)`: an item failed" : nil
    try await end(
      step, in: frame, outcome: outcome, source: Self.answering(sources), stops: stops,
      evidence: evidence(of: step, took: took), isMasked: isComputed)
    if let stops { throw .failed(stops) }
  }

  /// Who answered the queries of a loop, each once and at most three by name; nil: nobody said so.
  private static func answering(_ sources: [String?]) -> String? {
    let names = ServerText.distinct(sources)
    guard !names.isEmpty else { return nil }
    return names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
  }
}
