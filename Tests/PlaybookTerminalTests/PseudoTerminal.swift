import CEL
import Glibc
import PlaybookRecord
import PlaybookTerminal
import Synchronization
import Testing

// Declared in <stdlib.h> only under _XOPEN_SOURCE, with which Swift's Glibc module is not built.
@_silgen_name("posix_openpt") private func posix_openpt(_ flags: Int32) -> Int32
@_silgen_name("grantpt") private func grantpt(_ descriptor: Int32) -> Int32
@_silgen_name("unlockpt") private func unlockpt(_ descriptor: Int32) -> Int32
@_silgen_name("ptsname_r") private func ptsname_r(
  _ descriptor: Int32, _ name: UnsafeMutablePointer<CChar>, _ size: Int
) -> Int32

/// A pseudo terminal (pty(7)): the operator sits at one end, the test types and reads at the other.
final class PseudoTerminal: Sendable {
  private let primary: Int32
  let secondary: Int32
  private let received = Mutex<[UInt8]>([])

  init() throws {
    primary = posix_openpt(O_RDWR | O_NOCTTY)
    try #require(primary >= 0)
    try #require(grantpt(primary) == 0 && unlockpt(primary) == 0)
    var name = [CChar](repeating: 0, count: 128)
    let failure = unsafe ptsname_r(primary, &name, name.count)
    try #require(failure == 0)
    let path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    secondary = unsafe open(path, O_RDWR | O_NOCTTY)
    try #require(secondary >= 0)
    _ = fcntl(primary, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(secondary)
    close(primary)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(primary, bytes, bytes.count)
  }

  /// All that was written to the terminal so far, echoes included.
  var text: String {
    received.withLock { received in
      var bytes = [UInt8](repeating: 0, count: 65536)
      while true {
        let count = unsafe read(primary, &bytes, bytes.count)
        guard count > 0 else { break }
        received += bytes[..<count]
      }
      return String(decoding: received, as: UTF8.self)
    }
  }

  /// Waits until `expected` has been written `times` times.
  func waits(for expected: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    for _ in 0..<1500 {
      if text.ranges(of: expected).count >= times { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("no \(expected.debugDescription) in \(text.debugDescription)", sourceLocation: sourceLocation)
    throw CancellationError()
  }

  var mode: termios {
    var mode = termios()
    _ = unsafe tcgetattr(secondary, &mode)
    return mode
  }

  func setMode(_ change: (inout termios) -> Void) {
    var mode = mode
    change(&mode)
    _ = unsafe tcsetattr(secondary, TCSANOW, &mode)
  }

  func makeOperator(_ change: (inout TerminalOperator.Configuration) -> Void = { _ in }) -> TerminalOperator {
    var configuration = TerminalOperator.Configuration(name: "alice")
    configuration.input = secondary
    configuration.output = secondary
    configuration.usesColor = false
    configuration.now = { RunFixture.at(540) }
    change(&configuration)
    return TerminalOperator(configuration: configuration)
  }
}

extension Reply {
  /// In a form that is easily compared.
  var summary: String {
    switch self {
    case .answer(let answer): "answer " + answer.value.rendered
    case .command(let command): "\(command)"
    case .unanswered(let reason): "unanswered: " + reason
    }
  }
}
