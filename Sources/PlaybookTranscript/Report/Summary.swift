import CEL

/// An outcome in a few words.
enum Summary {
  static func text(of outcome: MapValue?) -> String {
    glance(outcome) + (unmetPolls(of: outcome).map { ", " + unmet($0) } ?? "")
  }

  /// How often was asked for what did not come true in time; nil: it did, or nothing was waited for.
  static func unmetPolls(of outcome: MapValue?) -> Int? {
    outcome?["met"]?.boolValue == false ? Int(outcome?["polls"]?.intValue ?? 0) : nil
  }

  /// `did not come true in time, asked 5 times`.
  static func unmet(_ polls: Int) -> String {
    "did not come true in time" + (polls > 0 ? ", asked \(polls) time\(polls == 1 ? "" : "s")" : "")
  }

  private static func glance(_ outcome: MapValue?) -> String {
    guard let outcome else { return "no outcome" }
    let cut = outcome["truncated"]?.boolValue == true ? ", cut" : ""
    if outcome["ok"]?.boolValue == false {
      return outcome["error"]?.stringValue ?? outcome["state"]?.rendered ?? "failed"
    }
    if let count = outcome["count"]?.intValue {
      let unit = outcome["rows"] != nil ? "row" : outcome["keys"] != nil ? "key" : "item"
      return "\(count) \(unit)\(count == 1 ? "" : "s")\(cut)"
    }
    if let status = outcome["status"] { return "status \(status.rendered)\(cut)" }
    if let lines = outcome["lines"]?.listValue { return "\(lines.count) line\(lines.count == 1 ? "" : "s")\(cut)" }
    if let count = outcome["value"]?.rows?.count { return "\(count) row\(count == 1 ? "" : "s")\(cut)" }
    if let value = outcome["value"] {
      let text = value.rendered
      return text.count > 80 ? "\(text.utf8.count) bytes\(cut)" : text + cut
    }
    if let answer = outcome["answer"] {
      let text = said(answer)
      return text.count > 80 ? "an answer of \(text.utf8.count) bytes" : text
    }
    return outcome["state"]?.rendered ?? "done"
  }

  /// What the call of a change says that it did, in a word; empty or nil: no more than that it is done.
  static func effect(of outcome: MapValue?) -> String? {
    guard let outcome, outcome["ok"]?.boolValue != false else { return nil }
    if let rows = outcome["affected"]?.intValue { return "\(rows) row\(rows == 1 ? "" : "s")" }
    if let status = outcome["status"]?.intValue { return "status \(status)" }
    switch outcome["value"] {
    case .int, .uint, .double, .decimal, .bool: return outcome["value"]?.rendered
    case .string(let text) where text.count <= 80: return text
    default: return nil
    }
  }

  /// An answer as it was said.
  static func said(_ answer: Value) -> String { answer.boolValue.map { $0 ? "yes" : "no" } ?? answer.rendered }

  /// Whether the beginning of a large outcome, which the journal's line has, does not tell how much there is of it.
  static func isPartial(_ outcome: MapValue?) -> Bool {
    outcome?["ok"]?.boolValue != false && outcome?["count"] == nil && outcome?["status"] == nil
  }
}

extension RunReport {
  /// Says how much evidence there is by the files that it lies in, where the journal's lines don't tell.
  mutating func readSummaries(_ evidence: (String) -> MapValue?) {
    var summaries: [Int: String] = [:]
    func read(_ step: inout Step) {
      guard step.isSummaryPartial, let file = step.evidence, let finished = step.finished else { return }
      step.summary = evidence(file.digest).map { Summary.text(of: $0) } ?? "\(file.bytes) bytes that can't be read"
      step.isSummaryPartial = false
      summaries[finished] = step.summary
    }
    for position in steps.indices { read(&steps[position]) }
    for position in superseded.indices { read(&superseded[position]) }
    if summaries.isEmpty { return }
    for position in timeline.indices where timeline[position].number != nil {
      if let summary = summaries[timeline[position].sequence] { timeline[position].result = summary }
    }
  }
}

extension Value {
  /// The items of a list of maps: a table, whatever gave it.
  var rows: [Value]? {
    guard let items = listValue, !items.isEmpty, items.allSatisfy({ $0.mapValue != nil }) else { return nil }
    return items
  }
}
