import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// What a check came to.
extension Runner {
  /// A question that evidence answers.
  func run(_ check: Check, _ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) {
    if try await restore(step, in: frame) { return }
    try await begin(step, in: frame, now: now)
    let bindings = frame.scope.bindings(now: now)
    var parts: [(name: String, verdict: Verdict, because: String?)] = []
    for (name, condition) in check.conditions {
      let (verdict, because) = judge(condition, in: frame.scope, bindings)
      parts.append((name ?? "that", verdict, because))
    }
    let verdict = Verdict.all(parts.map(\.verdict))
    let reasons = parts.compactMap(\.because)
    let meaning = verdict == .yes ? check.yes : verdict == .no ? check.no : nil
    var text = meaning.flatMap { frame.scope.prose($0, now: now) }
    if text == nil, !reasons.isEmpty { text = reasons.joined(separator: "; ") }
    var outcome = Outcome.plain(
      [
        ("verdict", .string(verdict.rawValue)),
        ("parts", .map(MapValue(parts.map { ($0.name, .string($0.verdict.rawValue)) }))),
      ], started: now)
    outcome["yes"] = verdict == .unknown ? .unknown(Unknown(reasons)) : .bool(verdict == .yes)
    let held = check.expect.map { $0 ? verdict == .yes : verdict == .no }
    var stops: String?
    if held == false, check.stopsOnFailure {
      stops = "`\(step.name)` was expected to be \(check.expect == true ? "yes" : "no") and is \(verdict.rawValue)"
    }
    var recorded = outcome
    recorded["yes"] = verdict == .unknown ? .null : .bool(verdict == .yes)
    try await end(
      step, in: frame, outcome: recorded, text: text, stops: stops,
      check: .init(verdict: verdict, held: held, expected: check.expect.map { $0 ? .yes : .no }))
    bind(step, in: frame, outcome: outcome)
    if let stops { throw .failed(stops) }
  }

  /// One condition: an error, NaN, an unknown part or cut evidence make it unknown, never a yes.
  private func judge(
    _ condition: LocatedExpression, in scope: Scope, _ bindings: Bindings
  ) -> (Verdict, because: String?) {
    let cut = scope.truncatedNames(in: condition)
    if !cut.isEmpty {
      let names = cut.map { "`\($0)`" }.joined(separator: ", ")
      return (.unknown, "\(names) was cut, so `\(condition.expression.source)` can't be told")
    }
    do {
      switch try condition.evaluate(bindings) {
      case .bool(true): return (.yes, nil)
      case .bool(false): return (.no, nil)
      case .unknown(let unknown): return (.unknown, unknown.reasons.joined(separator: "; "))
      case let other:
        return (
          .unknown,
          "`\(condition.expression.source)` is neither true nor false but \(scope.told(other, of: [condition]))"
        )
      }
    } catch {
      // What may have been meant is found among the keys of the value.
      guard !scope.reads(secret: condition) else { return (.unknown, scope.reason(error)) }
      let help = error.help.map { "; \($0)" } ?? ""
      return (.unknown, "`\(condition.expression.source)`: \(error.message)\(help)")
    }
  }

  /// A human decision, then the steps of the option that was chosen.
  func run(_ confirm: Confirm, _ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) -> Flow {
    let path = frame.path(step)
    if try await !restore(step, in: frame) {
      try await begin(step, in: frame, now: now)
      let bindings = frame.scope.bindings(now: now)
      let text = frame.scope.prose(confirm.ask, now: now) ?? confirm.ask.literal ?? step.name
      if configuration.mode == .plan, configuration.answers.entry(for: QuestionKey(path)) == nil {
        try await plan(confirm, step, in: frame, now: now)
        return .onward
      }
      if isFinishing, !isCompleted {
        try await followUp(text, from: path)
        try await skip(step, in: frame, because: "the run did not complete; the question became a follow-up")
        return .onward
      }
      let open = confirm.options.filter { condition($0.when, in: frame.scope, now: now) == nil }
      var suggested: String?
      if let template = confirm.suggest, case .string(let name) = try? template.resolve(bindings) {
        suggested = open.contains { $0.name == name } ? name : nil
      }
      let options = open.map { option in
        Question.Option(
          name: option.name, text: frame.scope.prose(option.text, now: now) ?? option.name,
          changes: option.steps.contains(where: \.changesSomething))
      }
      if !confirm.options.isEmpty, options.isEmpty {
        throw .failed("no option of `\(step.name)` is open: every `when` is false or unknown")
      }
      let kind: Question.Kind = confirm.options.isEmpty ? .yesNo : .option(options, suggested: suggested)
      var answer = try await ask(Question(key: QuestionKey(path), place: frame.place, text: text, kind: kind))
      if confirm.needsApprover { try await askApprover(&answer, path: path, place: frame.place) }
      let outcome = Outcome.plain(
        [
          ("answer", answer.value), ("suggested", suggested.map(Value.string) ?? .null),
          ("by", .string(answer.by ?? self.operator.name)), ("reason", answer.reason.map(Value.string) ?? .null),
        ], started: now)
      try await end(step, in: frame, outcome: outcome)
    }
    let answer = frame.scope.values[step.name]?["answer"]
    if confirm.options.isEmpty { return answer?.boolValue == false ? .gateClosed(step.name) : .onward }
    for option in confirm.options where option.name != answer?.stringValue {
      for inner in option.steps {
        bindSkipped(inner, in: frame, because: "`\(step.name)` was answered \(answer?.rendered ?? "otherwise")")
      }
    }
    guard let chosen = confirm.options.first(where: { $0.name == answer?.stringValue }) else { return .onward }
    _ = try await walk(chosen.steps, in: frame, isTop: false)
    return .onward
  }

