public import CEL

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
