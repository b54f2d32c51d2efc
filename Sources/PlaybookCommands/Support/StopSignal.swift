import Dispatch
#if canImport(Glibc)
import Glibc
#endif

/// Waits for Ctrl-C, SIGTERM or SIGHUP.
enum StopSignal {
  static func wait() async {
    let (stream, continuation) = AsyncStream<Void>.makeStream()
    let queue = DispatchQueue(label: "playbook.stop")
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { continuation.yield() }
      source.resume()
      return source
    }
    for await _ in stream { break }
    for source in sources { source.cancel() }
  }
}
