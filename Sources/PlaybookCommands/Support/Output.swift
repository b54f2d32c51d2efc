#if canImport(Glibc)
import Glibc
#endif

/// Data goes to standard output, everything for the operator to standard error.
enum Output {
  static func data(_ text: String) { write(Array(text.utf8), to: 1) }

  static func data(_ bytes: [UInt8]) { write(bytes, to: 1) }

  static func operatorText(_ text: String) { write(Array(text.utf8), to: 2) }

  static func error(_ message: String) { operatorText("playbook: error: \(message)\n") }

  static var isErrorColored: Bool {
    unsafe isatty(2) == 1 && getenv("NO_COLOR") == nil && String(cString: getenv("TERM") ?? strdup("")) != "dumb"
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return }
      if count > 0 { rest = rest.dropFirst(count) }
    }
  }
}

/// What ends a command: a message for the operator and the exit code.
struct CommandFailure: Error {
  var message: String
  var exitCode: Int32

  /// The playbook, an input or the command line is wrong, and nothing ran.
  static func wrong(_ message: String) -> CommandFailure { CommandFailure(message: message, exitCode: 2) }

  static func failed(_ message: String) -> CommandFailure { CommandFailure(message: message, exitCode: 1) }
}
