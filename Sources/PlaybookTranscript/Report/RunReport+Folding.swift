import CEL
import PlaybookRecord

extension RunReport {
  /// Folds one more event in.
  mutating func apply(_ event: Event) {
    defer {
      last = event.at
      if ![.noteAdded, .doneOutside, .interrupted].contains(event.type) { mark = event.at }
    }
    events = event.sequence
    switch event.body {
    case .runStarted(let started): start(event, started)
    case .runResumed(let resumed): resume(event, resumed)
    case .runPaused(let paused): pause(event, paused)
    case .runFinished(let finished): end(event, finished)
    case .stepStarted(let step): begin(event, step)
    case .stepSkipped(let skipped): skip(event, skipped)
    case .stepFinished(let finished): finish(event, finished)
    case .callSent(let sent): send(event, sent)
    case .callRepeated(let repeated):
      let attempt = repeated.attempt.map { "\($0)" } ?? ""
      note(event, "query", name(event.path), "attempt \(attempt): \(repeated.error?.message ?? repeated.text ?? "")")
    case .changeIntended(let intent): intend(event, intent)
    case .undoIntended(let intent): intend(event, intent)
    case .callsMoved(let calls): approveAgain(event, calls, "approved")
    case .callsRenewed(let calls): approveAgain(event, calls, "approved again")
    case .callEdited(let edited): edit(event, edited)
    case .actStarted(let sent): send(event, sent)
    case .actFinished(let finished): finish(event, finished)
    case .actVerified(let look): verify(event, look)
    case .undoStarted(let sent): sendUndo(event, sent)
    case .actUndone(let undone): finish(event, undone)
    case .questionAsked(let question):
      supersede(question, event)
      ask(event, question)
    case .questionAnswered(let answer): decide(event, answer)
    case .stepsReopened(let reopened): reopen(event, reopened)
    case .failureHandled(let handled): handle(event, handled)
    case .noteAdded(let added): take(event, added)
    case .doneOutside(let done):
      outside.append(Remark(at: event.at, path: event.path, text: done.text, by: done.author?.name ?? ""))
      note(event, "outside", done.text, who: done.author?.name)
    case .followUpAdded(let added):
      followUps.append(
        FollowUp(event: event.sequence, text: added.text, due: added.due, owner: added.owner, path: event.path))
    case .warning(let warning):
      warnings.append(Remark(at: event.at, path: event.path, text: warning.text, by: ""))
      note(event, "warning", warning.text)
    // A mistake in what was typed is no finding: it stands in the timeline alone.
    case .inputMistake(let mistake): note(event, "slip", mistake.text)
    case .interrupted(let interrupted):
      if interrupted.choice == .abort { abort(event, interrupted) }
      note(
        event, "interrupt", interrupted.signal ?? "", interrupted.choice?.rawValue, who: interrupted.author?.name)
    case .loopStarted(let loop): goRound(event, loop)
    }
  }

  /// After the last event: remarks that came late are put where they belong.
  mutating func close() {
    if isOutOfOrder { timeline.sort { $0.at < $1.at } }
    isOutOfOrder = false
    if outcome == "unfinished", damagedLine == nil, let last { stopWaiting(last) }
    nameItems()
    compareChanges()
    markUnusedUndos()
  }

  /// Says that the journal can't be relied on from a line on, and why: what was under way then may have gone on.
  mutating func markDamaged(from line: Int, _ cause: String) {
    (damagedLine, damageCause) = (line, cause)
    for position in steps.indices where steps[position].finished == nil && steps[position].state != "skipped" {
      steps[position].change?.isEndUnknown = true
    }
  }

  private mutating func start(_ event: Event, _ started: RunStarted) {
    begun = started
    facts = event.data
    self.started = event.at
    sessionBegan = event.at
    operators = [started.who.name]
    note(event, "run", "Run started", who: started.who.name)
  }

  private mutating func resume(_ event: Event, _ resumed: RunResumed) {
    let name = resumed.who.name
    if !operators.contains(name) { operators.append(name) }
    let stop = resumed.reason.map { outcome == "paused" ? "was paused: \($0)" : $0 }
    // A process that died left no end: its question stood until the last that it wrote.
    if outcome == "unfinished", let last { stopWaiting(last) }
    (outcome, reason, how, ended) = ("unfinished", nil, nil, nil)
    // Whatever is still to be answered is asked again.
    (asked, firstAsked) = ([:], [:])
    (sessionBegan, sessionEvent, endedAt) = (event.at, event.sequence, nil)
    let dead = resumed.tookOver.map {
      "taken over from \($0.who ?? "somebody"), whose process \($0.pid.map { "\($0)" } ?? "?") had died"
    }
    let changed = resumed.changed.map { "changed on disk since the run began, and not used: \($0)" }
    let facts = [stop, dead, changed].compactMap { $0 }
    note(event, "run", "Run resumed", facts.isEmpty ? nil : facts.joined(separator: "; "), who: name)
  }

