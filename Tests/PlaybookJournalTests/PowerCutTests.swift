import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import SourceText
import Synchronization
import Testing

@testable import PlaybookJournal

/// Promises 1 and 6 against a power cut: what was written and not synced is gone, or a part of it.
@Suite struct PowerCutTests {
  private static let text = """
    playbook: power
    title: Power
    steps:
      - act: one
        shell: one
      - act: many
        for_each: host in ["a", "b", "c", "d", "e"]
        shell: many ${host}
      - query: look
        shell: look
      - act: wide
        for_each: host in ["a", "b", "c", "d", "e", "f"]
        pace: {at_once: 3}
        shell: wide ${host}
        verify: {shell: "check ${host}", that: value != ""}
      - act: ending
        shell: ending ${look.value}
    """

  /// A disk between the writer and its file that knows what is safe, and that fails from a given operation on.
  private final class Disk: WriteAheadFile {
    private struct State {
      var synced: Int
      var length: Int
      var left: Int
    }

    private let file: RunFile
    private let state: Mutex<State>

    init(_ file: RunFile, length: Int, operations: Int) {
      self.file = file
      state = Mutex(State(synced: length, length: length, left: operations))
    }

    private func spend() throws(FileError) {
      let isOn = state.withLock { state in
        state.left -= 1
        return state.left >= 0
      }
      if !isOn { throw FileError(path: file.path, operation: "write without power to", code: 5) }
    }

    func write(_ bytes: [UInt8]) throws(FileError) {
      try spend()
      try file.write(bytes)
      state.withLock { $0.length += bytes.count }
    }

    func sync() throws(FileError) {
      try spend()
      state.withLock { $0.synced = $0.length }
    }

    func reserve(_ length: Int, from offset: Int) throws(FileError) {}

    func truncate(to length: Int) throws(FileError) {
      try spend()
      try file.truncate(to: length)
      state.withLock { $0.length = min($0.length, length) }
    }

    func checkInPlace() throws(FileError) {}

    func checkEnd(at length: Int, after tail: [UInt8]) throws(FileError) {}

    /// What is certainly on disk.
    var safe: [UInt8] {
      // By its place: calls that are under way side by side look at the same time.
      (try? file.read(from: 0, count: state.withLock { $0.synced })) ?? []
    }

    /// The power goes: of what was not synced some beginning is left.
    func cut(_ random: inout some RandomNumberGenerator) throws {
      let (synced, length) = state.withLock { ($0.synced, $0.length) }
      try file.truncate(to: Int.random(in: synced...max(synced, length), using: &random))
    }
  }

  /// The world: counts effects, and looks at the disk before each.
  private final class World: Executor {
    let schema = ExecutorSchema(
      name: "shell", summary: "a program", fields: [.init("args", .words, isRequired: true, "the program")],
      shortForm: .words("args"), listField: "args", outcome: ["value": .dyn], usesTarget: true, isPrompted: false)
    private let effects = Mutex<[String: Int]>([:])
    private let disk: Mutex<Disk?> = Mutex(nil)
    private let unannounced = Mutex<[String]>([])

    var counts: [String: Int] { effects.withLock { $0 } }
    /// Effects without an intent on disk.
    var surprises: [String] { unannounced.withLock { $0 } }

    func use(_ disk: Disk) { self.disk.withLock { $0 = disk } }

    func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
      (call.arguments["args"]?.listValue ?? []).map(\.rendered).joined(separator: " ")
    }

