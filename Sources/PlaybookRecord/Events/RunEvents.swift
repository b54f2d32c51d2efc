public import CEL

/// The run begins: what is run, where, with which inputs, and by whom. The first event of a journal.
public struct RunStarted: Sendable {
  public var run = ""
  public var mode = RunMode.run
  public var playbook = ""
  public var title: String?
  public var severity: String?
  public var category: String?
  public var section: String?
  public var symptoms: [String]?
  public var environment = ""
  /// The colour of the environment.
  public var color: String?
  public var who = Author("")
  public var ticket: String?
  public var alerted: Timestamp?
  public var contact: Contact?
  /// How many steps the playbook has at its top.
  public var steps: Int?
  /// The path of the playbook.
  public var path: String?
  public var inputs: MapValue?
  /// The files that the run is made of.
  public var sources: [Source]?
  public var git: Commit?
  public var environmentsFile: String?
  /// `exact`; nil: `number` inputs are doubles.
  public var numbers: String?
  /// The version that began the run.
  public var engine: String?
  public var process = Process()

  package init() {}

  /// Who must have answered, and how soon after the alert.
  public struct Contact: Sendable {
    public var contact: String
    public var response: Duration?

    package init(contact: String = "", response: Duration? = nil) {
      (self.contact, self.response) = (contact, response)
    }
  }

  public struct Source: Sendable {
    public var path: String
    public var sha256: String

    package init(path: String, sha256: String) {
      (self.path, self.sha256) = (path, sha256)
    }
  }

  /// The commit that the playbooks' folder is at.
  public struct Commit: Sendable {
    public var commit: String
    public var dirty: Bool?

    package init(commit: String, dirty: Bool?) {
      (self.commit, self.dirty) = (commit, dirty)
    }
  }

  /// Where a session runs.
  public struct Process: Sendable {
    public var host: String?
    public var pid: Int?
    /// The id of the machine's boot.
    public var boot: String?

    package init(host: String? = nil, pid: Int? = nil, boot: String? = nil) {
      (self.host, self.pid, self.boot) = (host, pid, boot)
    }
  }
}

/// A session resumes the run.
public struct RunResumed: Sendable {
  public var who = Author("")
  public var process = RunStarted.Process()
  /// Why the run was stopped.
  public var reason: String?
  public var tookOver: Dead?
  /// The files on disk that differ from the recorded ones, in words.
  public var changed: String?

  package init() {}

  /// The process that died while it held the run.
  public struct Dead: Sendable {
    public var who: String?
    public var pid: Int?
    public var host: String?
    public var since: String?

    package init() {}
  }
}

/// The session ends and the run can be resumed.
public struct RunPaused: Sendable {
  public var reason = ""
  public var question: Open?
  /// The command that resumes the run.
  public var how: String?

  package init(reason: String, question: Open? = nil, how: String? = nil) {
    (self.reason, self.question, self.how) = (reason, question, how)
  }

  /// The question that the run waits for.
  public struct Open: Sendable {
    public var key: QuestionKey = ""
    public var text = ""
    public var options: [QuestionAsked.Option]?
    /// Of a change.
    public var target: String?
    public var servers: [String?]?

    package init() {}
  }
}

/// The run is over.
public struct RunFinished: Sendable {
  public var outcome = RunOutcome.completed
  public var reason: String?
  /// Checks that were expected to hold and did not.
  public var failed: [StepPath]?
  /// How many changes were made or may have been.
  public var changes: Int?
  /// Changes whose verification did not hold.
  public var unverified: [StepPath]?

  package init(
    _ outcome: RunOutcome, reason: String? = nil, failed: [StepPath] = [], changes: Int, unverified: [StepPath] = []
  ) {
    (self.outcome, self.reason, self.failed, self.changes) = (outcome, reason, failed, changes)
    self.unverified = unverified
  }
}

// MARK: Fields

