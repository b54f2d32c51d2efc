public import PlaybookLanguage

/// Something only a human can say.
public struct Question: Sendable {
  /// The name under which an answer may be given beforehand: the step's path, such as `verdict` or
  /// `post_incident.impact`.
  public var key: QuestionKey
  /// The step's place in the run: "4/9".
  public var place: String
  /// One line: what is asked.
  public var text: String
  /// More, shown before it: Markdown, resolved.
  public var why: String?
  public var kind: Kind

  public init(key: QuestionKey, place: String = "", text: String, why: String? = nil, kind: Kind) {
    self.key = key
    self.place = place
    self.text = text
    self.why = why
    self.kind = kind
  }

  public enum Kind: Sendable {
    /// One of several; the answer is the option's name. `changes` says whether a suggestion may be taken by Enter
    /// alone.
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
