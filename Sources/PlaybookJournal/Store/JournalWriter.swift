#if canImport(Glibc)
import Glibc
#endif
public import CEL
public import PlaybookEngine

/// The one process that writes a run's journal. Holds the run's lock while it lives.
public actor JournalWriter: EventSink {
  /// Room set aside for the outcomes of a change before it is made.
  private static let reserve = 256 << 10

  private let folder: RunFolder
  private let file: any WriteAheadFile
  private let lock: RunLock
  private var redactor = Redactor()
  private var sequence: Int
  private var length: Int
  /// The hash of the last line.
  public private(set) var head: String
  /// After a failure nothing more is written: what is on disk is not certain any more.
  private var failure: EventSinkError?
  /// Why nothing more is written: disk full, folder gone; nil where all went well.
  public var problem: String? { isClosed ? nil : failure?.message }
  private var isClosed = false
  /// What every written line is handed to, such as `--output json`.
  private let onLine: (@Sendable ([UInt8]) -> Void)?

  /// Opens the journal for appending, after everything that fits in it. `contents` is what `RunFolder.journal()` gave, nil for
  /// a new run; `lock` is taken where the caller has not done so; `holder` says who writes (`pid`, `host`, `operator`,
  /// `since`). Throws `RunLock.Held` or `FileError`.
  public init(
    _ folder: RunFolder, continuing contents: JournalContents? = nil, lock: RunLock? = nil, holder: Value,
    onLine: (@Sendable ([UInt8]) -> Void)? = nil
  ) throws {
    try self.init(folder, continuing: contents, lock: lock, holder: holder, onLine: onLine) { file in file }
  }

  /// The same, with a layer between the writer and its file, for tests.
  init(
    _ folder: RunFolder, continuing contents: JournalContents? = nil, lock: RunLock? = nil, holder: Value,
    onLine: (@Sendable ([UInt8]) -> Void)? = nil, layer: (RunFile) -> any WriteAheadFile
  ) throws {
    self.folder = folder
    self.onLine = onLine
    self.lock = try lock ?? RunLock(folder)
    let file = try folder.folder.file("journal.jsonl", O_RDWR | O_CREAT | O_APPEND, mode: folder.fileMode)
    // Between the reading and the lock another process may have gone on; and nothing is written behind what does not fit.
    let present = JournalReader.read(try file.read())
    guard present.problem == nil, present.head == contents?.head ?? JournalLine.start else {
      throw FileError(path: folder.path + "/journal.jsonl", operation: "go on with the changed journal", code: ESTALE)
    }
    try self.lock.claim(holder)
    self.file = layer(file)
    sequence = contents?.events.count ?? 0
    head = contents?.head ?? JournalLine.start
    length = contents?.length ?? 0
    // A last line that a crash cut short says nothing that can be trusted.
    if present.isTorn { try file.truncate(to: length) }
    // The names of the journal and of the run's folder must outlive a power cut as well.
    try folder.syncNames()
  }

  public func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event {
    if let failure { throw failure }
    var event = event
    event.sequence = sequence + 1
    event.data = redactor.redact(event.data)
    let line = JournalLine(event, after: head)
    KillPoint.pass(.before, event)
    do {
      try file.checkInPlace()
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
    head = line.hash
    onLine?(line.bytes)
    KillPoint.pass(.after, event)
    return event
  }

  /// Ends the writing in an orderly way: all of it is on disk, and the lock says where the journal ends. A visitor, who has
  /// only added a remark, leaves the word of a holder that died, so that the next sitting still learns of it.
  public func close(isVisitor: Bool = false) {
    guard failure == nil else { return }
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
      throw EventSinkError(message: error.description)
    }
    return (digest, bytes.count)
  }

  public func redact(_ secret: String) {
    redactor.add(secret)
  }

  public func redacted(_ text: String) -> String {
    redactor.redact(text)
  }
}
