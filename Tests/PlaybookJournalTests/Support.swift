import CEL
import FoundationEssentials
import PlaybookRecord
import PlaybookTestSupport

@testable import PlaybookJournal

/// A folder for runs that goes away with the test.
final class TemporaryRuns {
  let root: String
  var store: RunStore { RunStore(root: root) }

  init() {
    root = FileManager.default.temporaryDirectory.path + "/playbook-journal-\(UUID().uuidString)"
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func folder(_ playbook: String = "example") throws -> RunFolder {
    try store.create(playbook: playbook, at: .example)
  }

  func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  func content(_ path: String) -> [UInt8] { FileManager.default.contents(atPath: path).map(Array.init) ?? [] }

  func write(_ bytes: [UInt8], to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw FileError(path: path, operation: "write", code: 5)
    }
  }
}

extension Timestamp {
  /// 2026-11-23T17:15:00.000001Z.
  static let example = Timestamp(seconds: 1_795_454_100, nanoseconds: 1000)
}

extension Event {
  static func note(_ text: String) -> Event {
    Event(at: .example, path: "verdict", type: .noteAdded, data: MapValue([("text", .string(text)), ("by", "alice")]))
  }
}

extension RunFolder {
  /// A journal of so many notes.
  func fill(_ count: Int) async throws -> JournalContents {
    let writer = try JournalWriter(self, holder: ["pid": 1])
    for number in 1...count { _ = try await writer.record(.note("note \(number)"), synced: number == count) }
    return try journal()
  }
}

/// As many bytes of a piece again and again.
func repeated(_ piece: String, _ count: Int) -> String {
  String(repeating: piece, count: count / piece.utf8.count)
}

/// How many bytes a search goes through: those of a text, and of all that parts of it may stand for.
func decodedBytes(of text: String) -> Int {
  func count(_ bytes: [UInt8], _ depth: Int) -> Int {
    var all = bytes.count
    if depth > 0 { DecodedRun.forEach(in: bytes) { all += count($0.bytes, depth - 1) } }
    return all
  }
  return count(Array(text.utf8), 3)
}
