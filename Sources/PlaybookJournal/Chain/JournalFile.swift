#if canImport(Glibc)
import Glibc
#endif
public import PlaybookRecord

/// A run's journal gone through line by line: however long it is, one line of it is in memory at a time.
public struct JournalFile: Sendable {
  /// The hash of the last line that fits.
  public let head: String
  /// The first problem, with the number of its line (from 1).
  public let problem: (line: Int, message: String)?
  /// Whether a last line without its end was left out: a write that a crash left torn, or one under way.
  public let isTorn: Bool
  private let file: RunFile
  /// Where each line that fits begins, and the end of the last one.
  private let offsets: [Int]

  /// How many events fit.
  public var count: Int { offsets.count - 1 }

  /// Follows the chain to its end and hands `body` each event that fits, with its line's hash.
  init(_ file: RunFile, _ body: (Event, String) -> Void) throws(FileError) {
    self.file = file
    var chain = JournalChain()
    var offsets = [0]
    var rest: [UInt8] = []
    var position = 0
    var problem: (line: Int, message: String)?
    reading: while problem == nil {
      let chunk = try file.read(from: position, count: 1 << 20)
      if chunk.isEmpty { break }
      position += chunk.count
      var start = 0
      while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest.isEmpty ? Array(chunk[start..<end]) : rest + chunk[start..<end]
        rest = []
        do throws(JournalLine.Problem) {
          let event = try chain.follow(line)
          body(event, chain.head)
        } catch {
          problem = (chain.count + 1, error.message)
          break reading
        }
        offsets.append((offsets.last ?? 0) + line.count + 1)
        start = end + 1
      }
      rest += chunk[start...]
    }
    self.problem = problem
    isTorn = problem == nil && !rest.isEmpty
    head = chain.head
    self.offsets = offsets
  }

  /// The event with this number, read again from the file; nil where there is none or where it is not there any more.
  public func event(_ sequence: Int) -> Event? {
    guard sequence >= 1, sequence <= count else { return nil }
    let (start, end) = (offsets[sequence - 1], offsets[sequence])
    guard let bytes = try? file.read(from: start, count: end - start - 1), let line = try? JournalLine(reading: bytes),
      line.event.sequence == sequence
    else { return nil }
    return line.event
  }
}

extension RunFolder {
  /// Goes through the journal as far as it fits, one event at a time.
  public func journal(_ body: (Event) -> Void) throws(FileError) -> JournalFile {
    try journal { event, _ in body(event) }
  }

  /// The same with the hash of each event's line.
  func journal(_ body: (Event, String) -> Void) throws(FileError) -> JournalFile {
    try JournalFile(folder.file("journal.jsonl", O_RDONLY), body)
  }
}
