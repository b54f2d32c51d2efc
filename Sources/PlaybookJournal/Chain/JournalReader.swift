public import PlaybookRecord

/// A journal as read: its events up to the first that does not fit.
public struct JournalContents: Sendable {
  public var events: [Event]
  /// The hash of each event's line.
  public var hashes: [String] = []
  /// The hash of the last line that fits; a transcript names it and `verify` compares it.
  public var head: String
  /// The length in bytes of the lines that fit.
  public var length: Int
  /// The first problem, with the number of its line (from 1).
  public var problem: (line: Int, message: String)?
  /// Whether a last line without its end was dropped: a write that a crash left torn.
  public var isTorn: Bool
}

/// Reads a journal and checks its chain.
public enum JournalReader {
  /// Everything in `bytes` that fits. Never throws: a problem is part of the answer.
  public static func read(_ bytes: [UInt8]) -> JournalContents {
    var contents = JournalContents(events: [], head: JournalLine.start, length: 0, problem: nil, isTorn: false)
    var chain = JournalChain()
    var start = 0
    while start < bytes.count {
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        contents.isTorn = true
        return contents
      }
      do throws(JournalLine.Problem) {
        contents.events.append(try chain.follow(Array(bytes[start..<end])))
        contents.head = chain.head
        contents.hashes.append(chain.head)
        contents.length = end + 1
      } catch {
        contents.problem = (chain.count + 1, error.message)
        return contents
      }
      start = end + 1
    }
    return contents
  }
}
