/// The name of a question: the step that asks it and its purpose. An answer may be given beforehand under its text, and
/// the record has it.
///
/// `verdict`, `block[3]`, `post_incident.impact`, `block!failure2`, `block!cut0.3`.
public struct QuestionKey: Hashable, Comparable, Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
  public var step: StepPath
  public var purpose: Purpose
  /// Which part of a person's answer is asked for, such as `evidence`; nil: the answer itself.
  public private(set) var part: String?

  public init(_ step: StepPath, _ purpose: Purpose = .answer) {
    (self.step, self.purpose) = (step, purpose)
  }

  /// As a record or an operator writes it. A purpose that this version does not know is kept as it is written.
  public init(_ text: some StringProtocol) {
    guard let mark = text.firstIndex(of: "!") else {
      self.init(StepPath(text))
      return
    }
    self.init(StepPath(text[..<mark]))
    let rest = text[mark...]
    if let purpose = Purpose(rest) {
      self.purpose = purpose
    } else if let point = rest.lastIndex(of: "."), let purpose = Purpose(rest[..<point]), purpose.isOfPerson {
      self.purpose = purpose
      part = String(rest[rest.index(after: point)...])
    } else {
      purpose = .other(String(rest))
    }
  }

  public init(stringLiteral text: String) { self.init(text) }

  public var description: String { step.text + purpose.text + (part.map { "." + $0 } ?? "") }

  /// By their texts.
  public static func < (one: QuestionKey, other: QuestionKey) -> Bool { one.description < other.description }

  /// The question for a part of the answer. A step's own question and its parts are steps by their text:
  /// `impact.users`.
  public func asking(for part: String) -> QuestionKey {
    guard purpose != .answer else { return QuestionKey(step.appending(part)) }
    var key = self
    key.part = part
    return key
  }

  /// The question about one item of this one's, counted from 0: `block[3]`, `block!undo2[3]`.
  public func item(_ position: Int) -> QuestionKey {
    if case .undo(let offer, _) = purpose { return QuestionKey(step, .undo(offer: offer, item: position)) }
    return QuestionKey(step.item(position), purpose)
  }

  /// The position of the item that it is about; nil: it is about none.
  public var item: Int? {
    if case .undo(_, let item) = purpose { return item }
    return purpose == .answer ? step.position : nil
  }

  /// The question about all items of which this is about one; nil: it is about none.
  public var withoutItem: QuestionKey? {
    guard item != nil else { return nil }
    if case .undo(let offer, _) = purpose { return QuestionKey(step, .undo(offer: offer, item: nil)) }
    return QuestionKey(step.withoutItem)
  }

  /// The question about all items, of one about an item; of others the question itself.
  public var base: QuestionKey { withoutItem ?? self }

  /// Without any position: `block.ask` for `block[3].ask`, `block!undo2` for `block!undo2[3]`.
  public var withoutItems: QuestionKey {
    var key = self
    key.step = step.withoutItems
    if case .undo(let offer, _) = purpose { key.purpose = .undo(offer: offer, item: nil) }
    return key
  }

  /// The question in this place by the number of the decision before it.
  public func numbered(_ number: Int) -> QuestionKey {
    switch purpose {
    case .sendAgain(let item, _): QuestionKey(step, .sendAgain(item: item, number))
    case .undoAgain(let item, _): QuestionKey(step, .undoAgain(item: item, number))
    default: self
    }
  }

  /// Where the record has the intent that its yes leads to.
  public var place: StepPath { StepPath(description) }

  /// Whether the answer ends the step at `path`, so that the step may be left at it.
  public func isOfWholeStep(_ path: StepPath) -> Bool {
    switch purpose {
    case .answer: step == path || step.isWithin(path)
    case .done: true
    default: false
    }
  }

  /// The question at the end of a run, whether to undo its changes.
  public static let lastUndo = QuestionKey(.run, .undo(offer: nil, item: nil))
}
