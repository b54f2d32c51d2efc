import ExecutorKit
import Subprocess

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A program that runs in a session of its own, watched until it has ended.
struct ChildProcess {
  enum Ending: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  enum Stop: Sendable {
    case cancelled, timedOut
  }

  /// How it went.
  struct Report: Sendable {
    /// Nil: it was told to end, was killed, and is still there (another user's process, or one that hangs in the
    /// kernel).
    var ending: Ending?
    /// Why we ended it; nil where it ended by itself.
    var stop: Stop?
    var output: Capture.Content
    var errorOutput: Capture.Content
  }

  /// How long a program has between SIGTERM and SIGKILL.
  private static let grace = Duration.seconds(2)

  private let invocation: Invocation
  private let leavesBackgroundRunning: Bool
  private let output: Capture
  private let errorOutput: Capture

  /// Runs a program until it ends, `deadline` passes or the task is cancelled. Of each stream `limit` bytes are kept.
  /// Throws where the program did not start.
  static func run(
    _ invocation: Invocation, until deadline: ContinuousClock.Instant, limit: Int, leavesBackgroundRunning: Bool
  ) async throws(ExecutorError) -> Report {
    if Task.isCancelled { throw ExecutorError(.cancelled, "\(invocation.file) was not started") }
    if deadline <= .now { throw ExecutorError(.timedOut, "no time is left to start \(invocation.file)") }
    let child = ChildProcess(
      invocation: invocation, leavesBackgroundRunning: leavesBackgroundRunning, output: Capture(limit: limit),
      errorOutput: Capture(limit: limit))
    return try await child.supervise(until: deadline).get()
  }

  private enum Event: Sendable {
    case ended(Result<Ending, ExecutorError>)
    case stop(Stop)
    case lost
  }

  /// Starts the program and waits, but never for a process that can't be killed.
  private func supervise(until deadline: ContinuousClock.Instant) async -> Result<Report, ExecutorError> {
    let (events, sink) = AsyncStream<Event>.makeStream()
    let running = Task { sink.yield(.ended(await launch())) }
    let alarm = Task {
      try await Task.sleep(until: deadline, clock: .continuous)
      sink.yield(.stop(.timedOut))
    }
    // A task of its own: a cancelled one would no longer get events.
    let watch = Task { () -> Result<Report, ExecutorError> in
      var stop: Stop?
      for await event in events {
        switch event {
        case .ended(let result): return result.map { report($0, stop) }
        case .stop(let reason) where stop == nil:
          stop = reason
          running.cancel()
          Task {
            try? await Task.sleep(for: Self.grace + .seconds(1))
            sink.yield(.lost)
          }
        case .stop: continue
        case .lost: return .success(report(nil, stop))
        }
      }
      return .success(report(nil, stop))
    }
    defer { alarm.cancel() }
    return await withTaskCancellationHandler {
      await watch.value
    } onCancel: {
      sink.yield(.stop(.cancelled))
    }
  }

  private func report(_ ending: Ending?, _ stop: Stop?) -> Report {
    Report(ending: ending, stop: stop, output: output.content, errorOutput: errorOutput.content)
  }

  private func launch() async -> Result<Ending, ExecutorError> {
    var options = PlatformOptions()
    // A session, not only a group: without a terminal a program can neither ask there nor write there.
    options.createSession = true
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)]
    var environment: [Environment.Key: String] = [:]
    for (name, text) in invocation.environment { environment[literal(name)] = text }
    do {
      let result = try await Subprocess.run(
        .path(literal(invocation.file)), arguments: Arguments(invocation.arguments), environment: .custom(environment),
        workingDirectory: .some(literal(invocation.directory)), platformOptions: options, input: .inputWriter,
        output: .sequence, error: .sequence
      ) { execution in
        await attend(execution)
      }
      switch result.terminationStatus {
      case .exited(let code): return .success(.exited(code))
      case .signaled(let number): return .success(.signalled(number))
      }
    } catch {
      let cause = ProgramHead.isText(invocation.file) ? "it has no first line that names its interpreter" : "\(error)"
      return .failure(ExecutorError(.unreachable, "\(invocation.file) could not be started: \(cause)"))
    }
  }

  private func attend(_ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async {
    let process = execution.processIdentifier.value
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        // A program need not read its input.
        _ = try? await execution.standardInputWriter.write(invocation.input)
        try? await execution.standardInputWriter.finish()
      }
      group.addTask { await output.fill(from: execution.standardOutput, of: process) }
      group.addTask { await errorOutput.fill(from: execution.standardError, of: process) }
    }
    var pause = Duration.microseconds(200)
    while !Self.hasExited(process) {
      // In a task of its own, since a cancelled one does not sleep.
      await Task { [pause] in try? await Task.sleep(for: pause) }.value
      pause = min(pause * 2, .milliseconds(50))
    }
    // The program is dead and not yet reaped, so its group's number can't be another's.
    if Task.isCancelled || !leavesBackgroundRunning {
      try? execution.send(signal: .kill, toProcessGroup: true)
      Remains.end(invocation.environment[Remains.variable] ?? "", startedBy: Int(process))
    }
  }

  /// Whether a child of ours has ended; it is not reaped.
  static func hasExited(_ process: pid_t) -> Bool {
    var information = unsafe siginfo_t()
    let result = unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
    return unsafe result != 0 || information.si_signo == SIGCHLD
  }
}

/// A value of a type that only literals are known to make: swift-subprocess takes paths of a module that it does not
/// export.
private func literal<T: ExpressibleByStringLiteral>(_ text: String) -> T where T.StringLiteralType == String {
  T(stringLiteral: text)
}
