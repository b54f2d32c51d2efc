import CEL
import PlaybookEngine

extension RunReport {
  /// Folds an answer in: what was asked, what was said, and the yes to a change.
  mutating func decide(_ event: Event) {
    let data = event.data
    let key = data["key"]?.stringValue ?? ""
    let question = asked.removeValue(forKey: key)
    firstAsked[key] = nil
    var took: Duration?
    if case .duration(let time) = data["took"] {
      // It is measured from when the question was shown last.
      took = max(time, question.map { event.at.since($0.first) } ?? .zero)
      human.append(Span(until: event.at, took: time))
      if let question { waited(for: question, until: event.at) }
    }
    var decision = Decision(
      at: event.at, path: event.path, key: key, kind: question?.kind ?? "",
      question: titled(data["text"]?.stringValue ?? question?.text ?? key, key), options: question?.options ?? [],
      optionTexts: question?.optionTexts ?? [],
      suggested: data["suggested"]?.stringValue, chosen: Self.chosen(data["value"]),
      reason: data["reason"]?.stringValue,
      by: data["by"]?.rendered ?? "?", ticket: data["ticket"]?.stringValue, source: data["source"]?.rendered ?? "",
      took: took, sequence: event.sequence)
    decision.item = question?.call
    if decision.isStop { decision.meaning = Self.stopped(untouched(by: key)) }
    if ["approval", "item"].contains(decision.kind) {
      answers[Self.base(of: key), default: [:]][key] = decisions.count
    }
    if let (base, part) = Self.part(of: key) {
      approve(part, of: base, by: decision)
    } else {
      decisions.append(decision)
      approve(decision)
    }
    note(event, "answer", decision.question, decision.said, who: decision.by)
  }

  /// `verdict!approver` and `verdict!ticket` belong to the decision `verdict`.
  private static func part(of key: String) -> (base: String, part: String)? {
    for part in ["!approver", "!ticket"] where key.hasSuffix(part) {
      return (String(key.dropLast(part.count)), part)
    }
    return nil
  }

  /// Puts who approves, or the ticket, to the decision that was asked for it.
  private mutating func approve(_ part: String, of base: String, by answer: Decision) {
    guard let position = decisions.lastIndex(where: { $0.key == base && $0.withdrawn == nil }) else { return }
    if part == "!ticket" {
      decisions[position].ticket = answer.chosen
    } else {
      decisions[position].approver = answer.chosen
    }
  }

  /// Marks what was said of steps that are walked again: it counts no more. What was said of failures did.
  mutating func withdraw(_ paths: Set<String>, _ withdrawal: Withdrawal) {
    for position in decisions.indices where decisions[position].withdrawn == nil {
      let decision = decisions[position]
      let step = decision.kind == "item" ? Self.base(of: decision.path) : decision.path
      if paths.contains(step), !decision.key.contains("!") { decisions[position].withdrawn = withdrawal }
    }
  }

  /// The run is to end on somebody's word.
  mutating func abort(_ event: Event) {
    let data = event.data
    endedAt = openStep
    decisions.append(
      Decision(
        at: event.at, path: event.path, key: "", kind: Decision.abort,
        question: "Asked to stop by \(data["signal"]?.rendered ?? "a signal")", item: nil, options: [], optionTexts: [],
        suggested: nil, chosen: "abort", reason: data["reason"]?.stringValue, by: data["by"]?.stringValue ?? "?",
        ticket: nil, source: "terminal", took: nil, sequence: event.sequence))
  }

  /// Marks each yes to taking something back after which nothing was: known once the run is over or paused.
  mutating func markUnusedUndos() {
    guard outcome != "unfinished", damagedLine == nil else { return }
    for place in decisions.indices {
      let decision = decisions[place]
      guard let mark = decision.key.firstRange(of: "!undo"), ["approval", "item"].contains(decision.kind),
        ["yes", "all"].contains(decision.chosen)
      else { continue }
      let path = String(decision.key[..<mark.lowerBound])
      let key = Self.base(of: decision.key)
      let position = decision.chosen == "yes" && decision.kind == "item" ? Self.position(of: decision.key) : nil
      let next = undoIntents.first { $0.path == path && $0.sequence > decision.sequence && $0.key != key }?.sequence
      decisions[place].isUnused = !undoCalls.contains { call in
        call.path == path && call.sequence > decision.sequence && call.sequence < next ?? .max
          && (position == nil || call.position == position)
      }
    }
  }

