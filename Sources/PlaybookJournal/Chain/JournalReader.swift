public import PlaybookEngine

/// A journal as read: its events up to the first that does not fit.
public struct JournalContents: Sendable {
  public var events: [Event]
  /// The hash of the last line that fits; what a transcript names and `verify` compares.
  public var head: String
  /// The length in bytes of what fits.
  public var length: Int
  /// What does not fit, with the number of its line (from 1).
  public var problem: (line: Int, message: String)?
  /// Whether a last line without its end was dropped: a write that a crash cut.
  public var isTorn: Bool
}

/// Reads a journal and checks its chain.
public enum JournalReader {
  /// Everything in `bytes` that fits. Never throws: what does not fit is part of the answer.
  public static func read(_ bytes: [UInt8]) -> JournalContents {
    var contents = JournalContents(events: [], head: JournalLine.start, length: 0, problem: nil, isTorn: false)
    var start = 0
    var number = 0
    while start < bytes.count {
      number += 1
      guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        contents.isTorn = true
        return contents
      }
      do throws(JournalLine.Problem) {
        let line = try JournalLine(reading: Array(bytes[start..<end]))
        try check(line, after: contents)
        contents.events.append(line.event)
        contents.head = line.hash
        contents.length = end + 1
      } catch {
        contents.problem = (number, error.message)
        return contents
      }
      start = end + 1
    }
    return contents
  }

  private static func check(_ line: JournalLine, after contents: JournalContents) throws(JournalLine.Problem) {
    let expected = contents.events.count + 1
    if line.event.sequence == expected, line.previous == contents.head { return }
    if line.event.sequence == expected {
      throw JournalLine.Problem(message: "the line before it was replaced: event \(expected) names another predecessor")
    }
    if line.event.sequence > expected {
      throw JournalLine.Problem(
        message: "events \(expected) to \(line.event.sequence - 1) are missing here: removed or moved")
    }
    throw JournalLine.Problem(
      message: "event \(line.event.sequence) stands where event \(expected) should: moved or repeated")
  }
}
