public import CEL

/// Who did something: a name is what somebody says of himself; the user is known to the system.
public struct Author: Sendable {
  public var name: String
  /// The user whose process recorded it, or whose file it was; nil: not on record.
  public var uid: Int?

  package init(_ name: String, uid: Int? = nil) {
    (self.name, self.uid) = (name, uid)
  }
}

/// An error of a call: its code and its message.
public struct ErrorTold: Sendable {
  public var code: String?
  public var message: String

  package init(code: String? = nil, message: String) {
    (self.code, self.message) = (code, message)
  }
}

/// A file of the run that holds a whole outcome.
public struct EvidenceFile: Sendable {
  /// The SHA-256 of the file, in hexadecimal; its name.
  public var sha256: String
  /// The file's size.
  public var bytes: Int?
  /// The size of what came, in bytes.
  public var size: Int?
  /// Lengths of the fields of which the event has only the beginning.
  public var counts: MapValue?

  package init(sha256: String, bytes: Int? = nil, size: Int? = nil, counts: MapValue? = nil) {
    (self.sha256, self.bytes, self.size, self.counts) = (sha256, bytes, size, counts)
  }
}

/// What a call answered: in the event, or of a large one its beginning and the file with the whole.
public struct RecordedOutcome: Sendable {
  public var outcome: MapValue?
  public var file: EvidenceFile?

  package init(_ outcome: MapValue? = nil, file: EvidenceFile? = nil) {
    (self.outcome, self.file) = (outcome, file)
  }
}

/// Which call of a change: its position, and of a loop its item with its name.
public struct ItemTold: Sendable {
  public var position: Int
  public var item: Value?
  public var label: String?

  package init(_ position: Int, item: Value? = nil, label: String? = nil) {
    (self.position, self.item, self.label) = (position, item, label)
  }
}

/// What a person says became of a call, and why.
public struct ResolutionTold: Sendable {
  public var word: Resolution
  public var reason: String?
  public var author: Author?

  package init(_ word: Resolution, reason: String? = nil, author: Author? = nil) {
    (self.word, self.reason, self.author) = (word, reason, author)
  }
}

/// A value that a change leaves out, and why.
public struct LeftOutItem: Sendable {
  public var item: String
  public var reason: String

  package init(item: String, reason: String) {
    (self.item, self.reason) = (item, reason)
  }
}

/// How a step's evidence is shown.
public struct ShowTold: Sendable {
  /// `bars`, `table`, `fields`, `text`, `json`, `none`; nil: as it comes.
  public var style: String?
  /// Of bars: the column that they show, and the column that names them.
  public var column: String?
  public var by: String?
  /// The columns that are shown, in order; empty: all.
  public var columns: [String]?

  package init(style: String? = nil, column: String? = nil, by: String? = nil, columns: [String]? = nil) {
    (self.style, self.column, self.by, self.columns) = (style, column, by, columns)
  }
}

// MARK: Fields

extension ErrorTold: FieldGroup {
  package init() { self.init(message: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("code", &code, .own, "kind of error")
    try visitor.field("message", &message, "the error in words")
  }
}

extension EvidenceFile: FieldGroup {
  package init() { self.init(sha256: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("sha256", &sha256, .own, "SHA-256 of the file in `evidence/`, in hexadecimal")
    try visitor.field("bytes", &bytes, "size of the file")
    try visitor.field("size", &size, "size of the answer in bytes")
    try visitor.field("counts", &counts, "lengths of the fields that the event has the beginning of")
  }
}

extension LeftOutItem: FieldGroup {
  package init() { self.init(item: "", reason: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("item", &item, "the item's name")
    try visitor.field("reason", &reason, "why it is left out")
  }
}

extension ShowTold: FieldGroup {
  package init() { self.init(style: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("style", &style, .own, "`bars`, `table`, `fields`, `text`, `json`, `none`")
    try visitor.field("column", &column, .own, "of bars: the column that they show")
    try visitor.field("by", &by, .own, "of bars: the column that names them")
    try visitor.field("columns", &columns, .own, "the columns that are shown, in order")
  }
}

/// Fields that several events have side by side.
extension FieldVisitor {
  mutating func author(_ author: inout Author?) throws(FieldProblem) {
    var (name, uid) = (author?.name, author?.uid)
    try field("by", &name, "who did it")
    try field("uid", &uid, "user whose process recorded it, or whose file it was")
    author = name.map { Author($0, uid: uid) }
  }

  mutating func item(_ item: inout ItemTold) throws(FieldProblem) {
    try field("position", &item.position, "position of the call, from 0")
    try field("item", &item.item, "of a loop: its item")
    try field("label", &item.label, "of a loop: the item's name")
  }

  mutating func outcome(_ outcome: inout RecordedOutcome) throws(FieldProblem) {
    try field("outcome", &outcome.outcome, "the answer; of a large one the beginning")
    try group("evidence", &outcome.file, "of a large answer: the file that holds the whole")
  }

  mutating func resolution(_ resolution: inout ResolutionTold?) throws(FieldProblem) {
    var word = resolution?.word
    var (reason, who) = (resolution?.reason, resolution?.author)
    try field("word", &word, "a person's word for it")
    try field("reason", &reason, "the person's reason")
    try author(&who)
    resolution = word.map { ResolutionTold($0, reason: reason, author: who) }
  }
}
