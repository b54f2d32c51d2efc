import CEL
import PlaybookRecord
import SourceText

/// What a read returned, for the screen: a table, fields, text, JSON or bars, at most `limit` rows or lines of it, and
/// what the target said beside it.
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
  /// How many items the lists have of which `outcome` has only the first, by name; nil: `outcome` is all there is.
  var counts: MapValue?
  /// What made it: a nil of Redis is no null of SQL.
  var executor: String?

  /// Every outcome has these; they are told elsewhere or not at all.
  fileprivate static let common: Set<String> = [
    "ok", "state", "error", "started", "duration", "target", "truncated", "columns", "count", "met", "took", "affected",
    "notices",
  ]

  init(
    outcome: MapValue, show: ShowTold?, limit: Int = 8, rest: String? = nil, counts: MapValue? = nil,
    executor: String? = nil
  ) {
    self.outcome = outcome
    self.limit = limit
    self.rest = rest
    self.counts = counts
    self.executor = executor
    columns = show?.columns ?? []
    switch show?.style {
    case "table": form = .table
    case "fields": form = .fields
    case "text": form = .text
    case "json": form = .json
    case "none": form = .nothing
    case "bars":
      guard let column = show?.column, let by = show?.by else {
        break
      }
      form = .bars(column: column, by: by)
    default: break
    }
  }

  /// How much there is, in a few words: `10 rows`, `exit 0`, `status 200`; nil where there is nothing to count.
  var amount: String? {
    for (name, noun) in [("rows", "row"), ("keys", "key"), ("items", "item")] {
      if let list = outcome[name]?.listValue { return TimeText.count(total(name, list), noun) }
    }
    if let status = outcome.int("status") { return "status \(status)" }
    if let exit = outcome.int("exit") { return "exit \(exit)" }
    if let values = outcome["value"]?.listValue { return TimeText.count(total("value", values), "value") }
    return nil
  }

  /// How many items a list has in all.
  private func total(_ name: String, _ list: [Value]) -> Int {
    if let count = counts?.int(name) { return count }
    let isCounted = counts != nil && ["rows", "keys", "items"].contains(name)
    return isCounted ? max(outcome.int("count") ?? 0, list.count) : list.count
  }

  func lines(indent: Int, width: Int) -> [Line] {
    let answer = CallAnswer(outcome)
    // What a program wrote to standard error stands there whatever became of the rest.
    let said = answer.said.filter { $0.name == "stderr" } + itemsSaid
    return
      (body(indent: indent, width: width)
      + SaidLines.lines(said, answer.notices + itemNotices, most: limit, indent: indent, width: width))
      .map { $0.fitted(to: width) }
  }

  private func body(indent: Int, width: Int) -> [Line] {
    switch form {
    case .nothing: return []
    case .json: return text(Value.map(content).jsonText(pretty: true), indent: indent, width: width)
    case .fields where list?.rows.contains { $0.mapValue != nil } == true:
      let rows = list?.rows ?? []
      if rows.count == 1, let row = rows[0].mapValue { return fields(row, indent: indent, width: width) }
      return table(rows).blocks(indent: indent, width: width) + more(list?.total ?? 0, "row", indent: indent)
    case .fields: return fields(subject.value.mapValue ?? content, indent: indent, width: width)
    case .text: return plainText(indent: indent, width: width)
    case .bars(let column, let by):
      guard let list else { return natural(indent: indent, width: width) }
      return Bars(rows: Array(list.rows.prefix(limit)), column: column, by: by).lines(indent: indent, width: width)
        + more(list.total, "row", indent: indent)
    case .table, nil: return natural(indent: indent, width: width)
    }
  }

  /// The outcome's own form.
  private func natural(indent: Int, width: Int) -> [Line] {
    if let list, list.rows.contains(where: { $0.mapValue != nil }) || !columns.isEmpty {
      return table(list.rows).lines(indent: indent, width: width) + more(list.total, "row", indent: indent)
    }
    let subject = subject
    switch subject.value {
    case .list(let items):
      let blank = String(repeating: " ", count: indent)
      let noun = subject.isPrinted ? "line" : subject.name == "keys" ? "key" : "value"
      return items.prefix(limit).map { Line(blank + TextLayout.cell(item($0, subject), width: width - indent)) }
        + more(total(subject.name, items), noun, indent: indent)
    case .map(let map): return fields(map, indent: indent, width: width, total: counts?.int(subject.name))
    case .string where executor == "redis":
      return text(item(subject.value, subject), indent: indent, width: width)
    case .string(let text): return self.text(text, isPrinted: subject.isPrinted, indent: indent, width: width)
    case .bytes(let bytes) where executor != "redis":
      return text(Printed.text(of: bytes), isPrinted: subject.isPrinted, indent: indent, width: width)
    case let value: return text(Table.text(value, null: null), indent: indent, width: width)
    }
  }

  /// One of a list: a line as it was printed, any other value told apart from a null and from nothing.
  private func item(_ value: Value, _ subject: Subject) -> String {
    if subject.isPrinted { return CallAnswer.printed(value) ?? value.rendered }
    if value.stringValue?.isEmpty == true { return "\"\"" }
    return Table.text(value, null: null)
  }

  /// What a null is called where it comes from.
  private var null: String {
    executor == "redis" ? "(nil)" : outcome["rows"] != nil ? "NULL" : "null"
  }

  private func table(_ rows: [Value]) -> Table {
    let named =
      !columns.isEmpty ? [] : outcome["rows"] == nil && outcome["items"] != nil ? loopColumns : outcome.texts("columns")
    let shown = outcome["items"] == nil ? Array(rows.prefix(limit)) : rows.prefix(limit).map(Self.printed)
    return Table(rows: shown, chosen: columns, named: named, null: null)
  }

  /// The list that tables and bars show, and how many items it has in all.
  private var list: (rows: [Value], total: Int)? {
    for name in ["rows", "items"] {
      if let rows = outcome[name]?.listValue { return (rows, total(name, rows)) }
    }
    for name in ["value", "body", "json"] {
      if let rows = outcome[name]?.listValue, rows.contains(where: { $0.mapValue != nil }) {
        return (rows, total(name, rows))
      }
    }
    return nil
  }

  /// The part of the outcome that says most.
  private struct Subject {
    var name: String
    var value: Value
    /// Whether a program printed it.
    var isPrinted = false
  }

  private var subject: Subject {
    for name in ["rows", "keys", "fields"] {
      if let value = present(name) { return Subject(name: name, value: value) }
    }
    // A number or a text alone is shown as it came, not as it was read: 1.10 and 1.1 are two things.
    for name in ["body", "json"] {
      if let value = present(name), value.listValue != nil || value.mapValue != nil {
        return Subject(name: name, value: value)
      }
    }
    if let lines = outcome["lines"]?.listValue, counts != nil {
      return Subject(name: "lines", value: .list(lines), isPrinted: true)
    }
    if let output = present("stdout") { return Subject(name: "stdout", value: output, isPrinted: true) }
    for name in ["text", "body", "json"] {
      if let value = present(name) { return Subject(name: name, value: value) }
    }
    for name in ["value", "answer"] {
      if let value = outcome[name] { return Subject(name: name, value: value) }
    }
    return Subject(name: "", value: .map(content))
  }

  private func present(_ name: String) -> Value? {
    switch outcome[name] {
    case .null, .unknown: nil
    case let value: value
    }
  }

  /// What was printed or sent, where the author asks for the text.
  private func plainText(indent: Int, width: Int) -> [Line] {
    for name in ["text", "stdout", "value", "answer"] {
      switch outcome[name] {
      case .string(let text): return self.text(text, isPrinted: name == "stdout", indent: indent, width: width)
      case .bytes(let bytes) where name != "value":
        return text(Printed.text(of: bytes), isPrinted: name == "stdout", indent: indent, width: width)
      default: continue
      }
    }
    return text(subject.value.rendered, indent: indent, width: width)
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

  private func fields(_ map: MapValue, indent: Int, width: Int, total: Int? = nil) -> [Line] {
    let chosen = columns.isEmpty ? map.entries : map.entries.filter { columns.contains($0.key.rendered) }
    let shown = chosen.prefix(limit)
    let names = shown.map { TextLayout.cell($0.key.rendered, width: max(8, (width - indent) / 2)) }
    let nameWidth = names.map(CellWidth.of).max() ?? 0
    let lines = zip(names, shown).map { name, entry in
      var line = Line(String(repeating: " ", count: indent))
      line.append(TextLayout.pad(name, to: nameWidth) + "  ", .faint)
      let text = Table.text(entry.value, null: null)
      line.append(TextLayout.cell(text, width: max(1, width - indent - nameWidth - 2)))
      return line
    }
    return lines + more(max(total ?? 0, chosen.count), "field", indent: indent)
  }

  private func text(_ text: String, isPrinted: Bool = false, indent: Int, width: Int) -> [Line] {
    let isMarked = isPrinted && text.unicodeScalars.first == "\u{FEFF}"
    let raw = isMarked ? String(text.unicodeScalars.dropFirst()) : text
    let (lines, rest) = TextLayout.lines(raw, limit: limit, isPrinted: isPrinted)
    let blank = String(repeating: " ", count: indent)
    // Nothing printed is no line.
    if isPrinted, rest == 0, lines.allSatisfy(\.isEmpty) { return [] }
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

extension EvidenceView {
  /// What the calls of a loop are told apart by and what they gave: not what every call has, nor a program's output
  /// twice.
  private var loopColumns: [String] {
    let items = (outcome["items"]?.listValue ?? []).prefix(100).compactMap(\.mapValue)
    var names = ["item"]
    for item in items {
      let hidden = item["stdout"] == nil ? Self.common : Self.common.union(["stderr", "lines", "json"])
      for entry in item.entries where !hidden.contains(entry.key.rendered) && !names.contains(entry.key.rendered) {
        names.append(entry.key.rendered)
      }
    }
    return names + (items.contains { $0.flag("ok") == false } ? ["state", "error"] : [])
  }

  /// A call of a loop with its output as it was printed.
  private static func printed(_ item: Value) -> Value {
    guard var map = item.mapValue, let output = CallAnswer.printed(map["stdout"]) else { return item }
    map["stdout"] = .string(String(output.reversed().drop { $0.isNewline }.reversed()))
    return .map(map)
  }

  /// Of a loop the notices of its calls, each with its item.
  private var itemNotices: [String] {
    (outcome["items"]?.listValue ?? []).flatMap { item in
      item.mapValue.map { map in CallAnswer.notices(map).map { Self.label(item) + $0 } } ?? []
    }
  }

  /// Of a loop what its calls wrote to standard error, one after the other.
  private var itemsSaid: [CallAnswer.Said] {
    let texts = (outcome["items"]?.listValue ?? []).compactMap { item -> String? in
      guard let said = CallAnswer(item.mapValue).said.first(where: { $0.name == "stderr" }) else { return nil }
      let lines = said.lines(4)
      return (lines.first + lines.last).map { Self.label(item) + $0 }.joined(separator: "\n")
    }
    return texts.isEmpty ? [] : [CallAnswer.Said(name: "stderr", text: texts.joined(separator: "\n"))]
  }

  private static func label(_ item: Value) -> String {
    item["item"].map { TextLayout.cell($0.rendered, width: 40) + ": " } ?? ""
  }
}
