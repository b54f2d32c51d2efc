public import ArgumentParser
import CEL
import FoundationEssentials
import PlaybookEngine
import PlaybookJournal
public import PlaybookTranscript

/// `playbook transcript RUN`.
struct TranscriptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transcript", abstract: "Writes what was found, decided and changed in a run, for the ticket.")

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Option(name: .long, help: "markdown, json or text.")
  var format = TranscriptFormat.markdown

  @Option(name: .long, help: "The file to write; default standard output.")
  var out: String?

  @OptionGroup var runs: RunsOptions

  func run() throws {
    let folder = try runs.find(name)
    let contents: JournalContents
    do {
      contents = try folder.journal()
    } catch {
      throw CommandFailure.failed(error.description)
    }
    if let problem = contents.problem {
      Output.operatorText(
        "playbook: warning: line \(problem.line) of the journal does not fit (\(problem.message)); what is before it is shown\n"
      )
    }
    let transcript = Transcript(contents, runID: folder.id, evidence: { try folder.evidence($0) })
    let text =
      switch format {
      case .markdown: transcript.markdown()
      case .json: transcript.json()
      case .text: transcript.text()
      }
    guard let out else {
      Output.data(text)
      return
    }
    do {
      try Data(text.utf8).write(to: URL(filePath: out), options: .atomic)
    } catch {
      throw CommandFailure.failed("can't write \(out)")
    }
  }
}

extension TranscriptFormat: ExpressibleByArgument {}

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
  var format = Format.json

  @OptionGroup var runs: RunsOptions

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json, text
  }

  func run() throws {
    let folder = try runs.find(name)
    let contents: JournalContents
    do {
      contents = try folder.journal()
    } catch {
      throw CommandFailure.failed(error.description)
    }
    let finished = contents.events.filter { $0.type == .stepFinished }
    let number = step.hasPrefix("E") ? Int64(step.dropFirst()) : nil
    guard
      let event = finished.last(where: { $0.path == step || (number != nil && $0.data["number"]?.intValue == number) })
    else {
      let names = finished.compactMap { $0.data["number"] == nil ? nil : $0.path }
      throw CommandFailure.wrong("the run has no evidence `\(step)`; it has \(names.joined(separator: ", "))")
    }
    var outcome = event.data["outcome"] ?? .null
    if let digest = event.data["evidence"]?["sha256"]?.stringValue {
      do {
        outcome = try folder.evidence(digest)
      } catch {
        throw CommandFailure.failed(error.description)
      }
    }
    switch format {
    case .json: Output.data(outcome.jsonText(pretty: true) + "\n")
    case .text: Output.data(EvidenceText.text(outcome))
    case .csv: Output.data(try EvidenceText.csv(outcome))
    }
  }
}

/// Evidence as text and as CSV (RFC 4180).
enum EvidenceText {
  static func text(_ outcome: Value) -> String {
    for name in ["stdout", "text"] {
      if let text = outcome[name]?.stringValue { return text.hasSuffix("\n") ? text : text + "\n" }
    }
    guard let rows = rows(of: outcome) else { return outcome.jsonText(pretty: true) + "\n" }
    return rows.map { row in
      (row.mapValue?.entries.map { "\($0.key.rendered)=\($0.value.rendered)" }.joined(separator: "  ") ?? row.rendered)
        + "\n"
    }.joined()
  }

  static func csv(_ outcome: Value) throws -> String {
    guard let rows = rows(of: outcome) else { throw CommandFailure.wrong("this evidence has no rows") }
    var columns: [String] = []
    for row in rows {
      for entry in row.mapValue?.entries ?? [] where !columns.contains(entry.key.rendered) {
        columns.append(entry.key.rendered)
      }
    }
    if columns.isEmpty { return "value\r\n" + rows.map { cell($0) + "\r\n" }.joined() }
    var text = columns.map { cell(.string($0)) }.joined(separator: ",") + "\r\n"
    for row in rows { text += columns.map { cell(row[$0] ?? .null) }.joined(separator: ",") + "\r\n" }
    return text
  }

  private static func rows(of outcome: Value) -> [Value]? {
    ["rows", "items", "keys", "lines"].lazy.compactMap { outcome[$0]?.listValue }.first
  }

  /// Quoted where needed; a text that a spreadsheet would take for a formula gets a quote before it.
  private static func cell(_ value: Value) -> String {
    if case .null = value { return "" }
    var text = value.rendered
    if case .string = value, let first = text.first, "=+-@\t\r".contains(first) { text = "'" + text }
    guard text.contains(where: { $0 == "\"" || $0 == "," || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
