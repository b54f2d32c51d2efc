#if canImport(Glibc)
import Glibc
#endif
public import CEL
public import PlaybookRecord

/// The one process that writes a run's journal. Holds the run's lock while it lives.
public actor JournalWriter: EventSink {
  /// Room set aside for the outcomes of a change before it is made.
  private static let reserve = 256 << 10
  /// How much of the journal's end is looked at before a line is added: more than the hash of the last line.
  private static let tailLength = 160

  private let folder: RunFolder
  private let file: any WriteAheadFile
  private let lock: RunLock
  /// The journal, locked as long as this writes it.
  private let held: RunFile
  private var redactor = Redactor()
  private var sequence: Int
  private var length: Int
  /// The last bytes of the journal, as they were written.
  private var tail: [UInt8]
  /// Whether somebody else has shortened the journal or written into it: it no longer says how far the run came.
  private var isChangedByOthers = false
  /// The hash of the last line.
  public private(set) var head: String
  /// After a failure nothing more is written: the state of the disk is not certain any more.
  private var failure: EventSinkError?
  /// Why nothing more may be begun: the lock's file is not there any more.
  private var lockProblem: EventSinkError?
  /// How many events were there before this process wrote any.
  private let before: Int
  /// Results of calls that could not be written; each event as it would have been.
  public private(set) var unwritten: [Event] = []
  private var isClosed = false
  /// The receiver of every written line, such as `--output json`.
  private let onLine: (@Sendable ([UInt8]) -> Void)?
  /// Where this user keeps which yeses are his.
  private let yeses: OwnYeses?

  /// Opens the journal for appending, after everything that fits in it. `contents` is the result of
  /// `RunFolder.journal()`, nil for a new run; `lock` is taken where the caller has not done so; `holder` names the
  /// writer (`pid`, `host`, `operator`, `since`). Throws `RunLock.Held` or `FileError`.
  public init(
    _ folder: RunFolder, continuing contents: JournalContents? = nil, lock: RunLock? = nil, holder: Value,
    yeses: OwnYeses? = nil, onLine: (@Sendable ([UInt8]) -> Void)? = nil
  ) throws {
    try self.init(folder, continuing: contents, lock: lock, holder: holder, yeses: yeses, onLine: onLine) { $0 }
  }

  /// The same, with a layer between the writer and its file, for tests.
  init(
    _ folder: RunFolder, continuing contents: JournalContents? = nil, lock: RunLock? = nil, holder: Value,
    yeses: OwnYeses? = nil, onLine: (@Sendable ([UInt8]) -> Void)? = nil, layer: (RunFile) -> any WriteAheadFile
  ) throws {
    self.folder = folder
    self.onLine = onLine
    self.yeses = yeses
    self.lock = try lock ?? RunLock(folder)
    let file = try folder.folder.file("journal.jsonl", O_RDWR | O_CREAT | O_APPEND, mode: folder.fileMode)
    // Deleting the lock's file gives a new lock, but not the journal.
    held = try folder.folder.file("journal.jsonl", O_RDWR)
    guard try held.lock() else { throw RunLock.Held(holder: folder.holder) }
    // Between the reading and the lock another process may have written more. Nothing is written behind a line that
    // does not fit.
    let bytes = try file.read()
    let present = JournalReader.read(bytes)
    guard present.problem == nil, present.head == contents?.head ?? JournalLine.start else {
      throw FileError(path: folder.path + "/journal.jsonl", operation: "continue the changed journal", code: ESTALE)
    }
    try self.lock.claim(holder)
    self.file = layer(file)
    sequence = contents?.events.count ?? 0
    before = sequence
    head = contents?.head ?? JournalLine.start
    length = contents?.length ?? 0
    tail = Array(bytes.prefix(contents?.length ?? 0).suffix(Self.tailLength))
    // A last line that a crash left torn can't be trusted.
    if present.isTorn { try file.truncate(to: length) }
    // The names of the journal and of the run's folder must outlive a power cut as well.
    try folder.syncNames()
  }

  public func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event {
    var event = event
    event.sequence = sequence + 1
    if !redactor.isEmpty { event = event.masking { _, value in redactor.redact(value) } }
    do {
      try write(event, synced: synced)
    } catch {
      if event.saysWhatBecame { unwritten.append(event) }
      throw error
    }
    return event
  }

  private func write(_ event: Event, synced: Bool) throws(EventSinkError) {
    if let failure { throw failure }
    try checkLock(before: event)
    try checkJournal()
    let line = JournalLine(event, after: head)
    KillPoint.pass(.before, event)
    yeses?.note(line)
    KillPoint.pass(.noted, event)
    do {
      if synced { try file.reserve(Self.reserve, from: length) }
      KillPoint.tear(event) { half in try? file.write(Array(line.bytes.prefix(line.bytes.count * half / 100))) }
      try file.write(line.bytes + [UInt8(ascii: "\n")])
      if synced { try file.sync() }
    } catch {
      // Half a line would make the rest unreadable.
      try? file.truncate(to: length)
      let problem = EventSinkError(message: error.description)
      failure = problem
      throw problem
    }
    sequence += 1
    length += line.bytes.count + 1
    tail = Array((tail + line.bytes + [UInt8(ascii: "\n")]).suffix(Self.tailLength))
    head = line.hash
    onLine?(line.bytes)
    KillPoint.pass(.after, event)
  }

  /// Throws where the lock's file was deleted or replaced. The result of a call under way is recorded all the same: the
  /// journal itself is locked, too.
  private func checkLock(before event: Event) throws(EventSinkError) {
    guard !event.saysWhatBecame else { return }
    do {
      try lock.file.checkInPlace()
    } catch {
      let problem = EventSinkError(
        message: "its lock was deleted or replaced, so that another process could take it up (\(error))")
      lockProblem = problem
      throw problem
    }
  }

  /// Throws where the journal was deleted, replaced, shortened or written to by somebody else, and leaves it as it is.
  private func checkJournal() throws(EventSinkError) {
    do throws(FileError) {
      try file.checkInPlace()
      do throws(FileError) {
        try file.checkEnd(at: length, after: tail)
      } catch {
        isChangedByOthers = true
        throw error
      }
    } catch {
      let problem = EventSinkError(message: error.description)
      failure = problem
      throw problem
    }
  }

  /// Why a run stopped being recorded.
  public struct Problem: Sendable {
    /// "its journal can't be written any more (can't …)".
    public var text: String
    /// Whether the journal is still where it was and as it was left, so that the run can continue.
    public var isJournalThere: Bool
    /// Whether this process has written anything before.
    public var isBegun: Bool
  }

  /// Why nothing more is written: disk full, folder or lock gone; nil where all went well.
  public var problem: Problem? {
    guard !isClosed, let failure = failure ?? lockProblem else { return nil }
    let isLock = failure.message == lockProblem?.message
    return Problem(
      text: isLock ? failure.message : "its journal can't be written any more (\(failure.message))",
      isJournalThere: !isChangedByOthers && (try? file.checkInPlace()) != nil, isBegun: sequence > before)
  }

  /// Ends the writing in an orderly way: all of it is on disk, and the lock says where the journal ends. A visitor, who
  /// has only added a remark, leaves the words of a holder that died, so that the next session still learns of it.
  public func close(isVisitor: Bool = false) {
    guard failure == nil, lockProblem == nil else { return }
    failure = EventSinkError(message: "the journal is closed")
    isClosed = true
    guard (try? file.sync()) != nil else { return }
    if isVisitor, let dead = lock.dead {
      try? lock.claim(dead)
    } else {
      try? lock.release(head: head, events: sequence, at: .now())
    }
  }

  public func keep(evidence: Value) async throws(EventSinkError) -> (sha256: String, bytes: Int) {
    let bytes = JournalValue.encode(redactor.redact(evidence)).jsonBytes()
    let digest = hexadecimal(sha256(bytes))
    do {
      try folder.keep(bytes, as: "\(digest).json", in: "evidence")
    } catch {
      let problem = EventSinkError(message: error.description)
      failure = problem
      throw problem
    }
    return (digest, bytes.count)
  }

  public func redact(_ secret: String) {
    redactor.add(secret)
  }

  public func redacted(_ text: String) -> String {
    redactor.redact(text)
  }

  public func redacted(value: Value) async -> Value {
    redactor.redact(value)
  }
}

extension Event {
  /// Whether it is the result of a call under way.
  fileprivate var saysWhatBecame: Bool { type == .actFinished || type == .actUndone }
}
