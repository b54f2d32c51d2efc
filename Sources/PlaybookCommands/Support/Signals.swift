import Dispatch
import PlaybookEngine
import PlaybookRecord
import PlaybookTerminal
import Synchronization
#if canImport(Glibc)
import Glibc
#endif

/// The meaning of signals: while inputs are asked for, that nothing runs; during a run, the first Ctrl-C asks, a second
/// cancels the call in flight, SIGTERM and SIGHUP pause, after Ctrl-Z and `fg` the prompt stands there again. Lives as
/// long as the command: a second set of sources for the same signals would lose them when the first is cancelled.
final class Signals {
  private var sources: [any DispatchSourceSignal]
  private let run: Followed

  init(_ terminal: TerminalOperator) {
    let run = Followed()
    let queue = DispatchQueue(label: "playbook.signals")
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        guard let (control, runner) = run.value else {
          terminal.restore()
          Output.operatorText("\nplaybook: interrupted; nothing has run\n")
          exit(2)
        }
        Task { await Self.handle(number, terminal, control, runner) }
      }
      source.resume()
      return source
    }
    self.run = run
    // The system starts the process again by itself; this only shows the prompt anew.
    let continued = DispatchSource.makeSignalSource(signal: SIGCONT, queue: queue)
    continued.setEventHandler { Task { await terminal.continued() } }
    continued.resume()
    sources.append(continued)
  }

  /// From now on signals are for this run.
  func follow(_ control: RunControl, _ runner: Runner) { run.value = (control, runner) }

  /// The run that signals are for; none while inputs are asked for.
  private final class Followed: Sendable {
    private let held = Mutex<(control: RunControl, runner: Runner)?>(nil)

    var value: (control: RunControl, runner: Runner)? {
      get { held.withLock { $0 } }
      set { held.withLock { $0 = newValue } }
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }

  private static func handle(
    _ number: Int32, _ operator: TerminalOperator, _ control: RunControl, _ runner: Runner
  ) async {
    guard number == SIGINT else {
      let reason = number == SIGTERM ? "SIGTERM" : "the terminal was closed (SIGHUP)"
      control.announce(number == SIGTERM ? "SIGTERM" : "SIGHUP", choice: .pause)
      control.request(.pause(reason), isUnattended: true)
      await `operator`.endQuestions(reason: reason)
      await runner.recordInterruption()
      return
    }
    if control.requested != nil {
      control.cut("interrupted twice", announcing: "SIGINT, twice")
      await `operator`.endQuestions(reason: "interrupted twice")
      await runner.recordInterruption()
      return
    }
    // The call under way continues, and nothing new begins before the operator has chosen.
    control.hold()
    if `operator`.isInteractive {
      control.announce("SIGINT", choice: nil)
      await runner.recordInterruption()
    }
    // The request stands before the open question hears of the choice.
    let choice = await `operator`.interrupted { choice in
      if choice != .cancelCall { control.announce("SIGINT", choice: choice) }
      switch choice {
      case .goOn: control.release()
      case .finishStep: control.request(.finishStep("the operator stopped after this step (Ctrl-C)"))
      case .pause: control.request(.pause("the operator stopped here (Ctrl-C)"))
      case .abort: control.request(.abort("the operator aborted (Ctrl-C)"))
      case .cancelCall: control.cut("the operator cancelled the call (Ctrl-C twice)", announcing: "SIGINT")
      }
    }
    if choice != nil { await runner.recordInterruption() }
  }
}
