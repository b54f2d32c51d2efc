import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import SourceText

extension Runner {
  /// What follows a failure.
  enum FailureDecision {
    case retry
    /// Again with other inputs, by name, and why. Of a change it is on record only once there is a yes to the call with
    /// them: whoever comes back from a pause before that is asked for the yes, and not what to do.
    case edit(MapValue, reason: String?)
    /// The failure is a finding.
    case goOn
    case skipped(String)
    case doneByHand(String)
    case stop
  }

  /// As `on_error` says; the operator is asked by default, and nobody at the terminal means stop.
  func failureChoice(
    _ step: Step, in frame: Frame, _ error: ExecutorError, item: String? = nil, position: Int? = nil,
    inputs: [CallInput] = [], confirming: ((Answer) async throws(Stop) -> Bool)? = nil
  ) async throws(Stop) -> FailureDecision {
    let first = QuestionKey(frame.path(step), .failure(state.failuresHandled + 1, .choice))
    switch step.onError ?? (isToBeAsked(first) ? .ask : .stop) {
    case .continue: return .goOn
    case .stop: return .stop
    case .ask: break
    }
    if configuration.mode == .plan { return .goOn }
    let path = frame.path(step)
    while true {
      let decision = state.failuresHandled + 1
      let key = QuestionKey(path, .failure(decision, .choice))
      let failure = "\(item ?? step.name) failed: \(error.message)"
      let answer = try await ask(
        Question(
          key: key, place: frame.place, text: failure, why: await answer(of: step, error),
          kind: .option(failureOptions(step, inputs), suggested: nil)))
      let choice = try choice(answer)
      var reason = answer.reason
      if [.skip, .byHand, .note].contains(choice), reason == nil {
        let texts: [FailureChoice: String] = [
          .note: "What is to be noted?", .byHand: "What was done by hand, and why?",
        ]
        let text = texts[choice] ?? "Why?"
        reason = try await ask(
          Question(
            key: QuestionKey(path, .failure(decision, .reason)), place: frame.place, text: text,
            why: isResumed ? failure : nil,
            kind: .text(isOptional: false))
        ).value.rendered
      }
      // At the terminal the call that was approved goes out again; what was said beforehand is no yes to it, and
      // neither is somebody else's.
      let isDoubted = state.acts[path]?.doubt(about: position ?? 0) != nil
      if choice == .retry, answer.source != "terminal" || isDoubted, let confirming, try await !confirming(answer) {
        try await handled(.declined, reason, path: path, position: position)
        continue
      }
      var edits: MapValue?
      if choice == .edit {
        edits = try await edited(
          inputs, after: decision, at: path, frame.place, because: isResumed ? failure : nil)
        if edits == nil {
          try await handled(choice, "nothing was changed", path: path, position: position)
          continue
        }
      }
      if let edits, step.changesSomething { return .edit(edits, reason: reason) }
      // `/skip` is about a step: said of one item of a loop, nothing more of the loop is sent.
      let isRest = skippedQuestion == key && position != nil && step.forEach != nil
      try await handled(choice, reason, path: path, position: position, edits: edits, isRest: isRest)
      switch choice {
      case .retry: return .retry
      case .edit: return .edit(edits ?? MapValue(), reason: reason)
      case .skip: return .skipped(reason ?? "")
      case .byHand: return .doneByHand(reason ?? "")
      case .note: try await emit(.noteAdded(NoteAdded(reason ?? "", author: author)), path: path)
      case .undo: try await offerUndo(at: path)
      case .pause: throw .paused("paused after a failure", nil)
      default: throw .aborted(state.abortedBecause ?? "aborted after `\(step.name)` failed")
      }
    }
  }

  /// What the target of a query said besides the failure, which decides what is done about it. A change's is shown with
  /// it.
  private func answer(of step: Step, _ error: ExecutorError) async -> String? {
    guard !step.changesSomething, !step.isSecret else { return nil }
    // Of a secret that is cut the rest would not be known.
    let outcome = await sink.redacted(value: error.outcome.map(Value.map) ?? .null).mapValue
    let lines = CallAnswer.failed(outcome).flatMap { said in
      let (first, leftOut, last) = said.lines(8)
      return first + (leftOut > 0 ? ["… \(leftOut) lines left out"] : []) + last
    }
    return lines.isEmpty ? nil : lines.map { $0.beginning(300) }.joined(separator: "\n")
  }

