import CEL
import PlaybookRecord
import Testing

@testable import PlaybookJournal

@Suite struct ChainTests {
  private func lines(_ count: Int) -> [[UInt8]] {
    var head = JournalLine.start
    return (1...count).map { number in
      var event = Event.note("note \(number)")
      event.sequence = number
      let line = JournalLine(event, after: head)
      head = line.hash
      return line.bytes
    }
  }

  private func journal(_ lines: [[UInt8]]) -> [UInt8] { lines.flatMap { $0 + [10] } }

  @Test func `a journal reads as it was written`() throws {
    let lines = lines(3)
    let contents = JournalReader.read(journal(lines))
    #expect(contents.problem == nil && !contents.isTorn)
    #expect(contents.events.map { $0.data["text"]?.stringValue } == ["note 1", "note 2", "note 3"])
    #expect(contents.events[0].at == .example)
    #expect(contents.head == (try JournalLine(reading: lines[2])).hash)
    #expect(contents.length == journal(lines).count)
  }

  @Test func `any byte changed shows in its line`() {
    let lines = lines(3)
    for position in lines[1].indices {
      var changed = lines
      changed[1][position] ^= 1
      let contents = JournalReader.read(journal(changed))
      // A byte that becomes a line break cuts the line in two; the first half is the second line.
      #expect(contents.problem?.line == 2, "byte \(position)")
      #expect(contents.events.count == 1)
    }
  }

  @Test func `a line removed, moved, repeated or put in its place is named`() throws {
    let four = lines(4)
    let removed = JournalReader.read(journal([four[0], four[2], four[3]])).problem
    #expect(removed?.line == 2 && removed?.message.contains("events 2 to 2 are missing") == true)
    let moved = JournalReader.read(journal([four[0], four[2], four[1], four[3]])).problem
    #expect(moved?.line == 2)
    let repeated = JournalReader.read(journal([four[0], four[0]])).problem
    #expect(repeated?.line == 2 && repeated?.message.contains("repeated") == true)
    let hash = try JournalLine(reading: four[0]).hash
    var event = Event.note("forged")
    event.sequence = 2
    let forged = JournalLine(event, after: hash).bytes
    let replaced = JournalReader.read(journal([four[0], forged, four[2]])).problem
    #expect(replaced?.line == 3 && replaced?.message.contains("was replaced") == true)
  }

  @Test func `a last line cut at any byte is left out and the rest fits`() {
    let two = lines(2)
    for length in 1...two[1].count {
      let contents = JournalReader.read(journal([two[0]]) + two[1].prefix(length))
      #expect(contents.isTorn && contents.problem == nil && contents.events.count == 1)
      #expect(contents.length == two[0].count + 1)
    }
  }

  @Test(arguments: ["", "{}", "null", "[]", "x", String(repeating: "[", count: 10_000), #"{"v":2}"#])
  func `what is no journal is a problem and no crash`(_ text: String) {
    let contents = JournalReader.read(Array(text.utf8) + [10])
    #expect(contents.problem?.line == 1)
  }
}
