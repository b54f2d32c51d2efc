/// Whoever sits before the run: a terminal, a script, a test. It sees each event as it was journalled and answers
/// questions.
public protocol Operator: Sendable {
  /// Who it is, for the record: "alice".
  var name: String { get }

  /// Whether a human can answer: standard input and standard error are terminals.
  var isInteractive: Bool { get }

  /// Shows an event. Called in the journal's order, after the event was written, with the same redacted data.
  func observe(_ event: Event) async

  /// Shows how far something has come that takes more than half a second. Not journalled. Nil ends it.
  func progress(_ progress: Progress?) async

  /// Asks. Keys typed before the question stood there are thrown away where it approves a change.
  func ask(_ question: Question) async -> Reply
}

/// What comes back from a prompt.
public enum Reply: Sendable {
  case answer(Answer)
  /// A slash word, or a key of the same meaning; the question is asked again where the command does not end it.
  case command(OperatorCommand)
  /// Nobody there, end of input, a signal; the reason goes on record.
  case unanswered(reason: String)
}

/// What an operator may do at any prompt besides answering.
public enum OperatorCommand: Sendable, Hashable {
  case note(String)
  /// Something done outside playbook.
  case did(String)
  case pause
  case abort
  /// Go on without this step, with a reason.
  case skip(reason: String)
  /// Ask a step's query again: its name or evidence number, `E2`.
  case redo(String)
  /// Go back to an earlier step: evidence or name.
  case back(String)
  /// An ad-hoc read under a query's rules: executor and call, `redis TTL key`.
  case query(String)
  /// The changes, newest first, to undo.
  case undo
}

/// How far something has come.
public struct Progress: Sendable {
  /// The step's path.
  public var path: StepPath
  /// "poll 3, last attempts = 12", "item 4 of 8".
  public var text: String
  public var elapsed: Duration

  public init(path: StepPath, text: String, elapsed: Duration) {
    self.path = path
    self.text = text
    self.elapsed = elapsed
  }
}
