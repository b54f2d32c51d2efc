import CLinux
import Glibc

/// Writes lines to a file descriptor, and one line that is rewritten in place.
struct Screen {
  let output: Int32
  /// Whether a line can be rewritten in place: a terminal, and no dumb one.
  let isRewritable: Bool
  let usesColor: Bool
  /// Instead of what the terminal says.
  let fixedWidth: Int?
  /// Whether a line in place stands on the screen.
  private(set) var hasStatus = false

  init(output: Int32, isRewritable: Bool, usesColor: Bool, fixedWidth: Int?) {
    self.output = output
    self.isRewritable = isRewritable
    self.usesColor = usesColor
    self.fixedWidth = fixedWidth
  }

  /// The columns there are, asked each time: windows change. 80 where nobody says.
  var width: Int {
    if let fixedWidth { return min(max(fixedWidth, 20), 1000) }
    var (rows, columns): (UInt16, UInt16) = (0, 0)
    guard unsafe playbook_window_size(output, &rows, &columns) == 0, columns > 0 else { return 80 }
    return min(max(Int(columns), 20), 1000)
  }

  mutating func write(_ lines: [Line]) {
    guard !lines.isEmpty else { return }
    clearStatus()
    send(lines.map { $0.rendered(color: usesColor) + "\n" }.joined())
  }

  /// A line that stays open for what is typed behind it.
  mutating func prompt(_ line: Line) {
    clearStatus()
    send(line.rendered(color: usesColor) + " ")
  }

  /// Ends a line that the operator has left open.
  func endLine() { send("\n") }

  /// Rewrites the line in place, where that can be done.
  mutating func status(_ line: Line) {
    guard isRewritable else { return }
    // The last column stays free: a full line would scroll on some terminals.
    send("\r\u{1B}[K" + line.fitted(to: width - 1).rendered(color: usesColor))
    hasStatus = true
  }

  mutating func clearStatus() {
    guard hasStatus else { return }
    send("\r\u{1B}[K")
    hasStatus = false
  }

  /// Writes all of it. A terminal that is gone is no error of the run: the journal has what was to be seen.
  private func send(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(output, $0.baseAddress, $0.count) }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        var descriptor = pollfd(fd: output, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&descriptor, 1, 1000)
        if descriptor.revents & Int16(POLLERR | POLLHUP | POLLNVAL) != 0 { return }
      } else if errno != EINTR {
        return
      }
    }
  }
}
