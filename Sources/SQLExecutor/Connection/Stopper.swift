import CLibPQ

/// Decides when a command under way is stopped, and sees to it that the request to do so has ended before the
/// connection
/// is used again: a late one would hit the next command.
struct Stopper {
  enum Reason {
    /// Enough rows have come.
    case full
    case interrupted(SessionFailure.Interruption)
  }

  private let watch: Session.Watch
  private let grace: Duration
  private(set) var reason: Reason?
  /// When waiting ends: the call's deadline, then that of the server's answer to the request.
  private(set) var deadline: ContinuousClock.Instant
  private var request: CancelRequest?

  var closesOnStop: Bool { watch.closesOnStop }

  init(watch: Session.Watch, grace: Duration) {
    self.watch = watch
    self.grace = grace
    deadline = watch.deadline
  }

  /// Takes the result of a wait; false where the server has had its time to answer, or is given none.
  mutating func note(_ event: Wake.Event, cancel: () -> CancelRequest?) -> Bool {
    switch event {
    case .ready: return true
    case .woken:
      guard watch.isCancellable, Task.isCancelled else { return true }
      if closesOnStop { return close(.cancelled) }
      stop(.interrupted(.cancelled), cancel: cancel)
      return true
    case .timeout:
      if closesOnStop { return close(.deadline) }
      guard reason == nil else { return false }
      stop(.interrupted(.deadline), cancel: cancel)
      return request != nil
    }
  }

  private mutating func close(_ interruption: SessionFailure.Interruption) -> Bool {
    reason = reason ?? .interrupted(interruption)
    return false
  }

  /// Asks the server to stop, once; the first reason stays.
  mutating func stop(_ reason: Reason, cancel: () -> CancelRequest?) {
    guard self.reason == nil else { return }
    self.reason = reason
    deadline = .now + grace
    request = cancel()
    request?.send()
  }

  /// Waits for the request's end; false where it hangs.
  func finish() -> Bool {
    request?.wait(until: .now + grace) ?? true
  }
}

/// A request to stop a connection's statement. libpq sends it over a connection of its own and waits, so it has a
/// thread.
@safe final class CancelRequest: @unchecked Sendable {
  // Made on the session's thread and then touched by the sending thread alone.
  private let handle: OpaquePointer
  private let done = Wake()

  init(_ handle: OpaquePointer) {
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe PQfreeCancel(handle) }

  func send() {
    DetachedThread.start { [self] in
      var message = [CChar](repeating: 0, count: 256)
      unsafe PQcancel(handle, &message, 256)
      done.fire()
    }
  }

  /// Whether it ended by then.
  func wait(until deadline: ContinuousClock.Instant) -> Bool {
    done.wait(socket: -1, events: 0, until: deadline) == .woken
  }
}
