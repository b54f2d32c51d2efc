import CEL
import PlaybookLanguage

extension Runner {
  /// What follows a failure.
  enum FailureChoice {
    case retry
    /// The failure is a finding.
    case goOn
    case skipped(String)
    case doneByHand(String)
    case stop
  }

  /// As `on_error` says; the operator is asked by default, and nobody at the terminal means stop.
  func failureChoice(_ step: Step, in frame: Frame, _ error: ExecutorError, item: String? = nil) async throws(Stop)
    -> FailureChoice
  {
    let handling = step.onError ?? (self.operator.isInteractive ? .ask : .stop)
    let path = frame.path(step)
    switch handling {
    case .continue: return .goOn
    case .stop: return .stop
    case .ask: break
    }
    if configuration.mode == .plan { return .goOn }
    let options = [
      Question.Option(name: "retry", text: "try it again", changes: step.changesSomething),
      Question.Option(name: "skip", text: "go on without it"),
      Question.Option(name: "by_hand", text: "it was done by hand"),
      Question.Option(name: "pause", text: "stop here; the run can be resumed"),
      Question.Option(name: "abort", text: "end the run"),
    ]
    let key = "\(path)!failure\(state.failuresHandled + 1)"
    let answer = try await ask(
      Question(
        key: key, place: frame.place, text: "\(item ?? step.name) failed: \(error.message)",
        kind: .option(options, suggested: nil)))
    let choice = answer.value.rendered
    var reason = answer.reason
    if choice == "skip" || choice == "by_hand", reason == nil {
      reason = try await ask(
        Question(key: key + "!reason", place: frame.place, text: "Why?", kind: .text(isOptional: false))
      ).value.rendered
    }
    try await emit(
      .failureHandled, path: path,
      data: MapValue(present: [
        "choice": .string(choice), "reason": reason.map(Value.string), "by": .string(self.operator.name),
      ]))
    switch choice {
    case "retry": return .retry
    case "skip": return .skipped(reason ?? "")
    case "by_hand": return .doneByHand(reason ?? "")
    case "pause": throw .paused("paused after a failure", nil)
    default: throw .aborted("aborted after `\(step.name)` failed")
    }
  }

  /// A read of the operator's own, under a query's rules: `redis TTL key`, `sql SELECT …`.
  func adHocQuery(_ text: String, at path: String) async throws(Stop) {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let executor = executors[String(parts[0].split(separator: ".")[0])],
      executor.schema.usesTarget
    else {
      try await emit(.warning, path: path, facts: ["text": "/query EXECUTOR CALL, for example /query redis TTL key"])
      return
    }
    let query: AdHocQuery
    do {
      query = try AdHocQuery(String(parts[1]), executor: executor.schema, target: String(parts[0]))
    } catch {
      try await emit(.warning, path: path, facts: ["text": .string(error.message)])
      return
    }
    let now = clock.now()
    let step = query.step(named: "query\(state.evidenceCount + 1)")
    let frame = Frame(playbook: configuration.playbook, prefix: path + "!", scope: Scope(), place: "")
    do {
      let prepared = try await prepare(query.call, mode: .query, in: frame.scope, now: now)
      let name = frame.path(step)
      try await emit(
        .callSent, path: name,
        data: MapValue(present: [
          "call": .string(prepared.text), "executor": .string(prepared.call.executor),
          "target": prepared.call.target.map(Value.string), "attempt": 1, "by": .string(self.operator.name),
        ]))
      let performed = await perform(prepared, path: name, timeout: Self.defaultTimeout)
      switch performed.result {
      case .success(let outcome):
        try await end(
          step, in: frame,
          outcome: Outcome.done(outcome, of: prepared.call, started: performed.started, took: performed.took),
          source: outcome.source ?? prepared.call.target,
          extra: MapValue(present: ["number": .int(Int64(state.evidenceCount + 1)), "took": .duration(performed.took)]))
      case .failure(let error):
        try await end(
          step, in: frame,
          outcome: Outcome.failed(
            error, of: prepared.call, name: step.name, started: performed.started, took: performed.took), error: error)
      }
    } catch let stop as Stop {
      throw stop
    } catch CallProblem.wrong(let message) {
      try await emit(.warning, path: path, facts: ["text": .string(message)])
    } catch {
      try await emit(.warning, path: path, facts: ["text": .string("\(error)")])
    }
  }
}
