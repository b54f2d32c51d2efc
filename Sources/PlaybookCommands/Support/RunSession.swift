import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookEngine
import PlaybookJournal
import PlaybookLanguage
import PlaybookRecord
import PlaybookTerminal
import PlaybookTranscript
import SourceText
import Synchronization
#if canImport(Glibc)
import Glibc
#endif

/// One session of a run: journal, terminal, runner, and the lines at the end.
struct RunSession {
  var mode: RunConfiguration.Mode
  var playbook: Playbook
  var environment: Environment
  var plugins: [any Executor] = []
  var inputs: [String: Value]
  var answers = AnswerBook()
  var approvals: Set<String> = []
  var ticket: String?
  var alerted: Timestamp?
  var contact: EscalationContact?
  /// How long an `until` or a `verify` looks at most.
  var longestWait: Duration?
  var store: RunStore
  var output = OutputFormat.text
  /// Files that are not any more as they were when the run began, in words.
  var changed: String?
  /// Facts on the playbook's repository, asked for before the run.
  var git: RunStarted.Commit?
  /// The run's lock, where it was taken before the journal was read.
  var lock: RunLock?
  /// The file that the environment was read from, for a resume.
  var environmentsFile: String?
  /// Options that `playbook resume` needs as well, with a space before each.
  var whereabouts = ""

  /// Asks for missing inputs, starts a run and goes through it. The result and the run's folder.
  ///
  /// The folder is nil where the run ended before anything was recorded.
  func start() async throws -> (result: RunResult, folder: RunFolder?) {
    let place = RunPlace()
    let shown = terminal(place)
    defer { shown.restore() }
    let signals = Signals(shown)
    let inputs = try await complete(shown)
    let id = store.newID(playbook: playbook.name, at: .now())
    var provenance = self.provenance
    let sources = playbook.allSources.map(\.bytes)
    provenance.sources = playbook.allSources.map { .init(path: $0.path, sha256: hexadecimal(sha256($0.bytes))) }
    let (begun, beginning) = AsyncStream.makeStream(of: RunFolder.self)
    let yeses = OwnYeses(Self.own, run: id)
    let journal = NewJournal(
      store, id: id, sources: sources, holder: Self.holder, yeses: yeses, onLine: onLine
    ) { folder in
      place.set(folder)
      beginning.yield(folder)
    }
    let configuration = configuration(id: id, inputs: inputs, provenance)
    let result = try await go(configuration, into: journal, begun, place: place, terminal: shown, signals) {
      if let problem = await journal.problem {
        throw CommandFailure.wrong("no run can be started, and nothing has run: \(problem)")
      }
      return await journal.writer
    }
    Self.warn(of: yeses)
    return (result, place.folder)
  }

  /// The files of this user alone.
  private static let own = OwnState(environment: ProcessInfo.processInfo.environment)

  private static let approvalKey = own.approvalKey()

  /// Says that the yeses of this session can't be told from somebody else's.
  private static func warn(of yeses: OwnYeses) {
    guard let problem = yeses.problem else { return }
    Output.say("warning", "your yeses in this run are asked for again after a resume: \(problem)")
  }

  /// Holds the journal against the user's own list of his yeses. The numbers of those that are not on it. Throws where
  /// the journal lacks some.
  private static func foreign(_ yeses: OwnYeses, in contents: JournalContents, of id: String) throws -> Set<Int> {
    let missing = yeses.missing(in: contents)
    guard missing < 2 else {
      throw CommandFailure.failed(
        "the journal of \(id) can't be trusted, so the run can't be resumed: \(missing) of your own answers are "
          + "missing at its end: it was shortened")
    }
    yeses.reconcile(with: contents)
    return yeses.foreign(in: contents)
  }

