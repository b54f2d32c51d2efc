extension RunReport.Change.Item {
  /// Whether something went wrong with it or is not known of it.
  var isAmiss: Bool {
    ["failed", "unknown", RunReport.Sendings.unheard].contains(state) || verified == false || undo?.isOpen == true
  }

  /// What became of it, of its verification and of its undo: `failed: no such chain`.
  var told: String {
    let looked = verified == false ? ", not as expected after it" + (verification.map { ": " + $0 } ?? "") : ""
    return result + looked + (undo.map { "; undo: " + $0.text } ?? "")
  }

  /// What became of it without its details, by which calls are counted: `done, taken back`.
  fileprivate func kind(isChecked: Bool) -> String {
    var words = [state]
    if verified == false { words.append("not as expected after it") }
    if isUnverified(isChecked) { words.append("not verified") }
    if let undo { words.append(undo.isOpen ? "not taken back" : "taken back") }
    return words.joined(separator: ", ")
  }

  /// Whether it was not looked at where others were.
  fileprivate func isUnverified(_ isChecked: Bool) -> Bool { isChecked && state == "done" && verified == nil }
}

extension RunReport.Change {
  /// The calls of a table that has not all of them.
  struct Rows {
    var shown: [Item]
    /// How many are left out and what became of them: `389 more calls, all done`, `9 more calls: 8 done, 1 failed`; nil: none
    /// are.
    var rest: String?
    var hidden: [Item]
  }

  /// About `most` of the calls: those that a reader must not miss first, up to four times as many; all of few in their order.
  func rows(_ most: Int) -> Rows {
    if items.count <= most { return Rows(shown: items, rest: nil, hidden: []) }
    let isChecked = items.contains { $0.verified != nil }
    func rank(_ item: Item) -> Int {
      if item.isAmiss { return 0 }
      return item.undo != nil || item.state == "skipped" || item.isUnverified(isChecked) ? 1 : 2
    }
    let sorted = (0...2).map { place in items.filter { rank($0) == place } }
    let notable = sorted[0] + sorted[1]
    let count = max(most, min(notable.count, most * 4))
    let ordered = notable + sorted[2]
    let (shown, hidden) = (ordered.prefix(count), ordered.dropFirst(count))
    if hidden.isEmpty { return Rows(shown: items, rest: nil, hidden: []) }
    let kinds = Self.counted(hidden.map { $0.kind(isChecked: isChecked) })
    let calls = "\(hidden.count) more call\(hidden.count == 1 ? "" : "s")"
    let isLike = kinds.count == 1 && shown.allSatisfy { $0.kind(isChecked: isChecked) == kinds[0].kind }
    let what =
      isLike
      ? " like these"
      : kinds.count == 1
        ? ", \(hidden.count == 1 ? "" : "all ")\(kinds[0].kind)"
        : ": " + kinds.map { "\($0.count) \($0.kind)" }.joined(separator: "; ")
    return Rows(shown: Array(shown), rest: calls + what, hidden: Array(hidden))
  }

  private static func counted(_ kinds: [String]) -> [(kind: String, count: Int)] {
    var order: [String] = []
    var counts: [String: Int] = [:]
    for kind in kinds {
      if counts[kind] == nil { order.append(kind) }
      counts[kind, default: 0] += 1
    }
    return order.map { ($0, counts[$0] ?? 0) }
  }
}
