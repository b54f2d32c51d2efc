import CEL
import PlaybookRecord

extension RunReport {
  /// Folds an answer in: what was asked, what was said, and the yes to a change.
  mutating func decide(_ event: Event, _ answer: QuestionAnswered) {
    let key = answer.key
    let question = asked.removeValue(forKey: key)
    firstAsked[key] = nil
    var took: Duration?
    if let time = answer.took {
      // It is measured from when the question was shown last.
      took = max(time, question.map { event.at.since($0.first) } ?? .zero)
      human.append(Span(until: event.at, took: time))
      if let question { waited(for: question, until: event.at) }
    }
    var decision = Decision(
      at: event.at, path: event.path, key: key, kind: question?.kind ?? "",
      question: titled(answer.text ?? question?.text ?? key.description, key),
      options: question?.options ?? [],
      optionTexts: question?.optionTexts ?? [],
      suggested: answer.suggested, chosen: Self.chosen(answer.value), reason: answer.reason,
      by: answer.author?.name ?? "?", ticket: answer.ticket, source: answer.source ?? "",
      took: took, sequence: event.sequence)
    decision.item = question?.call
    if decision.isStop { decision.meaning = Self.stopped(untouched(by: key)) }
    if ["approval", "item"].contains(decision.kind) {
      answers[key.base, default: [:]][key] = decisions.count
    }
    switch key.purpose {
    case .approver, .ticket: sign(decision)
    default:
      decisions.append(decision)
      approve(decision)
    }
    note(event, "answer", decision.question, decision.said, who: decision.by)
  }

  /// Puts who approves, or the ticket, to the decision that was asked for it: `verdict!ticket` belongs to `verdict`.
  private mutating func sign(_ answer: Decision) {
    let decision = QuestionKey(answer.key.step)
    guard let position = decisions.lastIndex(where: { $0.key == decision && $0.withdrawn == nil }) else { return }
    if answer.key.purpose == .ticket {
      decisions[position].ticket = answer.chosen
    } else {
      decisions[position].approver = answer.chosen
    }
  }

  /// Marks what was said of steps that are walked again: it counts no more. What was said of failures did.
  mutating func withdraw(_ paths: Set<StepPath>, _ withdrawal: Withdrawal) {
    for position in decisions.indices where decisions[position].withdrawn == nil {
      let decision = decisions[position]
      let step = decision.kind == "item" ? decision.path.withoutItem : decision.path
      if paths.contains(step), decision.key.purpose == .answer { decisions[position].withdrawn = withdrawal }
    }
  }

  /// The run is to end on somebody's word.
  mutating func abort(_ event: Event, _ interrupted: Interrupted) {
    endedAt = openStep
    decisions.append(
      Decision(
        at: event.at, path: event.path, key: "", kind: Decision.abort,
        question: "Asked to stop by \(interrupted.signal ?? "a signal")", item: nil, options: [], optionTexts: [],
        suggested: nil, chosen: "abort", reason: interrupted.reason, by: interrupted.author?.name ?? "?",
        ticket: nil, source: "terminal", took: nil, sequence: event.sequence))
  }

  /// Marks each yes to an undo after which none was sent: known once the run is over or paused.
  mutating func markUnusedUndos() {
    guard outcome != "unfinished", damagedLine == nil else { return }
    for place in decisions.indices {
      let decision = decisions[place]
      guard decision.key.purpose.isAboutUndo, ["approval", "item"].contains(decision.kind),
        ["yes", "all"].contains(decision.chosen)
      else { continue }
      let path = decision.key.step
      let key = decision.key.base
      let position = decision.chosen == "yes" && decision.kind == "item" ? decision.key.item : nil
      let next = undoIntents.first { $0.path == path && $0.sequence > decision.sequence && $0.key != key }?.sequence
      decisions[place].isUnused = !undoCalls.contains { call in
        call.path == path && call.sequence > decision.sequence && call.sequence < next ?? .max
          && (position == nil || call.position == position)
      }
    }
  }

  /// The yes to a change: to all of it, or to its first item. What is undone or sent with other inputs has a yes of
  /// its own, under another key.
  private mutating func approve(_ decision: Decision) {
    var path = decision.path
    guard decision.key == QuestionKey(path) else { return }
    switch (decision.kind, decision.chosen) {
    case ("approval", "yes"): break
    case ("item", "yes"), ("item", "all"):
      guard path.position != nil else { return }
      path = path.withoutItem
    default: return
    }
    guard let position = index[path] else { return }
    var change = steps[position].change ?? Change()
    if change.approvedBy == nil || change.isApprovalUsed || decision.kind == "approval" {
      (change.approvedBy, change.approvedAt, change.isApprovalUsed) = (decision.by, decision.at, false)
    }
    steps[position].change = change
  }

