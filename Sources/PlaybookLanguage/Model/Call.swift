public import SourceText

/// A call as an author wrote it, in its long form.
public struct Call: Sendable {
  /// The executor's name, or that of a command of the environment.
  public var executor: String
  public var form: CallForm
  public var target: TargetReference
  public var span: SourceSpan

  public init(executor: String, form: CallForm, target: TargetReference, span: SourceSpan) {
    self.executor = executor
    self.form = form
    self.target = target
    self.span = span
  }
}

/// Which of an environment's targets a call goes to.
public struct TargetReference: Sendable {
  /// The target's full name: `redis`, `redis.replica`. Nil: the executor's default.
  public var name: String?
  /// A host found at run time, which must match the target's `hosts`.
  public var host: Template?
  public var span: SourceSpan?

  public init(name: String? = nil, host: Template? = nil, span: SourceSpan? = nil) {
    self.name = name
    self.host = host
    self.span = span
  }
}
