import PlaybookRecord

/// The hash chain as far as it has been followed: takes a journal's lines one after the other.
struct JournalChain {
  /// The hash of the last line that fits.
  private(set) var head = JournalLine.start
  /// How many lines fit.
  private(set) var count = 0

  /// The event of the next line, without its line break; throws where the line does not fit.
  mutating func follow(_ bytes: [UInt8]) throws(JournalLine.Problem) -> Event {
    let line = try JournalLine(reading: bytes)
    try check(line)
    head = line.hash
    count += 1
    return line.event
  }

  private func check(_ line: JournalLine) throws(JournalLine.Problem) {
    let expected = count + 1
    if line.event.sequence == expected, line.previous == head { return }
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
