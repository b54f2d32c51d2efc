import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Asks the operator, or takes what was answered before: in an earlier session (not for a change: its yes is for what
  /// was shown then), or beforehand.
  func ask(_ question: Question) async throws(Stop) -> Answer {
    // A secret is not on record.
    if !question.isAboutChange, !question.isSecret, let answer = state.answers[question.key] { return answer }
    if configuration.mode == .plan {
      if let given = try await presetAnswer(to: question) { return given }
      throw .paused("a plan asks nothing", question)
    }
    try await checkStop()
    let question = await redacted(question)
    try await emit(.questionAsked(question.record), path: question.key.step)
    if let given = try await presetAnswer(to: question) {
      try await record(given, to: question)
      return given
    }
    let begun = ContinuousClock.now
    while true {
      switch await self.operator.ask(question) {
      case .answer(var answer):
        answer.by = answer.by ?? self.operator.name
        answer.took = ContinuousClock.now - begun
        try await record(answer, to: question)
        return answer
      case .unanswered(let reason):
        try await checkStop()
        throw .paused(reason, question)
      case .command(let command):
        if var answer = question.declined(by: command) {
          answer.by = self.operator.name
          answer.took = ContinuousClock.now - begun
          try await record(answer, to: question)
          if case .skip = command { skippedQuestion = question.key }
          return answer
        }
        try await handle(command, at: question)
      }
      try await checkStop()
    }
  }

  /// Whether a question that nobody at the terminal would be spared is asked: somebody is there, has answered it
  /// beforehand, or has left it open, said no to it, or said what is still to be done in an earlier session.
  func isToBeAsked(_ key: QuestionKey) -> Bool {
    self.operator.isInteractive || configuration.answers.entry(for: key) != nil || state.openQuestions.contains(key)
      || state.answers[key]?.value.boolValue == false || (key.purpose.isOfFailure && state.answers[key] != nil)
  }

  /// The question as it may be shown: no secret in any of its texts.
  private func redacted(_ question: Question) async -> Question {
    var shown = question
    shown.text = await sink.redacted(question.text)
    if let why = question.why { shown.why = await sink.redacted(why) }
    switch question.kind {
    case .option(let options, let suggested):
      var safe: [Question.Option] = []
      for option in options {
        safe.append(
          Question.Option(name: option.name, text: await sink.redacted(option.text), changes: option.changes))
      }
      shown.kind = .option(safe, suggested: suggested)
    case .approval(var approval):
      approval.items = await redacted(approval.items)
      approval.leftOut = await redacted(approval.leftOut)
      shown.kind = .approval(approval)
    case .item(var approval, let position, let count):
      approval.items = await redacted(approval.items)
      approval.rows = await redacted(approval.rows)
      approval.leftOut = await redacted(approval.leftOut)
      shown.kind = .item(approval, position: position, count: count)
    case .yesNo, .text, .value, .checkpoint: break
    }
    return shown
  }

  /// An answer given beforehand. A yes to a change counts only where the change is the one approved.
  private func presetAnswer(to question: Question) async throws(Stop) -> Answer? {
    let found: Answer?
    do {
      found = try configuration.answers.answer(to: question)
    } catch {
      // The question stands, and a slip of the one who answers ends no run.
      throw .paused(error.message, question)
    }
    let isApproval: Approval? =
      switch question.kind {
      case .approval(let approval), .item(let approval, _, _): approval
      default: nil
      }
    guard let approval = isApproval else { return found }
    let isApproved = configuration.approvals.contains(approval.digest)
    guard var answer = found else {
      // The undo of a loop is one change: one digest is the yes to all of it that is left.
      if isApproved, question.key.purpose.isAboutUndo, case .item = question.kind {
        return Answer("all", by: self.operator.name, source: "--approve \(approval.digest)")
      }
      guard isApproved, case .approval = question.kind else {
        if !configuration.approvals.isEmpty, !self.operator.isInteractive {
          let fits = "--approve \(approval.digest) is of these calls, and each item needs an answer of its own as well"
          let other = "no digest given with --approve is that of these calls, which is \(approval.digest)"
          try await warn(isApproved ? fits : other, question.key.step)
        }
        return nil
      }
      return Answer(true, by: self.operator.name, source: "--approve \(approval.digest)")
    }
    if answer.value.boolValue == false || ["no", "done"].contains(answer.value.stringValue) { return answer }
    guard configuration.mode == .drill || isApproved else {
      try await warn(
        "the yes to `\(question.key)` from \(answer.source) is not bound to these calls: --approve \(approval.digest)",
        question.key.step)
      return nil
    }
    if isApproved { answer.source += ", --approve \(approval.digest)" }
    return answer
  }

  func record(_ answer: Answer, to question: Question) async throws(Stop) {
    var suggested: String?
    if case .option(_, let suggestion) = question.kind { suggested = suggestion }
    if question.isSecret { await hide(answer.value) }
    let answered = QuestionAnswered(
      key: question.key, text: question.text, value: question.isSecret ? .string(Outcome.scrubbed) : answer.value,
      reason: answer.reason, author: Author(answer.by ?? self.operator.name, uid: author.uid), ticket: answer.ticket,
      source: answer.source, took: answer.took, suggested: suggested)
    try await emit(.questionAnswered(answered), path: question.key.step, synced: true)
  }

  /// Carries out what the operator said instead of an answer.
  func handle(_ command: OperatorCommand, at question: Question) async throws(Stop) {
    let path = question.key.step
    switch command {
    case .note(let text): try await emit(.noteAdded(NoteAdded(text, author: author)), path: path)
    case .did(let text): try await emit(.doneOutside(DoneOutside(text, author: author)), path: path)
    case .pause: throw .paused("the operator paused", question)
    case .abort:
      // After Ctrl-C it is on record by that name.
      if case .abort(let reason) = control.requested { throw .aborted(reason) }
      await interrupted(by: "/abort", choice: .abort)
      throw .aborted(state.abortedBecause ?? "the operator aborted at `\(question.key)`")
    case .query(let text): try await adHocQuery(text, at: path)
    case .undo: try await offerUndo(at: path)
    case .redo, .back:
      // The call in doubt is asked about nowhere else: the walk may not reach its step again.
      guard !question.key.purpose.isInDoubt else {
        return try await slip("say first what became of the call, then go back", path)
      }
      if case .redo(let name) = command { try await redo(name, at: stepPath(of: question.key)) }
      if case .back(let name) = command { try await goBack(to: name, at: stepPath(of: question.key)) }
    case .skip(let reason):
      let step = stepPath(of: question.key)
      guard visited[step] != nil, question.key.isOfWholeStep(step), state.finished[step] == nil
      else { return try await slip("this question is part of another; answer it, or /pause", path) }
      throw .skip(step, reason: reason)
    }
  }

  /// The step that a question belongs to: of `impact.users`, a field of a document, it is `impact`.
  private func stepPath(of key: QuestionKey) -> StepPath {
    var path = key.step
    while visited[path] == nil, let parent = path.parent { path = parent }
    return path
  }
}
