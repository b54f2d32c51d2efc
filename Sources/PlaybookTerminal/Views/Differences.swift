import CEL
import PlaybookEngine

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
    OutcomeDifferences(before: before, after: after).changes.map { change in
      switch change {
      case .went(let row): ("-", row.rendered)
      case .came(let row): ("+", row.rendered)
      case .field(let name, _, nil): ("-", name)
      case .field(let name, let from, let to?):
        ("~", "\(name): \(clip(from?.rendered ?? "nothing")) → \(clip(to.rendered))")
      }
    }
  }

  private func clip(_ text: String) -> String { TextLayout.cell(text, width: 40) }
}