  private mutating func pause(_ event: Event, _ paused: RunPaused) {
    outcome = "paused"
    (reason, how, ended) = (paused.reason, paused.how, event.at)
    stopWaiting(event.at)
    // Where nobody is at the terminal the question was never shown.
    if let open = paused.question, asked[open.key] == nil {
      var question = QuestionAsked(key: open.key, kind: nil, text: open.text)
      question.options = open.options
      ask(event, question)
    }
    note(event, "run", "Run paused", reason)
  }

  private mutating func end(_ event: Event, _ finished: RunFinished) {
    outcome = finished.outcome.rawValue
    (reason, ended) = (finished.reason, event.at)
    failedChecks = finished.failed ?? []
    stopWaiting(event.at)
    endedAt = finished.outcome == .aborted ? endedAt ?? openStep : nil
    if finished.outcome == .aborted,
      let last = decisions.lastIndex(where: { $0.kind == Decision.abort && $0.reason == nil })
    {
      decisions[last].reason = reason
    }
    note(event, "run", "Run \(outcome)", reason)
  }

  /// `4/9`: the fourth of the playbook's nine steps.
  private mutating func reach(_ place: String?) {
    let parts = (place ?? "").split(separator: "/").compactMap { Int($0) }
    if parts.count == 2, parts[1] == begun?.steps { reached = max(reached, parts[0]) }
  }

  private mutating func ask(_ event: Event, _ question: QuestionAsked) {
    let key = question.key
    let options = (question.options ?? []).filter { $0.name != nil }
    let calls = question.approval?.calls ?? []
    if let open = asked[key] { waited(for: open, until: event.at) }
    let first = firstAsked[key] ?? event.at
    firstAsked[key] = first
    asked[key] = Asked(
      key: key, kind: question.kind ?? "", text: question.text ?? "", options: options.compactMap(\.name),
      optionTexts: options.map { $0.text ?? "" }, at: event.at, sequence: event.sequence, shown: event.at,
      first: first, call: calls.count == 1 ? calls[0] : nil)
  }

  private mutating func begin(_ event: Event, _ started: StepStarted) {
    reach(started.place)
    change(event.path, event) { step in
      step.kind = started.kind
      step.state = "begun"
      step.began = event.at
      (step.title, step.why, step.place) = (started.title, started.why, started.place)
      step.links = (started.links ?? []).map { ($0.title, $0.url) }
    }
  }

  private mutating func skip(_ event: Event, _ skipped: StepSkipped) {
    reach(skipped.place)
    change(event.path, event) { step in
      step.kind = skipped.kind ?? step.kind
      step.title = step.title ?? skipped.title
      step.state = "skipped"
      step.reason = skipped.reason
    }
    closeQuestions(of: event.path, at: event.at)
  }

  private mutating func goRound(_ event: Event, _ loop: LoopStarted) {
    let items = loop.items ?? []
    loops[event.path] = items
    guard let step = step(event.path), step.kind == "group" else { return }
    let named = items.prefix(5).map { EvidenceBody.shortened($0.rendered, to: 60) }.joined(separator: ", ")
    let list = items.isEmpty ? "" : ": \(named)\(items.count > 5 ? ", …" : "")"
    note(event, "group", step.name, "\(items.count) item\(items.count == 1 ? "" : "s")\(list)")
  }

  /// What the groups around `path` are about there: `one` of `g[0].inner`.
  func groupItem(of path: StepPath) -> String? {
    guard path.text.contains("].") else { return nil }
    var items: [String] = []
    var group = ""
    for part in path.text.split(separator: ".").dropLast() {
      group += (group.isEmpty ? "" : ".") + part
      let container = StepPath(group)
      guard let position = container.position, let loop = loops[container.withoutItem] else { continue }
      if loop.indices.contains(position) { items.append(EvidenceBody.shortened(loop[position].rendered, to: 60)) }
    }
    return items.isEmpty ? nil : items.joined(separator: ", ")
  }

  private mutating func send(_ event: Event, _ sent: CallSent) {
    let path = Self.loop(of: event.path, knownTo: self)
    change(path, event) { step in
      // Of a step that is sent again with other inputs the last call is what its outcome answers.
      if step.call == nil || path == event.path { step.call = event.sequence }
      step.called = step.called ?? event.at
      step.attempts += 1
      if step.isAdHoc, step.title == nil {
        let line = sent.call.split(whereSeparator: \.isNewline).first ?? ""
        step.title = "asked besides: " + line.prefix(80)
      }
    }
  }

