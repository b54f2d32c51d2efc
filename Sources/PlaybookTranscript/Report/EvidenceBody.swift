import CEL
import PlaybookRecord
import SourceText

/// An outcome as a reader wants it: a table, lines, a text, and what changed since the same was asked before.
struct EvidenceBody {
  enum Content {
    /// The author said that it isn't shown, or there is nothing.
    case nothing
    case table(columns: [String], rows: [[Cell]])
    case lines([String])
    case text(String, isCut: Bool)
  }

  /// A value of a table. Nothing there, an empty text and a null are three things.
  struct Cell: Equatable {
    var text: String
    var isNull = false
  }

  struct Bar {
    var label: String
    var text: String
    /// From where to where on a scale of 0 to 1000; nil: no number, no bar.
    var extent: Range<Int>?
    var isNegative = false
  }

  var content = Content.nothing
  /// The rows or lines there are; more than are in `content` where it was cut.
  var total = 0
  /// Whether a value in `content` is cut.
  var isCellCut = false
  /// What `show: bars` draws: at most 20 of the rows, named by the columns.
  var bars: [Bar] = []
  /// Where on the scale of the bars zero is.
  var barZero = 0
  var barTitle = ""
  /// What was said beside the answer: `stderr` always, of a call that failed without an answer `stdout` as well.
  var said: [(name: String, text: String)] = []
  /// What must be known of the answer.
  var notices: [String] = []
  /// Whether the author said that it isn't shown.
  var isHidden = false
  /// Against the step that this one repeats; nil: it repeats none.
  var differences: [OutcomeDifferences.Change]?

  static let longestCell = 300
  static let longestText = 4000
  private static let mostBars = 20

  /// - Parameter limit: rows or lines at most.
  init(_ outcome: MapValue, show: ShowTold?, limit: Int) {
    if let before = outcome["before"]?.mapValue {
      var after = outcome
      after["before"] = nil
      differences = OutcomeDifferences(before: before, after: after).changes
    }
    defer { hear(outcome) }
    if show?.style == "none" {
      isHidden = true
      return
    }
    var columns: [String] = []
    if let rows = (outcome["rows"] ?? outcome["items"])?.listValue ?? outcome["value"]?.rows {
      total = rows.count
      if outcome["rows"] == nil, outcome["items"] != nil { columns = Self.columns(ofLoop: rows) }
      draw(rows, show)
      content = Self.table(Array(rows.prefix(limit)), show, columns)
      isCellCut = Self.isCut(content)
    } else if let list = (outcome["keys"] ?? outcome["lines"])?.listValue, !list.isEmpty {
      total = list.count
      content = .lines(list.prefix(limit).map { Self.line($0) })
      isCellCut = list.prefix(limit).contains { Self.isLong($0) }
    } else if let fields = outcome["fields"]?.mapValue, let table = Self.table(fields, limit) {
      total = fields.entries.count
      content = table
      isCellCut = Self.isCut(content)
    } else {
      guard let value = Self.answer(outcome) ?? Self.single(outcome) else { return }
      let text = Self.whole(value)
      let start = Self.beginning(text)
      content = .text(start, isCut: start.utf8.count < text.utf8.count)
    }
  }

  private static func beginning(_ text: String) -> String {
    String(String(decoding: text.utf8.prefix(longestText * 4), as: UTF8.self).prefix(longestText))
  }

  /// What a program wrote to standard error, and what must be known of an answer, stand with it.
  private mutating func hear(_ outcome: MapValue) {
    let answer = CallAnswer(outcome)
    var names = ["stderr"]
    if case .nothing = content, !isHidden { names.append("stdout") }
    said = answer.said.filter { names.contains($0.name) }.map { ($0.name, Self.shortened($0)) }
    notices = answer.notices
    for item in outcome["items"]?.listValue ?? [] {
      let label = item["item"].map { Self.shortened($0.rendered, to: 80) } ?? ""
      let answer = CallAnswer(item.mapValue)
      notices += answer.notices.map { (label.isEmpty ? "" : label + ": ") + $0 }
      let errors = answer.said.filter { $0.name == "stderr" }
      said += errors.prefix(said.count < Self.mostSaid ? 1 : 0).map { ("stderr, " + label, Self.shortened($0)) }
    }
  }

  private static let mostSaid = 20
  private static let saidLines = 40

  /// The first and last lines of a text, each of them cut.
  static func shortened(_ said: CallAnswer.Said) -> String {
    let (first, leftOut, last) = said.lines(saidLines)
    let middle = leftOut > 0 ? ["… \(leftOut) line\(leftOut == 1 ? "" : "s") left out"] : []
    return (first.map { shortened($0) } + middle + last.map { shortened($0) }).joined(separator: "\n")
  }

