import Dispatch
import Glibc

/// The end of a world: the end of its standard input, or a signal to stop.
///
/// Sendable, since the signal sources are only kept alive here and nobody touches them after `init`.
final class EndOfWorld: @unchecked Sendable {
  private let stream: AsyncStream<Never>
  private let signals: [any DispatchSourceSignal]

  init() {
    let (stream, end) = AsyncStream<Never>.makeStream()
    self.stream = stream
    let queue = DispatchQueue(label: "end of world")
    signals = [SIGTERM, SIGINT, SIGHUP].map { number in
      _ = signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { end.finish() }
      source.resume()
      return source
    }
    // A queue of its own: the read blocks, and the shared threads are few.
    DispatchQueue(label: "standard input").async {
      var byte: UInt8 = 0
      while true {
        let count = unsafe read(0, &byte, 1)
        if count > 0 || (count < 0 && errno == EINTR) { continue }
        break
      }
      end.finish()
    }
  }

  /// Returns at the first of them, or when the task is cancelled.
  func wait() async {
    for await _ in stream {}
  }
}