  private func askApprover(_ answer: inout Answer, path: StepPath, place: String) async throws(Stop) {
    if answer.by == nil || answer.by == self.operator.name {
      let name = Question(
        key: QuestionKey(path, .approver), place: place, text: "Who approves this?", kind: .text(isOptional: false))
      answer.by = try await ask(name).value.rendered
    }
    if answer.ticket == nil, configuration.ticket == nil {
      let ticket = Question(
        key: QuestionKey(path, .ticket), place: place, text: "Under which ticket?", kind: .text(isOptional: false))
      answer.ticket = try await ask(ticket).value.rendered
    }
  }

  /// What a human adds.
  func run(_ document: Document, _ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) {
    let secret = document.fields.filter(\.isSecret).map(\.name)
    let asksNobody = configuration.mode == .plan || (isFinishing && !isCompleted)
    if secret.isEmpty || asksNobody, try await restore(step, in: frame) { return }
    // A secret is not on record, so that it is asked for anew; all else that the step did is, and is not done twice.
    let isRecorded = state.finished[frame.path(step)] != nil
    try await begin(step, in: frame, now: now)
    let path = frame.path(step)
    let bindings = frame.scope.bindings(now: now)
    let text = document.text.flatMap { frame.scope.prose($0, now: now) }
    var fields: [(String, Value)] = []
    if let text { fields.append(("text", .string(text))) }
    if let template = document.ask {
      let question = frame.scope.prose(template, now: now) ?? step.name
      if let answer = try await documentAnswer(
        Question(key: QuestionKey(path), place: frame.place, text: question, kind: .text(isOptional: true)), asksNobody)
      {
        fields.append(("answer", answer))
      }
    }
    for declaration in document.fields {
      var asked = declaration
      if let tree = declaration.defaultValue, !declaration.isSecret, frame.scope.holdsSecret(tree.expressions) {
        // It would be shown.
        asked.defaultValue = nil
      } else if let value = try? declaration.defaultValue?.resolve(bindings), value.firstUnknown == nil {
        asked.defaultValue = .value(value, declaration.nameSpan)
      }
      let question = Question(
        key: QuestionKey(path).asking(for: declaration.name), place: frame.place,
        text: declaration.describe ?? declaration.name.replacing("_", with: " "), kind: .value(asked))
      if let answer = try await documentAnswer(question, asksNobody) {
        if declaration.isSecret {
          frame.scope.secretNames.insert("\(step.name).\(declaration.name)")
        }
        fields.append((declaration.name, answer))
      }
    }
    for (name, template) in document.checklist {
      let point = frame.scope.prose(template, now: now) ?? name
      let question = Question(
        key: QuestionKey(path).asking(for: name), place: frame.place, text: point, kind: .checkpoint)
      if let answer = try await documentAnswer(question, asksNobody) { fields.append((name, answer)) }
    }
    let outcome = Outcome.plain(fields, started: now)
    if isRecorded { return bind(step, in: frame, outcome: outcome) }
    if configuration.mode != .plan {
      for (index, planned) in document.followUps.enumerated() {
        try await followUp(planned, index, step, path, frame.scope, now)
      }
    }
    try await end(step, in: frame, outcome: outcome, text: text, secret: secret)
  }

  /// The answer to a question of a document; after a run that did not complete it becomes a follow-up.
  private func documentAnswer(_ question: Question, _ asksNobody: Bool) async throws(Stop) -> Value? {
    guard asksNobody else { return try await ask(question).value }
    if configuration.mode != .plan { try await followUp(question.text, from: question.key.step) }
    return nil
  }

  private func followUp(_ text: String, from path: StepPath) async throws(Stop) {
    try await emit(.followUpAdded(FollowUpAdded(text, from: path)), path: path)
  }

  private func followUp(
    _ planned: Document.FollowUp, _ index: Int, _ step: Step, _ path: StepPath, _ scope: Scope, _ now: Timestamp
  ) async throws(Stop) {
    let bindings = scope.bindings(now: now)
    guard var text = try? planned.text.resolve(bindings), text.firstUnknown == nil else { return }
    if scope.holdsSecret(planned.text.expressions) { text = .string(scope.prose(planned.text, now: now) ?? "") }
    var due: Timestamp?
    if let template = planned.due, let value = try? template.resolve(bindings) {
      switch value {
      case .timestamp(let time): due = time
      case .duration(let duration): due = now.adding(duration)
      case .string(let written):
        if let time = Timestamp(rfc3339: written) ?? Timestamp(rfc3339: written + "T00:00:00Z") {
          due = time
        } else if let duration = Duration(human: written) {
          due = now.adding(duration)
        } else {
          try await warn("the due date `\(written)` of a follow-up can't be read", path)
        }
      default: break
      }
    }
    let owner = planned.owner.flatMap { scope.prose($0, now: now) }
    try await emit(.followUpAdded(FollowUpAdded(text.rendered, due: due, owner: owner, from: path)), path: path)
  }
}

extension Step {
  /// Whether it is a change or holds one.
  var changesSomething: Bool {
    if case .act = kind { return true }
    if case .use = kind { return true }
    return innerSteps.contains(where: \.changesSomething)
  }
}
