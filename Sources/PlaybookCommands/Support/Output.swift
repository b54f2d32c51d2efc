import CEL
import CLinux
import Glibc
import PlaybookTerminal
import SourceText
import Synchronization

/// Data goes to standard output, everything for the operator to standard error.
enum Output {
  static func data(_ text: String) { data(Array(text.utf8)) }

  /// Once something could not be written nothing more is: the output is a beginning, and not a text with holes.
  static func data(_ bytes: [UInt8]) {
    failure.withLock { failure in
      if failure == nil, !write(bytes, to: 1) { failure = errno }
    }
  }

  /// Why standard output has not got everything, with a disk that filled up behind it. Nil: it has, or its reader went
  /// away and has enough.
  static func dataProblem() -> String? {
    failure.withLock { failure in
      // Some file systems tell lost bytes only at the end.
      if failure == nil, close(1) != 0, errno != EBADF { failure = errno }
      return failure.flatMap { $0 == EPIPE ? nil : unsafe String(cString: strerror($0)) }
    }
  }

  /// The error number of the first write of data that failed.
  private static let failure = Mutex<Int32?>(nil)

  /// The columns of the terminal that data goes to; nil: it goes to a file or a pipe.
  static var width: Int? { columns(of: 1) }

  private static func columns(of descriptor: Int32) -> Int? {
    var (rows, columns): (UInt16, UInt16) = (0, 0)
    guard isatty(descriptor) == 1, unsafe playbook_window_size(descriptor, &rows, &columns) == 0, columns > 0 else {
      return nil
    }
    return Int(columns)
  }

  /// Writes diagnostics for the operator, or as data, in the colours and the width of the place.
  static func diagnostics(asData: Bool = false) -> DiagnosticRenderer {
    let descriptor: Int32 = asData ? 1 : 2
    return DiagnosticRenderer(color: isColored(descriptor), width: columns(of: descriptor) ?? 120)
  }

  static var reason: String { unsafe String(cString: strerror(errno)) }

  static func operatorText(_ text: String) { write(Array(text.utf8), to: 2) }

  /// The same for text that anybody may have had a part in, such as a path: characters that could move the cursor are
  /// shown, not sent.
  static func operatorLines(_ text: String) { operatorText(Visible.text(text, keepingLineBreaks: true)) }

  /// A value as JSON on a line of its own, with escapes for characters that could move a terminal's cursor.
  static func json(_ value: Value) { data(Visible.json(value.jsonText()) + "\n") }

  /// `playbook: WORD: text`, broken at spaces on a terminal. Quotations in the text may come from anywhere. A command
  /// in it that is to be copied stands on a line of its own, after two blanks, and is left to the terminal.
  static func say(_ word: String, _ text: String) {
    var lines = Visible.text("playbook: \(word): \(text)", keepingLineBreaks: true).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    if let width = columns(of: 2) {
      lines = lines.flatMap { $0.contains("  playbook ") ? [$0] : TextLayout.wrap($0, width: width) }
    }
    operatorText(lines.joined(separator: "\n") + "\n")
  }

  static func error(_ message: String) { say("error", message) }

  private static func isColored(_ descriptor: Int32) -> Bool {
    let terminal = unsafe getenv("TERM").map { unsafe String(cString: $0) }
    return unsafe isatty(descriptor) == 1 && getenv("NO_COLOR") == nil && terminal != "dumb"
  }

  /// Writes all of it; false where that failed, with the reason in `errno`.
  @discardableResult
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno != EINTR { return false }
      if count > 0 { rest = rest.dropFirst(count) }
    }
    return true
  }
}

/// The end of a command: a message for the operator and the exit code.
struct CommandFailure: Error {
  var message: String
  var exitCode: Int32

  /// The playbook, an input or the command line is wrong, and nothing ran.
  static func wrong(_ message: String) -> CommandFailure { CommandFailure(message: message, exitCode: 2) }

  static func failed(_ message: String) -> CommandFailure { CommandFailure(message: message, exitCode: 1) }
}
