import CEL
import PlaybookEngine

/// An outcome as a reader wants it: a table, lines, a text, and what changed since the same was asked before.
struct EvidenceBody {
  enum Content {
    /// The author said that it isn't shown, or there is nothing.
    case nothing
    case table(columns: [String], rows: [[String]])
    case lines([String])
    case text(String, isCut: Bool)
  }

  struct Bar {
    var label: String
    var text: String
    /// Of the longest bar, 0 to 1000; nil: no number, no bar.
    var length: Int?
  }

  var content = Content.nothing
  /// The rows or lines there are; more than are in `content` where it was cut.
  var total = 0
  /// What `show: bars` draws: at most 20, named by the columns.
  var bars: [Bar] = []
  var barTitle = ""
  /// What a call that failed said besides: `stderr`, `stdout`.
  var said: [(name: String, text: String)] = []
  /// Whether the author said that it isn't shown.
  var isHidden = false
  /// Against the step that this one repeats; nil: it repeats none.
  var differences: [OutcomeDifferences.Change]?

  static let longestCell = 300
  static let longestText = 4000
  private static let mostBars = 20

  /// - Parameter limit: rows or lines at most.
  init(_ outcome: MapValue, show: Value?, limit: Int) {
    if let before = outcome["before"]?.mapValue {
      var after = outcome
      after["before"] = nil
      differences = OutcomeDifferences(before: before, after: after).changes
    }
    if show?["style"]?.stringValue == "none" {
      isHidden = true
      return
    }
    defer { hear(outcome) }
    var columns: [String] = []
    if let rows = (outcome["rows"] ?? outcome["items"])?.listValue ?? outcome["value"]?.rows {
      total = rows.count
      if outcome["rows"] == nil, outcome["items"] != nil { columns = Self.columns(ofLoop: rows) }
      draw(rows, show)
      content = Self.table(Array(rows.prefix(limit)), show, columns)
    } else if let list = (outcome["keys"] ?? outcome["lines"])?.listValue, !list.isEmpty {
      total = list.count
      content = .lines(list.prefix(limit).map { Self.cell($0) })
    } else {
      let value =
        Self.answer(outcome)
        ?? ["fields", "body", "text", "value"].lazy.compactMap { outcome[$0] }.first { $0.rendered != "null" }
      guard let value else { return }
      let text = value.stringValue ?? value.jsonText(pretty: true)
      let start = Self.beginning(text)
      content = .text(start, isCut: start.utf8.count < text.utf8.count)
    }
  }

  private static func beginning(_ text: String) -> String {
    String(String(decoding: text.utf8.prefix(longestText * 4), as: UTF8.self).prefix(longestText))
  }

  /// Why a call failed is often in what its program said.
  private mutating func hear(_ outcome: MapValue) {
    guard outcome["ok"]?.boolValue == false else { return }
    var names = ["stderr"]
    if case .nothing = content { names.append("stdout") }
    for name in names {
      guard let text = outcome[name]?.stringValue, !text.isEmpty else { continue }
      let start = Self.beginning(text)
      said.append((name, start.utf8.count < text.utf8.count ? start + "\n…" : start))
    }
  }

  /// What a person said, and what shows it.
  private static func answer(_ outcome: MapValue) -> Value? {
    guard let answer = outcome["answer"] else { return nil }
    let shown = outcome["evidence"]?.rendered ?? "null"
    return .string(Summary.said(answer) + (shown == "null" ? "" : "\n\(shown)"))
  }

  /// What a loop's calls are told apart by, what they gave, and what went wrong: not what every call has.
  private static func columns(ofLoop items: [Value]) -> [String] {
    var columns = ["item"]
    for item in items {
      for entry in item.mapValue?.entries ?? [] {
        let name = entry.key.rendered
        if !columns.contains(name), !Transcript.hiddenFields.contains(name) { columns.append(name) }
      }
    }
    if items.contains(where: { $0["ok"]?.boolValue == false }) { columns += ["state", "error"] }
    return columns
  }

  private static func table(_ rows: [Value], _ show: Value?, _ known: [String]) -> Content {
    guard let first = rows.first else { return .nothing }
    var columns = (show?["columns"]?.listValue ?? []).compactMap(\.stringValue)
    if columns.isEmpty { columns = known }
    if columns.isEmpty { columns = first.mapValue?.entries.map(\.key.rendered) ?? [] }
    if columns.isEmpty { return .lines(rows.map { cell($0) }) }
    return .table(columns: columns, rows: rows.map { row in columns.map { cell(row[$0] ?? .null) } })
  }

  private mutating func draw(_ rows: [Value], _ show: Value?) {
    guard show?["style"]?.stringValue == "bars", let column = show?["column"]?.stringValue,
      let by = show?["by"]?.stringValue
    else { return }
    let shown = rows.prefix(Self.mostBars)
    let greatest = shown.compactMap { Self.number($0[column]) }.max() ?? 0
    barTitle = "\(column) by \(by)"
    bars = shown.map { row in
      let length = Self.number(row[column]).flatMap { greatest > 0 && $0 > 0 ? max(1, Int($0 / greatest * 1000)) : nil }
      return Bar(label: Self.cell(row[by] ?? .null), text: Self.cell(row[column] ?? .null), length: length)
    }
  }

  private static func number(_ value: Value?) -> Double? {
    switch value {
    case .int(let number): Double(number)
    case .uint(let number): Double(number)
    case .double(let number) where number.isFinite: number
    case .duration(let duration): duration / .seconds(1)
    default: nil
    }
  }

  static func cell(_ value: Value) -> String {
    if case .null = value { "" } else { shortened(value.rendered) }
  }

  /// The beginning of a text that is too long for a cell or a line.
  static func shortened(_ text: String) -> String {
    guard text.utf8.count > longestCell else { return text }
    let start = String(decoding: text.utf8.prefix(longestCell * 4), as: UTF8.self).prefix(longestCell)
    return start.utf8.count < text.utf8.count ? start + "…" : text
  }
}
