import CEL
import SourceText

extension Transcript {
  /// Plain lines, for a terminal or a chat.
  func plainText<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    func line(_ text: String = "") throws(Failure) { try write(Visible.text(text) + "\n") }
    try line(title)
    let environment = report.facts["environment"]?.rendered ?? "?"
    try line("run \(runID) in \(environment): \(report.outcome)" + (report.reason.map { " (\($0))" } ?? ""))
    try line("journal head \(head)")
    for caution in cautions { try line("note: " + caution) }
    try line()
    for finding in report.findings {
      try line("- \(finding.subject)" + (finding.text.isEmpty ? "" : ": \(EvidenceBody.shortened(finding.text))"))
    }
    try line()
    for fact in durations { try line("\(fact.name): \(fact.text)") }
    try line()
    for moment in report.timeline {
      let number = moment.number.map { " [E\($0)]" } ?? ""
      let who = moment.who.map { " (\($0))" } ?? ""
      let text = EvidenceBody.shortened(moment.text)
      try line("\(TimeText.clock(moment.at)) \(offset(moment.at))  \(moment.kind)  \(text)\(who)\(number)")
    }
    if !report.followUps.isEmpty {
      try line()
      try line("Follow-ups")
      for item in report.followUps {
        let due = item.due.map { ", due \(TimeText.day($0))" } ?? ""
        try line("- \(item.text)\(due)" + (item.owner.map { ", owner \($0)" } ?? ""))
      }
    }
  }
}
