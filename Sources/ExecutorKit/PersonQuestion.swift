public import CEL
public import PlaybookLanguage

/// Something that a call asks a person; `manual` alone does.
public struct PersonQuestion: Sendable {
  /// Which part of the answer is asked for, such as `evidence`; nil: the answer itself.
  public var part: String?
  /// The question, in one line.
  public var text: String
  /// More, shown before it.
  public var why: String?
  public var kind: Kind

  public enum Kind: Sendable {
    /// The answer is a boolean.
    case yesNo
    /// Free text, which may be empty where `isOptional`.
    case text(isOptional: Bool)
    /// The answer has the declared type.
    case value(InputDeclaration)
  }

  public init(part: String? = nil, text: String, why: String? = nil, kind: Kind) {
    (self.part, self.text, self.why, self.kind) = (part, text, why, kind)
  }
}

/// The person's answer.
public struct PersonAnswer: Sendable {
  /// As the question's kind has it; an answer given beforehand may be the texts `yes` and `no`.
  public var value: Value
  public var reason: String?
  /// The person.
  public var by: String?

  public init(_ value: Value, reason: String? = nil, by: String? = nil) {
    (self.value, self.reason, self.by) = (value, reason, by)
  }
}

/// Nobody answered: no terminal, end of input, a pause asked for. The run pauses at the question.
public struct Unanswered: Error, Sendable {
  public var reason: String

  public init(reason: String) {
    self.reason = reason
  }
}
