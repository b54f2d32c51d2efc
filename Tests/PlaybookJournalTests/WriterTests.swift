import CEL
import FoundationEssentials
import Glibc
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookJournal

@Suite struct WriterTests {
  private let runs = TemporaryRuns()

  @Test func `what was recorded reads back and goes on where it stopped`() async throws {
    let folder = try runs.folder()
    let contents = try await folder.fill(3)
    #expect(contents.events.count == 3)
    let writer = try JournalWriter(folder, continuing: contents, holder: ["pid": 2])
    let event = try await writer.record(.note("more"), synced: true)
    #expect(event.sequence == 4)
    let after = try folder.journal()
    #expect(after.problem == nil && after.events.count == 4)
    #expect(await writer.head == after.head)
  }

  @Test func `a torn last line is cut off before the run goes on`() async throws {
    let folder = try runs.folder()
    _ = try await folder.fill(2)
    let path = folder.path + "/journal.jsonl"
    try runs.write(runs.content(path).dropLast(7), to: path)
    let torn = try folder.journal()
    #expect(torn.isTorn && torn.events.count == 1)
    let writer = try JournalWriter(folder, continuing: torn, holder: ["pid": 2])
    _ = try await writer.record(.note("again"), synced: false)
    let after = try folder.journal()
    #expect(after.problem == nil && !after.isTorn && after.events.count == 2)
  }

  @Test func `nothing is written behind a journal that went on or does not fit`() async throws {
    let folder = try runs.folder()
    let old = try await folder.fill(2)
    do {
      let writer = try JournalWriter(folder, continuing: old, holder: ["pid": 2])
      _ = try await writer.record(.note("by another"), synced: true)
    }
    #expect(throws: FileError.self) { try JournalWriter(folder, continuing: old, holder: ["pid": 3]) }
    #expect(throws: FileError.self) { try JournalWriter(folder, holder: ["pid": 3]) }
    let path = folder.path + "/journal.jsonl"
    var bytes = runs.content(path)
    bytes[200] ^= 1
    try runs.write(bytes, to: path)
    let changed = try folder.journal()
    #expect(throws: FileError.self) { try JournalWriter(folder, continuing: changed, holder: ["pid": 3]) }
    #expect(runs.content(path) == bytes)
  }

  @Test func `the lock keeps a second writer out and says who has it`() async throws {
    let folder = try runs.folder()
    let first = try JournalWriter(folder, holder: ["pid": 7, "operator": "alice"])
    do {
      _ = try JournalWriter(folder, holder: ["pid": 8])
      Issue.record("two writers")
    } catch let locked as RunLock.Held {
      #expect(locked.holder?["operator"]?.stringValue == "alice")
    }
    _ = try await first.record(.note("still mine"), synced: false)
  }

  @Test func `no secret reaches a line or a file`() async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    await writer.redact("s3cr3t-token")
    let shown = try await writer.record(.note("the token is s3cr3t-token"), synced: true)
    #expect(shown.data["text"]?.stringValue == "the token is •••")
    let (digest, _) = try await writer.keep(evidence: ["body": "s3cr3t-token", "s3cr3t-token": 1])
    let files = [folder.path + "/journal.jsonl", folder.path + "/evidence/\(digest).json"]
    for file in files { #expect(!String(decoding: runs.content(file), as: UTF8.self).contains("s3cr3t")) }
    #expect(await writer.redacted("s3cr3t-token!") == "•••!")
    let lines: Value = ["s3cr3t-", "token", "!"]
    #expect(await writer.redacted(value: lines) == ["•••", "•••", "!"])
  }

