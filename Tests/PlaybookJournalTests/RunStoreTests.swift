import CEL
import FoundationEssentials
import PlaybookEngine
import Testing

@testable import PlaybookJournal

@Suite struct RunStoreTests {
  private let runs = TemporaryRuns()

  @Test func `a run is named by its start, its playbook and four characters`() throws {
    let id = try runs.folder("mass-lockout").id
    #expect(id.hasPrefix("20261123T171500Z-mass-lockout-"))
    #expect(id.count == "20261123T171500Z-mass-lockout-".count + 4)
    #expect(runs.store.ids() == [id])
  }

  @Test func `a run is found by its id, any part that only it has, or as the last`() throws {
    let first = try runs.store.create(playbook: "one", at: .example)
    let second = try runs.store.create(playbook: "two", at: Timestamp(seconds: Timestamp.example.seconds + 60))
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

  @Test func `where runs live is said by the flag, the variable or the state folder`() {
    let home = ["HOME": "/home/a"]
    #expect(RunStore.root(flag: "/x", environment: ["PLAYBOOK_RUNS": "/y"]) == "/x")
    #expect(RunStore.root(flag: nil, environment: ["PLAYBOOK_RUNS": "/y"]) == "/y")
    #expect(RunStore.root(flag: nil, environment: home) == "/home/a/.local/state/playbook/runs")
    #expect(RunStore.root(flag: nil, environment: ["XDG_STATE_HOME": "/s"]) == "/s/playbook/runs")
  }
}
