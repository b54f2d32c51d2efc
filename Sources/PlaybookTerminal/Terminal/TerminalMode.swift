import CLinux
import Glibc
import Synchronization

/// The mode of the terminal that is read from: set up for prompts, and left as it was found.
///
/// Prompts use the kernel's own line editing, which works over any connection; with IUTF8 a backspace takes a whole
/// character (termios(3)).
final class TerminalMode: Sendable {
  private let input: Int32
  /// As found; nil where it is no terminal or has been put back.
  private let found: Mutex<termios?>

  init(input: Int32) {
    self.input = input
    var mode = termios()
    let isTerminal = unsafe tcgetattr(input, &mode) == 0
    found = Mutex(isTerminal ? mode : nil)
  }

  /// Whole lines, echoed, edited by characters; without echo for a secret. Nothing where it is no terminal.
  func prepare(isEchoed: Bool = true) {
    found.withLock { found in
      guard var mode = found else { return }
      mode.c_iflag |= tcflag_t(IUTF8) | tcflag_t(ICRNL)
      mode.c_lflag |= tcflag_t(ICANON) | tcflag_t(ISIG) | tcflag_t(ECHOE) | tcflag_t(ECHOK)
      if isEchoed {
        mode.c_lflag |= tcflag_t(ECHO)
      } else {
        mode.c_lflag &= ~tcflag_t(ECHO)
      }
      Self.set(mode, on: input)
    }
  }

  /// Throws away what was typed and not yet read.
  func discardInput() {
    found.withLock { found in
      if found != nil { tcflush(input, TCIFLUSH) }
    }
  }

  /// The terminal as it was found. Does nothing the second time.
  func restore() {
    found.withLock { found in
      if let mode = found { Self.set(mode, on: input) }
      found = nil
    }
  }

  private static func set(_ mode: termios, on input: Int32) {
    var mode = mode
    while unsafe tcsetattr(input, TCSANOW, &mode) != 0, errno == EINTR {}
  }
}
