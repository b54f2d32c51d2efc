/// Puts pieces one below the other: headings, and a blank line wherever a list does not go on.
struct MarkdownPage {
  private var section: String?
  private var wasItem = false
  private var isEmpty = true

  /// What is written for `piece` at this place.
  mutating func text(of piece: Piece, _ detail: Piece.Detail) -> String {
    let body = Self.trimmed(piece.text(detail))
    if body.isEmpty { return "" }
    let isItem = body.hasPrefix("- ")
    var lead = isEmpty || (isItem && wasItem && section == piece.section) ? "" : "\n"
    if let name = piece.section, name != section { lead += "## \(name)\n\n" }
    (section, wasItem, isEmpty) = (piece.section, isItem, false)
    return lead + body + "\n"
  }

  /// What the budget counts: never less than what is written.
  static func size(of piece: Piece, _ detail: Piece.Detail) -> Int {
    detail == .gone ? 0 : piece.text(detail).utf16.count + (piece.section.map { $0.utf16.count + 7 } ?? 2)
  }

  private static func trimmed(_ text: String) -> String {
    var part = text.drop { $0 == "\n" }
    while part.last == "\n" { part.removeLast() }
    return String(part)
  }
}