  @Test func `evidence is what its name says or is refused`() async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    let (digest, bytes) = try await writer.keep(evidence: ["at": .timestamp(.example)])
    let path = folder.path + "/evidence/\(digest).json"
    #expect(runs.content(path).count == bytes)
    #expect("\(try folder.evidence(digest))" == "\(["at": .timestamp(.example)] as Value)")
    try runs.write(Array(#"{"at":"then"}"#.utf8), to: path)
    #expect(throws: FileError.self) { try folder.evidence(digest) }
    for name in ["../journal.jsonl", "", String(repeating: "g", count: 64), String(repeating: "0", count: 64)] {
      #expect(throws: FileError.self) { try folder.evidence(name) }
    }
  }

  @Test func `folders are for their owner alone, files too`() async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    let (digest, _) = try await writer.keep(evidence: [1])
    let source = try folder.keep(source: [1, 2])
    #expect(try folder.source(source) == [1, 2])
    for path in ["", "/evidence", "/sources"] { #expect(try runs.mode(folder.path + path) == 0o700, "\(path)") }
    for path in ["/journal.jsonl", "/lock", "/evidence/\(digest).json", "/sources/\(source)"] {
      #expect(try runs.mode(folder.path + path) == 0o600, "\(path)")
    }
  }

  @Test func `in a folder of a team the group may go on with a run`() async throws {
    try FileManager.default.createDirectory(atPath: runs.root, withIntermediateDirectories: true)
    try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: runs.root)
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    let (digest, _) = try await writer.keep(evidence: [1])
    #expect(try runs.mode(folder.path) == 0o770)
    #expect(try runs.mode(folder.path + "/evidence") == 0o770)
    for path in ["/journal.jsonl", "/lock", "/evidence/\(digest).json"] {
      #expect(try runs.mode(folder.path + path) == 0o660, "\(path)")
    }
  }

  @Test func `files of a run get the group of the team's folder where that is set there`() async throws {
    try FileManager.default.createDirectory(atPath: runs.root, withIntermediateDirectories: true)
    #expect(unsafe chmod(runs.root, 0o2770) == 0)
    let folder = try runs.folder()
    _ = try await JournalWriter(folder, holder: ["pid": 1]).keep(evidence: [1])
    for path in [folder.path, folder.path + "/evidence"] {
      var info = stat()
      #expect(unsafe stat(path, &info) == 0 && info.st_mode & 0o7777 == 0o2770, "\(path)")
    }
  }

  @Test(arguments: ["journal.jsonl", "lock", "evidence"])
  func `a link in place of a file or folder is refused`(_ name: String) async throws {
    let folder = try runs.folder()
    let elsewhere = runs.root + "/elsewhere"
    try runs.write(Array("precious".utf8), to: elsewhere)
    let target = name == "evidence" ? runs.root : elsewhere
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/" + name, withDestinationPath: target)
    if name == "evidence" {
      let writer = try JournalWriter(folder, holder: ["pid": 1])
      await #expect(throws: EventSinkError.self) { try await writer.keep(evidence: [1]) }
    } else {
      #expect(throws: FileError.self) { try JournalWriter(folder, holder: ["pid": 1]) }
    }
    #expect(runs.content(elsewhere) == Array("precious".utf8))
  }

  @Test func `what the operator is shown is what a reader of the journal sees`() async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: ["pid": 1])
    let event = Event(
      at: .example, type: .questionAnswered,
      data: MapValue([
        ("text", "a\u{0}\u{1b}[31m\n{\"$timestamp\":\"x\"}"),
        ("value", ["$map": [1], "b": .bytes([255]), "d": .duration(.seconds(1)), "n": .double(.nan)]),
      ]))
    let shown = try await writer.record(event, synced: true)
    let read = try #require(try folder.journal().events.first)
    #expect("\(read.data)" == "\(shown.data)")
    #expect(runs.content(folder.path + "/journal.jsonl").filter { $0 == 10 }.count == 1)
  }

  @Test func `every line goes to whoever asked for them`() async throws {
    let folder = try runs.folder()
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream()
    let writer = try JournalWriter(folder, holder: ["pid": 1]) { continuation.yield($0) }
    _ = try await writer.record(.note("one"), synced: false)
    continuation.finish()
    var lines: [[UInt8]] = []
    for await line in stream { lines.append(line) }
    #expect(lines.map { $0 + [10] } == [runs.content(folder.path + "/journal.jsonl")])
  }
}
