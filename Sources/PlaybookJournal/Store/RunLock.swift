public import CEL
import CLinux
import PlaybookRecord
#if canImport(Glibc)
import Glibc
#endif

/// The lock of a run: one process at a time writes its journal. Held until the process ends, however it does, or until
/// this goes away. The writer locks the journal as well, so that nobody else writes where the lock's file was deleted.
///
/// The file beside the lock names the holder: while held `pid`, `host`, `operator`, `since`; once given up in an
/// orderly way `released`, `head` (the journal's last hash) and `events` (how many). A holder that died leaves its own
/// words.
public final class RunLock: Sendable {
  /// Another living process has it.
  public struct Held: Error, Sendable {
    /// The holder's own words.
    public var holder: Value?

    public init(holder: Value?) { self.holder = holder }

    /// "alice (process 4711 on web-1) since 2026-11-23T17:15:00Z".
    public var text: String { RunLock.text(of: holder) }
  }

  let file: RunFile
  /// The holder that died while it had the run; nil where it was given up in an orderly way.
  public let dead: Value?

  /// Takes the lock. Throws `Held` or `FileError`.
  public init(_ folder: RunFolder) throws {
    if folder.isWritten { throw Held(holder: folder.holder) }
    file = try folder.folder.file("lock", O_RDWR | O_CREAT, mode: folder.fileMode)
    let isLocked = try file.lock()
    // Read with the lock in hand: the state that an orderly holder left stays as it is from here on.
    let content = (try? file.read()).flatMap { try? Value(json: $0) }
    guard isLocked else { throw Held(holder: content) }
    dead = content?["pid"] == nil ? nil : content
  }

  /// Writes the holder of the run from now on.
  func claim(_ holder: Value) throws(FileError) { try replace(holder) }

  /// Writes how the journal was left.
  func release(head: String, events: Int, at time: Timestamp) throws(FileError) {
    try replace([
      "released": .string(time.description), "head": .string(head), "events": .int(Int64(events)),
    ])
  }

  private func replace(_ content: Value) throws(FileError) {
    try file.truncate(to: 0)
    guard lseek(file.descriptor, 0, SEEK_SET) == 0 else {
      throw FileError(path: file.path, operation: "write to", code: errno)
    }
    try file.write(content.jsonBytes())
    try file.sync()
  }

  /// A holder in words.
  public static func text(of holder: Value?) -> String {
    let who = holder?["operator"]?.stringValue ?? "somebody"
    let process = holder?["pid"]?.rendered ?? "unknown"
    let host = holder?["host"]?.stringValue.map { " on \($0)" } ?? ""
    let since = holder?["since"]?.stringValue.map { " since \($0.prefix(19))Z" } ?? ""
    return "\(who) (process \(process)\(host))\(since)"
  }
}

extension RunFolder {
  /// The holder of the run now, without touching its lock; nil: no living process.
  public var holder: Value? {
    guard let file = try? folder.file("lock", O_RDONLY), playbook_is_locked(file.descriptor) == 1 else {
      return isWritten ? writer : nil
    }
    return (try? file.read()).flatMap { try? Value(json: $0) } ?? .map(MapValue())
  }

  /// Whether a living process has the journal locked.
  var isWritten: Bool {
    guard let file = try? folder.file("journal.jsonl", O_RDONLY) else { return false }
    return playbook_is_locked(file.descriptor) == 1
  }

  /// The last process that started or resumed the run, as the journal has it.
  private var writer: Value {
    guard let event = (try? journal())?.events.last(where: { $0.session != nil }), let session = event.session else {
      return .map(MapValue())
    }
    return .map(
      MapValue(present: [
        "pid": session.process.pid.map { .int(Int64($0)) }, "host": session.process.host.map(Value.string),
        "operator": .string(session.who.name), "since": .string(event.at.description),
      ]))
  }

  /// How the last process that gave the run up in an orderly way left the journal; nil where it is held or was left by
  /// a crash.
  var leftAt: (head: String, events: Int)? {
    guard let file = try? folder.file("lock", O_RDONLY), let content = try? Value(json: file.read()),
      let head = content["head"]?.stringValue, let events = content["events"]?.intValue
    else { return nil }
    return (head, Int(events))
  }
}
