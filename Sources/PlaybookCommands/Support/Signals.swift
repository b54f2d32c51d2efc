import Dispatch
import PlaybookEngine
import PlaybookTerminal
#if canImport(Glibc)
import Glibc
#endif

/// What signals mean while a run is going on: the first Ctrl-C asks, a second cancels the call in flight, SIGTERM and SIGHUP
/// pause. Lives as long as the run.
final class Signals {
  private let sources: [any DispatchSourceSignal]

  init(_ operator: TerminalOperator, _ control: RunControl, _ runner: Runner) {
    var sources: [any DispatchSourceSignal] = []
    let queue = DispatchQueue(label: "playbook.signals")
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        Task { await Self.handle(number, `operator`, control, runner) }
      }
      source.resume()
      sources.append(source)
    }
    self.sources = sources
  }

  deinit {
    for source in sources { source.cancel() }
  }

  private static func handle(
    _ number: Int32, _ operator: TerminalOperator, _ control: RunControl, _ runner: Runner
  ) async {
    guard number == SIGINT else {
      let reason = number == SIGTERM ? "SIGTERM" : "the terminal was closed (SIGHUP)"
      control.request(.pause(reason))
      await `operator`.endQuestions(reason: reason)
      await runner.interrupted(by: number == SIGTERM ? "SIGTERM" : "SIGHUP", choice: "pause")
      return
    }
    if control.requested != nil {
      control.cut("interrupted twice")
      await runner.interrupted(by: "SIGINT, twice", choice: "cancel call")
      return
    }
    let choice = await `operator`.interrupted()
    // A second Ctrl-C answers the menu of the first, and both come here.
    if choice == .cancelCall, control.isCut { return }
    switch choice {
    case .goOn: break
    case .finishStep: control.request(.finishStep("the operator stopped after this step (Ctrl-C)"))
    case .pause: control.request(.pause("the operator stopped here (Ctrl-C)"))
    case .abort: control.request(.abort("the operator aborted (Ctrl-C)"))
    case .cancelCall: control.cut("the operator cancelled the call (Ctrl-C twice)")
    }
    await runner.interrupted(by: "SIGINT", choice: choice.words)
  }
}
