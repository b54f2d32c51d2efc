import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// How long to wait before a call that failed goes out again: as `retry` says, and no shorter than its target asks
  /// for. Nil where the target asks for more than the step's `timeout`: nothing is sent before, so nothing is sent.
  func pauseBeforeRetry(after error: ExecutorError, of step: Step) -> Duration? {
    let wait = step.retry?.wait ?? .seconds(1)
    guard let wish = error.retryAfter else { return wait }
    return wish <= step.timeout ?? Self.defaultTimeout ? max(wait, wish) : nil
  }

  /// The error of a call that is not sent again because its target asks for too long a wait.
  func tooLate(_ error: ExecutorError, of step: Step) -> ExecutorError {
    var error = error
    let limit = Value.text(of: step.timeout ?? Self.defaultTimeout)
    error.message += "; that is more than the step's `timeout` (\(limit)), so it was not sent again"
    return error
  }

  /// Waits before a call goes out again.
  func wait(_ pause: Duration, at path: StepPath) async {
    if pause > .seconds(1) { await progress("again in \(Value.text(of: pause))", at: path, .zero) }
    await control.running(.wait) { [clock] in await clock.sleep(for: pause) }
  }
}
