public import CEL

/// Something is asked.
public struct QuestionAsked: Sendable {
  public var key: QuestionKey
  public var kind: String?
  public var text: String?
  public var options: [Option]?
  public var suggested: String?
  /// Of a change: the digest of its calls.
  public var digest: String?
  /// Of a change: what the yes would be given to.
  public var approval: ApprovalTold?

  package init(key: QuestionKey, kind: String?, text: String?) {
    (self.key, self.kind, self.text) = (key, kind, text)
  }

  /// One of several answers.
  public struct Option: Sendable {
    public var name: String?
    public var text: String?

    package init(name: String?, text: String?) {
      (self.name, self.text) = (name, text)
    }
  }

  public struct ApprovalTold: Sendable {
    /// The first of the calls.
    public var calls: [String]?
    /// How many there are.
    public var count: Int?
    public var target: String?
    public var servers: [String?]?
    public var undo: [String]?
    public var leftOut: [String]?
    public var warnings: [String]?

    package init() {}
  }
}

/// An answer.
public struct QuestionAnswered: Sendable {
  public var key: QuestionKey
  public var text: String?
  public var value: Value
  public var reason: String?
  public var author: Author?
  public var ticket: String?
  /// `terminal`, `--answer`, `--approve DIGEST`, or the file that it is from.
  public var source: String?
  public var took: Duration?
  public var suggested: String?

  package init(
    key: QuestionKey, text: String?, value: Value, reason: String? = nil, author: Author? = nil, ticket: String? = nil,
    source: String? = nil, took: Duration? = nil, suggested: String? = nil
  ) {
    (self.key, self.text, self.value, self.reason, self.author) = (key, text, value, reason, author)
    (self.ticket, self.source, self.took, self.suggested) = (ticket, source, took, suggested)
  }
}

// MARK: Fields

extension QuestionAsked: FieldGroup {
  package init() { self.init(key: "", kind: nil, text: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("key", &key, "key of the question")
    try visitor.field("kind", &kind, .own, "`option`, `yes-no`, `approval`, `item`, `text`, `value`, `checkpoint`")
    try visitor.field("text", &text, "the question")
    try visitor.groups("options", &options, "its answers")
    try visitor.field("suggested", &suggested, "answer that is suggested")
    try visitor.field("digest", &digest, .own, "of a change: digest of its calls")
    try visitor.group("approval", &approval, "of a change: what the yes is for")
  }
}

extension QuestionAsked.Option: FieldGroup {
  package init() { self.init(name: nil, text: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("name", &name, "the answer")
    try visitor.field("text", &text, "what it means")
  }
}

extension QuestionAsked.ApprovalTold: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("calls", &calls, .call, "the first of the calls")
    try visitor.field("count", &count, "how many calls there are")
    try visitor.field("target", &target, "target of the calls")
    try visitor.field("servers", &servers, "server of each call, null where not known")
    try visitor.field("undo", &undo, .call, "undo of each call")
    try visitor.field("leftOut", &leftOut, "items that are left out, each with its reason")
    try visitor.field("warnings", &warnings, "what to know before the yes")
  }
}

extension QuestionAnswered: FieldGroup {
  package init() { self.init(key: "", text: nil, value: .null) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("key", &key, "key of the question")
    try visitor.field("text", &text, "the question")
    try visitor.field("value", &value, "the answer")
    try visitor.field("reason", &reason, "reason given")
    try visitor.author(&author)
    try visitor.field("ticket", &ticket, "ticket given")
    try visitor.field("source", &source, "`terminal`, `--answer`, `--approve DIGEST`, or the file that it is from")
    try visitor.field("took", &took, "how long the person took")
    try visitor.field("suggested", &suggested, "answer that was suggested")
  }
}
