public import CEL
public import PlaybookLanguage

/// Something only a human can say.
public struct Question: Sendable {
  /// The name under which an answer may be given beforehand: the step's path, such as `verdict` or `post_incident.impact`.
  public var key: String
  /// The step's place in the run: "4/9".
  public var place: String
  /// One line: what is asked.
  public var text: String
  /// More, shown before it: Markdown, resolved.
  public var why: String?
  public var kind: Kind

  public init(key: String, place: String = "", text: String, why: String? = nil, kind: Kind) {
    self.key = key
    self.place = place
    self.text = text
    self.why = why
    self.kind = kind
  }

  public enum Kind: Sendable {
    /// One of several; the answer is the option's name. `changes` says whether a suggestion may be taken by Enter alone.
    case option([Option], suggested: String?)
    /// A gate; the answer is a boolean. Enter alone takes nothing.
    case yesNo
    /// Whether to make a change; the answer is a boolean.
    case approval(Approval)
    /// One item of a change approved item by item; the answer is `yes`, `no`, `all` or `done`.
    case item(Approval, position: Int, count: Int)
    /// Free text, which may be empty where `isOptional`.
    case text(isOptional: Bool)
    /// A typed value: an input of the playbook, a field of a document. The answer has the declared type.
    case value(InputDeclaration)
    /// A point of a checklist; the answer is a map with `done` (boolean) and `evidence` (text).
    case checkpoint
  }

  /// One of several answers.
  public struct Option: Sendable {
    public var name: String
    public var text: String
    /// Whether choosing it leads to changes, so that Enter alone can't take it.
    public var changes: Bool

    public init(name: String, text: String, changes: Bool = false) {
      self.name = name
      self.text = text
      self.changes = changes
    }
  }
}

/// All that an operator must see before saying yes to a change.
public struct Approval: Sendable {
  /// The calls as they will be sent, masked; one for each item of a loop.
  public var calls: [String]
  /// What each item is called, in the calls' order; empty where there is no loop.
  public var items: [String]
  /// Each item's row in one line, in the calls' order; empty where it has none.
  public var rows: [String] = []
  /// The target's name and the environment's.
  public var target: String
  /// The server that each call would reach, in the calls' order; nil: not known. Empty where the executor has none.
  public var servers: [String?]
  public var environment: String
  public var isRed: Bool
  /// What is left out because the environment protects it, each with its reason.
  public var leftOut: [String]
  /// How each call is taken back, in the calls' order; nil: it can't be, or that depends on what it returns.
  public var undos: [String?]
  /// The text that must be typed instead of `y`; nil: `y` is enough.
  public var typed: String?
  /// The digest of the resolved calls: what `--approve` names.
  public var digest: String
  /// Notes: a trusted script, old evidence, more than one environment in play.
  public var warnings: [String]

  public init(
    calls: [String], items: [String] = [], target: String, servers: [String?] = [], environment: String, isRed: Bool,
    leftOut: [String] = [],
    undos: [String?] = [], typed: String? = nil, digest: String, warnings: [String] = []
  ) {
    self.calls = calls
    self.items = items
    self.target = target
    self.servers = servers
    self.environment = environment
    self.isRed = isRed
    self.leftOut = leftOut
    self.undos = undos
    self.typed = typed
    self.digest = digest
    self.warnings = warnings
  }
}

/// What a human said.
public struct Answer: Sendable {
  /// As the question's kind has it: an option's name, a boolean, a text, a value.
  public var value: Value
  public var reason: String?
  /// Who said it, where it is not the operator at the terminal.
  public var by: String?
  public var ticket: String?
  /// Where it came from: `terminal`, or "file answers.yaml (sha256:…)", "--answer".
  public var source: String
  /// How long the human took.
  public var took: Duration?

  public init(
    _ value: Value, reason: String? = nil, by: String? = nil, ticket: String? = nil, source: String = "terminal",
    took: Duration? = nil
  ) {
    self.value = value
    self.reason = reason
    self.by = by
    self.ticket = ticket
    self.source = source
    self.took = took
  }
}

/// Nobody answered: no terminal, end of input, a pause asked for. The run pauses at the question.
public struct Unanswered: Error, Sendable {
  public var reason: String

  public init(reason: String) {
    self.reason = reason
  }
}
