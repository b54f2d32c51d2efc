import CEL

/// An outcome in a few words.
enum Summary {
  static func text(of outcome: MapValue?) -> String {
    guard let outcome else { return "no outcome" }
    let cut = outcome["truncated"]?.boolValue == true ? ", cut" : ""
    if outcome["ok"]?.boolValue == false {
      return outcome["error"]?.stringValue ?? outcome["state"]?.rendered ?? "failed"
    }
    if let count = outcome["count"]?.intValue {
      let unit = outcome["rows"] != nil ? "row" : outcome["keys"] != nil ? "key" : "item"
      return "\(count) \(unit)\(count == 1 ? "" : "s")\(cut)"
        + (outcome["met"]?.boolValue == false ? ", condition not met" : "")
    }
    if let status = outcome["status"] { return "status \(status.rendered)\(cut)" }
    if let lines = outcome["lines"]?.listValue { return "\(lines.count) line\(lines.count == 1 ? "" : "s")\(cut)" }
    if let value = outcome["value"] {
      let text = value.rendered
      return text.count > 80 ? "\(text.utf8.count) bytes\(cut)" : text + cut
    }
    return outcome["state"]?.rendered ?? "done"
  }
}
