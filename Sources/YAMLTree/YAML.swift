public import SourceText

/// YAML as playbooks use it: one document, libyaml's syntax, plain scalars typed by the core schema of YAML 1.2.
public enum YAML {
  /// The bounds of a file; passing one of these is a diagnostic.
  public struct Limits: Sendable {
    /// Of the file.
    public var bytes = 4 << 20
    /// Values, those that aliases stand for counted each time.
    public var nodes = 200_000
    /// Lists and mappings within each other.
    public var depth = 64

    public init() {}
  }

  /// Reads the one document of `file`.
  ///
  /// The root is nil where the syntax is broken, a limit is passed or nothing is in the file; then at least one
  /// diagnostic is an error. With a root the diagnostics (duplicate keys, tags, merge keys) may hold errors as well.
  public static func parse(_ file: SourceFile, limits: Limits = .init()) -> (root: YAMLNode?, diagnostics: [Diagnostic])
  {
    guard file.bytes.count <= limits.bytes else {
      let message = "the file has \(file.bytes.count) bytes, more than the \(limits.bytes) that are read"
      return (nil, [Diagnostic(code: "yaml-size", message, at: SourceSpan(file: file, range: 0..<0))])
    }
    // libyaml takes these for line breaks, as YAML 1.1 did; YAML 1.2 and every editor don't.
    if let problem = SyntaxProblem.foreignLineBreak(in: file) { return (nil, [problem]) }
    var builder = TreeBuilder(file, limits: limits)
    do {
      return (try builder.document(), builder.diagnostics)
    } catch {
      return (nil, builder.diagnostics + [error])
    }
  }
}
