import ArgumentParser
import CEL
import PlaybookJournal
import PlaybookTranscript
import SourceText

/// `playbook followups`.
struct FollowUpsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "followups", abstract: "Lists what runs left to be done, the first due first.",
    discussion: """
      Examples:
        playbook followups --overdue
        playbook followups --format json
      """)

  @Flag(name: .long, help: "Only those whose date has passed.")
  var overdue = false

  @Flag(name: .long, help: "Those of drills and plans as well.")
  var drills = false

  @Option(name: .long, help: "text or json.")
  var format = OutputFormat.text

  @OptionGroup var runs: RunsOptions

  func run() throws {
    let now = Timestamp.now()
    var all: [OpenFollowUp] = []
    for id in runs.store.ids() {
      do {
        all += try runs.open(id).transcript().openFollowUps
      } catch let failure as CommandFailure {
        Output.operatorText("\(id): \(failure.message)\n")
      }
    }
    let real = all.filter { drills || $0.mode == "run" }
    let listed = real.filter { !overdue || $0.isOverdue(at: now) }
      .sorted { ($0.due?.seconds ?? .max, $0.run, $0.text) < ($1.due?.seconds ?? .max, $1.run, $1.text) }
    for item in listed { Output.data(line(item, now)) }
    if listed.isEmpty { Output.operatorText(overdue ? "nothing is overdue\n" : "nothing is open\n") }
    let hidden = all.count - real.count
    if hidden > 0 { Output.operatorText("\(hidden) of drills and plans not shown; --drills\n") }
  }

  private func line(_ item: OpenFollowUp, _ now: Timestamp) -> String {
    let isOverdue = item.isOverdue(at: now)
    switch format {
    case .json:
      let record: Value = [
        "run": .string(item.run), "step": .string(item.step), "mode": .string(item.mode), "text": .string(item.text),
        "due": item.due.map(Value.timestamp) ?? .null, "owner": item.owner.map(Value.string) ?? .null,
        "overdue": .bool(isOverdue),
      ]
      return record.jsonText() + "\n"
    case .text:
      let due = item.due.map { String($0.description.prefix(10)) } ?? "no date   "
      let owner = item.owner.map { " (\($0))" } ?? ""
      return Visible.text("\(due)\(isOverdue ? "  OVERDUE" : "")  \(item.text)\(owner)  \(item.run)") + "\n"
    }
  }
}
