public import PlaybookRecord
import Synchronization

/// How others stop a run: signals, a closing terminal, a second Ctrl-C. Safe to use from any thread.
public final class RunControl: Sendable {
  public enum Stop: Sendable, Equatable {
    case pause(String)
    /// Pauses when the step under way has ended.
    case finishStep(String)
    case abort(String)
  }

  /// What is under way, by what a stop does to it.
  enum Activity {
    /// A call that changes something: only a cut ends it.
    case act
    /// A read: ended as well where nobody is there to wait for it.
    case query
    /// Nothing but time: any stop ends it.
    case wait
  }

  /// How a stop came about, for the record.
  struct Interruption {
    var signal: String
    /// Nil: it is being asked for.
    var choice: InterruptChoice?
  }

  private struct State {
    var stop: Stop?
    var isCut = false
    var hasCutCall = false
    var isUnattended = false
    var interruptions: [Interruption] = []
    /// Whether the operator is being asked what an interrupt shall mean, and who waits for the answer.
    var isHeld = false
    var waiting: [CheckedContinuation<Void, Never>] = []
    var calls: [Int: Call] = [:]
    var next = 0

    struct Call {
      var activity: Activity
      var cancel: @Sendable () -> Void
    }

    /// Whether something of this kind is not to go on.
    func ends(_ activity: Activity) -> Bool {
      if isCut { return true }
      switch (stop, activity) {
      case (nil, _), (.finishStep, _), (_, .act): return false
      case (_, .wait): return true
      case (_, .query): return isUnattended
      }
    }

    var isCalling: Bool { calls.values.contains { $0.activity != .wait } }

    var toCancel: [@Sendable () -> Void] { calls.values.filter { ends($0.activity) }.map { $0.cancel } }
  }

  private let state = Mutex(State())

  public init() {}

  /// Ends the run at the next border between two steps, items or polls; a wait ends at once.
  ///
  /// - Parameter isUnattended: The terminal is gone or the system wants us to end: no read is waited for.
  public func request(_ stop: Stop, isUnattended: Bool = false) {
    let ended = state.withLock { state in
      state.stop = stop
      state.isUnattended = state.isUnattended || isUnattended
      return state.toCancel
    }
    for cancel in ended { cancel() }
    release()
  }

  /// The operator is asked what an interrupt shall mean: until that is said nothing new begins, be it a step, an item
  /// or a poll. What is under way goes on. Once a stop was asked for there is nothing to wait for.
  public func hold() {
    state.withLock { $0.isHeld = $0.stop == nil }
  }

  /// What was held goes on.
  public func release() {
    let waiting = state.withLock { state in
      defer { (state.isHeld, state.waiting) = (false, []) }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns when nothing is held.
  func whileHeld() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.isHeld { state.waiting.append(continuation) }
        return !state.isHeld
      }
      if isFree { continuation.resume() }
    }
  }

  /// Says how a stop comes about, before it is asked for: recorded before the run ends, however soon it does.
  public func announce(_ signal: String, choice: InterruptChoice?) {
    state.withLock { $0.interruptions.append(Interruption(signal: signal, choice: choice)) }
  }

  /// What was announced and is not on record, oldest first.
  func takeInterruptions() -> [Interruption] {
    state.withLock { state in
      defer { state.interruptions = [] }
      return state.interruptions
    }
  }

  /// Cancels the calls in flight and pauses: the second Ctrl-C. `signal` is announced with what that comes to.
  public func cut(_ reason: String, announcing signal: String? = nil) {
    let calls = state.withLock { state in
      if let signal {
        state.interruptions.append(Interruption(signal: signal, choice: state.isCalling ? .cancelCall : .pause))
      }
      state.stop = .pause(reason)
      state.isCut = true
      state.hasCutCall = state.hasCutCall || state.isCalling
      return state.toCancel
    }
    for cancel in calls { cancel() }
    release()
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
    state.withLock { ($0.stop, $0.isUnattended) = (nil, false) }
  }

  /// Runs `body` so that a stop that ends such an activity cancels it.
  func running<Success: Sendable>(
    _ activity: Activity, _ body: sending @escaping @isolated(any) () async -> Success
  ) async -> Success {
    let task = Task { await body() }
    let (number, isOver) = state.withLock { state in
      state.next += 1
      state.calls[state.next] = State.Call(activity: activity, cancel: { task.cancel() })
      state.hasCutCall = state.hasCutCall || (state.isCut && activity != .wait)
      return (state.next, state.ends(activity))
    }
    if isOver { task.cancel() }
    defer { state.withLock { _ = $0.calls.removeValue(forKey: number) } }
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }
}
