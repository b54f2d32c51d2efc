import CEL
import SourceText

extension LocatedExpression {
  private static let missingSource = "null // could not be read"
  private static let missing = try? Expression(parsing: missingSource)

  /// Stands for an expression that could not be read, which was reported.
  static func missing(at span: SourceSpan) -> LocatedExpression? {
    missing.map { LocatedExpression($0, at: span) }
  }

  /// Whether it stands for one that could not be read.
  var isMissing: Bool { expression.source == Self.missingSource }
}
