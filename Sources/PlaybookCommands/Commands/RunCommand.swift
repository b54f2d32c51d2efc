import ArgumentParser
import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookDrill
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// `playbook run NAME`.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a playbook against an environment.",
    discussion: """
      Reads run at once; each change shows its resolved call and asks. Without a terminal nothing is assumed: an
      unanswered question pauses the run (exit code 3) and prints the command that resumes it.

      Examples:
        playbook run mass-lockout --env production --set window=30m --alerted 02:51
        playbook run ./mass-lockout/playbook.yaml --env staging
        playbook run mass-lockout --env staging --answer verdict=benign --output json
      """)

  @Argument(help: "The playbook's name, or a path to its file.", completion: .custom(Completions.playbooks))
  var name: String

  @OptionGroup var playbooks: PlaybookOptions
  @OptionGroup var environment: EnvironmentOptions
  @OptionGroup var given: AnswerOptions
  @OptionGroup var runs: RunsOptions

  @Option(name: .long, help: "text, or json: the run's events on standard output, one a line.")
  var output = OutputFormat.text

  func run() async throws {
    try await Launch.start(
      name, mode: .run, playbooks: playbooks, environment: environment, given: given, runs: runs, output: output)
  }
}

/// `playbook plan NAME`.
struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Runs every read and shows every change resolved, with its approval digest; writes nothing to any target."
  )

  @Argument(help: "The playbook's name, or a path to its file.", completion: .custom(Completions.playbooks))
  var name: String

  @OptionGroup var playbooks: PlaybookOptions
  @OptionGroup var environment: EnvironmentOptions
  @OptionGroup var given: AnswerOptions
  @OptionGroup var runs: RunsOptions

  @Option(name: .long, help: "text, or json: the plan's events on standard output, one a line.")
  var output = OutputFormat.text

  func run() async throws {
    try await Launch.start(
      name, mode: .plan, playbooks: playbooks, environment: environment, given: given, runs: runs, output: output)
  }
}

/// Starts a run from a command line.
enum Launch {
  static func start(
    _ name: String, mode: RunConfiguration.Mode, playbooks: PlaybookOptions, environment options: EnvironmentOptions,
    given: AnswerOptions, runs: RunsOptions, output: OutputFormat
  ) async throws {
    let surroundings = try await Loading.surroundings(options)
    let playbook = try Loading.playbook(
      name, playbooks.catalogue, executors: surroundings.schemas, commands: surroundings.environment.commands)
    var session = try await session(
      playbook, mode: mode, in: surroundings, from: options, playbooks: playbooks,
      try Beforehand(given, for: playbook), runs: runs, output: output)
    session.environmentsFile = Self.absolute(surroundings.path)
    let (result, _) = try await session.start()
    try finish(result)
  }

  static func session(
    _ playbook: Playbook, mode: RunConfiguration.Mode, in surroundings: Surroundings,
    from options: EnvironmentOptions? = nil, playbooks: PlaybookOptions,
    _ beforehand: Beforehand, runs: RunsOptions,
    output: OutputFormat
  ) async throws -> RunSession {
    var session = RunSession(
      mode: mode, playbook: playbook, environment: surroundings.environment, plugins: surroundings.plugins,
      inputs: beforehand.inputs,
      answers: beforehand.answers, approvals: beforehand.approvals, ticket: beforehand.ticket,
      alerted: beforehand.alerted,
      store: runs.store, output: output)
    session.whereabouts = Self.option("--environments", options?.environments) + Self.option("--runs", runs.runs)
    session.contact = try Loading.contacts(for: playbook, playbooks.catalogue).first {
      $0.severity == playbook.severity
    }
    if let folder = playbook.folder { session.git = await GitState.read(folder) }
    return session
  }

  /// A path that means the same in another folder.
  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// An option as it is typed in a shell, with a space before it; empty where it was not given.
  private static func option(_ name: String, _ value: String?) -> String {
    guard let value = value.map(absolute) else { return "" }
    let isPlain = value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_./-:@".contains($0)) }
    return " \(name) " + (isPlain ? value : "'" + value.replacing("'", with: #"'\''"#) + "'")
  }

  /// Inputs and answers of the command line and of its file, read and checked.
  struct Beforehand {
    let inputs: [String: Value]
    let answers: AnswerBook
    let approvals: Set<String>
    let ticket: String?
    let alerted: Timestamp?
    /// The file of answers.
    let file: SourceFile?

    init(_ given: AnswerOptions, for playbook: Playbook) throws {
      var fromFile = Loading.AnswerFile()
      if let path = given.answers { fromFile = try Loading.answers(path) }
      file = fromFile.source
      approvals = Set(try given.approve.map(Self.digest))
      ticket = given.ticket
      let said = try Loading.answers(given.answer)
      try Self.check(said, fromFile.answers, for: playbook)
      answers = AnswerBook(fromFile.answers.merging(said) { $1 })
      inputs = try Loading.inputs(fromFile.inputs, of: playbook)
        .merging(try Loading.inputs(given.inputs, of: playbook)) { $1 }
      alerted = try Loading.alerted(given.alerted)
    }

    /// A digest as `--approve` names it: 32 hexadecimal digits.
    private static func digest(_ text: String) throws -> String {
      let digest = text.lowercased()
      let isHexadecimal = digest.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      if isHexadecimal, digest.utf8.count == 32 { return digest }
      if isHexadecimal, digest.utf8.count == 16 {
        throw CommandFailure.wrong(
          "--approve \(text) is a digest of an older version, which approves nothing: plan again")
      }
      throw CommandFailure.wrong(
        "--approve \(text) is not a digest; it has 32 digits from 0 to f, as `playbook plan` and a paused run print it")
    }

    /// An answer to a question that the playbook does not have is an input mistake on the command line; a file may be
    /// for several.
    private static func check(
      _ said: [String: AnswerBook.Entry], _ fromFile: [String: AnswerBook.Entry], for playbook: Playbook
    ) throws {
      let names = StepNames(playbook)
      if let key = said.keys.sorted().first(where: { !names.takesAnswer($0) }) {
        throw CommandFailure.wrong("--answer \(key)=…: `\(playbook.name)` has no step that `\(key)` is an answer to")
      }
      for key in fromFile.keys.sorted() where !names.takesAnswer(key) {
        Output.say("warning", "`\(playbook.name)` has no step that the answer `\(key)` of the file belongs to")
      }
    }
  }

  /// Ends the command as the run ended.
  static func finish(_ result: RunResult) throws {
    guard result.exitCode != 0 else { return }
    throw CommandFailure(message: "", exitCode: result.exitCode)
  }
}
