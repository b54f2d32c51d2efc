import CEL
import SourceText

extension Transcript {
  /// Plain lines, for a terminal or a chat.
  public func text() -> String {
    let facts = report.facts
    var lines = [
      "\(facts["title"]?.rendered ?? runID)",
      "run \(runID) in \(facts["environment"]?.rendered ?? "?"): \(report.outcome)"
        + (report.reason.map { " (\($0))" } ?? ""), "journal head \(head)", "",
    ]
    let zero = report.measures.alerted ?? report.started
    for entry in report.timeline {
      let offset = zero.map { TimeText.offset(from: $0, to: entry.at) } ?? ""
      let number = entry.number.map { " [E\($0)]" } ?? ""
      lines.append("\(TimeText.clock(entry.at)) \(offset)  \(entry.kind)  \(Self.shortened(entry.text))\(number)")
    }
    if !report.followUps.isEmpty {
      lines += ["", "Follow-ups"]
      for item in report.followUps {
        lines.append("- \(item.text)" + (item.due.map { ", due \($0.description.prefix(10))" } ?? ""))
      }
    }
    return lines.map { Visible.text($0) + "\n" }.joined()
  }
}
