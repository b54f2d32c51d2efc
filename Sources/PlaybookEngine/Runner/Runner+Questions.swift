import CEL
import PlaybookLanguage

extension Runner {
  /// Asks the operator, or takes what was answered before: in an earlier sitting (not for a change: its yes is for what was
  /// shown then), or beforehand.
  func ask(_ question: Question) async throws(Stop) -> Answer {
    if !question.isAboutChange, let answer = state.answers[question.key] { return answer }
    if configuration.mode == .plan {
      if let given = try await presetAnswer(to: question) { return given }
      throw .paused("a plan asks nothing", question)
    }
    try await checkStop()
    let question = await redacted(question)
    try await emit(.questionAsked, path: Self.path(of: question.key), data: question.record)
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

  /// Whether a question that nobody at the terminal would be spared is asked: somebody is there, has answered it beforehand,
  /// or has left it open, said no to it, or said what is still to be done in an earlier sitting.
  func isToBeAsked(_ key: String) -> Bool {
    self.operator.isInteractive || configuration.answers.entry(for: key) != nil || state.openQuestions.contains(key)
      || state.answers[key]?.value.boolValue == false || (key.contains("!failure") && state.answers[key] != nil)
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

  /// The step that a question's key belongs to.
  static func path(of key: String) -> String {
    String(key.prefix { $0 != "!" })
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
      if isApproved, question.isAboutUndo, case .item = question.kind {
        return Answer("all", by: self.operator.name, source: "--approve \(approval.digest)")
      }
      guard isApproved, case .approval = question.kind else {
        if !configuration.approvals.isEmpty, !self.operator.isInteractive {
          let fits = "--approve \(approval.digest) is of these calls, and each item needs an answer of its own as well"
          let other = "no digest given with --approve is that of these calls, which is \(approval.digest)"
          try await warn(isApproved ? fits : other, Self.path(of: question.key))
        }
        return nil
      }
      return Answer(true, by: self.operator.name, source: "--approve \(approval.digest)")
    }
    if answer.value.boolValue == false || ["no", "done"].contains(answer.value.stringValue) { return answer }
    guard configuration.mode == .drill || isApproved else {
      try await emit(
        .warning, path: Self.path(of: question.key),
        facts: [
          "text": .string(
            "the yes to `\(question.key)` from \(answer.source) is not bound to these calls: --approve \(approval.digest)"
          )
        ])
      return nil
    }
    if isApproved { answer.source += ", --approve \(approval.digest)" }
    return answer
  }

  func record(_ answer: Answer, to question: Question) async throws(Stop) {
    var suggested: Value?
    if case .option(_, let suggestion) = question.kind { suggested = suggestion.map(Value.string) }
    try await emit(
      .questionAnswered, path: Self.path(of: question.key), synced: true,
      data: MapValue(present: [
        "key": .string(question.key), "text": .string(question.text), "value": answer.value,
        "reason": answer.reason.map(Value.string), "by": .string(answer.by ?? self.operator.name),
        "ticket": answer.ticket.map(Value.string), "source": .string(answer.source),
        "took": answer.took.map(Value.duration), "suggested": suggested,
      ]))
  }

  /// Carries out what the operator said instead of an answer.
  func handle(_ command: OperatorCommand, at question: Question) async throws(Stop) {
    let path = Self.path(of: question.key)
    let by = Value.string(self.operator.name)
    switch command {
    case .note(let text): try await emit(.noteAdded, path: path, facts: ["text": .string(text), "by": by])
    case .did(let text): try await emit(.doneOutside, path: path, facts: ["text": .string(text), "by": by])
    case .pause: throw .paused("the operator paused", question)
    case .abort:
      // After Ctrl-C it is on record by that name.
      if case .abort(let reason) = control.requested { throw .aborted(reason) }
      await interrupted(by: "/abort", choice: "abort")
      throw .aborted(state.abortedBecause ?? "the operator aborted at `\(question.key)`")
    case .query(let text): try await adHocQuery(text, at: path)
    case .undo: try await offerUndo(at: path)
    case .redo, .back:
      // What became of a call is asked nowhere else: the walk may not come by its step again.
      guard !question.key.contains("!cut"), !question.key.contains("!undocut") else {
        return try await slip("say first what became of the call, then go back", path)
      }
      if case .redo(let name) = command { try await redo(name, at: stepPath(of: question.key)) }
      if case .back(let name) = command { try await goBack(to: name, at: stepPath(of: question.key)) }
    case .skip(let reason):
      let step = stepPath(of: question.key)
      let rest = question.key.dropFirst(step.count)
      guard visited[step] != nil, rest.isEmpty || rest.hasPrefix(".") || rest.contains("!done"),
        state.finished[step] == nil
      else { return try await slip("this question is part of another; answer it, or /pause", path) }
      throw .skip(step, reason: reason)
    }
  }

  /// The step that a question belongs to: of `impact.users`, a field of a document, it is `impact`.
  private func stepPath(of key: String) -> String {
    var path = Self.path(of: key)
    while visited[path] == nil, let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) {
      path = String(path[..<end])
    }
    return path
  }
}

