import Synchronization

/// A thread that runs an actor's jobs, one after the other, so that libpq may wait without blocking the cooperative
/// pool.
final class ThreadExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isStopped = false
  }

  private let state = Mutex(State())
  private let wake = Wake()

  /// The thread holds this executor until `stop`.
  init() {
    DetachedThread.start { [self] in run() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    state.withLock { $0.jobs.append(job) }
    wake.fire()
  }

  /// Lets the thread end after the jobs that are queued. Called when no more can come: by the actor's deinit.
  func stop() {
    state.withLock { $0.isStopped = true }
    wake.fire()
  }

  private func run() {
    while true {
      let (jobs, isStopped) = state.withLock { state in
        defer { state.jobs = [] }
        return (state.jobs, state.isStopped)
      }
      for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
      if !jobs.isEmpty { continue }
      if isStopped { return }
      _ = wake.wait(socket: -1, events: 0, until: .now + .seconds(3600))
    }
  }
}
