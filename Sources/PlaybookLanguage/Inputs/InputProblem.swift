/// Why a text or a value is none for an input.
public struct InputProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// One sentence with the wanted form, an example, and the given text; never the value of a secret.
  public var message: String
  /// A way out, where one is near.
  public var help: String?

  public init(_ message: String, help: String? = nil) {
    self.message = message
    self.help = help
  }

  public var description: String { help.map { "\(message) (\($0))" } ?? message }
}
