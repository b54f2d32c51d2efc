import ArgumentParser
import PlaybookJournal
import PlaybookTranscript

/// `playbook sitrep RUN`.
struct SitrepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sitrep",
    abstract: "Five lines to paste in a chat: What, Since, Known, Done and Next.",
    discussion: "Example:\n  playbook sitrep last")

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @OptionGroup var runs: RunsOptions

  func run() throws {
    let past = try runs.open(name)
    Output.data(try past.transcript().sitrep(isHeld: past.folder.holder != nil))
  }
}
