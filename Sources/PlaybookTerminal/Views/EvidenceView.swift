import CEL

/// What a read returned, for the screen: a table, fields, text, JSON or bars, at most `limit` rows or lines of it.
struct EvidenceView {
  /// How the author wants it shown.
  enum Form: Equatable {
    case table, fields, text, json, nothing
    case bars(column: String, by: String)
  }

  var outcome: MapValue
  var form: Form?
  var columns: [String]
  var limit: Int
  /// How the rest is seen, for the line that counts it: `/all`.
  var rest: String?

  /// Every outcome has these; they are told elsewhere or not at all.
  private static let common: Set<String> = [
    "ok", "state", "error", "started", "duration", "target", "truncated", "columns", "count", "met", "took", "affected",
  ]

  /// - Parameter show: `style`, `columns`, `by`; for bars the first of `columns` gives the length.
  init(outcome: MapValue, show: MapValue?, limit: Int = 8, rest: String? = nil) {
    self.outcome = outcome
    self.limit = limit
    self.rest = rest
    columns = show?.texts("columns") ?? []
    switch show?.text("style") {
    case "table": form = .table
    case "fields": form = .fields
    case "text": form = .text
    case "json": form = .json
    case "none": form = .nothing
    case "bars":
      guard let column = show?.text("bars") ?? show?.text("column") ?? columns.first, let by = show?.text("by") else {
        break
      }
      form = .bars(column: column, by: by)
    default: break
    }
  }

  /// How much there is, in a few words: `10 rows`, `exit 0`, `status 200`; nil where there is nothing to count.
  var amount: String? {
    if let rows = outcome["rows"]?.listValue { return TimeText.count(rows.count, "row") }
    if let keys = outcome["keys"]?.listValue { return TimeText.count(keys.count, "key") }
    if let items = outcome["items"]?.listValue { return TimeText.count(items.count, "item") }
    if let status = outcome.int("status") { return "status \(status)" }
    if let exit = outcome.int("exit") { return "exit \(exit)" }
    if let values = outcome["value"]?.listValue { return TimeText.count(values.count, "value") }
    return nil
  }

  func lines(indent: Int, width: Int) -> [Line] {
    body(indent: indent, width: width).map { $0.fitted(to: width) }
  }

  private func body(indent: Int, width: Int) -> [Line] {
    switch form {
    case .nothing: return []
    case .json: return text(Value.map(content).jsonText(pretty: true), indent: indent, width: width)
    case .fields where list?.contains { $0.mapValue != nil } == true:
      let rows = list ?? []
      if rows.count == 1, let row = rows[0].mapValue { return fields(row, indent: indent, width: width) }
      return Table(
        rows: Array(rows.prefix(limit)), chosen: columns, named: columns.isEmpty ? outcome.texts("columns") : []
      )
      .blocks(indent: indent, width: width) + more(rows.count, "row", indent: indent)
    case .fields: return fields(subject.mapValue ?? content, indent: indent, width: width)
    case .text: return text(plainText, indent: indent, width: width)
    case .bars(let column, let by):
      guard let rows = list else { return natural(indent: indent, width: width) }
      return Bars(rows: Array(rows.prefix(limit)), column: column, by: by).lines(indent: indent, width: width)
        + more(rows.count, "row", indent: indent)
    case .table, nil: return natural(indent: indent, width: width)
    }
  }

  /// The outcome's own form.
  private func natural(indent: Int, width: Int) -> [Line] {
    if let rows = list, rows.contains(where: { $0.mapValue != nil }) || !columns.isEmpty {
      let shown = Array(rows.prefix(limit))
      let named = columns.isEmpty ? outcome.texts("columns") : []
      return Table(rows: shown, chosen: columns, named: named).lines(indent: indent, width: width)
        + more(rows.count, "row", indent: indent)
    }
    switch subject {
    case .list(let items):
      let blank = String(repeating: " ", count: indent)
      return items.prefix(limit).map { Line(blank + TextLayout.cell($0.rendered, width: width - indent)) }
        + more(items.count, "value", indent: indent)
    case .map(let map): return fields(map, indent: indent, width: width)
    case .string(let text): return self.text(text, indent: indent, width: width)
    case let value: return text(value.rendered, indent: indent, width: width)
    }
  }

  /// The list that tables and bars show.
  private var list: [Value]? {
    for name in ["rows", "items"] {
      if let rows = outcome[name]?.listValue { return rows }
    }
    for name in ["value", "body", "json"] {
      if let rows = outcome[name]?.listValue, rows.contains(where: { $0.mapValue != nil }) { return rows }
    }
    return nil
  }

  /// The part of the outcome that says most.
  private var subject: Value {
    for name in ["rows", "keys", "fields", "body", "json"] {
      switch outcome[name] {
      case nil, .null: continue
      case .some(let value): return value
      }
    }
    if let output = outcome["stdout"]?.stringValue {
      let errors = outcome["stderr"]?.stringValue ?? ""
      return .string(output.isEmpty ? errors : output)
    }
    for name in ["text", "value", "answer"] {
      if let value = outcome[name] { return value }
    }
    return .map(content)
  }

  private var plainText: String {
    for name in ["text", "stdout", "value", "answer"] {
      if let text = outcome[name]?.stringValue { return text }
    }
    return subject.rendered
  }

  /// The outcome without what every outcome has; the chosen columns where there are any.
  private var content: MapValue {
    var content = MapValue()
    for entry in outcome.entries {
      let name = entry.key.rendered
      if columns.isEmpty ? !Self.common.contains(name) : columns.contains(name) {
        content.insert(entry.value, for: entry.key)
      }
    }
    return content
  }

  private func fields(_ map: MapValue, indent: Int, width: Int) -> [Line] {
    let chosen = columns.isEmpty ? map.entries : map.entries.filter { columns.contains($0.key.rendered) }
    let shown = chosen.prefix(limit)
    let names = shown.map { TextLayout.cell($0.key.rendered, width: max(8, (width - indent) / 2)) }
    let nameWidth = names.map(CellWidth.of).max() ?? 0
    let lines = zip(names, shown).map { name, entry in
      var line = Line(String(repeating: " ", count: indent))
      line.append(TextLayout.pad(name, to: nameWidth) + "  ", .faint)
      line.append(TextLayout.cell(Table.text(entry.value), width: max(1, width - indent - nameWidth - 2)))
      return line
    }
    return lines + more(chosen.count, "field", indent: indent)
  }

  private func text(_ text: String, indent: Int, width: Int) -> [Line] {
    let (lines, rest) = TextLayout.lines(text, limit: limit)
    let blank = String(repeating: " ", count: indent)
    return lines.map { Line(blank + TextLayout.cut($0, to: width - indent)) }
      + more(lines.count + rest, "line", indent: indent)
  }

  private func more(_ count: Int, _ noun: String, indent: Int) -> [Line] {
    guard count > limit else { return [] }
    let hint = rest.map { ": " + $0 } ?? ""
    return [
      Line(String(repeating: " ", count: indent) + "… \(TimeText.count(count - limit, "more " + noun))" + hint, .faint)
    ]
  }
}
