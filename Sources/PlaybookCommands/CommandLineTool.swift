import ArgumentParser
import CLinux
import SourceText
#if canImport(Glibc)
import Glibc
#endif

/// The program: parses the command line, runs one command, ends with its exit code.
public enum CommandLineTool {
  /// Never returns. A wrong command line ends with 2, like a wrong playbook.
  public static func main(_ arguments: [String] = Array(CommandLine.arguments.dropFirst())) async -> Never {
    // A reader that goes away (`playbook list | head`) is not a crash.
    signal(SIGPIPE, SIG_IGN)
    // Memory holds secrets.
    _ = playbook_leave_no_core()
    var code: Int32
    do {
      var command = try PlaybookCommand.parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      code = 0
    } catch let failure as CommandFailure {
      if !failure.message.isEmpty { Output.error(failure.message) }
      code = failure.exitCode
    } catch {
      let text = PlaybookCommand.fullMessage(for: error)
      let status = PlaybookCommand.exitCode(for: error)
      if status.isSuccess {
        Output.data(Visible.text(text, keepingTabs: true, keepingLineBreaks: true) + "\n")
      } else if !text.isEmpty {
        Output.operatorLines(text + "\n")
      }
      code = status == .validationFailure ? 2 : status.rawValue
    }
    if let problem = Output.dataProblem() {
      Output.error("standard output can't be written, and not all is there: \(problem)")
      if code == 0 { code = 1 }
    }
    exit(code)
  }
}

/// `playbook`.
struct PlaybookCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "playbook",
    abstract: "Runs incident runbooks: every step typed, approved and recorded.",
    discussion: """
      Start here:
        playbook                          the playbooks, by category
        playbook find 429                 from a symptom, an alert or a status code to the playbook
        playbook show mass-lockout        read it
        playbook drill mass-lockout       practise it in a throw-away world
        playbook plan mass-lockout        its reads run, its changes are only shown
        playbook run mass-lockout         run it
      """,
    version: PlaybookVersion.current,
    groupedSubcommands: [
      CommandGroup(
        name: "Running", subcommands: [RunCommand.self, PlanCommand.self, ResumeCommand.self, DrillCommand.self]),
      CommandGroup(
        name: "Finding", subcommands: [FindCommand.self, ListCommand.self, ShowCommand.self]),
      CommandGroup(
        name: "Writing", subcommands: [LintCommand.self, TestCommand.self, EvalCommand.self, SchemaCommand.self]),
      CommandGroup(
        name: "After a run",
        subcommands: [
          RunsCommand.self, TranscriptCommand.self, SitrepCommand.self, EvidenceCommand.self, FollowUpsCommand.self,
          NoteCommand.self, VerifyCommand.self,
        ]),
    ],
    defaultSubcommand: FindCommand.self)
}

/// The version of the engine.
public enum PlaybookVersion {
  public static let current = "0.1.0"
}