extension Question {
  /// Whether it is about what became of a call: nothing typed before it could be seen answers it.
  public var isAboutCall: Bool { Self.isAboutCall(key) }

  static func isAboutCall(_ key: String) -> Bool { ["!cut", "!undocut", "!failure"].contains { key.contains($0) } }

  /// Whether it is about an undo.
  var isAboutUndo: Bool { key.contains("!undo") }

  /// Whether a yes lets something be changed: it is asked anew after a resume, and nothing typed ahead answers it.
  public var isAboutChange: Bool {
    switch kind {
    case .approval, .item: true
    case .option, .yesNo, .text, .value, .checkpoint:
      ["!pace", "!limit", "!fresh", "!errors", "!unverified"].contains { key.contains($0) }
    }
  }

  /// What answers it on a command line; a change outside a drill is approved by its digest alone.
  func argument(isDrill: Bool) -> String {
    switch kind {
    case .item(let approval, _, _) where isAboutUndo && !isDrill: "--approve \(approval.digest)"
    case .item(let approval, _, _):
      "--answer '\(key)=yes|no'" + (isDrill ? "" : " --approve \(approval.digest)")
    case .approval(let approval):
      isDrill ? "--answer '\(key)=yes'" : "--approve \(approval.digest)"
    case .option(let options, _): "--answer '\(key)=\(options.map(\.name).joined(separator: "|"))'"
    case .yesNo: "--answer '\(key)=yes|no'"
    case .text, .value, .checkpoint: "--answer '\(key)=…'"
    }
  }

  /// What the operator may choose instead of an input to edit.
  static let noEdit = "none of them"

  /// Whether it asks for an input of a call that failed, or for its new value: a question that is left without a change.
  public var isEdit: Bool { key.hasSuffix("!edit") || key.hasSuffix("!value") }

  /// What a command says to it, such as `/undo` to the question at the end; nil where that is no answer.
  func declined(by command: OperatorCommand) -> Answer? {
    switch command {
    case .skip(let reason): declined(because: reason)
    case .back where isEdit: declined(because: nil)
    case .undo where key == Runner.lastUndo: Answer("undo")
    default: nil
    }
  }

  /// What `/skip REASON` says to it; nil where the step is left instead.
  private func declined(because reason: String?) -> Answer? {
    switch kind {
    case .option where isEdit: return Answer(.string(Self.noEdit), reason: reason)
    case .text where isEdit: return Answer("", reason: reason)
    case .approval: return Answer(false, reason: reason)
    case .item: return Answer("no", reason: reason)
    case .option(let options, _) where key.contains("!") && options.contains { $0.name == "skip" }:
      return Answer("skip", reason: reason)
    case .yesNo where key.contains("!unverified"): return Answer(true, reason: reason)
    case .yesNo where key.contains("!done"): return nil
    case .yesNo where key.contains("!"): return Answer(false, reason: reason)
    case .option, .yesNo, .text, .value, .checkpoint: return nil
    }
  }

  /// What the journal says of it.
  var record: MapValue {
    var options: Value?
    var suggested: Value?
    var digest: Value?
    var approval: Value?
    switch kind {
    case .option(let list, let suggestion):
      options = .list(list.map { ["name": .string($0.name), "text": .string($0.text)] })
      suggested = suggestion.map(Value.string)
    case .approval(let all):
      digest = .string(all.digest)
      approval = all.record(of: all.calls.indices)
    case .item(let all, let position, _):
      digest = .string(all.digest)
      approval = all.record(of: position..<position + 1)
    case .yesNo, .text, .value, .checkpoint: break
    }
    return MapValue(present: [
      "key": .string(key), "kind": .string(kind.name), "text": .string(text), "options": options,
      "suggested": suggested, "digest": digest, "approval": approval,
    ])
  }
}

extension Approval {
  /// The calls' servers, as a record names them; nil where there are none.
  private func record(_ servers: [String?], of positions: [Int]) -> Value? {
    guard !servers.isEmpty else { return nil }
    return .list(
      positions.map { position in
        servers.indices.contains(position) ? servers[position].map(Value.string) ?? .null : .null
      })
  }

  /// How many calls a record of the question names.
  private static let recorded = 50

  /// What a yes would be given to, for the record.
  fileprivate func record(of positions: Range<Int>) -> Value {
    let named = Array(positions.prefix(Self.recorded).filter(calls.indices.contains))
    return .map(
      MapValue(present: [
        "calls": .list(named.map { .string(calls[$0]) }), "count": .int(Int64(positions.count)),
        "target": .string(target), "servers": record(servers, of: named),
        "undo": .list(named.compactMap { undos.indices.contains($0) ? undos[$0].map(Value.string) : nil }),
        "leftOut": leftOut.isEmpty ? nil : .list(leftOut.prefix(Self.recorded).map(Value.string)),
        "warnings": warnings.isEmpty ? nil : .list(warnings.map(Value.string)),
      ]))
  }
}

extension Question.Kind {
  /// The word for it in records.
  var name: String {
    switch self {
    case .option: "option"
    case .yesNo: "yes-no"
    case .approval: "approval"
    case .item: "item"
    case .text: "text"
    case .value: "value"
    case .checkpoint: "checkpoint"
    }
  }
}
