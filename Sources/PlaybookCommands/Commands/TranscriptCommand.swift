public import ArgumentParser
public import PlaybookTranscript
import SourceText

/// `playbook transcript RUN`.
struct TranscriptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transcript", abstract: "Writes the findings, decisions and changes of a run, for the ticket.",
    discussion: """
      Examples:
        playbook transcript last > ticket.md
        playbook transcript last --format html --out run.html
        playbook transcript 7f3k --budget jira --redact ips,emails,columns=actor_id
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Option(name: .long, help: "markdown, html, json or text.")
  var format = TranscriptFormat.markdown

  @Option(name: .long, help: "The file to write; default standard output.")
  var out: String?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Shortened for a ticket: github, gitlab, jira, servicenow or a number of characters.")
  var budget: String?

  @OptionGroup var redaction: RedactionOption

  @OptionGroup var runs: RunsOptions

  func run() throws {
    let transcript = try runs.open(name).transcript(redacting: redaction.redaction())
    redaction.warn(of: transcript)
    guard let budget else { return try Output.file(out) { write in try transcript.write(format, to: write) } }
    guard format == .markdown else {
      throw CommandFailure.wrong("--budget shortens Markdown, and this is \(format.rawValue)")
    }
    guard let limit = Budget(budget) else {
      throw CommandFailure.wrong(
        "`\(budget)` is not a budget; known are github, gitlab, jira, servicenow and a number of characters, 1 or more")
    }
    let text: String
    do {
      text = try transcript.markdown(within: limit)
    } catch {
      throw CommandFailure.failed("the shortest form takes \(error.least) characters, more than \(limit.limit)")
    }
    try Output.file(out) { write in try write(text) }
  }

}

/// `--redact`.
struct RedactionOption: ParsableArguments {
  @Option(
    name: .long, help: "A copy with pseudonyms: ips, emails, columns=NAME, separated by commas (columns=A+B for more).")
  var redact: String?

  func redaction() throws -> Redaction {
    guard let redact else { return Redaction() }
    do {
      return try Redaction(redact)
    } catch {
      throw CommandFailure.wrong(error.message)
    }
  }

  /// A person who names a column that does not exist may take its values for replaced.
  func warn(of transcript: Transcript) {
    let (missing, known) = transcript.unknownColumns
    if missing.isEmpty { return }
    let names = known.prefix(40).joined(separator: ", ") + (known.count > 40 ? ", …" : "")
    Output.say(
      "warning",
      "nothing in the run is called \(missing.joined(separator: " or ")); "
        + (known.isEmpty ? "its evidence has no columns" : "its evidence has the columns \(Visible.text(names))"))
  }
}

extension TranscriptFormat: ExpressibleByArgument {}
