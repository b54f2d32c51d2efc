import ExecutorKit
import Synchronization

/// Waits for `body` until `deadline` and no longer, for calls that the system may hold up beyond it (looking up a
/// host's name). A later result is dropped; cancellation is handed on.
func abandoning<Success: Sendable>(
  at deadline: ContinuousClock.Instant, _ late: @escaping @Sendable () -> ExecutorError,
  _ body: @escaping @Sendable () async -> Result<Success, ExecutorError>
) async -> (result: Result<Success, ExecutorError>, isAbandoned: Bool) {
  let first = FirstAnswer<(Result<Success, ExecutorError>, Bool)>()
  let task = Task { first.give((await body(), false)) }
  let timer = Task {
    try? await Task.sleep(until: deadline, clock: .continuous)
    if !Task.isCancelled { first.give((.failure(late()), true)) }
  }
  defer { timer.cancel() }
  let (result, isAbandoned) = await withTaskCancellationHandler {
    await withCheckedContinuation { first.wait($0) }
  } onCancel: {
    task.cancel()
  }
  return (result, isAbandoned)
}

/// Hands the first of several answers to the waiting task.
private final class FirstAnswer<Answer: Sendable>: Sendable {
  private enum State {
    case open
    case waiting(CheckedContinuation<Answer, Never>)
    case answered(Answer)
    case closed
  }

  private let state = Mutex(State.open)

  func wait(_ continuation: CheckedContinuation<Answer, Never>) {
    let answer: Answer? = state.withLock { state in
      if case .answered(let answer) = state {
        state = .closed
        return answer
      }
      state = .waiting(continuation)
      return nil
    }
    if let answer { continuation.resume(returning: answer) }
  }

  func give(_ answer: Answer) {
    let waiting: CheckedContinuation<Answer, Never>? = state.withLock { state in
      switch state {
      case .open: state = .answered(answer)
      case .waiting(let continuation):
        state = .closed
        return continuation
      case .answered, .closed: break
      }
      return nil
    }
    waiting?.resume(returning: answer)
  }
}
