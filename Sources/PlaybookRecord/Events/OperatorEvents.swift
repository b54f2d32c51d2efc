public import CEL

/// Steps are walked again, and what was recorded of them is forgotten. Changes that were sent stay.
public struct StepsReopened: Sendable {
  public var paths: [StepPath]
  /// Steps of which only the end is forgotten.
  public var containers: [StepPath]?
  public var word: ReopenReason
  /// The step that was named.
  public var target: StepPath?
  public var author: Author?

  package init(
    _ paths: [StepPath], containers: [StepPath] = [], word: ReopenReason, target: StepPath?, author: Author?
  ) {
    (self.paths, self.containers, self.word, self.target, self.author) = (paths, containers, word, target, author)
  }
}

/// What the operator chose when a step failed or a call was in doubt.
public struct FailureHandled: Sendable {
  public var choice: FailureChoice
  public var reason: String?
  public var position: Int?
  public var item: Value?
  /// Inputs that were edited, by name.
  public var inputs: MapValue?
  public var author: Author?
  /// True where it is about an undo.
  public var undo: Bool?
  /// True where nothing more of the loop is to be sent.
  public var rest: Bool?
  /// Of a loop: the items that are to be sent again.
  public var positions: [Int]?

  package init(
    _ choice: FailureChoice, reason: String? = nil, position: Int? = nil, item: Value? = nil, inputs: MapValue? = nil,
    author: Author? = nil, undo: Bool? = nil, rest: Bool? = nil, positions: [Int]? = nil
  ) {
    (self.choice, self.reason, self.position, self.item, self.inputs) = (choice, reason, position, item, inputs)
    (self.author, self.undo, self.rest, self.positions) = (author, undo, rest, positions)
  }
}

/// A remark. It is the only event that may stand after `run.finished`.
public struct NoteAdded: Sendable {
  public var text: String
  public var author: Author?
  /// Of one that comes late: the time that it is about.
  public var when: Timestamp?
  /// Of one from another process: its id, and when it was made.
  public var id: String?
  public var made: Timestamp?
  /// The number of the event that added the follow-up which is done now.
  public var closes: Int?

  package init(
    _ text: String, author: Author?, when: Timestamp? = nil, id: String? = nil, made: Timestamp? = nil,
    closes: Int? = nil
  ) {
    (self.text, self.author, self.when, self.id, self.made, self.closes) = (text, author, when, id, made, closes)
  }
}

/// Something was done outside playbook.
public struct DoneOutside: Sendable {
  public var text: String
  public var author: Author?

  package init(_ text: String, author: Author?) {
    (self.text, self.author) = (text, author)
  }
}

/// Something is to be done after the run.
public struct FollowUpAdded: Sendable {
  public var text: String
  public var due: Timestamp?
  public var owner: String?
  /// The step that asks for it.
  public var from: StepPath?

  package init(_ text: String, due: Timestamp? = nil, owner: String? = nil, from: StepPath?) {
    (self.text, self.due, self.owner, self.from) = (text, due, owner, from)
  }
}

/// Something that the operator must know.
public struct Warning: Sendable {
  public var text: String

  package init(_ text: String) { self.text = text }
}

/// Something was wrong with what was typed at a prompt: said at once, and nothing to know of later.
public struct InputMistake: Sendable {
  public var text: String
  /// True: what tells it from a warning in the record.
  private var slip = true

  package init(_ text: String) { self.text = text }
}

/// The run was asked to stop.
public struct Interrupted: Sendable {
  /// `SIGINT`, `SIGTERM`, `/abort`, …
  public var signal: String?
  /// Nil: the operator is being asked, and another event says what was chosen.
  public var choice: InterruptChoice?
  public var author: Author?
  public var reason: String?

  package init(_ signal: String?, _ choice: InterruptChoice?, author: Author?, reason: String? = nil) {
    (self.signal, self.choice, self.author, self.reason) = (signal, choice, author, reason)
  }
}

// MARK: Fields

extension StepsReopened: FieldGroup {
  package init() { self.init([], word: .redo, target: nil, author: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("paths", &paths, "steps that are walked again")
    try visitor.field("containers", &containers, "steps of which only the end is forgotten")
    try visitor.field("word", &word, "why")
    try visitor.field("target", &target, "step that was named")
    try visitor.author(&author)
  }
}

extension FailureHandled: FieldGroup {
  package init() { self.init(.skip) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("choice", &choice, "what was chosen")
    try visitor.field("reason", &reason, "reason given")
    try visitor.field("position", &position, "of one call of a change: its position, from 0")
    try visitor.field("item", &item, "of one call of a loop: its item")
    try visitor.field("inputs", &inputs, "inputs that were edited, by name")
    try visitor.author(&author)
    try visitor.field("undo", &undo, "true where it is about an undo")
    try visitor.field("rest", &rest, "true where nothing more of the loop is to be sent")
    try visitor.field("positions", &positions, "of a loop: items that are to be sent again")
  }
}

extension NoteAdded: FieldGroup {
  package init() { self.init("", author: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("text", &text, "the remark")
    try visitor.author(&author)
    try visitor.field("when", &when, "of one that comes late: the time that it is about")
    try visitor.field("id", &id, .own, "of one from another process: its id")
    try visitor.field("made", &made, "of one from another process: when it was made")
    try visitor.field("closes", &closes, "number of the event that added the follow-up which is done now")
  }
}

extension DoneOutside: FieldGroup {
  package init() { self.init("", author: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("text", &text, "what was done")
    try visitor.author(&author)
  }
}

extension FollowUpAdded: FieldGroup {
  package init() { self.init("", from: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("text", &text, "what is to be done")
    try visitor.field("due", &due, "until when")
    try visitor.field("owner", &owner, "by whom")
    try visitor.field("from", &from, "step that asks for it")
  }
}

extension Warning: FieldGroup {
  package init() { self.init("") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("text", &text, "what the operator must know")
  }
}

extension InputMistake: FieldGroup {
  package init() { self.init("") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("text", &text, "what is wrong with what was typed")
    try visitor.field("slip", &slip, "true")
  }
}

extension Interrupted: FieldGroup {
  package init() { self.init(nil, nil, author: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("signal", &signal, "`SIGINT`, `SIGTERM`, `/abort`, …")
    try visitor.field("choice", &choice, "what was chosen; missing: the operator is being asked")
    try visitor.author(&author)
    try visitor.field("reason", &reason, "reason given")
  }
}
