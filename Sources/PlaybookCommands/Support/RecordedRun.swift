import PlaybookJournal
import PlaybookRecord
import PlaybookTranscript
import SourceText

/// A run, past or under way, as commands read it. A record that can't be read is a failure with its reason.
struct RecordedRun {
  let folder: RunFolder

  /// All of its events at once, for callers that need them together.
  func contents() throws -> JournalContents {
    try reading { () throws(FileError) in try folder.journal() }
  }

  /// Goes through its events one at a time, as far as they fit.
  @discardableResult
  func events(_ body: (Event) -> Void) throws -> JournalFile {
    try reading { () throws(FileError) in try folder.journal(body) }
  }

  /// Its transcript; a journal that does not fit is warned of.
  func transcript(redacting redaction: Redaction = Redaction()) throws -> Transcript {
    let transcript = try reading { () throws(FileError) in try Transcript(folder, redacting: redaction) }
    if let damage = transcript.damage { Output.say("warning", Visible.text(damage)) }
    return transcript
  }

  private func reading<Result>(_ body: () throws(FileError) -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw CommandFailure.failed(error.description)
    }
  }
}

extension RunsOptions {
  /// The run that `name` means.
  func open(_ name: String) throws -> RecordedRun {
    do {
      return RecordedRun(folder: try store.find(name))
    } catch {
      throw CommandFailure.wrong(error.message)
    }
  }
}
