/// A drill's world could not be made, reached or read.
public struct DrillError: Error, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable {
    /// The scenario has no world, or its description is wrong.
    case badDescription = "bad-description"
    /// A program or a folder that a world needs is missing or not usable.
    case missing
    /// A server, the seed or a background program did not start.
    case failed
    case timedOut = "timed-out"
  }

  public let code: Code
  /// The failure, in words for the operator; may have several lines.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
