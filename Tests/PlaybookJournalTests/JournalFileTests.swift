import CEL
import PlaybookRecord
import Testing

@testable import PlaybookJournal

@Suite struct JournalFileTests {
  private let runs = TemporaryRuns()

  @Test func `gone through line by line a journal says what it says when read at once`() async throws {
    let folder = try runs.folder()
    let contents = try await folder.fill(50)
    var texts: [String?] = []
    let file = try folder.journal { texts.append($0.data["text"]?.stringValue) }
    #expect(texts == contents.events.map { $0.data["text"]?.stringValue } && texts.count == 50)
    #expect(file.head == contents.head && file.count == 50 && file.problem == nil && !file.isTorn)
    #expect(file.event(1)?.data["text"]?.stringValue == "note 1")
    #expect(file.event(50)?.data["text"]?.stringValue == "note 50")
    #expect(file.event(0) == nil && file.event(51) == nil)
  }

  @Test func `lines longer than what is read at once are whole`() async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    let long = String(repeating: "é", count: 900_000)
    for _ in 0..<3 { _ = try await writer.record(.note(long), synced: false) }
    var count = 0
    let file = try folder.journal { _ in count += 1 }
    #expect(count == 3 && file.problem == nil)
    #expect(file.event(3)?.data["text"]?.stringValue == long)
  }

  @Test func `a torn end is left out and a damaged line ends it, with its number`() async throws {
    let folder = try runs.folder()
    _ = try await folder.fill(5)
    let path = folder.path + "/journal.jsonl"
    let whole = runs.content(path)
    try runs.write(Array(whole.dropLast(7)), to: path)
    let torn = try folder.journal { _ in }
    #expect(torn.isTorn && torn.count == 4 && torn.problem == nil)
    var damaged = whole
    let third = whole.indices.filter { whole[$0] == 10 }[1] + 40
    damaged[third] ^= 1
    try runs.write(damaged, to: path)
    let broken = try folder.journal { _ in }
    #expect(broken.count == 2 && broken.problem?.line == 3 && !broken.isTorn)
  }
}