  /// Continues a run where its journal ends.
  func resume(_ folder: RunFolder, _ contents: JournalContents) async throws -> RunResult {
    guard case .runStarted(let first) = contents.events.first?.body else {
      throw CommandFailure.wrong("the journal of \(folder.id) has no beginning")
    }
    var session = self
    let given = inputs
    session.inputs = Dictionary(
      (first.inputs?.entries ?? []).map { ($0.key.rendered, $0.value) }, uniquingKeysWith: { $1 })
    let place = RunPlace(folder)
    let shown = terminal(place)
    defer { shown.restore() }
    let signals = Signals(shown)
    // A secret input is not in the record: it is given again.
    for declaration in playbook.inputs where declaration.isSecret {
      session.inputs[declaration.name] = try await Self.secret(declaration, given, shown)
    }
    session.ticket = first.ticket
    session.alerted = first.alerted ?? session.alerted
    let configuration = session.configuration(id: folder.id, inputs: session.inputs, provenance)
    let yeses = OwnYeses(Self.own, run: folder.id)
    let foreign = try Self.foreign(yeses, in: contents, of: folder.id)
    // In a drill an answer given beforehand approves a change without a digest.
    if mode == .drill, let beginning = contents.events.first, foreign.contains(beginning.sequence) {
      throw CommandFailure.wrong(
        "the journal of \(folder.id) says that the run is a drill, and it is not known to be one that you began; start anew "
          + "with `playbook drill \(playbook.name)`")
    }
    let journal: JournalWriter
    do {
      journal = try JournalWriter(
        folder, continuing: contents, lock: lock, holder: Self.holder, yeses: yeses, onLine: onLine)
    } catch let held as RunLock.Held {
      throw CommandFailure.wrong("the run \(folder.id) is held by \(held.text)")
    } catch let error as FileError {
      throw CommandFailure.wrong("\(error); nothing was sent")
    }
    let (begun, beginning) = AsyncStream.makeStream(of: RunFolder.self)
    beginning.yield(folder)
    defer { Self.warn(of: yeses) }
    return try await session.go(
      configuration, into: journal, begun, continuing: contents, foreign: foreign, place: place, terminal: shown,
      signals
    ) { journal }
  }

  private static func secret(
    _ declaration: InputDeclaration, _ given: [String: Value], _ terminal: TerminalOperator
  ) async throws -> Value {
    if let value = try given[declaration.name] ?? SecretInput.fromVariable(declaration) { return value }
    let question = Question(
      key: "inputs.\(declaration.name)",
      text: "\(declaration.describe ?? declaration.name) (secret: not in the record)",
      kind: .value(declaration))
    guard terminal.isInteractive, case .answer(let answer) = await terminal.ask(question) else {
      throw CommandFailure.wrong(
        "the secret input `\(declaration.name)` is not in the record; \(SecretInput.way(for: declaration))")
    }
    return answer.value
  }

  /// Makes the run's folder, with all sources in it.
  func prepare(_ inputs: [String: Value]) throws -> (RunFolder, RunConfiguration) {
    var provenance = self.provenance
    do {
      let folder = try store.create(playbook: playbook.name, at: .now())
      provenance.sources = try playbook.allSources.map { source in
        .init(path: source.path, sha256: try folder.keep(source: source.bytes))
      }
      return (folder, configuration(id: folder.id, inputs: inputs, provenance))
    } catch {
      throw CommandFailure.wrong("no run can be started, and nothing has run: \(error)")
    }
  }

  private func configuration(
    id: String, inputs: [String: Value], _ provenance: RunProvenance
  ) -> RunConfiguration {
    var configuration = RunConfiguration(
      id: id, mode: mode, playbook: playbook, inputs: inputs, environment: environment, answers: answers,
      approvals: approvals, ticket: ticket, alerted: alerted, contact: contact, provenance: provenance)
    configuration.longestWait = longestWait
    configuration.whereabouts = whereabouts
    let fallback = configuration.approvalKey
    configuration.approvalKey = { Self.approvalKey ?? fallback() }
    return configuration
  }

  private var provenance: RunProvenance {
    var provenance = RunProvenance()
    provenance.engine = PlaybookVersion.current
    provenance.process = .init(host: Self.hostName, pid: Int(getpid()), boot: Self.bootID)
    provenance.uid = Int(getuid())
    provenance.numbers = "exact"
    (provenance.git, provenance.environmentsFile, provenance.changed) = (git, environmentsFile, changed)
    if let dead = lock?.dead {
      var process = RunResumed.Dead()
      (process.who, process.pid) = (dead["operator"]?.stringValue, dead["pid"]?.intValue.map(Int.init))
      (process.host, process.since) = (dead["host"]?.stringValue, dead["since"]?.stringValue)
      provenance.tookOver = process
    }
    return provenance
  }

