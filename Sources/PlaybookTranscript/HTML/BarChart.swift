import SourceText

/// Bars with their numbers; the table beside them says the same. As wide as its texts need, so that none is cut off by its
/// edge.
struct BarChart {
  private static let rowHeight = 26
  private static let longestBar = 150
  /// A character of the style sheet's 11 pixels, in tenths of a unit: no monospaced font is wider.
  private static let characterTenths = 68
  private static let longestLabel = 22
  private static let longestText = 24

  let body: EvidenceBody

  /// Nothing where there are no bars.
  var html: HTML {
    if body.bars.isEmpty { return "" }
    let rows = body.bars.map {
      (label: Self.cut($0.label, Self.longestLabel), text: Self.cut($0.text, Self.longestText))
    }
    let left = 8 + Self.width(rows.map(\.label))
    let right = Self.width(rows.map(\.text))
    let shapes: [HTML] = zip(body.bars, rows).enumerated().map { position, row in
      let top = position * Self.rowHeight
      let (bar, texts) = row
      func place(_ position: Int) -> Int { left + 6 + position * Self.longestBar / 1000 }
      let shape: HTML =
        bar.extent.map { extent in
          let (from, to) = (place(extent.lowerBound), place(extent.upperBound))
          let style = bar.isNegative ? "bar-shape negative" : "bar-shape"
          return
            "<rect class=\"\(style)\" x=\"\(from)\" y=\"\(top + 5)\" width=\"\(max(2, to - from))\" height=\"16\" rx=\"2\"/>"
        } ?? ""
      let end = place(max(bar.extent?.upperBound ?? 0, body.barZero)) + 6
      return
        "<text x=\"\(left)\" y=\"\(top + 17)\" text-anchor=\"end\">\(texts.label)</text>\(shape)<text x=\"\(end)\" y=\"\(top + 17)\">\(texts.text)</text>"
    }
    let said = body.bars.prefix(3).map { "\($0.label) \($0.text)" }.joined(separator: ", ")
    // Shown so large that its letters are a little smaller than the page's, whatever the screen.
    let width = max(360, left + 12 + Self.longestBar + right + 8)
    return """
      <figure class="chart">
      <figcaption>\(body.barTitle)</figcaption>
      <svg viewBox="0 0 \(width) \(body.bars.count * Self.rowHeight)" width="\(width * 13 / 11)" role="img" aria-label="Bars of \(body.barTitle): \(said)\(body.bars.count > 3 ? ", …" : ""). The table has the numbers.">\(shapes)</svg>
      </figure>

      """
  }

  /// At most `length` columns of `text` as it is shown.
  private static func cut(_ text: String, _ length: Int) -> String {
    let text = Visible.text(text, keepingEmoji: true)
    if columns(text) <= length { return text }
    var room = length - 1
    return text.prefix { character in
      room -= columns(String(character))
      return room >= 0
    } + "…"
  }

  private static func width(_ texts: [String]) -> Int {
    let longest = texts.map(columns).max() ?? 0
    return (longest * characterTenths + 9) / 10
  }

  /// An emoji or an ideograph is as wide as two letters.
  private static func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + (($1.unicodeScalars.first?.value ?? 0) >= 0x2E80 ? 2 : 1) }
  }
}
