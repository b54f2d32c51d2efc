/// Calls of a change are about to be undone.
public struct UndoIntended: Sendable {
  public var change: StepPath
  public var positions: [Int]
  public var approved: ApprovedCalls

  package init(change: StepPath, positions: [Int], approved: ApprovedCalls) {
    (self.change, self.positions, self.approved) = (change, positions, approved)
  }
}

/// What became of an undo.
public struct ActUndone: Sendable {
  public var item: ItemTold
  public var call: String?
  public var state: UndoState
  public var error: ErrorTold?
  public var resolution: ResolutionTold?
  /// Whether what was verified of the change holds no more; nil: nobody looked.
  public var verified: Bool?
  public var text: String?
  /// The server that answered.
  public var source: String?
  /// True where it is yet to be looked at: another event says what the look showed, unless the run ends before.
  public var unseen: Bool?
  public var recorded: RecordedOutcome
  /// Older records have a reason where a person said so, and no word.
  public var reason: String?

  package init(
    _ item: ItemTold, _ state: UndoState, call: String?, error: ErrorTold? = nil, resolution: ResolutionTold? = nil,
    verified: Bool? = nil, text: String? = nil, source: String? = nil, unseen: Bool? = nil,
    recorded: RecordedOutcome = RecordedOutcome()
  ) {
    (self.item, self.state, self.call, self.error, self.resolution) = (item, state, call, error, resolution)
    (self.verified, self.text, self.source, self.unseen) = (verified, text, source, unseen)
    self.recorded = recorded
  }
}

// MARK: Fields

extension UndoIntended: FieldGroup {
  package init() { self.init(change: "", positions: [], approved: ApprovedCalls(calls: [], digest: nil)) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("undoes", &change, "path of the change")
    try visitor.field("positions", &positions, "positions that are undone")
    try visitor.approved(&approved)
  }
}

extension ActUndone: FieldGroup {
  package init() { self.init(ItemTold(0), .done, call: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.item(&item)
    try visitor.field("call", &call, .call, "the undo as sent")
    try visitor.field("state", &state, "what became of it")
    try visitor.resolution(&resolution)
    if resolution == nil { try visitor.field("reason", &reason, "the person's reason") }
    try visitor.group("error", &error, "why it failed or is unknown")
    try visitor.field("verified", &verified, "whether the change shows no more")
    try visitor.field("text", &text, "condition that held or did not")
    try visitor.field("unseen", &unseen, "true where the look is yet to come; another event says what it showed")
    try visitor.field("source", &source, "server that answered")
    try visitor.outcome(&recorded)
  }
}
