public import CEL
public import PlaybookJournal

/// The forms in which a transcript is written.
public enum TranscriptFormat: String, Sendable, CaseIterable {
  case markdown, json, text
}

/// What was found, decided and changed in a run: a pure function of its journal. The same journal gives the same bytes.
public struct Transcript {
  let report: RunReport
  let runID: String
  let head: String
  let isTorn: Bool
  let problem: (line: Int, message: String)?
  private let evidence: (String) throws -> Value

  /// - Parameters:
  ///   - contents: the journal, as far as it fits.
  ///   - evidence: gives the outcome that lies in a file, by its SHA-256; asked for one at a time.
  public init(_ contents: JournalContents, runID: String, evidence: @escaping (String) throws -> Value) {
    report = RunReport(contents.events)
    self.runID = runID
    head = contents.head
    isTorn = contents.isTorn
    problem = contents.problem
    self.evidence = evidence
  }

  /// The whole outcome of a step: from its file where the journal has only the beginning.
  func outcome(of step: RunReport.StepReport) -> MapValue? {
    guard let digest = step.evidence?.digest else { return step.outcome }
    return (try? evidence(digest))?.mapValue ?? step.outcome
  }
}
