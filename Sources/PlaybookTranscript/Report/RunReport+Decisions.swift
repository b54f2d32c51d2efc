import CEL
import PlaybookEngine

extension RunReport {
  /// Folds an answer in: what was asked, what was said, and the yes to a change.
  mutating func decide(_ event: Event) {
    let data = event.data
    let key = data["key"]?.stringValue ?? ""
    let question = asked.removeValue(forKey: key)
    var took: Duration?
    if case .duration(let time) = data["took"] {
      took = time
      human.append(Span(until: event.at, took: time))
    }
    let decision = Decision(
      at: event.at, path: event.path, key: key, kind: question?.kind ?? "",
      question: data["text"]?.stringValue ?? question?.text ?? key, options: question?.options ?? [],
      optionTexts: question?.optionTexts ?? [],
      suggested: data["suggested"]?.stringValue, chosen: Self.chosen(data["value"]),
      reason: data["reason"]?.stringValue,
      by: data["by"]?.rendered ?? "?", ticket: data["ticket"]?.stringValue, source: data["source"]?.rendered ?? "",
      took: took, sequence: event.sequence)
    if let (base, part) = Self.part(of: key) {
      approve(part, of: base, by: decision)
    } else {
      decisions.append(decision)
      approve(decision)
    }
    note(event, "answer", decision.question, decision.chosen, who: decision.by)
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
    for position in decisions.indices {
      let decision = decisions[position]
      let own = decision.kind == "item" ? item(ofKey: decision.key) : nil
      let known = [groupItem(of: decision.path), own].compactMap { $0 }
      if known.isEmpty { continue }
      let item = known.joined(separator: ", ")
      decisions[position].item = item
      items[decisions[position].sequence] = item
    }
    if items.isEmpty { return }
    for position in timeline.indices where timeline[position].kind == "answer" {
      if let item = items[timeline[position].sequence] { timeline[position].what += " (\(item))" }
    }
  }

  /// The item of `block[2]` and of `block!undo1[2]`: the third of `block`.
  private func item(ofKey key: String) -> String? {
    guard let position = Self.position(of: key), position >= 0 else { return nil }
    let path = String(Self.base(of: key).prefix { $0 != "!" })
    let items = step(path)?.change?.items ?? []
    if items.indices.contains(position) { return items[position].label }
    let loop = loops[path] ?? []
    return loop.indices.contains(position) ? loop[position].rendered : "item \(position + 1)"
  }

  /// Somebody was asked until now, and did not answer.
  mutating func stopWaiting(_ event: Event) {
    guard let question = asked.values.max(by: { $0.sequence < $1.sequence }), question.at < event.at else { return }
    human.append(Span(from: question.at, to: event.at))
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
