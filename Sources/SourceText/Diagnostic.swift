/// A problem of a user's text, with its place. Facts first; the renderer makes the sentence's shape.
public struct Diagnostic: Sendable, Error {
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  public var severity: Severity
  /// A stable name for `lint --explain`: `unknown-key`, `duplicate-step`, …
  public var code: String
  /// One sentence without a full stop.
  public var message: String
  /// Nil where the trouble has no place, such as a missing file.
  public var span: SourceSpan?
  /// A way out: "did you mean `for_each`?"
  public var help: String?
  /// How much of its line is shown.
  public var excerpt = Excerpt.line

  /// How much of a line is shown with a diagnostic.
  public enum Excerpt: Sendable {
    case line
    /// The text that the place covers, and nothing beside it: a secret may stand there.
    case place
    case nothing
  }

  public init(
    _ severity: Severity = .error, code: String, _ message: String, at span: SourceSpan? = nil, help: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.span = span
    self.help = help
  }
}

extension Sequence<Diagnostic> {
  /// First those without a place, then file by file as the files are met, in each by place. Those at one place stay in
  /// order.
  public var inOrderOfPlaces: [Diagnostic] {
    var files: [ObjectIdentifier: Int] = [:]
    let keyed = enumerated().map { order, diagnostic -> (key: [Int], diagnostic: Diagnostic) in
      guard let span = diagnostic.span else { return ([-1, 0, order], diagnostic) }
      let file = files[ObjectIdentifier(span.file), default: files.count]
      files[ObjectIdentifier(span.file)] = file
      return ([file, span.start.offset, order], diagnostic)
    }
    return keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.diagnostic)
  }

  /// Whether one of them is an error, so that nothing may run.
  public var hasErrors: Bool { contains { $0.severity == .error } }
}
