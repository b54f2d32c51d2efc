import ArgumentParser
import CEL
import PlaybookJournal
import PlaybookRecord

/// `playbook verify RUN`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Checks a run's hash chain; names the first event that does not fit.",
    discussion: """
      Says whether it was edited, removed, reordered or put in. A journal shortened at its end, or written again as a
      whole, shows only against a hash kept elsewhere: the head that was printed and is in the transcript, with --head.

      Exit code 0: everything fits; 1: something does not.
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Option(name: .long, help: "The head hash that was printed or is in the transcript.")
  var head: String?

  @OptionGroup var runs: RunsOptions

  func validate() throws {
    guard let head else { return }
    guard head.utf8.count == 64, head.allSatisfy(\.isHexDigit) else {
      throw ValidationError("--head \(head): a hash has 64 hexadecimal digits")
    }
  }

  func run() throws {
    let folder = try runs.open(name).folder
    var evidence: [(event: Int, path: String, digest: String)] = []
    var sources: [RunStarted.Source] = []
    let check: JournalCheck
    do {
      check = try JournalCheck(folder, head: head) { event in
        if let file = event.recorded?.file { evidence.append((event.sequence, event.path.text, file.sha256)) }
        if case .runStarted(let started) = event.body { sources = started.sources ?? [] }
      }
    } catch {
      throw CommandFailure.failed(error.description)
    }
    for remark in check.remarks { Output.operatorLines("note: \(remark)\n") }
    if let problem = check.problem {
      throw CommandFailure.failed(
        "\(folder.path)/journal.jsonl:\(problem.line): \(problem.kind.rawValue): \(problem.message)")
    }
    for (event, path, digest) in evidence {
      try trust("event \(event) (\(path))") { _ = try folder.evidence(digest) }
    }
    for source in sources {
      let (path, digest) = (source.path, source.sha256)
      try trust("the source \(path)") {
        guard hexadecimal(sha256(try folder.source(digest))) == digest else {
          throw CommandFailure.failed("the source \(path): its copy in the run's folder was changed")
        }
      }
    }
    Output.data("ok  \(check.count) events  head \(check.head)\n")
  }

  private func trust(_ what: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as FileError {
      throw CommandFailure.failed("\(what): \(error.description)")
    }
  }
}
