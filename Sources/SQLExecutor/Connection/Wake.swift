import CLinux

#if canImport(Glibc)
import Glibc
#endif

/// Wakes a thread that waits in poll(2): an eventfd(2).
final class Wake: Sendable {
  let descriptor: Int32

  init() {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
  }

  deinit { close(descriptor) }

  func fire() { eventfd_write(descriptor, 1) }

  /// Takes the token. It says only that somebody fired, perhaps for a call that has ended since.
  func drain() {
    var count: eventfd_t = 0
    unsafe eventfd_read(descriptor, &count)
  }

  enum Event: Sendable { case ready, woken, timeout }

  /// Waits until `socket` is ready for `events`, this is fired, or `deadline` has come. Without a socket (-1) only for
  /// the
  /// latter two.
  func wait(socket: Int32, events: Int32, until deadline: ContinuousClock.Instant) -> Event {
    var descriptors = [
      pollfd(fd: socket, events: Int16(events), revents: 0), pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      let rest = ContinuousClock.now.duration(to: deadline).components
      guard rest.seconds >= 0, rest.attoseconds >= 0 else { return .timeout }
      // Rounded up, so that the last fraction of a millisecond isn't spent spinning.
      let milliseconds = min(rest.seconds, 3600) * 1000 + rest.attoseconds / 1_000_000_000_000_000 + 1
      let count = unsafe poll(&descriptors, 2, Int32(milliseconds))
      if count < 0 && errno != EINTR { return .ready }
      if count > 0 {
        if descriptors[1].revents != 0 {
          drain()
          return .woken
        }
        return .ready
      }
    }
  }
}
