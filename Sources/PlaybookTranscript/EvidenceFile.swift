public import CEL
import SourceText

/// The forms in which a piece of evidence is written.
public enum EvidenceFormat: String, Sendable, CaseIterable {
  case csv, json, text
}

/// All of a step's outcome, for whoever goes on with it: as JSON, as CSV (RFC 4180), as text.
public struct EvidenceFile {
  private let outcome: Value

  public init(_ outcome: Value) {
    self.outcome = outcome
  }

  /// What keeps evidence from a format.
  public struct Problem: Error, Sendable {
    public var message: String
  }

  public func text(_ format: EvidenceFormat) throws(Problem) -> String {
    switch format {
    case .json: Visible.json(outcome.jsonText(pretty: true)) + "\n"
    case .csv: try csv()
    case .text: Visible.text(text, keepingTabs: true, keepingLineBreaks: true)
    }
  }

  /// The form that has all of an outcome and is read most easily: rows as CSV, what programs said as text, the rest as JSON.
  static func format(of outcome: Value) -> EvidenceFormat {
    let file = EvidenceFile(outcome)
    if file.isFailed { return .json }
    if file.rows != nil { return .csv }
    return outcome["stdout"]?.stringValue == nil && outcome["text"]?.stringValue == nil ? .json : .text
  }

  private var isFailed: Bool { outcome["ok"]?.boolValue == false && rows?.isEmpty != false }

  private var text: String {
    if isFailed { return failure }
    if let output = Self.text(outcome["stdout"]) {
      let errors = Self.text(outcome["stderr"]) ?? ""
      return output + (errors.isEmpty ? "" : "stderr:\n" + errors)
    }
    if let text = Self.text(outcome["text"]) { return text }
    if outcome["rows"] == nil, outcome["keys"] == nil, let fields = outcome["fields"]?.mapValue {
      return fields.entries.map { "\($0.key.rendered)=\($0.value.rendered)\n" }.joined()
    }
    guard let rows else { return outcome.jsonText(pretty: true) + "\n" }
    return rows.map { row in
      (row.mapValue?.entries.map { "\($0.key.rendered)=\($0.value.rendered)" }.joined(separator: "  ") ?? row.rendered)
        + "\n"
    }.joined()
  }

  /// A text that ends in a line break, or nothing where it is empty; bytes as far as they are text.
  private static func text(_ value: Value?) -> String? {
    let text: String? = if case .bytes(let bytes) = value { Printed.text(of: bytes) } else { value?.stringValue }
    return text.map { $0.isEmpty || $0.hasSuffix("\n") ? $0 : $0 + "\n" }
  }

  /// Why there is nothing, and what was said on the way.
  private var failure: String {
    let parts = [outcome["error"]?.stringValue.map { "failed: \($0)" } ?? "failed"]
    let said = ["stderr", "stdout", "body", "text"].compactMap { name -> String? in
      guard let text = outcome[name]?.stringValue, !text.isEmpty else { return nil }
      return "\(name):\n\(text)"
    }
    return (parts + said).map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
  }

  private func csv() throws(Problem) -> String {
    if isFailed {
      let error = outcome["error"]?.stringValue ?? "it gave nothing"
      throw Problem(message: "it failed (\(error)) and has no rows; --format json has all of it")
    }
    guard let rows = rows ?? pairs else {
      throw Problem(message: "it has no rows, which CSV is made of; --format json has all of it")
    }
    var columns: [String] = []
    var seen: Set<String> = []
    for row in rows {
      for entry in row.mapValue?.entries ?? [] where seen.insert(entry.key.rendered).inserted {
        columns.append(entry.key.rendered)
      }
    }
    // What is no map has a column of its own, so that nothing of it is left out.
    if rows.contains(where: { $0.mapValue == nil }), seen.insert("value").inserted { columns.append("value") }
    var text = columns.map { Self.cell(.string($0)) }.joined(separator: ",") + "\r\n"
    for row in rows {
      let cells = columns.map { row.mapValue == nil ? $0 == "value" ? row : .null : row[$0] ?? .null }
      text += cells.map(Self.cell).joined(separator: ",") + "\r\n"
    }
    return text
  }

  /// A map of fields, such as a hash, as rows of `field` and `value`.
  private var pairs: [Value]? {
    outcome["fields"]?.mapValue?.entries.map { ["field": $0.key, "value": $0.value] }
  }

  private var rows: [Value]? {
    if let list = ["rows", "items", "keys", "lines"].lazy.compactMap({ outcome[$0]?.listValue }).first { return list }
    if let rows = outcome["value"]?.rows { return rows }
    guard let fields = outcome["fields"]?.mapValue, !fields.entries.isEmpty else { return nil }
    return fields.entries.map { .map(MapValue([("field", .string($0.key.rendered)), ("value", $0.value)])) }
  }

  /// Quoted where needed; null is nothing, an empty text two quotes; a text that a spreadsheet would take for a formula gets a quote before it.
  private static func cell(_ value: Value) -> String {
    if case .null = value { return "" }
    let text = if case .bytes(let bytes) = value { EvidenceBody.text(of: bytes) } else { value.rendered }
    // By scalars: a combining mark behind a quote or a sign must not hide it.
    var scalars = Array(text.unicodeScalars)
    if case .string = value, let first = scalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) {
      scalars.insert("'", at: 0)
    }
    // Some spreadsheets part cells at semicolons.
    let isQuoted =
      scalars.isEmpty
      || scalars.contains { $0 == "\"" || $0 == "," || $0 == ";" || $0.properties.isWhitespace && $0 != " " }
    var cell = String.UnicodeScalarView(isQuoted ? ["\""] : [])
    for scalar in scalars {
      if scalar == "\"" { cell.append(scalar) }
      cell.append(scalar)
    }
    if isQuoted { cell.append("\"") }
    return String(cell)
  }
}
