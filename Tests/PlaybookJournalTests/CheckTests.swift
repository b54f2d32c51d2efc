import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookJournal

/// What was done to a journal, told apart.
@Suite struct CheckTests {
  private func lines(_ events: [Event]) -> [[UInt8]] {
    var head = JournalLine.start
    return events.enumerated().map { index, event in
      var event = event
      event.sequence = index + 1
      let line = JournalLine(event, after: head)
      head = line.hash
      return line.bytes
    }
  }

  private var five: [[UInt8]] {
    lines((1...5).map { .note("note \($0)") })
  }

  private func check(
    _ lines: [[UInt8]], left: (head: String, events: Int)? = nil, head: String? = nil
  ) -> JournalCheck {
    JournalCheck(lines.flatMap { $0 + [10] }, left: left, head: head)
  }

  private func hash(_ line: [UInt8]) throws -> String { try JournalLine(reading: line).hash }

  @Test func `a journal as it was written has no problem`() throws {
    let check = try check(five, left: (hash(five[4]), 5), head: hash(five[4]))
    #expect(check.problem == nil && check.remarks.isEmpty)
  }

  @Test func `an edited event is called edited`() {
    var edited = five
    edited[2] = Array(String(decoding: edited[2], as: UTF8.self).replacing("note 3", with: "note X").utf8)
    let problem = check(edited).problem
    #expect(problem?.kind == .edited && problem?.line == 3)
    #expect(problem?.message.contains("event 3 was edited") == true)
    #expect(problem?.message.contains("the next event still knows it") == true)
    edited[2] = Array("what is this".utf8)
    #expect(check(edited).problem?.kind == .edited)
  }

  @Test func `an edited event with a hash of its own shows in the next`() throws {
    var forged = five
    var event = Event.note("forged")
    event.sequence = 3
    forged[2] = JournalLine(event, after: try hash(five[1])).bytes
    let problem = check(forged).problem
    #expect(problem?.kind == .edited && problem?.line == 4)
    #expect(problem?.message.contains("event 3 is not the one") == true)
  }

  @Test func `removed events are called removed, at the beginning too`() {
    var removed = five
    removed.removeSubrange(1...2)
    let problem = check(removed).problem
    #expect(problem?.kind == .removed && problem?.line == 2)
    #expect(problem?.message == "events 2 to 3 are gone before event 4: removed")
    let beheaded = check(Array(five[1...])).problem
    #expect(beheaded?.kind == .removed && beheaded?.message.contains("event 1 is gone") == true)
  }

  @Test func `reordered events are called reordered`() {
    var swapped = five
    swapped.swapAt(1, 3)
    let problem = check(swapped).problem
    #expect(problem?.kind == .reordered && problem?.line == 2)
    #expect(problem?.message.contains("which is in line 4") == true)
  }

  @Test func `a repeated event is called repeated`() {
    var repeated = five
    repeated.insert(repeated[1], at: 3)
    #expect(check(repeated).problem?.kind == .repeated)
  }

  @Test func `a cut end shows against the head that was printed and against what the lock knows`() throws {
    let cut = Array(five[..<3])
    #expect(check(cut).problem == nil)
    let printed = try check(cut, head: hash(five[4])).problem
    #expect(printed?.kind == .truncated && printed?.line == 4)
    let known = try check(cut, left: (hash(five[4]), 5)).problem
    #expect(known?.kind == .truncated && known?.message.contains("events 4 to 5 are gone at the end") == true)
  }

  @Test func `a journal written again shows against the same`() throws {
    let other = lines((1...5).map { .note("other \($0)") })
    #expect(check(other).problem == nil)
    #expect(try check(other, left: (hash(five[4]), 5)).problem?.kind == .rewritten)
    let ended = lines([.note("a"), Event(at: .example, type: .runFinished)])
    #expect(try check(ended, head: hash(five[4])).problem?.kind == .rewritten)
  }

  @Test func `what was added behind the back of playbook is called added`() throws {
    #expect(try check(five, left: (hash(five[2]), 3)).problem?.kind == .added)
  }

  @Test func `half a line behind what an orderly process left was not cut by a crash`() throws {
    let torn = five.flatMap { $0 + [UInt8(ascii: "\n")] } + Array("{\"v\":1,".utf8)
    #expect(JournalCheck(torn).problem == nil)
    #expect(try JournalCheck(torn, left: (hash(five[4]), 5)).problem?.kind == .added)
  }

  @Test func `an older head is fine where only more came after it`() throws {
    let check = try check(five, head: hash(five[2]).uppercased())
    #expect(check.problem == nil)
    #expect(check.remarks.first?.contains("is that of event 3") == true)
    #expect(check.remarks.first?.contains("2 events came after it") == true)
  }

  @Test func `after the end of a run only remarks fit`() {
    let end = Event(at: .example, type: .runFinished, data: MapValue([("outcome", "completed")]))
    #expect(check(lines([.note("a"), end, .note("late")])).problem == nil)
    let forged = check(lines([.note("a"), end, Event(at: .example, type: .actStarted)])).problem
    #expect(forged?.kind == .added && forged?.line == 3)
  }

  @Test func `whatever is done to two lines of a journal is found`() {
    let lines = five
    for first in lines.indices {
      for second in lines.indices where first != second {
        var swapped = lines
        swapped.swapAt(first, second)
        #expect(check(swapped).problem != nil)
        var copied = lines
        copied[first] = lines[second]
        #expect(check(copied).problem != nil, "\(second) in place of \(first)")
        var moved = lines
        moved.insert(moved.remove(at: first), at: second)
        #expect(check(moved).problem != nil)
      }
    }
  }
}