extension RunStarted: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("run", &run, .own, "id of the run")
    try visitor.field("mode", &mode, "what the run does with changes")
    try visitor.field("playbook", &playbook, .own, "name of the playbook")
    try visitor.field("title", &title, "title of the playbook")
    try visitor.field("severity", &severity, .own, "severity of the playbook")
    try visitor.field("category", &category, "category of the playbook")
    try visitor.field("section", &section, "section of the runbook")
    try visitor.field("symptoms", &symptoms, "symptoms that the playbook names")
    try visitor.field("environment", &environment, "name of the environment")
    try visitor.field("color", &color, .own, "colour of the environment")
    try visitor.field("operator", &who.name, "who runs it")
    try visitor.field("uid", &who.uid, "user whose process runs it")
    try visitor.field("ticket", &ticket, "ticket of the incident")
    try visitor.field("alerted", &alerted, "when the alert came")
    try visitor.field("steps", &steps, "how many steps the playbook has at its top")
    try visitor.field("path", &path, "path of the playbook")
    try visitor.group("contact", &contact, "who must have answered, and how soon")
    try visitor.field("inputs", &inputs, "inputs by name")
    try visitor.field("engine", &engine, .own, "version of the program")
    try process.visit(&visitor)
    try visitor.field("numbers", &numbers, .own, "`exact`; missing where `number` inputs are doubles")
    try visitor.group("git", &git, "commit that the playbooks are at")
    try visitor.field("environmentsFile", &environmentsFile, "absolute path of the environments")
    try visitor.groups("sources", &sources, "files that the run is made of")
  }
}

extension RunStarted.Process: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("host", &host, "host that it runs on")
    try visitor.field("pid", &pid, "its process")
    try visitor.field("boot", &boot, .own, "id of the machine's boot")
  }

  package init() { self.init(host: nil) }
}

extension RunStarted.Contact: FieldGroup {
  package init() { self.init(contact: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("contact", &contact, "who must have answered")
    try visitor.field("response", &response, "how soon after the alert")
  }
}

extension RunStarted.Source: FieldGroup {
  package init() { self.init(path: "", sha256: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("path", &path, "path of the file")
    try visitor.field("sha256", &sha256, .own, "its SHA-256, in hexadecimal")
  }
}

extension RunStarted.Commit: FieldGroup {
  package init() { self.init(commit: "", dirty: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("commit", &commit, .own, "id of the commit")
    try visitor.field("dirty", &dirty, "whether files differ from it")
  }
}

extension RunResumed: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("operator", &who.name, "who resumes it")
    try visitor.field("uid", &who.uid, "user whose process runs it")
    try process.visit(&visitor)
    try visitor.group("tookOver", &tookOver, "process that died while it held the run")
    try visitor.field("changed", &changed, "files on disk that differ from the recorded ones, in words")
    try visitor.field("reason", &reason, "why the run was stopped")
  }
}

extension RunResumed.Dead: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("operator", &who, "who ran it")
    try visitor.field("pid", &pid, "its process")
    try visitor.field("host", &host, "host that it ran on")
    try visitor.field("since", &since, "since when")
  }
}

extension RunPaused: FieldGroup {
  package init() { self.init(reason: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("reason", &reason, "why")
    try visitor.field("how", &how, "command that resumes the run")
    try visitor.group("question", &question, "question that the run waits for")
  }
}

extension RunPaused.Open: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("key", &key, "key of the question")
    try visitor.field("text", &text, "its text")
    try visitor.groups("options", &options, "its answers")
    try visitor.field("target", &target, "of a change: the target")
    try visitor.field("servers", &servers, "of a change: the server of each call")
  }
}

extension RunFinished: FieldGroup {
  package init() { self.init(.completed, changes: 0) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("outcome", &outcome, "how it ended")
    try visitor.field("reason", &reason, "why")
    try visitor.field("failed", &failed, "checks that were expected to hold and did not")
    try visitor.field("changes", &changes, "how many changes were made or may have been")
    try visitor.field("unverified", &unverified, "changes whose verification did not hold")
  }
}
