import CEL
import FoundationEssentials
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookJournal

@Suite struct RunStoreTests {
  private let runs = TemporaryRuns()

  /// A run of which something was recorded.
  private func begun(_ folder: RunFolder) throws -> RunFolder {
    try runs.write(Array("{}\n".utf8), to: folder.path + "/journal.jsonl")
    return folder
  }

  @Test func `a run is named by its start, its playbook and four characters`() throws {
    let id = try begun(runs.folder("mass-lockout")).id
    #expect(id.hasPrefix("20261123T171500Z-mass-lockout-"))
    #expect(id.count == "20261123T171500Z-mass-lockout-".count + 4)
    #expect(runs.store.ids() == [id])
  }

  @Test func `a run is found by its id, any part that only it has, or as the last`() throws {
    let first = try begun(runs.store.create(playbook: "one", at: .example))
    let later = Timestamp(seconds: Timestamp.example.seconds + 60)
    let second = try begun(runs.store.create(playbook: "two", at: later))
    #expect(runs.store.ids() == [second.id, first.id])
    #expect(try runs.store.find("last").id == second.id)
    for name in [
      first.id, String(first.id.prefix(20)), String(first.id.suffix(4)), "one-" + first.id.suffix(4), "one", "-one-",
    ] {
      #expect(try runs.store.find(name).id == first.id, "\(name)")
    }
    #expect(throws: RunStore.LookupError.self) { try runs.store.find("2026") }
    for name in ["", "..", "../" + first.id, "/etc", "nothing"] {
      #expect(throws: RunStore.LookupError.self) { try runs.store.find(name) }
    }
  }

  @Test func `of two runs of one second the last is the one whose first event came later`() async throws {
    for _ in 0..<8 {
      let first = try runs.store.create(playbook: "one", at: .example)
      let second = try runs.store.create(playbook: "one", at: .example)
      for (folder, nanoseconds) in [(second, 900_000_000), (first, 90_000_000)] {
        let writer = try JournalWriter(folder, holder: ["pid": 1])
        let at = Timestamp(seconds: Timestamp.example.seconds, nanoseconds: Int32(nanoseconds))
        _ = try await writer.record(Event(at: at, type: .runStarted), synced: false)
      }
      #expect(try runs.store.find("last").id == second.id)
      #expect(runs.store.ids() == [second.id, first.id])
      try FileManager.default.removeItem(atPath: first.path)
      try FileManager.default.removeItem(atPath: second.path)
    }
  }

  @Test func `no runs is said and a link is no run`() throws {
    #expect(throws: RunStore.LookupError.self) { try runs.store.find("last") }
    let real = try runs.folder()
    let link = "20991123T171500Z-example-zzzz"
    try FileManager.default.createSymbolicLink(atPath: runs.root + "/" + link, withDestinationPath: real.path)
    #expect(throws: RunStore.LookupError.self) { try runs.store.find(link) }
  }

  @Test func `a folder in which nothing was recorded is no run`() async throws {
    let empty = try runs.folder()
    try runs.write([], to: empty.path + "/journal.jsonl")
    #expect(runs.store.ids() == [])
    let kept = try runs.folder("other")
    try runs.write([1], to: kept.path + "/transcript.md")
    #expect(runs.store.ids() == [kept.id])
  }

  @Test func `a run's folder is made with its first event, and secrets known before are taken out of it`() async throws
  {
    let id = runs.store.newID(playbook: "example", at: .example)
    let journal = NewJournal(runs.store, id: id, sources: [Array("steps".utf8)], holder: ["pid": 1]) { _ in }
    await journal.redact("a-long-secret")
    #expect(await journal.redacted("x a-long-secret") == "x \(Redactor.mark)")
    #expect(!FileManager.default.fileExists(atPath: runs.root))
    _ = try await journal.record(.note("a-long-secret"), synced: true)
    await journal.close()
    let contents = try runs.store.find("last").journal()
    #expect(contents.events.map { $0.data["text"]?.stringValue } == [Redactor.mark])
    let digest = hexadecimal(sha256(Array("steps".utf8)))
    #expect(try runs.store.find(id).source(digest) == Array("steps".utf8))
  }

  @Test func `where runs live is said by the flag, the variable or the state folder`() {
    let home = ["HOME": "/home/a"]
    #expect(RunStore.root(flag: "/x", environment: ["PLAYBOOK_RUNS": "/y"]) == "/x")
    #expect(RunStore.root(flag: nil, environment: ["PLAYBOOK_RUNS": "/y"]) == "/y")
    #expect(RunStore.root(flag: nil, environment: home) == "/home/a/.local/state/playbook/runs")
    #expect(RunStore.root(flag: nil, environment: ["XDG_STATE_HOME": "/s"]) == "/s/playbook/runs")
  }
}
