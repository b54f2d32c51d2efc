/// A program's start, all decided.
struct Invocation: Sendable {
  /// Absolute.
  var file: String
  /// Without the program's own name.
  var arguments: [String]
  /// All of it; nothing is inherited.
  var environment: [String: String]
  /// Absolute.
  var directory: String
  /// The text on its standard input, which is closed after it.
  var input: [UInt8]
}