  /// `block!undo1` of `block!undo1[2]`.
  static func base(of key: String) -> String {
    guard key.hasSuffix("]"), let bracket = key.lastIndex(of: "[") else { return key }
    return String(key[..<bracket])
  }

  /// 2 of `block!undo1[2]`.
  static func position(of key: String) -> Int? {
    guard key.hasSuffix("]"), let bracket = key.lastIndex(of: "[") else { return nil }
    return Int(key[key.index(after: bracket)...].dropLast())
  }

  /// The yes to a change: to all of it, or to its first item. What is taken back or sent with other inputs has a yes of its
  /// own, under another key.
  private mutating func approve(_ decision: Decision) {
    var path = decision.path
    guard decision.key == path else { return }
    switch (decision.kind, decision.chosen) {
    case ("approval", "yes"): break
    case ("item", "yes"), ("item", "all"):
      guard path.hasSuffix("]"), let bracket = path.lastIndex(of: "[") else { return }
      path = String(path[..<bracket])
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
      let number = Self.position(of: decision.key).map { "item \($0 + 1)" }
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

  /// How many others could still be taken back when nobody wanted to go on with that: those that nobody was asked about.
  private func untouched(by key: String) -> Int? {
    guard let mark = key.firstRange(of: "!undo"), let place = Self.position(of: key) else { return nil }
    let said = Set((answers[Self.base(of: key)] ?? [:]).keys.compactMap(Self.position))
    return step(String(key[..<mark.lowerBound]))?.change?.items.count {
      $0.position != place && !said.contains($0.position) && $0.isTakeable
    }
  }

  /// How many of a change's calls after this were not approved; nil where it was not to be sent at all, or is a taking back.
  private func untouchedAtEnd(by key: String) -> Int? {
    guard !key.contains("!"), let place = Self.position(of: key),
      let change = step(Self.base(of: key))?.change, change.isIntended
    else { return nil }
    return change.items.count { $0.position > place && $0.state == Change.Item.declined }
  }

  /// The question about a failure with the step's title where it has its name.
  private func titled(_ question: String, _ key: String) -> String {
    guard let mark = key.firstRange(of: "!failure"), let title = step(String(key[..<mark.lowerBound]))?.title,
      let name = key[..<mark.lowerBound].split(separator: ".").last, question.hasPrefix(name + " failed: ")
    else { return question }
    return title + question.dropFirst(name.count)
  }

  /// A change that is asked about again before anything was sent: what was said to it in an earlier sitting counts no more,
  /// nor what was said to the same question.
  mutating func supersede(_ key: String, _ event: Event) {
    guard ["approval", "item"].contains(event.data["kind"]?.stringValue ?? "") else { return }
    let base = Self.base(of: key)
    guard let earlier = answers[base], let one = earlier.values.first else { return }
    // All of a sitting are asked in it.
    let isOfEarlierSitting = decisions[one].sequence < sittingBegan
    let gone = isOfEarlierSitting ? Array(earlier.values) : earlier[key].map { [$0] } ?? []
    if gone.isEmpty { return }
    for place in gone where decisions[place].withdrawn == nil {
      decisions[place].withdrawn = Withdrawal(at: event.at, word: Withdrawal.again)
    }
    if isOfEarlierSitting { answers[base] = nil } else { answers[base]?[key] = nil }
    guard let place = index[base], steps[place].change?.isApprovalUsed == false else { return }
    steps[place].change?.approvedBy = nil
    steps[place].change?.approvedAt = nil
  }

  /// The step whose question stands open; nil: none does.
  var openStep: String? {
    guard let question = asked.values.max(by: { $0.sequence < $1.sequence }) else { return nil }
    var path = Self.base(of: String(question.key.prefix { $0 != "!" }))
    while index[path] == nil, let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) {
      path = String(path[..<end])
    }
    return index[path] == nil ? nil : path
  }

  /// The item of `block[2]` and of `block!undo1[2]`: the third of `block`.
  private func item(ofKey key: String) -> String? {
    guard let position = Self.position(of: key), position >= 0 else { return nil }
    let path = String(Self.base(of: key).prefix { $0 != "!" })
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

  private static func chosen(_ value: Value?) -> String {
    switch value {
    case .bool(let flag): return flag ? "yes" : "no"
    case .map(let map):
      guard let done = map["done"]?.boolValue else { return map.isEmpty ? "" : Value.map(map).rendered }
      let evidence = map["evidence"]?.stringValue ?? ""
      return (done ? "done" : "not done") + (evidence.isEmpty ? "" : ": \(evidence)")
    default: return value?.rendered ?? ""
    }
  }
}
