public import CEL
public import PlaybookLanguage

/// Reads what was typed for an input or a field by its declared type.
public typealias InputParser = @Sendable (InputDeclaration, String) -> Result<Value, InputRejection>

/// Why a text is no value of the declared type: one sentence for the operator, such as "a duration is written 30m or
/// 7d".
public struct InputRejection: Error, Sendable, CustomStringConvertible {
  public var message: String

  public init(_ message: String) {
    self.message = message
  }

  public var description: String { message }
}