    func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] { [] }

    func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
      let text = display(call, on: nil)
      if call.mode == .act {
        let safe = JournalReader.read(disk.withLock { $0?.safe } ?? [])
        let isAnnounced = safe.events.contains { event in
          event.type == .actIntended && (event.data["calls"]?.listValue ?? []).contains { $0.stringValue == text }
        }
        if !isAnnounced { unannounced.withLock { $0.append(text) } }
        effects.withLock { $0[text, default: 0] += 1 }
      }
      return CallOutcome(fields: MapValue([("value", .string(text))]))
    }
  }

  /// Says yes, and where it is asked what became of a call, looks at the world.
  private struct Human: PlaybookRecord.Operator {
    let name = "alice"
    let isInteractive = true
    let world: World

    func observe(_ event: Event) async {}
    func progress(_ progress: Progress?) async {}

    func ask(_ question: Question) async -> Reply {
      guard case .option = question.kind else { return .answer(Answer(true)) }
      let call = question.text.split(separator: "`").first.map(String.init) ?? ""
      return .answer(Answer(world.counts[call] == nil ? "again" : "happened"))
    }
  }

  private struct NoSecrets: SecretFetcher {
    func fetch(_ source: PlaybookLanguage.Environment.SecretSource) async throws(SecretError) -> String { "" }
  }

  private func playbook(_ world: World) throws -> Playbook {
    let source = PlaybookSource(SourceFile(path: "playbook.yaml", text: Self.text))
    let (playbook, diagnostics) = Playbook.load(
      source, executors: [world.schema], commands: [], loadPlaybook: { _ in nil })
    try #require(!diagnostics.contains { $0.severity == .error }, "\(DiagnosticRenderer().render(diagnostics))")
    return try #require(playbook)
  }

  /// One session that ends with the run or with the power.
  private func sit(
    _ folder: RunFolder, _ playbook: Playbook, _ world: World, boot: Int, operations: Int
  ) async throws -> (RunResult, Disk) {
    let contents = (try? folder.journal()).flatMap { $0.length == 0 ? nil : $0 }
    let held: Mutex<Disk?> = Mutex(nil)
    let writer = try JournalWriter(folder, continuing: contents, holder: ["pid": 1]) { file in
      let disk = Disk(file, length: contents?.length ?? 0, operations: operations)
      held.withLock { $0 = disk }
      world.use(disk)
      return disk
    }
    let span = playbook.steps[0].span
    var environment = Environment(name: "staging", nameSpan: span)
    environment.targets = [.init(name: "shell", executor: "shell", settings: .map([], span), span: span)]
    var provenance = RunProvenance()
    provenance.process.boot = "boot \(boot)"
    let runner = Runner(
      RunConfiguration(
        id: folder.id, mode: .run, playbook: playbook, inputs: [:], environment: environment, provenance: provenance),
      executors: [world], operator: Human(world: world), sink: writer, fetcher: NoSecrets(),
      history: contents?.events ?? [], loadEvidence: { try folder.evidence($0) })
    return (await runner.run(), try #require(held.withLock { $0 }))
  }

  @Test(arguments: 0..<40)
  func `whenever the power goes, every effect has its intent on disk and happens once`(_ seed: Int) async throws {
    var random = Splitmix(seed: UInt64(seed))
    let runs = TemporaryRuns()
    let folder = try runs.folder()
    let world = World()
    let playbook = try playbook(world)
    var result = RunResult.interrupted
    for boot in 0..<100 where result != .completed {
      let operations = boot == 99 ? 10_000 : Int.random(in: 1...40, using: &random)
      let disk: Disk
      (result, disk) = try await sit(folder, playbook, world, boot: boot, operations: operations)
      guard result != .completed else { break }
      try disk.cut(&random)
      let contents = try folder.journal()
      #expect(contents.problem == nil)
      let announced = Set(
        contents.events.filter { $0.type == .actIntended }.flatMap {
          ($0.data["calls"]?.listValue ?? []).compactMap(\.stringValue)
        })
      #expect(announced.isSuperset(of: world.counts.keys), "power cut \(boot + 1)")
    }
    #expect(result == .completed)
    #expect(world.surprises.isEmpty)
    #expect(world.counts.count == 13)
    #expect(world.counts.values.allSatisfy { $0 == 1 }, "\(world.counts)")
    #expect(try folder.journal().problem == nil)
  }
}

/// Random numbers that are the same for each seed.
struct Splitmix: RandomNumberGenerator {
  var seed: UInt64

  mutating func next() -> UInt64 {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var mixed = seed
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
