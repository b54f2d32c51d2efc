import CLinux
import Glibc
import Synchronization

/// Reads lines from a file descriptor without blocking a thread of Swift's pool: each read has a thread of its own,
/// which waits in poll(2) for the input or for the word to stop.
final class LineReader: Sendable {
  /// What came of waiting for a line.
  enum Input: Sendable, Equatable {
    /// Without its line break; bytes that are no UTF-8 are U+FFFD.
    case line(String)
    /// A line of a terminal that is as long as its driver takes: what came after that is lost.
    case cut
    case endOfInput
    case cancelled
  }

  /// Leave to read one line.
  struct Reading: ~Copyable, Sendable {
    fileprivate let wake: Int32
  }

  private struct State {
    /// Read beyond the last line given out.
    var buffer: [UInt8] = []
    var hasEnded = false
    /// The eventfd of the read under way. Each read has its own, so that a late cancel can't hit the next one.
    var wake: Int32?
  }

  private let input: Int32
  private let isTerminal: Bool
  private let state = Mutex(State())
  /// More than that without a line break is given out as a line.
  private static let longestLine = 1 << 20
  /// Bytes of a line, without its break, that a terminal takes while it edits lines; it drops all further ones without
  /// a word (termios(3), canonical mode).
  static let longestTerminalLine = 4095

  init(input: Int32) {
    self.input = input
    isTerminal = isatty(input) == 1
  }

  /// Leave to read one line, taken before the wait so that `cancel` finds it from then on. Nil while another read is
  /// under way, or where the system has no descriptor left.
  func begin() -> Reading? {
    let wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard wake >= 0 else { return nil }
    let isFirst = state.withLock { state in
      if state.wake != nil { return false }
      state.wake = wake
      return true
    }
    if isFirst { return Reading(wake: wake) }
    close(wake)
    return nil
  }

  /// The next line. Each `reading` is good for one.
  func line(_ reading: consuming Reading) async -> Input {
    let wake = reading.wake
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Self.onThread { continuation.resume(returning: self.read(wake: wake)) }
      }
    } onCancel: {
      cancel()
    }
  }

  /// Ends the read under way; nothing where there is none.
  func cancel() {
    state.withLock { state in
      if let wake = state.wake { eventfd_write(wake, 1) }
    }
  }

  /// Forgets what is buffered here. With `keepingText`, whole lines that hold more than blanks stay: a fast typist's
  /// answers, but no Enter hit by chance.
  func discard(keepingText: Bool) {
    fill()
    state.withLock { state in
      state.hasEnded = false
      guard keepingText, let end = state.buffer.lastIndex(of: UInt8(ascii: "\n")) else {
        state.buffer = []
        return
      }
      let lines = state.buffer[..<end].split(separator: UInt8(ascii: "\n"))
      let kept = lines.filter { $0.contains { $0 > 0x20 } }
      let rest = state.buffer[(end + 1)...]
      state.buffer = kept.flatMap { Array($0) + [UInt8(ascii: "\n")] } + rest
    }
  }

  /// Forgets what comes behind the line that was read last, as where several were pasted, and says whether there was
  /// anything.
  func discardRest() -> Bool {
    fill(within: 50)
    return state.withLock { state in
      let isEmpty = state.buffer.isEmpty
      state.buffer = []
      return !isEmpty
    }
  }

  /// Takes in what can be read without waiting, or within so many milliseconds.
  private func fill(within milliseconds: Int32 = 0) {
    while state.withLock({ !$0.hasEnded && $0.buffer.count < Self.longestLine }) {
      var descriptor = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
      guard unsafe poll(&descriptor, 1, milliseconds) == 1, descriptor.revents & Int16(POLLIN) != 0 else { return }
      guard readOnce() else { return }
    }
  }

  private func read(wake: Int32) -> Input {
    defer {
      state.withLock { $0.wake = nil }
      close(wake)
    }
    while true {
      if let line = state.withLock({ takeLine(&$0) }) { return line }
      // A terminal can be read again after Ctrl-D; whatever else has ended says so again.
      if state.withLock({ Self.takeEnd(&$0) }) { return .endOfInput }
      var descriptors = [
        pollfd(fd: input, events: Int16(POLLIN), revents: 0), pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
      ]
      let count = unsafe poll(&descriptors, 2, -1)
      if count < 0, errno != EINTR { return .endOfInput }
      if count <= 0 { continue }
      if descriptors[1].revents != 0 { return .cancelled }
      if descriptors[0].revents & Int16(POLLIN) != 0 {
        _ = readOnce()
      } else if descriptors[0].revents != 0 {
        state.withLock { $0.hasEnded = true }
      }
    }
  }

  /// One read(2); false where nothing came.
  private func readOnce() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = unsafe Glibc.read(input, &bytes, bytes.count)
    if count > 0 {
      state.withLock { $0.buffer += bytes[..<count] }
      return true
    }
    if count == 0 || (errno != EINTR && errno != EAGAIN) { state.withLock { $0.hasEnded = true } }
    return false
  }

  private func takeLine(_ state: inout State) -> Input? {
    let end = state.buffer.firstIndex(of: UInt8(ascii: "\n"))
    guard end != nil || state.buffer.count >= Self.longestLine || (state.hasEnded && !state.buffer.isEmpty) else {
      return nil
    }
    let line = state.buffer[..<(end ?? state.buffer.count)]
    let isCut = isTerminal && line.count >= Self.longestTerminalLine
    let text = String(decoding: line, as: UTF8.self)
    state.buffer.removeFirst(min(state.buffer.count, line.count + 1))
    return isCut ? .cut : .line(text)
  }

  private static func takeEnd(_ state: inout State) -> Bool {
    defer { state.hasEnded = false }
    return state.hasEnded
  }

  /// Runs `body` on a new thread.
  private static func onThread(_ body: @escaping @Sendable () -> Void) {
    let work = Work(body)
    var thread = pthread_t()
    let argument = unsafe Unmanaged.passRetained(work)
    let failure = unsafe pthread_create(
      &thread, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, argument.toOpaque())
    if failure == 0 {
      pthread_detach(thread)
    } else {
      // No thread to be had: a caller that waits for ever would be worse than one that blocks.
      unsafe argument.release()
      body()
    }
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) {
      self.body = body
    }
  }
}
