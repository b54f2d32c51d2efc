import CEL
import FoundationEssentials
import PlaybookLanguage

/// A secret input without a terminal: it comes in a variable, since the words of a command line are for everybody to
/// see, and the shell remembers them.
enum SecretInput {
  /// `PLAYBOOK_INPUT_ADMIN_PASSWORD` of the input `admin_password`.
  static func variable(of declaration: InputDeclaration) -> String {
    "PLAYBOOK_INPUT_"
      + String(declaration.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }).uppercased()
  }

  /// The way out where it has no value.
  static func way(for declaration: InputDeclaration) -> String {
    "give it in the variable \(variable(of: declaration)), or at a terminal"
  }

  /// The value in the variable; nil where the input is not a secret or the variable is not set. Throws where it does
  /// not fit.
  static func fromVariable(_ declaration: InputDeclaration) throws -> Value? {
    guard declaration.isSecret,
      let text = ProcessInfo.processInfo.environment[variable(of: declaration)], !text.isEmpty
    else { return nil }
    switch declaration.parse(text: text) {
    case .success(let value): return value
    case .failure(let problem): throw CommandFailure.wrong("\(variable(of: declaration)): \(problem.message)")
    }
  }
}