  private func terminal(_ place: RunPlace) -> TerminalOperator {
    var configuration = TerminalOperator.Configuration(name: Self.operatorName)
    configuration.parse = { declaration, text in
      declaration.parse(text: text).mapError { InputRejection($0.description) }
    }
    configuration.loadEvidence = { digest in try? place.folder?.evidence(digest) }
    return TerminalOperator(configuration: configuration)
  }

  /// The receiver of every written line.
  private var onLine: @Sendable ([UInt8]) -> Void {
    let isJSON = output == .json
    return { line in
      if isJSON { Output.data(line + [UInt8(ascii: "\n")]) }
    }
  }

  /// Goes through the run.
  ///
  /// - Parameters:
  ///   - begun: The run's folder, once it is there.
  ///   - foreign: The numbers of recorded events whose yes is not known to be this user's.
  ///   - place: The same, to look at.
  ///   - ended: Gives the journal's writer when the run is over; nil where nothing was recorded.
  private func go(
    _ configuration: RunConfiguration, into sink: any EventSink, _ begun: AsyncStream<RunFolder>,
    continuing contents: JournalContents? = nil, foreign: Set<Int> = [], place: RunPlace, terminal: TerminalOperator,
    _ signals: Signals,
    ended: () async throws -> JournalWriter?
  ) async throws -> RunResult {
    defer { terminal.restore() }
    let control = RunControl()
    let events = contents?.events ?? []
    if !events.isEmpty { await terminal.recall(events) }
    let runner = Runner(
      configuration, executors: Executors.builtIn() + plugins, operator: terminal, sink: sink,
      fetcher: SystemSecrets(prompt: { name in await terminal.secret(named: name) }), control: control,
      history: events, foreign: foreign, neighbours: concurrentRuns(of: configuration.id),
      loadEvidence: { digest in
        guard let folder = place.folder else { throw CommandFailure.failed("the run has no evidence yet") }
        return try folder.evidence(digest)
      })
    signals.follow(control, runner)
    let remarks = Task {
      for await folder in begun { await RemarkWatch(folder).follow(runner) }
    }
    let result = await runner.run()
    remarks.cancel()
    await remarks.value
    guard let journal = try await ended(), let folder = place.folder else {
      if case .failed(let reason) = result { throw CommandFailure.wrong("\(reason); nothing was sent") }
      return result
    }
    if let problem = await journal.problem {
      // The results of the calls under way are known here alone.
      await terminal.recall(journal.unwritten)
      throw await stopped(by: problem, folder, terminal)
    }
    let head = await journal.head
    await journal.close()
    withExtendedLifetime(signals) {}
    // Nothing was recorded, so that no event has said why: a secret that can't be had.
    if case .failed(let reason) = result, head == contents?.head ?? JournalLine.start {
      throw CommandFailure.wrong("\(reason); nothing was sent")
    }
    if mode != .plan { try await conclude(result, folder, head: head) }
    return result
  }

  /// Lists the changes where the journal has them no longer, and names the command that resumes the run where there is
  /// one.
  private func stopped(
    by problem: JournalWriter.Problem, _ folder: RunFolder, _ terminal: TerminalOperator
  ) async -> CommandFailure {
    guard problem.isBegun else {
      return .wrong("nothing was sent: the run can't be recorded, because \(problem.text)")
    }
    let stop = "the run stopped, and nothing was sent after that, because \(problem.text)"
    if problem.isJournalThere {
      return .failed(stop + "\nresume it with  playbook resume \(folder.id)\(whereabouts)")
    }
    await terminal.showChangesSoFar()
    return .failed(stop + "\nwithout its journal it can't be resumed; its changes are listed above and nowhere else")
  }

  /// The lines after the last event: where the record is.
  private func conclude(_ result: RunResult, _ folder: RunFolder, head: String) async throws {
    let path: String
    do {
      path = try Self.writeTranscript(of: folder)
    } catch {
      path = "none"
      Output.say("warning", "the transcript could not be written: \(error)")
    }
    var lines = ["journal     \(folder.path)/journal.jsonl", "head        \(head)", "transcript  \(path)"]
    // The pause has named the command that resumes the run.
    if result.exitCode == 3 || result.exitCode == 130, mode == .drill {
      lines.append("note        its world ended with this run")
    }
    Output.operatorText(lines.map { Visible.text($0) + "\n" }.joined())
  }

