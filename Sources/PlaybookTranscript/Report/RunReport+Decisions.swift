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
    decisions.append(decision)
    approve(decision)
    note(event, "answer", decision.question, decision.chosen, who: decision.by)
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
    for position in decisions.indices where decisions[position].kind == "item" {
      let item = item(ofKey: decisions[position].key)
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
    guard key.hasSuffix("]"), let bracket = key.lastIndex(of: "["),
      let position = Int(key[key.index(after: bracket)...].dropLast()), position >= 0
    else { return nil }
    let path = String(key[..<bracket].prefix { $0 != "!" })
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