  private func failureOptions(_ step: Step, _ inputs: [CallInput]) -> [Question.Option] {
    var options = [Question.Option(name: "retry", text: "try it again", changes: step.changesSomething)]
    if !inputs.isEmpty {
      options.append(
        Question.Option(
          name: "edit", text: "change an input of this call and try again", changes: step.changesSomething))
    }
    options += [
      Question.Option(name: "skip", text: "go on without it"),
      Question.Option(name: "by_hand", text: "it was done by hand"),
    ]
    if !isUndoing, !takeable.isEmpty {
      options.append(Question.Option(name: "undo", text: "take back what was changed", changes: true))
    }
    return options + [
      Question.Option(name: "note", text: "write a remark into the record"),
      Question.Option(name: "pause", text: "stop here; the run can be resumed"),
      Question.Option(name: "abort", text: "end the run"),
    ]
  }

  /// Records what the operator chose.
  func handled(
    _ choice: FailureChoice, _ reason: String?, path: StepPath, position: Int? = nil, item: Value? = nil,
    edits: MapValue? = nil,
    isUndo: Bool = false, isRest: Bool = false, positions: [Int]? = nil
  ) async throws(Stop) {
    let handled = FailureHandled(
      choice, reason: reason, position: position, item: item, inputs: edits, author: author,
      undo: isUndo ? true : nil, rest: isRest ? true : nil, positions: positions)
    try await emit(.failureHandled(handled), path: path, synced: true)
  }

  /// A read of the operator's own, under a query's rules: `redis TTL key`, `sql SELECT …`.
  func adHocQuery(_ text: String, at path: StepPath) async throws(Stop) {
    let parts = text.split(separator: " ", maxSplits: 1)
    let name = parts.first?.split(separator: ".").first.map(String.init) ?? ""
    guard let executor = executors[name], executor.schema.usesTarget else {
      let names = executors.values.map(\.schema).filter(\.usesTarget).map(\.name).sorted().joined(separator: ", ")
      try await slip("`\(name)` can't be asked: /query EXECUTOR CALL takes \(names)", path)
      return
    }
    guard parts.count == 2 else {
      try await slip("/query \(name) CALL: the call is missing, as in /query redis TTL key", path)
      return
    }
    let query: AdHocQuery
    do {
      query = try AdHocQuery(String(parts[1]), executor: executor.schema, target: String(parts[0]))
    } catch {
      try await slip(error.message, path)
      return
    }
    let now = clock.now()
    let step = query.step(named: "query\(state.ownQueries + 1)")
    let frame = Frame(playbook: configuration.playbook, prefix: path.text + "!", scope: Scope(), place: "")
    do {
      let prepared = try await prepare(query.call, mode: .query, in: frame.scope, now: now)
      let name = frame.path(step)
      let sent = CallSent(
        call: prepared.text, executor: prepared.call.executor, target: prepared.call.target, attempt: 1,
        author: author)
      try await emit(.callSent(sent), path: name)
      let performed = await perform(prepared, path: name, timeout: Self.defaultTimeout)
      switch performed.result {
      case .success(let outcome):
        try await end(
          step, in: frame,
          outcome: Outcome.done(outcome, of: prepared.call, started: performed.started, took: performed.took),
          source: outcome.source ?? prepared.call.target,
          evidence: .init(number: state.evidenceCount + 1, took: performed.took))
      case .failure(let error):
        try await end(
          step, in: frame,
          outcome: Outcome.failed(
            error, of: prepared.call, name: step.name, started: performed.started, took: performed.took), error: error)
      }
    } catch let stop as Stop {
      throw stop
    } catch CallProblem.wrong(let message) {
      try await slip(message, path)
    } catch {
      try await slip("\(error)", path)
    }
  }
}
