import ArgumentParser
import CEL
import PlaybookJournal
import PlaybookRecord
import PlaybookTranscript
import SourceText

/// `playbook followups`.
struct FollowUpsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "followups", abstract: "Lists the open follow-ups of past runs, the first due first, and closes one.",
    discussion: """
      Each line ends in its follow-up's name, RUN:EVENT. Closing one is a remark in the run's journal, with its author.

      Examples:
        playbook followups --overdue
        playbook followups --done 7f3k:41 --note "held on Tuesday, minutes in INC-4711"
        playbook followups --format json
      """)

  @Option(name: .long, help: "Says that this one is done: RUN:EVENT, as the list has it. May be repeated.")
  var done: [String] = []

  @Option(name: .long, help: "With --done: the result.")
  var note: String?

  @Flag(name: .long, help: "Only those whose date has passed.")
  var overdue = false

  @Flag(name: .long, help: "Those of drills and plans as well.")
  var drills = false

  @Option(name: .long, help: "text or json.")
  var format = OutputFormat.text

  @OptionGroup var runs: RunsOptions

  func validate() throws {
    if note != nil, done.isEmpty { throw ValidationError("--note goes with --done; `playbook note` writes a remark") }
  }

  func run() async throws {
    guard done.isEmpty else {
      // All of them are found before any of them is closed.
      for (folder, item) in try done.map(named) { try await close(item, of: folder) }
      return
    }
    try list()
  }

  /// The open follow-up that `RUN:EVENT` means.
  private func named(_ name: String) throws -> (RunFolder, OpenFollowUp) {
    guard let colon = name.lastIndex(of: ":"), let event = Int(name[name.index(after: colon)...]) else {
      throw CommandFailure.wrong("--done \(name): write RUN:EVENT, as `playbook followups` shows it")
    }
    let run = try runs.open(String(name[..<colon]))
    let open = try run.transcript().openFollowUps
    guard let item = open.first(where: { $0.event == event }) else {
      let names = open.map { ":\($0.event)" }.joined(separator: ", ")
      throw CommandFailure.wrong(
        "the run \(run.folder.id) has no open follow-up \(event)" + (names.isEmpty ? "" : "; open are \(names)"))
    }
    return (run.folder, item)
  }

  private func close(_ item: OpenFollowUp, of folder: RunFolder) async throws {
    let text = "done: \(item.text)" + (note.map { " (\($0))" } ?? "")
    if let problem = Remark.problem(with: text) { throw CommandFailure.wrong(problem) }
    try await RemarkDelivery(folder).deliver(RemarkDelivery.remark(text, closes: item.event))
  }

  private func list() throws {
    let now = Timestamp.now()
    var all: [OpenFollowUp] = []
    for id in runs.store.ids() {
      do {
        all += try runs.open(id).transcript().openFollowUps
      } catch let failure as CommandFailure {
        Output.operatorLines("\(id): \(failure.message)\n")
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
        "run": .string(item.run), "event": .int(Int64(item.event)), "step": .string(item.step),
        "mode": .string(item.mode), "text": .string(item.text),
        "due": item.due.map(Value.timestamp) ?? .null, "owner": item.owner.map(Value.string) ?? .null,
        "overdue": .bool(isOverdue),
      ]
      return Visible.json(record.jsonText()) + "\n"
    case .text:
      let due = item.due.map { String($0.description.prefix(10)) } ?? "no date   "
      let owner = item.owner.map { " (\($0))" } ?? ""
      return Visible.text("\(due)\(isOverdue ? "  OVERDUE" : "")  \(item.text)\(owner)  \(item.run):\(item.event)")
        + "\n"
    }
  }
}
