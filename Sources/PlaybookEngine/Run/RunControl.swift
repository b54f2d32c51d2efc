import Synchronization

/// How others stop a run: signals, a closing terminal, a second Ctrl-C. Safe to use from any thread.
public final class RunControl: Sendable {
  public enum Stop: Sendable, Equatable {
    case pause(String)
    /// Pauses when the step under way has ended.
    case finishStep(String)
    case abort(String)
  }

  private struct State {
    var stop: Stop?
    var isCut = false
    var hasCutCall = false
    var calls: [Int: @Sendable () -> Void] = [:]
    var next = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// Ends the run at the next border between two steps, items or polls.
  public func request(_ stop: Stop) {
    state.withLock { $0.stop = stop }
  }

  /// Cancels the calls in flight and pauses: the second Ctrl-C.
  public func cut(_ reason: String) {
    let calls = state.withLock { state in
      state.stop = .pause(reason)
      state.isCut = true
      state.hasCutCall = state.hasCutCall || !state.calls.isEmpty
      return Array(state.calls.values)
    }
    for cancel in calls { cancel() }
  }

  public var requested: Stop? { state.withLock { $0.stop } }

  /// Whether what is under way ends at its next border, between two items or polls.
  var endsSoon: Bool {
    switch requested {
    case .pause, .abort: true
    case .finishStep, nil: false
    }
  }

  /// Whether the operator asked to cut what is under way; from then on no call lives.
  public var isCut: Bool { state.withLock { $0.isCut } }

  /// Whether a call was in flight then.
  var hasCutCall: Bool { state.withLock { $0.hasCutCall } }

  /// Forgets a request, so that the steps under `finally` can run.
  func clear() {
    state.withLock { $0.stop = nil }
  }

  /// Runs `body` so that `cut` cancels it.
  func running<Success: Sendable>(
    _ body: sending @escaping @isolated(any) () async -> Success
  ) async -> Success {
    let task = Task { await body() }
    let (number, isCut) = state.withLock { state in
      state.next += 1
      state.calls[state.next] = { task.cancel() }
      state.hasCutCall = state.hasCutCall || state.isCut
      return (state.next, state.isCut)
    }
    if isCut { task.cancel() }
    defer { state.withLock { _ = $0.calls.removeValue(forKey: number) } }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
