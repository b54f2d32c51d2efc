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
  private let file: RunFile
  private let lock: RunFile
  private var redactor = Redactor()
  private var sequence: Int
  private var length: Int
  /// The hash of the last line.
  public private(set) var head: String
  /// What every written line is handed to, such as `--output json`.
  private let onLine: (@Sendable ([UInt8]) -> Void)?

  /// Another process holds the run.
  public struct Locked: Error, Sendable {
    /// What the holder wrote of itself: `pid`, `host`, `operator`, `since`.
    public var holder: Value?
  }

  /// Opens the journal for appending, after everything that fits in it. `contents` is what `RunFolder.journal()` gave, nil for
  /// a new run. Throws `Locked` or `FileError`.
  public init(
    _ folder: RunFolder, continuing contents: JournalContents? = nil, holder: Value,
    onLine: (@Sendable ([UInt8]) -> Void)? = nil
  ) throws {
    self.folder = folder
    self.onLine = onLine
    lock = try folder.folder.file("lock", O_RDWR | O_CREAT, mode: folder.fileMode)
    guard lock.lock() else {
      throw Locked(holder: (try? lock.read()).flatMap { try? Value(json: $0) })
    }
    try lock.truncate(to: 0)
    try lock.write(holder.jsonBytes())
    file = try folder.folder.file("journal.jsonl", O_RDWR | O_CREAT | O_APPEND, mode: folder.fileMode)
    // Between the reading and the lock another process may have gone on; and nothing is written behind what does not fit.
    let present = JournalReader.read(try file.read())
    guard present.problem == nil, present.head == contents?.head ?? JournalLine.start else {
      throw FileError(path: folder.path + "/journal.jsonl", operation: "go on with the changed journal", code: ESTALE)
    }
    sequence = contents?.events.count ?? 0
    head = contents?.head ?? JournalLine.start
    length = contents?.length ?? 0
    // A last line that a crash cut short says nothing that can be trusted.
    if present.isTorn { try file.truncate(to: length) }
  }

  public func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event {
    var event = event
    event.sequence = sequence + 1
    event.data = redactor.redact(event.data)
    let line = JournalLine(event, after: head)
    do {
      if synced { try file.reserve(Self.reserve, from: length) }
      try file.write(line.bytes + [UInt8(ascii: "\n")])
      if synced { try file.sync() }
    } catch {
      // Half a line would make the rest unreadable.
      try? file.truncate(to: length)
      throw EventSinkError(message: error.description)
    }
    sequence += 1
    length += line.bytes.count + 1
    head = line.hash
    onLine?(line.bytes)
    return event
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
