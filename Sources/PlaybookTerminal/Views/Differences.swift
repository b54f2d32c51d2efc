import CEL
import PlaybookRecord

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

  /// Rows and fields that changed (`~`), rows that went (`-`) and came (`+`).
  private func changes() -> [(String, String)] {
    OutcomeDifferences(before: before, after: after).changes.map { change in
      switch change {
      case .went(let row): ("-", row.rendered)
      case .came(let row): ("+", row.rendered)
      case .row(let name, let fields): ("~", clip(name) + ": " + fields.map(text).joined(separator: ", "))
      case .field(let field): field.to == nil ? ("-", field.name) : ("~", text(field))
      }
    }
  }

  private func text(_ field: OutcomeDifferences.Field) -> String {
    "\(field.name): \(clip(field.from?.rendered ?? "nothing")) → \(clip(field.to?.rendered ?? "nothing"))"
  }

  private func clip(_ text: String) -> String { TextLayout.cell(text, width: 40) }
}
