import CEL
import FoundationEssentials
import PlaybookRecord
import PlaybookTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

@testable import PlaybookJournal

@Suite struct LockTests {
  private let runs = TemporaryRuns()
  private static let holder: Value = [
    "pid": 4711, "host": "web-1", "operator": "alice", "since": "2026-11-23T17:15:00Z",
  ]

  @Test func `a run that is held says by whom, and asking does not take it`() async throws {
    let folder = try runs.folder()
    #expect(folder.holder == nil)
    let writer = try JournalWriter(folder, holder: Self.holder)
    #expect(RunLock.text(of: folder.holder) == "alice (process 4711 on web-1) since 2026-11-23T17:15:00Z")
    #expect(throws: RunLock.Held.self) { try RunLock(folder) }
    #expect(folder.holder != nil)
    await writer.close()
  }

  @Test func `who died while holding a run is known to the next, who gives up in order is not`() async throws {
    let folder = try runs.folder()
    do { _ = try JournalWriter(folder, holder: Self.holder) }
    #expect(folder.holder == nil)
    let lock = try RunLock(folder)
    #expect(lock.dead?["operator"]?.stringValue == "alice")
    let writer = try JournalWriter(folder, lock: lock, holder: Self.holder)
    _ = try await writer.record(.note("x"), synced: false)
    await writer.close()
    #expect(folder.leftAt?.events == 1)
    #expect(try folder.leftAt?.head == folder.journal().head)
    await #expect(throws: EventSinkError.self) { try await writer.record(.note("after the end"), synced: false) }
  }

  @Test func `a visitor leaves the word of the dead`() async throws {
    let folder = try runs.folder()
    do { _ = try JournalWriter(folder, holder: Self.holder) }
    do {
      let writer = try JournalWriter(folder, lock: RunLock(folder), holder: ["pid": 1, "operator": "bob"])
      _ = try await writer.record(.note("a remark"), synced: true)
      await writer.close(isVisitor: true)
    }
    #expect(try RunLock(folder).dead?["operator"]?.stringValue == "alice")
  }