  /// A line as a program printed it.
  private static func line(_ value: Value) -> String {
    if case .bytes(let bytes) = value { shortened(Printed.text(of: bytes)) } else { cell(value) }
  }

  /// The fields of a hash and the like, each with its text; nil where one of them is more than that.
  private static func table(_ fields: MapValue, _ limit: Int) -> Content? {
    let isFlat = fields.entries.allSatisfy { $0.value.listValue == nil && $0.value.mapValue == nil }
    guard isFlat, !fields.entries.isEmpty else { return nil }
    let rows = fields.entries.prefix(limit).map { [Cell(text: shortened($0.key.rendered)), tableCell($0.value)] }
    return .table(columns: ["field", "value"], rows: rows)
  }

  /// An answer that is no list: a number or a text alone as it came, not as it was read.
  private static func single(_ outcome: MapValue) -> Value? {
    func present(_ name: String) -> Value? {
      switch outcome[name] {
      case .null, .unknown: nil
      case let value: value
      }
    }
    if let fields = present("fields") { return fields }
    if let body = present("body"), body.listValue != nil || body.mapValue != nil { return body }
    return ["text", "body", "value"].lazy.compactMap(present).first
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

  private static func table(_ rows: [Value], _ show: ShowTold?, _ known: [String]) -> Content {
    guard let first = rows.first else { return .nothing }
    var columns = show?.columns ?? []
    if columns.isEmpty { columns = known }
    if columns.isEmpty { columns = first.mapValue?.entries.map(\.key.rendered) ?? [] }
    if columns.isEmpty { return .lines(rows.map { cell($0) }) }
    return .table(columns: columns, rows: rows.map { row in columns.map { tableCell(row[$0]) } })
  }

  private static func tableCell(_ value: Value?) -> Cell {
    if case .null = value { return Cell(text: "null", isNull: true) }
    return Cell(text: value.map(cell) ?? "")
  }

  private static func isCut(_ content: Content) -> Bool {
    guard case .table(_, let rows) = content else { return false }
    return rows.contains { $0.contains { $0.text.hasSuffix(cutMark) } }
  }

  private mutating func draw(_ rows: [Value], _ show: ShowTold?) {
    guard show?.style == "bars", let column = show?.column, let by = show?.by
    else { return }
    let shown = rows.prefix(Self.mostBars)
    let numbers = shown.compactMap { Self.number($0[column]) }
    let (least, greatest) = (min(numbers.min() ?? 0, 0), max(numbers.max() ?? 0, 0))
    let span = greatest - least
    func place(_ number: Double) -> Int { span > 0 ? Int((number - least) / span * 1000) : 0 }
    barZero = place(0)
    let part = shown.count < rows.count ? " (first \(shown.count) of \(rows.count))" : ""
    barTitle = "\(column) by \(by)\(part)"
    bars = shown.map { row in
      let number = Self.number(row[column])
      let extent = number.flatMap { number -> Range<Int>? in
        if number == 0 || span == 0 { return nil }
        let (from, to) = (place(min(number, 0)), place(max(number, 0)))
        // However short, it is seen.
        return from < to ? from..<to : number < 0 ? max(from - 1, 0)..<max(from, 1) : from..<from + 1
      }
      return Bar(
        label: Self.cell(row[by] ?? .null), text: Self.cell(row[column] ?? .null), extent: extent,
        isNegative: number ?? 0 < 0)
    }
  }

  private static func number(_ value: Value?) -> Double? {
    if case .duration(let duration) = value { duration / .seconds(1) } else { value?.finiteDouble }
  }

  static func cell(_ value: Value) -> String {
    switch value {
    case .null: ""
    case .bytes(let bytes): shortened(text(of: bytes))
    default: shortened(value.rendered)
    }
  }

  /// A row that stands alone, with its columns' names.
  static func row(_ row: Value) -> String {
    guard let entries = row.mapValue?.entries else { return cell(row) }
    return shortened(entries.map { "\($0.key.rendered): \(cell($0.value))" }.joined(separator: ", "))
  }

  /// Bytes as the text that they are, or else in base64, which is said.
  static func text(of bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? "(binary, base64) " + Base64.encode(bytes)
  }

  private static func whole(_ value: Value) -> String {
    if case .bytes(let bytes) = value { return text(of: bytes) }
    return value.stringValue ?? value.jsonText(pretty: true)
  }

  private static func isLong(_ value: Value) -> Bool { cell(value).hasSuffix(cutMark) }

  private static let cutMark = " characters in all)"

  /// The beginning of a text that is too long for a cell or a line, and how long it is.
  static func shortened(_ text: String, to length: Int = longestCell) -> String {
    guard text.utf8.count > length else { return text }
    let start = String(decoding: text.utf8.prefix(length * 4), as: UTF8.self).prefix(length)
    return start.utf8.count < text.utf8.count ? "\(start)… (cut; \(text.count)\(cutMark)" : text
  }
}
