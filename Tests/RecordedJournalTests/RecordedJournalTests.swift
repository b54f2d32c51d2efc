import CEL
import ExecutorKit
import Foundation
import PlaybookEngine
import PlaybookJournal
import PlaybookRecord
import PlaybookTranscript
import Testing

@testable import PlaybookCommands

/// Journals that an earlier version of the program recorded mean what they meant then: the promise of `v: 1`.
///
/// `Tests/Journals/README.md` says how they were made. What is expected lies beside each of them, written by the
/// version that recorded it.
@Suite struct RecordedJournalTests {
  private static let unfinished = RecordedJournal.names.filter {
    (try? RecordedJournal($0).kept { $0.isUnfinished }) ?? true
  }

  @Test func `there are journals of every kind`() throws {
    var types: Set<EventType> = []
    var unfinished = 0
    for name in RecordedJournal.names {
      let journal = try RecordedJournal(name)
      defer { journal.remove() }
      types.formUnion(journal.events.map(\.type))
      unfinished += journal.isUnfinished ? 1 : 0
    }
    #expect(RecordedJournal.names.count >= 20)
    #expect(unfinished >= 10)
    #expect(Set(EventType.allCases).subtracting(types).map(\.rawValue).sorted() == [])
  }

  @Test(arguments: RecordedJournal.names)
  func `every value has the type and the text that it had`(name: String) throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let now = try StateText.text(journal)
    let expected = try journal.expected("values.txt", now: now)
    #expect(now == expected, "\(RecordedJournal.differences(expected, now))")
  }

  /// The fields that an event is read into are all that its line has.
  @Test(arguments: RecordedJournal.names)
  func `every line is written as it was read`(name: String) throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let text = try String(contentsOfFile: journal.folder.path + "/journal.jsonl", encoding: .utf8)
    for (line, event) in zip(text.split(separator: "\n"), journal.events) {
      let recorded = JournalValue.decode(try Value(json: Array(line.utf8), numbers: .recorded)["data"] ?? .null)
      #expect(TypedText.lines(.map(event.data), "").sorted() == TypedText.lines(recorded, "").sorted(), "\(line)")
    }
  }

  @Test(arguments: RecordedJournal.names)
  func `the chain fits`(name: String) throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let check = try JournalCheck(journal.folder) { _ in }
    #expect(check.problem == nil)
    #expect(journal.contents.problem == nil)
  }

  @Test(arguments: RecordedJournal.names)
  func `every form of its transcript can be written`(name: String) throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let transcript = try Transcript(journal.folder)
    #expect(transcript.damage == nil)
    for format in TranscriptFormat.allCases {
      #expect(transcript.text(format).contains(journal.folder.id), "\(format.rawValue)")
    }
  }

  /// Nobody answers and nothing can be reached: what is asked and what would be sent first is all there is. What was
  /// answered is not asked again, and what was sent is not sent again.
  @Test(arguments: unfinished)
  func `a resume goes to where the run was`(name: String) async throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let resumer = try await journal.resumer()
    var lines: [String] = []
    for isInteractive in [true, false] {
      let human = Bystander(Self.operatorOf(journal), isInteractive: isInteractive)
      let resumed = await resumer.resume(human, .none)
      lines.append(isInteractive ? "at a terminal where nobody answers" : "without a terminal")
      lines += resumed.new.prefix(2).map { "first \($0.type.rawValue) \($0.path)" }
      lines += Self.story(resumed, human)
    }
    let now = lines.joined(separator: "\n") + "\n"
    let expected = try journal.expected("resumed.txt", now: now)
    let (one, other) = (Self.withoutTheFirst(now), Self.withoutTheFirst(expected))
    #expect(one == other, "\(RecordedJournal.differences(other, one))")
  }

  /// Queries that go out at the same time are sent in no order: the text without the name of the first of them.
  private static func withoutTheFirst(_ text: String) -> String {
    let mark = "first call.sent "
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix(mark) ? mark : String($0) }.joined(separator: "\n")
  }

  /// Somebody says yes to everything and all that is sent works: every call is made of the values that it was made of.
  @Test(arguments: unfinished)
  func `a resume to the end sends the calls that it sent`(name: String) async throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let human = Bystander(Self.operatorOf(journal), isInteractive: true, isWilling: true)
    let resumed = try await journal.resumer().resume(human, .empty)
    let now = Self.story(resumed, human).joined(separator: "\n") + "\n"
    let expected = try journal.expected("continued.txt", now: now)
    #expect(now == expected, "\(RecordedJournal.differences(expected, now))")
  }

  /// As if the run had been killed after each event about a change or an answer, and after every fifth of the others:
  /// what is asked and sent first is what it was.
  @Test(arguments: RecordedJournal.names)
  func `ended after any event it resumes as it did`(name: String) async throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let resumer = try await journal.resumer()
    let counts = (1...journal.events.count).filter { Self.isTelling(journal.events[$0 - 1]) || $0 % 5 == 0 }
    var now: [String] = []
    for count in counts { now.append(await beginning(journal, resumer, from: count, renews: true)) }
    let text = now.joined(separator: "\n") + "\n"
    let expected = try journal.expected("ended-anywhere.txt", now: text)
    for (index, line) in expected.split(separator: "\n").enumerated() where index < now.count && now[index] != line {
      // Where the calls were other ones by then, they were asked about. Whether they are can't be told of an older yes:
      // nothing goes out by it.
      let asked = await beginning(journal, resumer, from: counts[index], renews: false)
      if line.contains(" asks "), !asked.contains("act ") { now[index] = String(line) }
    }
    let (one, other) = (now.joined(separator: "\n") + "\n", expected)
    #expect(one == other, "\(RecordedJournal.differences(other, one))")
  }

  /// What a resume from after an event asks and sends first.
  ///
  /// - Parameter renews: Whether a yes that an older version recorded is given again.
  private func beginning(
    _ journal: RecordedJournal, _ resumer: Resumer, from count: Int, renews: Bool
  ) async -> String {
    let human = Bystander(Self.operatorOf(journal), isInteractive: false, renews: renews)
    let resumed = await resumer.resume(from: count, human, .none)
    let calls = resumed.sent.map { $0.split(separator: " ").prefix(2).joined(separator: " ") }
    return "\(count) " + (human.asked.map { "asks \($0)" } + calls).joined(separator: ", ")
      + " \(resumed.result.outcome)"
  }

  /// Their yeses are of an older version, and nobody's own: each is asked about before anything goes out, and a no
  /// sends nothing.
  @Test(arguments: unfinished)
  func `nothing goes out by a yes that an older version recorded`(name: String) async throws {
    let journal = try RecordedJournal(name)
    defer { journal.remove() }
    let resumer = try await journal.resumer()
    for count in 1...journal.events.count where Self.isTelling(journal.events[count - 1]) {
      let human = Bystander(Self.operatorOf(journal), isInteractive: false, renews: false)
      let resumed = await resumer.resume(from: count, human, .empty)
      #expect(!resumed.sent.contains { $0.hasPrefix("act ") }, "after event \(count): \(resumed.sent)")
    }
  }

  /// Whoever had the run last, so that nothing is asked for having changed hands.
  private static func operatorOf(_ journal: RecordedJournal) -> String {
    let names = journal.events.filter { [.runStarted, .runResumed].contains($0.type) }
    return names.last?.data["operator"]?.stringValue ?? "ann"
  }

  /// The questions, the calls, and the end.
  private static func story(_ resumed: Resumer.Resumed, _ human: Bystander) -> [String] {
    human.asked.map { "asked \($0)" } + resumed.sent.map { "sent \($0)" } + ["ended \(resumed.result.outcome)"]
  }

  /// Whether a resume behind this event differs from one before it.
  private static func isTelling(_ event: Event) -> Bool {
    switch event.type {
    case .actIntended, .actStarted, .actFinished, .actVerified, .undoStarted, .actUndone, .questionAnswered,
      .loopStarted,
      .stepsReopened, .failureHandled, .interrupted:
      true
    default: false
    }
  }
}

extension RecordedJournal {
  /// What `body` gives, with the copy removed.
  fileprivate func kept<Result>(_ body: (Self) throws -> Result) rethrows -> Result {
    defer { remove() }
    return try body(self)
  }
}
