import CEL
import FoundationEssentials
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookJournal

#if canImport(Glibc)
import Glibc
#endif

/// Promises 1 and 6 while the run goes on: nothing is begun after somebody else has changed the journal.
@Suite struct ForeignHandsPromiseTests {
  /// What somebody else does to a journal without giving it another inode.
  enum Meddling: CaseIterable {
    case emptied, cutByOneByte, cutByOneLine, cutByAllButOne, grownByALine, grownByAByte, grownByZeros,
      lastLineRewritten,
      emptiedAndFilledUp

    func apply(_ bytes: [UInt8]) -> [UInt8] {
      let lines = bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) + [UInt8(ascii: "\n")] }
      switch self {
      case .emptied: return []
      case .cutByOneByte: return bytes.dropLast()
      case .cutByOneLine: return Array(lines.dropLast().joined())
      case .cutByAllButOne: return lines[0]
      case .grownByALine: return bytes + lines[lines.count - 1]
      case .grownByAByte: return bytes + [UInt8(ascii: "\n")]
      case .grownByZeros: return bytes + [UInt8](repeating: 0, count: 4096)
      case .lastLineRewritten: return bytes.dropLast(3) + Array("x}\n".utf8)
      case .emptiedAndFilledUp: return [UInt8](repeating: 0, count: bytes.count)
      }
    }
  }

  private let runs = TemporaryRuns()

  /// Writes into the file that is there, as `>`, `>>` and `truncate` do.
  private func overwrite(_ path: String, with bytes: [UInt8]) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_TRUNC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    #expect(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
  }

  @Test(arguments: Meddling.allCases, [false, true])
  func `a journal that somebody else has changed takes no line more, and is left as it is`(
    _ meddling: Meddling, isResumed: Bool
  ) async throws {
    let folder = try runs.folder()
    let writer: JournalWriter
    if isResumed {
      writer = try JournalWriter(folder, continuing: try await folder.fill(4), holder: ["pid": 2])
    } else {
      writer = try JournalWriter(folder, holder: ["pid": 1])
      for number in 1...4 { _ = try await writer.record(.note("note \(number)"), synced: true) }
    }
    let path = folder.path + "/journal.jsonl"
    let changed = meddling.apply(runs.content(path))
    try overwrite(path, with: changed)
    for type in [EventType.actIntended, .noteAdded, .actFinished] {
      let event = Event(at: .example, path: "a", type: type, data: MapValue())
      await #expect(throws: EventSinkError.self) { try await writer.record(event, synced: true) }
    }
    #expect(runs.content(path) == changed)
    #expect(await writer.unwritten.map(\.type) == [.actFinished])
    let problem = try #require(await writer.problem)
    #expect(!problem.isJournalThere)
    #expect(problem.text.contains("shortened") || problem.text.contains("another process"))
  }

  @Test func `an own journal of any length goes on`() async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    for length in [0, 1, 100, 159, 160, 161, 70_000, 3] {
      _ = try await writer.record(.note(String(repeating: "é", count: length)), synced: length % 2 == 0)
    }
    #expect(try folder.journal().events.count == 8)
  }
}
