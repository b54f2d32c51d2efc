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
    if [.stepStarted, .stepSkipped].contains(event.type) { reach(event.data["place"]?.stringValue) }
    switch event.type {
    case .runStarted, .runResumed, .runPaused, .runFinished: applyToRun(event)
    case .stepStarted: begin(event)
    case .stepSkipped:
      change(event.path, event) { step in
        step.kind = event.data["kind"]?.stringValue ?? step.kind
        step.title = step.title ?? event.data["title"]?.stringValue
        step.state = "skipped"
        step.reason = event.data["reason"]?.stringValue
      }
      closeQuestions(of: event.path, at: event.at)
    case .stepFinished: finish(event)
    case .callSent: send(event)
    case .callRepeated:
      let error = event.data["error"]?["message"]?.stringValue ?? event.data["text"]?.stringValue
      note(event, "query", name(event.path), "attempt \(event.data["attempt"]?.rendered ?? ""): \(error ?? "")")
    case .actIntended, .actStarted, .actFinished, .actVerified, .undoStarted, .actUndone: applyChange(event)
    case .questionAsked:
      let key = QuestionKey(event.data["key"]?.stringValue ?? "")
      supersede(key, event)
      ask(event, key, event.data)
    case .questionAnswered: decide(event)
    case .stepsReopened: reopen(event)
    case .failureHandled, .noteAdded, .doneOutside, .followUpAdded, .warning, .interrupted:
      applyRemark(event)
    case .loopStarted: goRound(event)
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

  private mutating func applyToRun(_ event: Event) {
    let data = event.data
    switch event.type {
    case .runStarted:
      facts = data
      started = event.at
      sitting = event.at
      let name = data["operator"]?.stringValue
      operators = name.map { [$0] } ?? []
      note(event, "run", "Run started", who: name)
    case .runResumed:
      let name = data["operator"]?.rendered ?? "?"
      if !operators.contains(name) { operators.append(name) }
      let stop = data["reason"]?.stringValue.map { outcome == "paused" ? "was paused: \($0)" : $0 }
      // A process that died left no end: its question stood until the last that it wrote.
      if outcome == "unfinished", let last { stopWaiting(last) }
      (outcome, reason, how, ended) = ("unfinished", nil, nil, nil)
      // Whatever is still to be answered is asked again.
      (asked, firstAsked) = ([:], [:])
      (sitting, sittingBegan, endedAt) = (event.at, event.sequence, nil)
      let dead = data["tookOver"].map {
        "taken over from \($0["operator"]?.stringValue ?? "somebody"), whose process \($0["pid"]?.rendered ?? "?") had died"
      }
      let changed = data["changed"]?.stringValue.map { "changed on disk since the run began, and not used: \($0)" }
      let facts = [stop, dead, changed].compactMap { $0 }
      note(event, "run", "Run resumed", facts.isEmpty ? nil : facts.joined(separator: "; "), who: name)
    case .runPaused:
      outcome = "paused"
      reason = data["reason"]?.stringValue
      how = data["how"]?.stringValue
      ended = event.at
      stopWaiting(event.at)
      // Where nobody is at the terminal the question was never shown.
      if let key = data["question"]?["key"]?.stringValue.map({ QuestionKey($0) }), asked[key] == nil {
        ask(event, key, data["question"]?.mapValue ?? MapValue())
      }
      note(event, "run", "Run paused", reason)
    default:
      outcome = data["outcome"]?.stringValue ?? "finished"
      reason = data["reason"]?.stringValue
      failedChecks = (data["failed"]?.listValue ?? []).compactMap { $0.stringValue ?? $0["path"]?.stringValue }.map(
        StepPath.init)
      ended = event.at
      stopWaiting(event.at)
      endedAt = outcome == "aborted" ? endedAt ?? openStep : nil
      if outcome == "aborted" {
        if let last = decisions.lastIndex(where: { $0.kind == Decision.abort && $0.reason == nil }) {
          decisions[last].reason = reason
        }
      }
      note(event, "run", "Run \(outcome)", reason)
    }
  }

  /// `4/9`: the fourth of the playbook's nine steps.
  private mutating func reach(_ place: String?) {
    let parts = (place ?? "").split(separator: "/").compactMap { Int($0) }
    if parts.count == 2, Int64(parts[1]) == facts["steps"]?.intValue { reached = max(reached, parts[0]) }
  }

  private mutating func ask(_ event: Event, _ key: QuestionKey, _ question: MapValue) {
    let options = (question["options"]?.listValue ?? []).filter { $0["name"]?.stringValue != nil }
    let calls = question["approval"]?["calls"]?.listValue ?? []
    if let open = asked[key] { waited(for: open, until: event.at) }
    let first = firstAsked[key] ?? event.at
    firstAsked[key] = first
    asked[key] = Asked(
      key: key, kind: question["kind"]?.stringValue ?? "", text: question["text"]?.stringValue ?? "",
      options: options.compactMap { $0["name"]?.stringValue },
      optionTexts: options.map { $0["text"]?.stringValue ?? "" }, at: event.at, sequence: event.sequence,
      shown: event.at, first: first, call: calls.count == 1 ? calls[0].stringValue : nil)
  }

  private mutating func begin(_ event: Event) {
    let data = event.data
    change(event.path, event) { step in
      step.kind = data["kind"]?.stringValue ?? ""
      step.state = "begun"
      step.began = event.at
      step.title = data["title"]?.stringValue
      step.why = data["why"]?.stringValue
      step.place = data["place"]?.stringValue
      step.links = (data["links"]?.listValue ?? []).map {
        ($0["title"]?.rendered ?? "", $0["url"]?.rendered ?? "")
      }
    }
  }

  private mutating func goRound(_ event: Event) {
    let items = event.data["items"]?.listValue ?? []
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

  private mutating func send(_ event: Event) {
    let path = Self.loop(of: event.path, knownTo: self)
    let call = event.data["call"]?.stringValue
    change(path, event) { step in
      // Of a step that is sent again with other inputs the last call is what its outcome answers.
      if call != nil, step.call == nil || path == event.path { step.call = event.sequence }
      step.called = step.called ?? event.at
      step.attempts += 1
      if step.isAdHoc, step.title == nil {
        let line = call?.split(whereSeparator: \.isNewline).first ?? ""
        step.title = "asked besides: " + line.prefix(80)
      }
    }
  }

  private mutating func finish(_ event: Event) {
    let data = event.data
    archive(event.path)
    closeQuestions(of: event.path, at: event.at)
    change(event.path, event) { step in
      step.kind = data["kind"]?.stringValue ?? step.kind
      step.state = data["state"]?.stringValue ?? "done"
      step.text = data["text"]?.stringValue
      step.error = data["error"]?["message"]?.stringValue
      step.source = data["source"]?.stringValue
      step.number = data["number"]?.intValue.map(Int.init)
      step.summary = Summary.text(of: data["outcome"]?.mapValue)
      step.isSummaryPartial = data["evidence"] != nil && Summary.isPartial(data["outcome"]?.mapValue)
      step.notices = Self.notices(data["outcome"]?.mapValue)
      step.unmetPolls = Summary.unmetPolls(of: data["outcome"]?.mapValue)
      step.finished = event.sequence
      step.isEnd = data["stops"]?.stringValue != nil
      step.show = data["show"]
      step.repeats = data["repeats"]?.stringValue
      // Older journals have no time of a loop's own: zero.
      if case .duration(let took) = data["took"], took > .zero { step.took = took }
      step.verdict = data["verdict"]?.stringValue
      step.held = data["held"]?.boolValue
      if let digest = data["evidence"]?["sha256"]?.stringValue {
        let size = data["evidence"]?["size"] ?? data["evidence"]?["bytes"]
        step.evidence = (digest, Int(size?.intValue ?? 0))
      }
      if let planned = Change(planned: data) { step.change = planned }
    }
    guard let step = step(event.path) else { return }
    switch step.kind {
    case "query":
      machine.append(span(of: step, until: event))
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
  private func span(of step: Step, until event: Event) -> Span {
    let isPolled = event.data["outcome"]?["polls"] != nil
    if let took = step.took, !isPolled { return Span(until: event.at, took: took) }
    let begin = step.called ?? step.began
    return Span(from: max(begin, sitting ?? begin), to: event.at)
  }

  private mutating func applyRemark(_ event: Event) {
    let data = event.data
    let by = data["by"]?.stringValue
    var remark = Remark(at: event.at, path: event.path, text: data["text"]?.stringValue ?? "", by: by ?? "")
    switch event.type {
    case .failureHandled:
      if data["choice"]?.stringValue == "skip", data["position"] == nil, let position = index[event.path] {
        steps[position].reason = data["reason"]?.stringValue
      }
      note(event, "failure", name(event.path), "chosen: \(data["choice"]?.rendered ?? "")" + Self.reason(data), who: by)
    case .noteAdded:
      if case .timestamp(let time) = data["when"] { remark.at = time }
      if let closed = data["closes"]?.intValue, let index = followUps.firstIndex(where: { $0.event == Int(closed) }) {
        followUps[index].done = remark
      }
      notes.append(remark)
      isOutOfOrder = isOutOfOrder || remark.at < event.at
      let isLate = remark.at < event.at
      note(
        event, "note", remark.text, isLate ? "taken down \(event.at.description)" : nil, who: by, at: remark.at)
    case .doneOutside:
      outside.append(remark)
      note(event, "outside", remark.text, who: by)
    case .followUpAdded:
      var due: Timestamp?
      if case .timestamp(let time) = data["due"] { due = time }
      followUps.append(
        FollowUp(
          event: event.sequence, text: remark.text, due: due, owner: data["owner"]?.stringValue, path: event.path))
    case .warning:
      // A slip of the operator's is no finding: it stands in the timeline alone.
      let isSlip = data["slip"]?.boolValue == true
      if !isSlip { warnings.append(remark) }
      note(event, isSlip ? "slip" : "warning", remark.text)
    default:
      if data["choice"]?.stringValue == "abort" { abort(event) }
      note(event, "interrupt", data["signal"]?.rendered ?? "", data["choice"]?.stringValue, who: by)
    }
  }

  static func reason(_ data: MapValue) -> String { data["reason"]?.stringValue.map { " (\($0))" } ?? "" }

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
