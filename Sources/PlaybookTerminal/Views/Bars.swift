import CEL

/// One bar a row, with its number: `203.0.113.7  ████████ 22500`.
struct Bars {
  /// What a row is called, what it counts as text, and how long its bar is; nil: no number, no bar.
  var rows: [(label: String, text: String, length: Double?)]

  private static let longest = 20
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  init(rows: [Value], column: String, by label: String) {
    self.rows = rows.map { row in
      let value = row[column]
      return (Table.text(row[label]), Table.text(value), Self.number(value))
    }
  }

  func lines(indent: Int, width: Int) -> [Line] {
    let available = max(width - indent, 16)
    let texts = rows.map { TextLayout.cell($0.text, width: available / 3) }
    let numbers = texts.map(CellWidth.of).max() ?? 0
    let labels = rows.map { TextLayout.cell($0.label, width: max(8, available / 2 - 2)) }
    let labelWidth = labels.map(CellWidth.of).max() ?? 0
    let room = min(Self.longest, available - labelWidth - numbers - 3)
    let greatest = rows.compactMap(\.length).max() ?? 0
    return rows.indices.map { position in
      var line = Line(String(repeating: " ", count: indent) + TextLayout.pad(labels[position], to: labelWidth) + "  ")
      let bar = bar(rows[position].length, of: greatest, room: room)
      line.append(bar, .good)
      line.append((bar.isEmpty ? "" : " ") + texts[position])
      return line.fitted(to: width)
    }
  }

  private func bar(_ length: Double?, of greatest: Double, room: Int) -> String {
    guard let length, length > 0, greatest > 0, room > 0 else { return "" }
    let share = length == greatest ? 1 : length / greatest
    let units = max(1, Int((share * Double(room * 8)).rounded()))
    return String(repeating: "█", count: units / 8) + Self.eighths[units % 8]
  }

  private static func number(_ value: Value?) -> Double? {
    if case .duration(let duration) = value { duration / .seconds(1) } else { value?.finiteDouble }
  }
}
