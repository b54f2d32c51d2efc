public import CEL

/// Calls that a yes was given to.
public struct ApprovedCalls: Sendable {
  /// As they will be sent.
  public var calls: [String]
  /// The server that each call would reach, nil where it is not known; nil as a whole where the executor has none.
  public var servers: [String?]?
  /// Of a loop: what each item is called.
  public var items: [String]?
  public var executor: String?
  public var target: String?
  /// What the yes was bound to: 32 hexadecimal digits, of older versions 16.
  public var digest: String?
  /// The text that had to be typed.
  public var typed: String?

  package init(
    calls: [String], servers: [String?]? = nil, items: [String]? = nil, executor: String? = nil, target: String? = nil,
    digest: String?, typed: String? = nil
  ) {
    (self.calls, self.servers, self.items, self.executor) = (calls, servers, items, executor)
    (self.target, self.digest, self.typed) = (target, digest, typed)
  }
}

/// A change is about to be made.
public struct ChangeIntended: Sendable {
  public var approved: ApprovedCalls
  /// The undo of each call, nil where it has none; nil as a whole where the act has none.
  public var undo: [String?]?
  /// The positions that the yes is for; nil: all.
  public var positions: [Int]?
  /// Items that are left out, each with its reason.
  public var leftOut: [String]?
  public var idempotent: Bool?
  /// True where it can't be undone.
  public var irreversible: Bool?

  package init(
    _ approved: ApprovedCalls, undo: [String?]? = nil, positions: [Int]? = nil, leftOut: [String]? = nil,
    idempotent: Bool? = nil, irreversible: Bool? = nil
  ) {
    (self.approved, self.undo, self.positions, self.leftOut) = (approved, undo, positions, leftOut)
    (self.idempotent, self.irreversible) = (idempotent, irreversible)
  }
}

/// Calls that were approved before are approved once more: for other servers, or in another session.
public struct CallsReapproved: Sendable {
  public var change: StepPath
  public var positions: [Int]
  public var approved: ApprovedCalls

  package init(change: StepPath, positions: [Int], approved: ApprovedCalls) {
    (self.change, self.positions, self.approved) = (change, positions, approved)
  }
}

/// One call of a change is to be sent with other inputs.
public struct CallEdited: Sendable {
  public var change: StepPath
  public var position: Int
  /// All inputs of the call that were changed, by name.
  public var inputs: MapValue
  public var approved: ApprovedCalls
  public var undo: [String?]?
  public var replaces: Replaced?

  /// The call in its earlier form, which may have taken effect.
  public struct Replaced: Sendable {
    public var call: String
    /// Its undo; empty: none is known.
    public var undo: String

    package init(call: String, undo: String) {
      (self.call, self.undo) = (call, undo)
    }
  }

  package init(
    change: StepPath, position: Int, inputs: MapValue, approved: ApprovedCalls, undo: [String?]? = nil,
    replaces: Replaced? = nil
  ) {
    (self.change, self.position, self.inputs, self.approved) = (change, position, inputs, approved)
    (self.undo, self.replaces) = (undo, replaces)
  }
}

/// One call of a change, or of an undo, goes out.
public struct SendingStarted: Sendable {
  public var item: ItemTold
  public var call: String?
  public var server: String?

  package init(_ item: ItemTold, call: String?, server: String? = nil) {
    (self.item, self.call, self.server) = (item, call, server)
  }
}

/// What became of one call of a change.
public struct ActFinished: Sendable {
  public var item: ItemTold
  public var state: SendingState
  public var error: ErrorTold?
  public var took: Duration?
  /// The server that answered.
  public var source: String?
  /// True where it failed or is unknown and the operator left it so.
  public var left: Bool?
  public var resolution: ResolutionTold?
  public var recorded: RecordedOutcome