  @Test(arguments: ["deleted", "moved", "replaced"])
  func `a lost folder stops the writing before the next event`(_ how: String) async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: Self.holder)
    _ = try await writer.record(.note("one"), synced: true)
    let files = FileManager.default
    switch how {
    case "deleted": try files.removeItem(atPath: folder.path)
    case "moved": try files.moveItem(atPath: folder.path, toPath: folder.path + ".old")
    default:
      try files.moveItem(atPath: folder.path + "/journal.jsonl", toPath: folder.path + "/old")
      try files.copyItem(atPath: folder.path + "/old", toPath: folder.path + "/journal.jsonl")
    }
    for _ in 0..<2 {
      await #expect(throws: EventSinkError.self) { try await writer.record(.note("two"), synced: false) }
    }
  }

  @Test(arguments: ["deleted", "replaced"])
  func `a lost lock lets nobody else in, and the holder begins nothing more`(_ how: String) async throws {
    let folder = try runs.folder()
    let writer = try JournalWriter(folder, holder: Self.holder)
    let begun = Event(
      at: .example, type: .runStarted, data: MapValue([("operator", "alice"), ("pid", 4711), ("host", "web-1")]))
    _ = try await writer.record(begun, synced: true)
    _ = try await writer.record(Event(at: .example, path: "a", type: .actStarted), synced: true)
    try FileManager.default.removeItem(atPath: folder.path + "/lock")
    if how == "replaced" { try runs.write([], to: folder.path + "/lock") }
    #expect(RunLock.text(of: folder.holder) == "alice (process 4711 on web-1) since 2026-11-23T17:15:00Z")
    do {
      _ = try RunLock(folder)
      Issue.record("two holders")
    } catch let held as RunLock.Held {
      #expect(held.holder?["operator"]?.stringValue == "alice")
    }
    #expect(throws: RunLock.Held.self) { try JournalWriter(folder, continuing: folder.journal(), holder: ["pid": 2]) }
    // What became of the call that is out is on record all the same.
    _ = try await writer.record(Event(at: .example, path: "a", type: .actFinished), synced: true)
    for type in [EventType.actStarted, .actIntended, .noteAdded] {
      await #expect(throws: EventSinkError.self) {
        try await writer.record(Event(at: .example, path: "b", type: type), synced: false)
      }
    }
    #expect(await writer.problem?.text.contains("its lock was deleted or replaced") == true)
    await writer.close()
    #expect(try folder.journal().events.map(\.type) == [.runStarted, .actStarted, .actFinished])
  }

  @Test func `a lock that was made anew while another begins is no way to the journal`() async throws {
    let folder = try runs.folder()
    let early = try RunLock(folder)
    try FileManager.default.removeItem(atPath: folder.path + "/lock")
    let writer = try JournalWriter(folder, holder: Self.holder)
    #expect(throws: RunLock.Held.self) { try JournalWriter(folder, lock: early, holder: ["pid": 2]) }
    _ = try await writer.record(.note("one"), synced: true)
  }

  @Test func `who is open in an environment is told with since when and whether anything was changed`() async throws {
    func start(_ playbook: String, in environment: String, mode: String) async throws -> JournalWriter {
      let folder = try runs.store.create(playbook: playbook, at: .example)
      let writer = try JournalWriter(folder, holder: Self.holder)
      let facts: MapValue = MapValue([
        ("playbook", .string(playbook)), ("environment", .string(environment)), ("mode", .string(mode)),
        ("operator", "alice"),
      ])
      _ = try await writer.record(Event(at: .example, type: .runStarted, data: facts), synced: false)
      return writer
    }
    let one = try await start("one", in: "production", mode: "run")
    let others = [
      try await start("staging", in: "staging", mode: "run"), try await start("plan", in: "production", mode: "plan"),
    ]
    var open = runs.store.open(in: "production", besides: "")
    #expect(open.map(\.playbook) == ["one"])
    #expect(open.first?.text.contains("no change made yet") == true)
    _ = try await one.record(Event(at: .example, path: "a", type: .actStarted), synced: false)
    open = runs.store.open(in: "production", besides: "")
    #expect(
      open.first?.text.hasPrefix(
        "alice is changing `production` too, since 2026-11-23T17:15:00.000001Z (one, run ") == true)
    let resumed = Event(at: .example, type: .runResumed, data: MapValue([("operator", "bob")]))
    _ = try await one.record(resumed, synced: false)
    let text = runs.store.open(in: "production", besides: "").first?.text
    #expect(text?.contains("is in `production` too") == true, "\(text ?? "")")
    #expect(text?.contains("no change made in this session; ") == true)
    #expect(text?.hasSuffix("changed something in it at 2026-11-23T17:15:00.000001Z") == true)
    // Those that change something come first; of many only a few have a sentence of their own.
    var many = runs.store.open(in: "production", besides: "")
    let quiet = try #require(many.first)
    var busy = quiet
    (busy.id, busy.firstChange) = ("20261123T171500Z-two-aaaa", .example)
    many = [quiet, quiet, quiet, quiet, busy]
    let texts = OpenRun.texts(of: many)
    #expect(texts.count == 4 && texts[0].contains("is changing `production`"))
    let id = quiet.id.suffix(4)
    #expect(texts[3] == "2 more runs are in `production` too: \(id), \(id)")
    #expect(OpenRun.texts(of: []).isEmpty && OpenRun.texts(of: [quiet]) == [quiet.text])
    for other in others { await other.close() }
  }

  @Test func `another run's journal is no journal of this folder's, and a pipe is none at all`() async throws {
    let (own, other) = (try runs.folder("one"), try runs.folder("two"))
    let writer = try JournalWriter(other, holder: Self.holder)
    _ = try await writer.record(
      Event(at: .example, type: .runStarted, data: MapValue([("run", .string(other.id))])), synced: true)
    await writer.close()
    #expect(try JournalCheck(other) { _ in }.problem == nil)
    #expect(try JournalCheck(other, isExplained: false) { _ in }.file?.event(1)?.type == .runStarted)
    try FileManager.default.copyItem(atPath: other.path + "/journal.jsonl", toPath: own.path + "/journal.jsonl")
    let problem = try JournalCheck(own) { _ in }.problem
    #expect(problem?.line == 1 && problem?.message.contains(other.id) == true)
    try FileManager.default.removeItem(atPath: own.path + "/journal.jsonl")
    let isMade = unsafe mkfifo(own.path + "/journal.jsonl", 0o600)
    #expect(isMade == 0)
    #expect(throws: FileError.self) { try JournalCheck(own) { _ in } }
  }
}
