/// A read goes out.
public struct CallSent: Sendable {
  public var call: String
  public var executor: String
  public var target: String?
  /// From 1.
  public var attempt: Int?
  /// Of a read of the operator's own.
  public var author: Author?

  package init(call: String, executor: String, target: String?, attempt: Int?, author: Author? = nil) {
    (self.call, self.executor, self.target, self.attempt) = (call, executor, target, attempt)
    self.author = author
  }
}

/// An attempt that did not work and is followed by another, or a poll whose condition does not hold.
public struct CallRepeated: Sendable {
  public var attempt: Int?
  public var error: ErrorTold?
  public var text: String?
  /// Of one that did not work: how long until the next.
  public var wait: Duration?

  package init(attempt: Int?, error: ErrorTold? = nil, text: String? = nil, wait: Duration? = nil) {
    (self.attempt, self.error, self.text, self.wait) = (attempt, error, text, wait)
  }
}

extension CallSent: FieldGroup {
  package init() { self.init(call: "", executor: "", target: nil, attempt: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("call", &call, .call, "the call as sent")
    try visitor.field("executor", &executor, .own, "executor of the call")
    try visitor.field("target", &target, "target of the call")
    try visitor.field("attempt", &attempt, "number of the attempt, from 1")
    try visitor.author(&author)
  }
}

extension CallRepeated: FieldGroup {
  package init() { self.init(attempt: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("attempt", &attempt, "number of the attempt, from 1")
    try visitor.group("error", &error, "why it did not work")
    try visitor.field("text", &text, "of a poll: the condition that does not hold")
    try visitor.field("wait", &wait, "time until the next attempt")
  }
}
