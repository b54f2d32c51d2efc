import ArgumentParser
import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookEngine
import PlaybookJournal
import PlaybookLanguage
import PlaybookRecord
import SourceText
#if canImport(Glibc)
import Glibc
#endif

/// `playbook resume RUN`.
struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Continues a run after a pause, a crash or a kill.",
    discussion: """
      The playbook is used as it was when the run began, also where its file has changed since. A call in doubt is asked
      about, and never repeated by itself.
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @OptionGroup var playbooks: PlaybookOptions
  @OptionGroup var environment: EnvironmentOptions
  @OptionGroup var given: AnswerOptions
  @OptionGroup var runs: RunsOptions

  @Option(name: .long, help: "text, or json: the run's events on standard output, one a line.")
  var output = OutputFormat.text

  func run() async throws {
    let folder = try runs.open(name).folder
    // The lock first: the record read after it stays as it is.
    let (lock, contents) = try open(folder)
    try Self.trust(folder)
    guard case .runStarted(let first) = contents.events.first?.body else {
      throw CommandFailure.failed("the journal of \(folder.id) is empty: the run did nothing")
    }
    if let outcome = RunState(contents.events).outcome {
      throw CommandFailure.wrong("the run \(folder.id) has ended (\(outcome.rawValue)); there is nothing to resume")
    }
    if contents.isTorn { Output.say("note", "the last line of the journal is torn and is left out") }
    let named = environment.environments ?? first.environmentsFile
    try Self.checkWorld(of: first, named, id: folder.id)
    var options = environment
    options.name = options.name ?? first.environment
    options.environments = try options.environments ?? Self.recordedFile(first)
    let surroundings = try await Loading.surroundings(options)
    let environment = surroundings.environment
    guard environment.name == first.environment else {
      throw CommandFailure.wrong(
        "the run began in `\(first.environment)`; it can't be resumed in `\(environment.name)`")
    }
    let sources = RecordedSources(folder, first)
    let playbook = try sources.playbook(
      named: first.playbook, executors: surroundings.schemas, commands: environment.commands)
    var session = try await Launch.session(
      playbook, mode: first.mode, in: surroundings, from: options, playbooks: playbooks,
      try Launch.Beforehand(given, for: playbook), runs: runs, output: output)
    session.changed = sources.changed
    session.lock = lock
    if let dead = lock.dead {
      Output.say("note", "\(RunLock.text(of: dead)) ended without giving the run up; it is taken over")
    }
    try Launch.finish(try await session.resume(folder, contents))
  }

  /// A journal that is not as it was left leads to changes that are made twice: it is not resumed.
  private static func trust(_ folder: RunFolder) throws {
    let check: JournalCheck
    do {
      check = try JournalCheck(folder) { _ in }
    } catch {
      throw CommandFailure.failed(error.description)
    }
    guard let problem = check.problem else { return }
    throw CommandFailure.failed(
      "the journal of \(folder.id) can't be trusted, so the run can't be resumed: line \(problem.line): "
        + "\(problem.kind.rawValue): \(problem.message)")
  }

  /// The file of environments that the run began with; nil: it is not on record, or is the one that is looked for
  /// anyway. Only a file of one's own or of the system's is taken without being named: it says which programs are run.
  private static func recordedFile(_ started: RunStarted) throws -> String? {
    guard let path = started.environmentsFile, path != Loading.defaultEnvironments else { return nil }
    var info = stat()
    guard unsafe stat(path, &info) == 0 else {
      throw CommandFailure.wrong(
        "the run began with the environments of \(path), which is not there any more; name a file with --environments FILE"
      )
    }
    guard info.st_uid == geteuid() || info.st_uid == 0 else {
      throw CommandFailure.wrong(
        "the run began with the environments of \(path), a file of somebody else's; name it with --environments FILE")
    }
    Output.say("note", "the environments are those of \(path), as when the run began")
    return path
  }

  private func open(_ folder: RunFolder) throws -> (RunLock, JournalContents) {
    do {
      let lock = try RunLock(folder)
      return (lock, try folder.journal())
    } catch let held as RunLock.Held {
      throw CommandFailure.wrong("the run \(folder.id) is held by \(held.text)")
    } catch let error as FileError {
      throw CommandFailure.wrong("\(error); nothing was sent")
    }
  }

  /// The world of a drill ends with its command; only one that was left up by `--serve` can still be there.
  private static func checkWorld(of started: RunStarted, _ file: String?, id: String) throws {
    guard started.mode == .drill || started.environment == "drill" else { return }
    if let file, FileManager.default.fileExists(atPath: file) { return }
    throw CommandFailure.wrong(
      "the run \(id) was a drill and its world is gone, so it can't be resumed; begin with "
        + "`playbook drill \(started.playbook)`"
        + (file.map { "; there is no \($0)" } ?? ", or name the world that is still up with --environments FILE"))
  }
}

/// The files that a run was made from, as they were then.
struct RecordedSources {
  private let folder: RunFolder
  private let digests: [String: String]
  private let main: String
  private let isBeforeDecimals: Bool

  init(_ folder: RunFolder, _ started: RunStarted) {
    self.folder = folder
    main = started.path ?? ""
    isBeforeDecimals = started.numbers == nil
    digests = Dictionary((started.sources ?? []).map { ($0.path, $0.sha256) }, uniquingKeysWith: { $1 })
  }

  /// The differences of the files on disk since, in words; nil: there are none.
  var changed: String? {
    let changes = digests.sorted { $0.key < $1.key }.compactMap { path, digest -> String? in
      guard let data = FileManager.default.contents(atPath: path) else { return "\(path) is gone" }
      return hexadecimal(sha256(Array(data))) == digest ? nil : path
    }
    return changes.isEmpty ? nil : changes.joined(separator: ", ")
  }

  func playbook(
    named name: String, executors: [ExecutorSchema], commands: [Environment.Command]
  ) throws -> Playbook {
    let (playbook, diagnostics) = Playbook.load(
      try source(at: main), executors: executors, commands: commands, isBeforeDecimals: isBeforeDecimals,
      loadPlaybook: { try used($0) })
    try Loading.report(diagnostics)
    guard let playbook, playbook.name == name else {
      throw CommandFailure.failed("the recorded playbook of \(folder.id) can't be read")
    }
    return playbook
  }

  private func used(_ name: String) throws -> PlaybookSource? {
    guard let path = digests.keys.first(where: { $0.hasSuffix("/\(name)/playbook.yaml") }) else { return nil }
    return try source(at: path)
  }

  private func source(at path: String) throws -> PlaybookSource {
    let file = try file(path)
    let base = path.lastIndex(of: "/").map { String(path[..<$0]) }
    // A single file has no folder whose name it would have to bear.
    let isScenario = path.hasSuffix("/playbook.yaml")
    return PlaybookSource(file: file, folder: isScenario ? base : nil) { name in
      try self.file((base ?? ".") + "/" + name)
    }
  }

  private func file(_ path: String) throws -> SourceFile {
    guard let digest = digests[path] else {
      throw CommandFailure.failed("the run has no record of \(path)")
    }
    do {
      let bytes = try folder.source(digest)
      guard hexadecimal(sha256(bytes)) == digest else {
        throw CommandFailure.failed("the recorded copy of \(path) has been changed")
      }
      return SourceFile(path: path, bytes: bytes)
    } catch let error as FileError {
      throw CommandFailure.failed(error.description)
    }
  }
}
