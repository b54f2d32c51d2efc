import CEL

/// What changed between two outcomes of the same call.
struct Differences {
  var before: MapValue
  var after: MapValue

  private static let limit = 8

  func lines(indent: Int, width: Int) -> [Line] {
    let all = changes()
    let blank = String(repeating: " ", count: indent)
    guard !all.isEmpty else { return [Line(blank + "no change since", .faint)] }
    var lines = [Line(blank + "changed since:", .heading)]
    for (mark, text) in all.prefix(Self.limit) {
      lines.append(Line(blank + mark + " " + TextLayout.cell(text, width: width - indent - 2)))
    }
    if all.count > Self.limit { lines.append(Line(blank + "… \(all.count - Self.limit) more", .faint)) }
    return lines
  }

  /// Rows that went (`-`) and came (`+`), fields that changed (`~`).
  private func changes() -> [(String, String)] {
    if let old = before["rows"]?.listValue, let new = after["rows"]?.listValue {
      var left = Dictionary(old.map { ($0.rendered, 1) }, uniquingKeysWith: +)
      var came: [(String, String)] = []
      for row in new.map(\.rendered) {
        if let count = left[row], count > 0 { left[row] = count - 1 } else { came.append(("+", row)) }
      }
      var went: [(String, String)] = []
      for row in old.map(\.rendered) where left[row, default: 0] > 0 {
        left[row, default: 0] -= 1
        went.append(("-", row))
      }
      return went + came
    }
    let old = before["fields"]?.mapValue ?? before
    let new = after["fields"]?.mapValue ?? after
    let ignored: Set<String> = ["started", "duration"]
    var changes: [(String, String)] = []
    for entry in new.entries where !ignored.contains(entry.key.rendered) {
      let name = entry.key.rendered
      let (from, to) = (old.value(for: entry.key)?.rendered ?? "nothing", entry.value.rendered)
      if from != to { changes.append(("~", "\(name): \(clip(from)) → \(clip(to))")) }
    }
    for entry in old.entries where new.value(for: entry.key) == nil && !ignored.contains(entry.key.rendered) {
      changes.append(("-", entry.key.rendered))
    }
    return changes
  }

  private func clip(_ text: String) -> String { TextLayout.cell(text, width: 40) }
}
