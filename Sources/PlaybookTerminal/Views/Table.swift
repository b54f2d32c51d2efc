import CEL
import SourceText

/// Rows as columns that fit the screen, or as blocks of `name: value` where they do not.
struct Table {
  var columns: [String]
  var rows: [MapValue]
  /// What a null is called.
  var null = "null"

  /// The least that a column is shrunk to before the table turns into blocks.
  private static let narrowest = 8
  private static let gap = 2
  private static let blockLines = 40

  /// Rows of maps; what is no map is a row of one column, `value`. Columns are `chosen`, else `named`, else the rows'
  /// keys in the order met.
  init(rows: [Value], chosen: [String], named: [String] = [], null: String = "null") {
    self.null = null
    self.rows = rows.map { $0.mapValue ?? MapValue([("value", $0)]) }
    if !chosen.isEmpty {
      columns = chosen
    } else if !named.isEmpty {
      columns = named
    } else {
      var seen: Set<String> = []
      columns = []
      for row in self.rows.prefix(100) {
        for entry in row.entries {
          let name = entry.key.rendered
          if seen.insert(name).inserted { columns.append(name) }
        }
      }
    }
  }

  func lines(indent: Int, width: Int) -> [Line] {
    guard !columns.isEmpty, !rows.isEmpty else { return [] }
    let available = max(width - indent, 10)
    let cells = rows.map { row in columns.map { TextLayout.cell(Self.text(row[$0], null: null), width: available) } }
    let heads = columns.map { TextLayout.cell($0, width: available) }
    let natural = columns.indices.map { column in
      max(CellWidth.of(heads[column]), cells.map { CellWidth.of($0[column]) }.max() ?? 0)
    }
    guard let widths = Self.shrunk(natural, to: available - Self.gap * (columns.count - 1)) else {
      return blocks(heads: heads, cells: cells, indent: indent, width: width)
    }
    let alignments = columns.map { isNumeric($0) ? TextLayout.Alignment.right : .left }
    func line(_ parts: [String], _ style: Style) -> Line {
      let texts = zip(zip(parts, widths), alignments).map { part, alignment in
        TextLayout.pad(TextLayout.cut(part.0, to: part.1), to: part.1, alignment)
      }
      let blanks = String(repeating: " ", count: Self.gap)
      return Line([
        Line.Span(String(repeating: " ", count: indent)), Line.Span(texts.joined(separator: blanks), style),
      ])
    }
    return [line(heads, .faint)] + cells.map { line($0, .plain) }
  }

  /// A cell's text; nothing for what is not there, which is not the same as an empty text's. A null is the word `null` of the
  /// place that it comes from; a text that reads like it, or like bytes, stands in quotes.
  static func text(_ value: Value?, null: String = "null") -> String {
    switch value {
    case nil: ""
    case .null: null
    case .string(let text): text == null || isHexadecimal(text) ? "\"\(text)\"" : text
    case .timestamp(let time): time.description.replacing("T", with: " ")
    case .bytes(let bytes): hexadecimal(bytes)
    case .some(let value): value.rendered
    }
  }

  /// Whether a text could be taken for bytes: `\xff`.
  private static func isHexadecimal(_ text: String) -> Bool {
    text.hasPrefix("\\x") && text.utf8.dropFirst(2).allSatisfy { "0123456789abcdef".utf8.contains($0) }
  }

  private static let shownBytes = 24

  /// `\xdeadbeef`, as psql has it; of many the first and their count.
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = bytes.prefix(shownBytes).map { (byte: UInt8) in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return "\\x" + digits.joined() + (bytes.count > shownBytes ? "… (\(bytes.count) bytes)" : "")
  }

  private func isNumeric(_ column: String) -> Bool {
    var isNumeric = false
    for row in rows {
      switch row[column] {
      case .int, .uint, .double, .decimal: isNumeric = true
      case nil, .null: continue
      default: return false
      }
    }
    return isNumeric
  }

  /// Widths that fit, taken from the widest columns first; nil where that leaves too little.
  private static func shrunk(_ natural: [Int], to available: Int) -> [Int]? {
    let least = natural.reduce(0) { $0 + min($1, narrowest) }
    guard least <= available else { return nil }
    var (low, high) = (narrowest, natural.max() ?? 0)
    while low < high {
      let cap = (low + high + 1) / 2
      if natural.reduce(0, { $0 + min($1, cap) }) <= available { low = cap } else { high = cap - 1 }
    }
    // A table that loses much is read better as blocks.
    let lost = natural.filter { $0 > low }.count
    if lost > 1, low < 12, natural.count > 2 { return nil }
    return natural.map { min($0, low) }
  }

  /// Each row as `name: value` under each other.
  func blocks(indent: Int, width: Int) -> [Line] {
    let available = max(width - indent, 10)
    return blocks(
      heads: columns.map { TextLayout.cell($0, width: available) },
      cells: rows.map { row in columns.map { TextLayout.cell(Self.text(row[$0], null: null), width: available) } },
      indent: indent, width: width)
  }

  private func blocks(heads: [String], cells: [[String]], indent: Int, width: Int) -> [Line] {
    let blank = String(repeating: " ", count: indent)
    var lines: [Line] = []
    for (position, row) in cells.enumerated() {
      if lines.count + heads.count > Self.blockLines, position > 0 {
        lines.append(Line(blank + "… \(TimeText.count(cells.count - position, "row")) too wide to show here", .faint))
        break
      }
      for (column, cell) in row.enumerated() {
        var line = Line(blank + (column == 0 ? "- " : "  "))
        line.append(heads[column] + ": ", .faint)
        line.append(cell)
        lines.append(line.fitted(to: width))
      }
    }
    return lines
  }
}
