import Synchronization

/// Lets calls through side by side, or one alone; in the order in which they come, so that none waits for ever.
final class Turnstile: Sendable {
  private struct Waiter {
    let number: Int
    let isAlone: Bool
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var inside = 0
    var isTaken = false
    var waiting: [Waiter] = []
    var count = 0
    /// Tasks that were cancelled before they stood in the line.
    var gone: Set<Int> = []

    func lets(alone: Bool) -> Bool { !isTaken && (!alone || inside == 0) }

    mutating func admit(alone: Bool) {
      if alone { isTaken = true } else { inside += 1 }
    }

    /// Takes the tasks that may go now out of the line.
    mutating func next() -> [Waiter] {
      var admitted: [Waiter] = []
      while let first = waiting.first, lets(alone: first.isAlone) {
        admit(alone: first.isAlone)
        admitted.append(waiting.removeFirst())
      }
      return admitted
    }
  }

  private let state = Mutex(State())

  /// Waits for its turn; false where the task was cancelled meanwhile. A task that came in calls `leave`.
  func enter(alone: Bool) async -> Bool {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isIn: Bool? = state.withLock { state in
          if state.gone.remove(number) != nil { return false }
          if state.waiting.isEmpty, state.lets(alone: alone) {
            state.admit(alone: alone)
            return true
          }
          state.waiting.append(Waiter(number: number, isAlone: alone, continuation: continuation))
          return nil
        }
        if let isIn { continuation.resume(returning: isIn) }
      }
    } onCancel: {
      let (waiter, admitted): (Waiter?, [Waiter]) = state.withLock { state in
        guard let position = state.waiting.firstIndex(where: { $0.number == number }) else {
          state.gone.insert(number)
          return (nil, [])
        }
        let waiter = state.waiting.remove(at: position)
        return (waiter, state.next())
      }
      waiter?.continuation.resume(returning: false)
      for other in admitted { other.continuation.resume(returning: true) }
    }
  }

  func leave(alone: Bool) {
    let admitted = state.withLock { state in
      if alone { state.isTaken = false } else { state.inside -= 1 }
      return state.next()
    }
    for waiter in admitted { waiter.continuation.resume(returning: true) }
  }
}