  /// Says of which item a decision is: known only when all of the loop is, as its list is recorded after the yeses.
  mutating func nameItems() {
    var items: [Int: String] = [:]
    var said: [Int: String] = [:]
    for position in decisions.indices {
      let decision = decisions[position]
      let number = decision.key.item.map { "item \($0 + 1)" }
      let own = decision.kind == "item" ? item(ofKey: decision.key) ?? decision.item ?? number : nil
      let known = [groupItem(of: decision.path), own].compactMap { $0 }
      if known.isEmpty { continue }
      let item = known.joined(separator: ", ")
      decisions[position].item = item
      if decision.isStop, let rest = untouchedAtEnd(by: decision.key) {
        decisions[position].meaning = Self.stopped(rest)
      }
      said[decision.sequence] = decisions[position].said
      items[decisions[position].sequence] = item
    }
    if items.isEmpty { return }
    for position in timeline.indices where timeline[position].kind == "answer" {
      guard let item = items[timeline[position].sequence] else { continue }
      timeline[position].what += " (\(item))"
      timeline[position].result = said[timeline[position].sequence]
    }
  }

  /// What a `done` at an item means: how many more stay as they are, where that is known.
  private static func stopped(_ rest: Int?) -> String {
    switch rest {
    case nil: "stopped here: this and the rest left as they are"
    case 0?: "stopped here: this one left as it is"
    case let rest?: "stopped here: this and the remaining \(rest) left as they are"
    }
  }

  /// How many others could still be undone when nobody wanted to continue: those that nobody was asked
  /// about.
  private func untouched(by key: QuestionKey) -> Int? {
    guard key.purpose.isAboutUndo, let place = key.item else { return nil }
    let said = Set((answers[key.base] ?? [:]).keys.compactMap(\.item))
    return step(key.step)?.change?.items.count {
      $0.position != place && !said.contains($0.position) && $0.isTakeable
    }
  }

  /// How many of a change's calls after this were not approved; nil where it was not to be sent at all, or is a taking
  /// back.
  private func untouchedAtEnd(by key: QuestionKey) -> Int? {
    guard key.purpose == .answer, let place = key.item, let change = step(key.step.withoutItem)?.change,
      change.isIntended
    else { return nil }
    return change.items.count { $0.position > place && $0.state == Change.Item.declined }
  }

  /// The question about a failure with the step's title where it has its name.
  private func titled(_ question: String, _ key: QuestionKey) -> String {
    guard key.purpose.isOfFailure, let title = step(key.step)?.title,
      let name = key.step.text.split(separator: ".").last, question.hasPrefix(name + " failed: ")
    else { return question }
    return title + question.dropFirst(name.count)
  }

  /// A change that is asked about again before anything was sent: what was said to it in an earlier session counts no
  /// more, nor what was said to the same question.
  mutating func supersede(_ question: QuestionAsked, _ event: Event) {
    guard ["approval", "item"].contains(question.kind) else { return }
    let key = question.key
    let base = key.base
    guard let earlier = answers[base], let one = earlier.values.first else { return }
    // All of a session are asked in it.
    let isOfEarlierSession = decisions[one].sequence < sessionEvent
    let gone = isOfEarlierSession ? Array(earlier.values) : earlier[key].map { [$0] } ?? []
    if gone.isEmpty { return }
    for place in gone where decisions[place].withdrawn == nil {
      decisions[place].withdrawn = Withdrawal(at: event.at, word: Withdrawal.again)
    }
    if isOfEarlierSession { answers[base] = nil } else { answers[base]?[key] = nil }
    guard let place = index[base.place], steps[place].change?.isApprovalUsed == false else { return }
    steps[place].change?.approvedBy = nil
    steps[place].change?.approvedAt = nil
  }

  /// The step whose question stands open; nil: none does.
  var openStep: StepPath? {
    guard let question = asked.values.max(by: { $0.sequence < $1.sequence }) else { return nil }
    var path = question.key.step.withoutItem
    while index[path] == nil, let parent = path.parent { path = parent }
    return index[path] == nil ? nil : path
  }

  /// The item of `block[2]` and of `block!undo1[2]`: the third of `block`.
  private func item(ofKey key: QuestionKey) -> String? {
    guard let position = key.item, position >= 0 else { return nil }
    let path = key.base.step
    let items = step(path)?.change?.items ?? []
    if items.indices.contains(position) { return items[position].label }
    let loop = loops[path] ?? []
    return loop.indices.contains(position) ? loop[position].rendered : nil
  }

  /// Somebody was asked until now, and did not answer.
  mutating func stopWaiting(_ time: Timestamp) {
    for question in asked.values { waited(for: question, until: time) }
  }

  mutating func waited(for question: Asked, until time: Timestamp) {
    if let shown = question.shown, shown < time { standing.append(Span(from: shown, to: time)) }
  }

  private static func chosen(_ value: Value) -> String {
    switch value {
    case .bool(let flag): return flag ? "yes" : "no"
    case .map(let map):
      guard let done = map["done"]?.boolValue else { return map.isEmpty ? "" : Value.map(map).rendered }
      let evidence = map["evidence"]?.stringValue ?? ""
      return (done ? "done" : "not done") + (evidence.isEmpty ? "" : ": \(evidence)")
    default: return value.rendered
    }
  }
}
