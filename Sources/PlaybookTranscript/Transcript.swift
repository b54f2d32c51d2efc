public import CEL
public import PlaybookJournal
import PlaybookRecord

/// The forms in which a transcript is written.
public enum TranscriptFormat: String, Sendable, CaseIterable {
  case markdown, html, json, text
}

/// What was found, decided and changed in a run: a pure function of its journal. The same journal gives the same bytes,
/// of a run that is going on, too.
///
/// Evidence is not held: a piece of it is read when it is written, and let go.
public struct Transcript: Sendable {
  let report: RunReport
  /// Worked out once: every line of the timeline has an offset.
  let measures: RunReport.Measures
  let runID: String
  let head: String
  let isTorn: Bool
  /// What of the journal does not fit or is gone, with the number of its line; what is before it is shown.
  public let problem: (line: Int, message: String)?
  /// The same as a sentence, with what follows from it.
  public let damage: String?
  /// What was replaced in this copy; nil: nothing was looked for.
  let redacted: Pseudonyms?
  private let record: RunRecord

  /// Reads a run's folder.
  /// - Parameter redaction: what is replaced by pseudonyms throughout.
  public init(_ folder: RunFolder, redacting redaction: Redaction = Redaction()) throws(FileError) {
    var pseudonyms: Pseudonyms?
    if !redaction.isEmpty {
      // Two passes: a value that shows late in the run as one of a column must have had its pseudonym from the start.
      var learning = Pseudonyms(redaction)
      _ = try folder.journal { event in
        learning.learn(.map(event.data))
        learning.learn(columnsOf: event.recorded?.outcome.map(Value.map))
        guard let digest = event.recorded?.file?.sha256 else { return }
        guard let evidence = try? folder.evidence(digest) else { return }
        learning.learn(evidence)
        learning.learn(columnsOf: evidence)
      }
      pseudonyms = learning
    }
    let known = pseudonyms
    var report = RunReport()
    // In the same pass: what a chain that fits says against how the last process left the journal. A journal that was cut
    // at its end shows only there.
    let check = try JournalCheck(folder, isExplained: false) { event in report.apply(known?.masking(event) ?? event) }
    report.close()
    self.init(
      report, runID: folder.id, head: check.head, isTorn: check.file?.isTorn ?? false, problem: check.file?.problem,
      loss: check.problem.map { Loss(line: $0.line, message: $0.message, isCut: $0.kind == .truncated) },
      redacted: known, record: RunRecord(event: { check.file?.event($0) }, evidence: { try? folder.evidence($0) }))
  }

  /// How a journal whose lines fit differs from what the last process left.
  struct Loss {
    var line: Int
    var message: String
    /// Whether what is there is as it was written, and its end is gone.
    var isCut: Bool
  }

  /// The columns that were to be replaced and that nothing in the run has, and those that its evidence has.
  public var unknownColumns: (missing: [String], known: [String]) {
    (redacted?.missingColumns ?? [], redacted?.columns ?? [])
  }

  /// `value` with the pseudonyms of this copy.
  public func masking(_ value: Value) -> Value { redacted?.masking(value) ?? value }

  init(
    _ report: RunReport, runID: String, head: String, isTorn: Bool = false,
    problem: (line: Int, message: String)? = nil, loss: Loss? = nil, redacted: Pseudonyms? = nil, record: RunRecord
  ) {
    var report = report
    var problem = problem ?? loss.map { ($0.line, $0.message) }
    if problem == nil, report.started == nil {
      problem = (1, "it is empty: not even the start of the run is in it")
      damage = "The journal is empty. What the run found and changed is not known."
      report.markDamaged(from: 1, "the journal is empty")
    } else if let loss {
      damage =
        loss.isCut
        ? "The journal was cut at its end: \(loss.message). What happened then is not known."
        : "The journal is not as it was left: \(loss.message). What is shown from there on can't be relied on."
      report.markDamaged(
        from: loss.line, loss.isCut ? "the journal was cut at its end" : "the journal is not as it was left")
    } else if let problem {
      damage =
        "The journal does not fit from line \(problem.line) on (\(problem.message)). Only what is before it is shown."
      report.markDamaged(from: problem.line, "the journal can't be read from line \(problem.line) on")
    } else {
      damage = nil
    }
    report.readSummaries { digest in
      record.evidence(digest).flatMap { (redacted?.masking($0) ?? $0).mapValue }
    }
    self.report = report
    measures = report.measures
    self.runID = runID
    self.head = head
    self.isTorn = isTorn
    self.problem = problem
    self.redacted = redacted
    self.record = record
  }

  /// Hands the transcript to `write`, piece by piece.
  public func write<Failure: Error>(
    _ format: TranscriptFormat, to write: (String) throws(Failure) -> Void
  ) throws(Failure) {
    switch format {
    case .markdown: try markdown(write)
    case .html: try html(write)
    case .json: try json(write)
    case .text: try plainText(write)
    }
  }

  /// The transcript as one text.
  public func text(_ format: TranscriptFormat) -> String {
    var whole = ""
    write(format) { whole += $0 }
    return whole
  }

  /// An outcome as it can be read.
  struct Reading {
    var outcome: MapValue
    /// Whether its file is gone or is not what its digest says: this is the beginning, which the journal's line has.
    var isBeginning: Bool
  }

  /// The outcome of a step: from its file, or from the journal's line where that has it or the file is gone.
  func reading(of step: RunReport.Step) -> Reading? {
    let whole = step.evidence.flatMap { record.evidence($0.digest)?.mapValue }
    guard let found = whole ?? step.finished.flatMap({ record.event($0)?.recorded?.outcome }) else {
      return nil
    }
    let outcome = redacted?.masking(.map(found)).mapValue ?? found
    return Reading(outcome: outcome, isBeginning: step.evidence != nil && whole == nil)
  }

  /// Of how many calls the one that is shown is the first; nil where it is the only one.
  static func calls(in outcome: MapValue?) -> Int? {
    guard outcome?["rows"] == nil, let count = outcome?["items"]?.listValue?.count, count > 1 else { return nil }
    return count
  }

  func outcome(of step: RunReport.Step) -> MapValue? { reading(of: step)?.outcome }

  /// The call of a step as it was sent.
  func call(of step: RunReport.Step) -> String? {
    guard case .callSent(let sent) = step.call.flatMap({ record.event($0)?.body }) else { return nil }
    return redacted?.masking(sent.call) ?? sent.call
  }
}

/// Where a transcript reads again what it does not hold.
struct RunRecord: Sendable {
  /// The event with a number.
  var event: @Sendable (Int) -> Event?
  /// The outcome that lies in a file, by its SHA-256; nil where the file is gone or is not what its name says.
  var evidence: @Sendable (String) -> Value?
}