  private mutating func finish(_ event: Event, _ finished: StepFinished) {
    archive(event.path)
    closeQuestions(of: event.path, at: event.at)
    let outcome = finished.recorded.outcome
    change(event.path, event) { step in
      step.kind = finished.kind ?? step.kind
      step.state = finished.state.rawValue
      (step.text, step.error, step.source) = (finished.text, finished.error?.message, finished.source)
      step.number = finished.evidence.number
      step.summary = Summary.text(of: outcome)
      step.isSummaryPartial = finished.recorded.file != nil && Summary.isPartial(outcome)
      step.notices = Self.notices(outcome)
      step.unmetPolls = Summary.unmetPolls(of: outcome)
      step.finished = event.sequence
      step.isEnd = finished.stops != nil
      (step.show, step.repeats) = (finished.evidence.show, finished.evidence.repeats)
      // Older journals have no time of a loop's own: zero.
      if let took = finished.evidence.took, took > .zero { step.took = took }
      (step.verdict, step.held) = (finished.check.verdict?.rawValue, finished.check.held)
      if let file = finished.recorded.file { step.evidence = (file.sha256, file.size ?? file.bytes ?? 0) }
      if let planned = Change(planned: finished) { step.change = planned }
    }
    guard let step = step(event.path) else { return }
    switch step.kind {
    case "query":
      machine.append(span(of: step, until: event, isPolled: outcome?["polls"] != nil))
      note(event, "query", step.name, step.error.map { "failed: " + $0 } ?? step.summary, number: step.number)
    case "check":
      let verdict = (step.verdict ?? "") + (step.held == false ? ", expected otherwise" : "")
      note(event, "check", step.name, verdict + (step.text.map { ". \($0)" } ?? ""))
    case "act" where step.state == "failed": note(event, "act", step.name, step.error ?? "failed")
    default: break
    }
  }

  /// The first few of an outcome's notices, of a loop those of its calls, each once.
  private static func notices(_ outcome: MapValue?) -> [String] {
    guard let outcome else { return [] }
    let all =
      CallAnswer.notices(outcome)
      + (outcome["items"]?.listValue ?? []).compactMap(\.mapValue).flatMap(CallAnswer.notices)
    var seen: Set<String> = []
    return all.filter { seen.insert($0).inserted }.prefix(5).map { EvidenceBody.shortened($0) }
  }

  /// When a query's calls were under way. Its own time is that of the last attempt, of a loop the
  /// sum of its calls', which older journals don't have.
  private func span(of step: Step, until event: Event, isPolled: Bool) -> Span {
    if let took = step.took, !isPolled { return Span(until: event.at, took: took) }
    let begin = step.called ?? step.began
    return Span(from: max(begin, sessionBegan ?? begin), to: event.at)
  }

  private mutating func handle(_ event: Event, _ handled: FailureHandled) {
    if handled.choice == .skip, handled.position == nil, let position = index[event.path] {
      steps[position].reason = handled.reason
    }
    let reason = handled.reason.map { " (\($0))" } ?? ""
    note(
      event, "failure", name(event.path), "chosen: \(handled.choice.rawValue)" + reason, who: handled.author?.name)
  }

  private mutating func take(_ event: Event, _ added: NoteAdded) {
    let by = added.author?.name
    let remark = Remark(at: added.when ?? event.at, path: event.path, text: added.text, by: by ?? "")
    if let closed = added.closes, let index = followUps.firstIndex(where: { $0.event == closed }) {
      followUps[index].done = remark
    }
    notes.append(remark)
    isOutOfOrder = isOutOfOrder || remark.at < event.at
    let isLate = remark.at < event.at
    note(event, "note", remark.text, isLate ? "taken down \(event.at.description)" : nil, who: by, at: remark.at)
  }

  /// The title of the step at `path`, or the path.
  func name(_ path: StepPath) -> String { step(path)?.name ?? path.text }

  mutating func change(_ path: StepPath, _ event: Event, _ body: (inout Step) -> Void) {
    if index[path] == nil {
      index[path] = steps.count
      steps.append(Step(path: path, item: groupItem(of: path), began: event.at))
    }
    if let position = index[path] { body(&steps[position]) }
  }

  mutating func note(
    _ event: Event, _ kind: String, _ what: String, _ result: String? = nil, who: String? = nil, number: Int? = nil,
    at time: Timestamp? = nil, isItem: Bool = false, isCall: Bool = false
  ) {
    timeline.append(
      Moment(
        at: time ?? event.at, path: event.path, kind: kind, who: who, what: what, result: result, number: number,
        sequence: event.sequence, isItem: isItem, isCall: isCall))
  }

  /// A loop over reads has one step, and a call for each of its items: `q[3]` is the fourth of `q`.
  private static func loop(of path: StepPath, knownTo report: RunReport) -> StepPath {
    report.index[path] == nil ? path.withoutItem : path
  }
}

extension RunReport.Span {
  /// What lasted `took` and ended at `end`.
  init(until end: Timestamp, took: Duration) {
    self.init(from: end.adding(.zero - took) ?? end, to: end)
  }
}
