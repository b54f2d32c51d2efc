import CEL
import PlaybookRecord

/// What a line typed at a prompt means.
enum PromptEntry: Sendable {
  case answer(Value, reason: String? = nil)
  case command(OperatorCommand)
  /// `/call`: the call as sent, of the evidence named or the last.
  case showCall(String?)
  /// `/all`: the whole of the evidence named or the last; at an approval all calls.
  case showAll(String?)
  /// `?`
  case explain
  /// `/help`
  case words
  /// Not an answer; one line that says why and what would be.
  case wrong(String)
}
