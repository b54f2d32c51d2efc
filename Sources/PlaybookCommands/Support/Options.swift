import ArgumentParser
import FoundationEssentials
import PlaybookJournal
import PlaybookLanguage

/// Where playbooks are found.
struct PlaybookOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "The folder of playbooks; default $PLAYBOOK_PATH, ./playbooks, the user's and the system's configuration.")
  var playbooks: String?

  var catalogue: PlaybookCatalogue {
    PlaybookCatalogue(
      roots: PlaybookCatalogue.roots(flag: playbooks, environment: ProcessInfo.processInfo.environment))
  }
}

/// Where runs are kept.
struct RunsOptions: ParsableArguments {
  @Option(name: .long, help: "The folder of runs; default $PLAYBOOK_RUNS or ~/.local/state/playbook/runs.")
  var runs: String?

  var store: RunStore {
    RunStore(root: RunStore.root(flag: runs, environment: ProcessInfo.processInfo.environment))
  }
}

/// Which environment a run works in.
struct EnvironmentOptions: ParsableArguments {
  @Option(name: .customLong("env"), help: "The environment: production, staging, …; default the file's own default.")
  var name: String?

  @Option(
    name: .long, help: "The file of environments; default ~/.config/playbook/environments.yaml, then /etc/playbook/.")
  var environments: String?
}

/// Inputs and answers given on the command line.
struct AnswerOptions: ParsableArguments {
  @Option(name: .customLong("set"), help: "An input, as key=value. May be repeated.")
  var inputs: [String] = []

  @Option(name: .customLong("answer"), help: "An answer given beforehand, as step=value. May be repeated.")
  var answer: [String] = []

  @Option(name: .long, help: "A file of answers: a test of the scenario, or a plain map of steps to answers.")
  var answers: String?

  @Option(
    name: .long,
    help: "The digest of resolved calls that a plan or a paused run printed: the yes to exactly these. May be repeated."
  )
  var approve: [String] = []

  @Option(name: .long, help: "The ticket that the run belongs to.")
  var ticket: String?

  @Option(name: .long, help: "When the alert came: RFC 3339, or HH:MM (UTC): the last time it was so.")
  var alerted: String?
}

enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json
}
