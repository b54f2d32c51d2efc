public import ArgumentParser
import CEL
import PlaybookJournal
import PlaybookRecord
public import PlaybookTranscript

extension EvidenceFormat: ExpressibleByArgument {}

/// `playbook evidence RUN STEP`.
struct EvidenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence", abstract: "Prints the whole of a step's evidence.",
    discussion: "Example:\n  playbook evidence last spraying --format csv > addresses.csv")

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Argument(help: "The step, or its evidence number: spraying, E2.")
  var step: String

  @Option(name: .long, help: "csv, json or text.")
  var format = EvidenceFormat.json

  @Option(name: .long, help: "The file to write; default standard output.")
  var out: String?

  @OptionGroup var redaction: RedactionOption

  @OptionGroup var runs: RunsOptions

  func run() throws {
    let past = try runs.open(name)
    let number = step.hasPrefix("E") ? Int(step.dropFirst()) : nil
    var found: Event?
    var names: [String] = []
    // A step in a used playbook is found by its plain name as well, where only one has it.
    var named: [String: Event] = [:]
    try past.events { event in
      guard case .stepFinished(let finished) = event.body else { return }
      if finished.name == step { named[event.path.text] = event }
      if let number = finished.evidence.number { names.append("\(event.path) (E\(number))") }
      if event.path.text == step || (number != nil && finished.evidence.number == number) { found = event }
    }
    guard let event = found ?? (named.count == 1 ? named.values.first : nil) else {
      if named.count > 1 {
        let paths = named.keys.sorted().prefix(20).joined(separator: ", ")
        throw CommandFailure.wrong("several steps are called `\(step)`: \(paths)")
      }
      let list = names.isEmpty ? "none" : names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
      throw CommandFailure.wrong("the run has no evidence `\(step)`; it has \(list)")
    }
    var value = try whole(event, past)
    if redaction.redact != nil {
      // The same pseudonyms as in the transcript.
      let transcript = try past.transcript(redacting: redaction.redaction())
      redaction.warn(of: transcript)
      value = transcript.masking(value)
    }
    let text: String
    do {
      text = try EvidenceFile(value).text(format)
    } catch {
      throw CommandFailure.wrong("`\(step)`: \(error.message)")
    }
    // A pipe may lead to a terminal, and CSV has no escape for characters that move its cursor.
    try Output.file(out, isPipeForReaders: format == .csv) { write in try write(text) }
  }

  private func whole(_ event: Event, _ past: RecordedRun) throws -> Value {
    guard let file = event.recorded?.file else { return event.recorded?.outcome.map(Value.map) ?? .null }
    do {
      return try past.folder.evidence(file.sha256)
    } catch {
      throw CommandFailure.failed(error.description)
    }
  }
}