  package init(
    _ item: ItemTold, _ state: SendingState, _ recorded: RecordedOutcome = RecordedOutcome(), error: ErrorTold? = nil,
    took: Duration? = nil, source: String? = nil, left: Bool? = nil, resolution: ResolutionTold? = nil
  ) {
    (self.item, self.state, self.recorded, self.error) = (item, state, recorded, error)
    (self.took, self.source, self.left, self.resolution) = (took, source, left, resolution)
  }
}

/// A look at one item of a change.
public struct ActVerified: Sendable {
  public var item: ItemTold
  /// Whether the change showed.
  public var held: Bool
  public var text: String?

  package init(_ item: ItemTold, held: Bool, text: String?) {
    (self.item, self.held, self.text) = (item, held, text)
  }
}

// MARK: Fields

extension FieldVisitor {
  mutating func approved(_ approved: inout ApprovedCalls) throws(FieldProblem) {
    try field("calls", &approved.calls, .call, "the calls as they will be sent")
    try field("executor", &approved.executor, .own, "executor of the calls")
    try field("target", &approved.target, "target of the calls")
    try field("servers", &approved.servers, "server of each call, null where not known; missing where there is none")
    try field("digest", &approved.digest, .own, "digest of the yes: 32 digits, of older versions 16")
    try field("items", &approved.items, "of a loop: the items' names")
    try field("typed", &approved.typed, "text that had to be typed")
  }
}

extension ChangeIntended: FieldGroup {
  package init() { self.init(ApprovedCalls(calls: [], digest: nil)) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.approved(&approved)
    try visitor.field("approved", &positions, "positions that the yes is for; missing: all")
    try visitor.field("undo", &undo, .call, "undo of each call, null or empty where it has none")
    try visitor.field("leftOut", &leftOut, "items that are left out, each with its reason")
    try visitor.field("idempotent", &idempotent, "whether each call may be sent twice")
    try visitor.field("irreversible", &irreversible, "true where it can't be undone")
  }
}

extension CallsReapproved {
  package init() { self.init(change: "", positions: [], approved: ApprovedCalls(calls: [], digest: nil)) }
  /// `name`: the field that has the change's path.
  mutating func visit(_ visitor: inout some FieldVisitor, as name: String) throws(FieldProblem) {
    try visitor.field(name, &change, "path of the change")
    try visitor.field("positions", &positions, "positions that the yes is for")
    try visitor.approved(&approved)
  }
}

extension CallEdited: FieldGroup {
  package init() {
    self.init(change: "", position: 0, inputs: MapValue(), approved: ApprovedCalls(calls: [], digest: nil))
  }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("edits", &change, "path of the change")
    try visitor.field("position", &position, "position of the call, from 0")
    try visitor.field("inputs", &inputs, "its changed inputs by name")
    try visitor.approved(&approved)
    try visitor.field("undo", &undo, .call, "its undo")
    try visitor.group("replaces", &replaces, "the call as sent before, which may have taken effect")
  }
}

extension CallEdited.Replaced: FieldGroup {
  package init() { self.init(call: "", undo: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("call", &call, .call, "the call")
    try visitor.field("undo", &undo, .call, "its undo; empty: none is known")
  }
}

extension SendingStarted: FieldGroup {
  package init() { self.init(ItemTold(0), call: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.item(&item)
    try visitor.field("call", &call, .call, "the call as sent")
    try visitor.field("server", &server, "server that it reaches")
  }
}

extension ActFinished: FieldGroup {
  package init() { self.init(ItemTold(0), .done) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.item(&item)
    try visitor.field("state", &state, "what became of it")
    try visitor.group("error", &error, "why it failed or is unknown")
    try visitor.field("took", &took, "time of the call")
    try visitor.field("source", &source, "server that answered")
    try visitor.field("left", &left, "true where it failed or is unknown and the operator left it so")
    try visitor.resolution(&resolution)
    try visitor.outcome(&recorded)
  }
}

extension ActVerified: FieldGroup {
  package init() { self.init(ItemTold(0), held: false, text: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.item(&item)
    try visitor.field("held", &held, "whether the change showed")
    try visitor.field("text", &text, "condition that held or did not")
  }
}
