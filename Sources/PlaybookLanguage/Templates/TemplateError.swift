public import CEL
public import SourceText

/// A template whose value could not be computed, and where.
public struct TemplateError: Error, Sendable {
  /// One sentence.
  public var message: String
  public var help: String?
  public var span: SourceSpan
  /// CEL's error; nil where the value itself was refused.
  public var problem: Expression.Problem?
  /// The expression that failed; nil where the whole text was refused.
  public var expression: LocatedExpression?

  public init(_ message: String, at span: SourceSpan, help: String? = nil, problem: Expression.Problem? = nil) {
    self.message = message
    self.help = help
    self.span = span
    self.problem = problem
  }

  /// The same as a diagnostic with its place.
  public var diagnostic: Diagnostic {
    Diagnostic(code: "evaluation", message, at: span, help: help)
  }
}

extension LocatedExpression {
  /// The value, which may be `.unknown`.
  public func evaluate(_ bindings: Bindings) throws(TemplateError) -> Value {
    do throws(Expression.Problem) {
      return try expression.evaluate(bindings)
    } catch {
      var failure = TemplateError(error.message, at: span(of: error.range), help: error.help, problem: error)
      failure.expression = self
      throw failure
    }
  }
}
