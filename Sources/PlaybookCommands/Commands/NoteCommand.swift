import ArgumentParser
import CEL
import FoundationEssentials
import PlaybookJournal
import PlaybookRecord

/// `playbook note RUN TEXT`.
struct NoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Puts a remark into a run's timeline, from another terminal or afterwards.",
    discussion: """
      The process that holds the run records it and shows it to the operator. A run that nobody holds, an ended one too, is
      given it at once. A remark changes nothing of a run's outcome.

      Examples:
        playbook note last "the CDN team sees the same addresses"
        playbook note 7f3k "customers began to call" --at 02:40
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Argument(help: "The remark.")
  var text: String

  @Option(
    name: .long, help: "The time of its subject, for a late remark: RFC 3339, or HH:MM (UTC): the last time it was so.")
  var at: String?

  @OptionGroup var runs: RunsOptions

  func run() async throws {
    if let problem = Remark.problem(with: text) { throw CommandFailure.wrong(problem) }
    let when = try Loading.time(at, option: "--at")
    let folder = try runs.open(name).folder
    try await RemarkDelivery(folder).deliver(RemarkDelivery.remark(text, when: when))
  }
}