  /// Other runs that are open in the environment. A drill has a world of its own.
  private func concurrentRuns(of id: String) -> @Sendable () async -> [String] {
    guard mode == .run else { return { [] } }
    let (store, name) = (store, environment.name)
    return { OpenRun.texts(of: store.open(in: name, besides: id)) }
  }

  /// This process, for the lock.
  static var holder: Value {
    [
      "pid": .int(Int64(getpid())), "host": .string(hostName), "operator": .string(operatorName),
      "since": .string(Timestamp.now().description),
    ]
  }

  /// Changes with each start of the machine; nil where the system does not say.
  private static var bootID: String? {
    FileManager.default.contents(atPath: "/proc/sys/kernel/random/boot_id").map {
      String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }
    }
  }

  /// The transcript as Markdown, into the run's folder, for the same people as the journal. Its path.
  static func writeTranscript(of folder: RunFolder) throws -> String {
    let path = folder.path + "/transcript.md"
    let transcript = try RecordedRun(folder: folder).transcript()
    var facts = stat()
    let isKnown = unsafe stat(folder.path + "/journal.jsonl", &facts) == 0
    let mode = isKnown ? facts.st_mode & 0o660 : 0o600
    try Output.replace(path, mode: mode) { write in try transcript.write(.markdown, to: write) }
    return path
  }

  /// The inputs given, and the defaults of those that are not and have one.
  func withDefaults() throws -> [String: Value] {
    var values = inputs
    for declaration in playbook.inputs where values[declaration.name] == nil {
      if let value = try SecretInput.fromVariable(declaration) {
        values[declaration.name] = value
        continue
      }
      guard let tree = declaration.defaultValue else { continue }
      let value: Value
      do {
        value = try tree.resolve(Bindings(["now": .timestamp(.now())]))
      } catch {
        throw CommandFailure.wrong("the default of `\(declaration.name)`: \(error.message)")
      }
      switch declaration.check(value) {
      case .success(let typed): values[declaration.name] = typed
      case .failure(let problem):
        throw CommandFailure.wrong("the default of `\(declaration.name)`: \(problem.message)")
      }
    }
    return values
  }

  /// Every input with a value: given, its default, or asked for.
  private func complete(_ terminal: TerminalOperator) async throws -> [String: Value] {
    var values = try withDefaults()
    var missing: [String] = []
    for declaration in playbook.inputs where values[declaration.name] == nil {
      guard terminal.isInteractive else {
        missing.append(
          declaration.isSecret
            ? SecretInput.variable(of: declaration)
            : "--set \(declaration.name)=\(declaration.type.rawValue.uppercased())")
        continue
      }
      let question = Question(
        key: "inputs.\(declaration.name)", text: declaration.describe ?? declaration.name, kind: .value(declaration))
      guard case .answer(let answer) = await terminal.ask(question) else {
        throw CommandFailure.wrong("the input `\(declaration.name)` has no value; nothing has run")
      }
      values[declaration.name] = answer.value
    }
    guard missing.isEmpty else {
      throw CommandFailure.wrong("inputs are missing; nothing has run: \(missing.joined(separator: " "))")
    }
    return values
  }

  static var operatorName: String {
    let environment = ProcessInfo.processInfo.environment
    for name in ["PLAYBOOK_OPERATOR", "SUDO_USER", "USER", "LOGNAME"] {
      if let value = environment[name], !value.isEmpty { return value }
    }
    if let entry = unsafe getpwuid(getuid()), let name = unsafe entry.pointee.pw_name {
      return unsafe String(cString: name)
    }
    return "uid \(getuid())"
  }

  static var hostName: String { ProcessInfo.processInfo.hostName }
}

/// The run's folder, which is made after the terminal that shows its contents.
final class RunPlace: Sendable {
  private let held: Mutex<RunFolder?>

  init(_ folder: RunFolder? = nil) {
    held = Mutex(folder)
  }

  func set(_ folder: RunFolder) { held.withLock { $0 = folder } }

  var folder: RunFolder? { held.withLock { $0 } }
}

extension Playbook {
  /// Its own files and those of every playbook it uses, each once.
  var allSources: [SourceFile] {
    var seen: Set<String> = []
    return (sources + used.values.sorted { $0.name < $1.name }.flatMap(\.allSources)).filter {
      seen.insert($0.path).inserted
    }
  }
}
