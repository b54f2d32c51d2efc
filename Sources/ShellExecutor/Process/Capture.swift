import Subprocess
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The first part of a program's output; the rest is read and dropped, so that the program is not held up.
final class Capture: Sendable {
  struct Content: Sendable {
    var bytes: [UInt8] = []
    var isTruncated = false
  }

  private let limit: Int
  private let state = Mutex(Content())

  /// Keeps at most `limit` bytes.
  init(limit: Int) {
    self.limit = max(0, limit)
  }

  /// The output so far.
  var content: Content { state.withLock { $0 } }

  /// Reads until the end of the stream, or until the program has exited and the bytes left in the pipe are read: a
  /// program that it started may hold the pipe for ever, and fill it without end.
  func fill(from stream: SubprocessOutputSequence, of process: pid_t) async {
    var iterator = stream.makeAsyncIterator()
    var readsAfterExit = 0
    do {
      while readsAfterExit < 16 {
        if ChildProcess.hasExited(process) { readsAfterExit += 1 }
        guard let buffer = try await iterator.next() else { return }
        keep(buffer)
      }
    } catch {
      state.withLock { $0.isTruncated = true }
    }
  }

  private func keep(_ buffer: SubprocessOutputSequence.Buffer) {
    state.withLock { content in
      let room = limit - content.bytes.count
      if buffer.count > room { content.isTruncated = true }
      guard room > 0 else { return }
      unsafe buffer.withUnsafeBytes { bytes in
        unsafe content.bytes.append(contentsOf: bytes.prefix(room))
      }
    }
  }
}
