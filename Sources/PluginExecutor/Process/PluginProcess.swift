import CEL
import ExecutorKit
import Synchronization

/// One running plugin, and the request that it is answering.
final class PluginProcess: Sendable {
  /// How long a plugin has to answer a request that was given up.
  private static let grace = Duration.seconds(2)

  private let name: String
  private let outgoing: AsyncStream<[UInt8]>.Continuation
  private let state = Mutex(State())

  private struct State {
    var nextID: Int64 = 1
    var current: Exchange?
    /// A request given up before it was sent.
    var interrupted: (id: Int64, code: ExecutorError.Code)?
    /// Set where it will answer no more.
    var end: ExecutorError?
    var hasExited = false
    var running: Task<Void, Never>?
  }

  private struct Exchange {
    let id: Int64
    let request: Request
    let continuation: CheckedContinuation<Reply, Never>
    /// Why the answer is no longer wanted.
    var stop: ExecutorError.Code?
  }

  init(_ file: PluginFile, home: String) {
    name = file.name
    let (lines, outgoing) = AsyncStream<[UInt8]>.makeStream()
    self.outgoing = outgoing
    let program = PluginProgram(file: file, home: home)
    let running = Task {
      let ending = await program.run(sending: lines) { self.receive($0) }
      outgoing.finish()
      self.finish(ending)
    }
    state.withLock { $0.running = running }
  }

  /// Whether it can take another request.
  var isUsable: Bool { state.withLock { $0.end == nil && $0.current == nil } }

  /// Sends a request and waits for the answer. When the deadline passes or the task is cancelled, the plugin is told,
  /// and killed where it does not answer within two seconds.
  func exchange(_ request: Request, until deadline: ContinuousClock.Instant) async -> Reply {
    let id = state.withLock { state in
      defer { state.nextID += 1 }
      return state.nextID
    }
    let alarm = Task {
      try await Task.sleep(until: deadline, clock: .continuous)
      interrupt(id, .timedOut)
    }
    defer { alarm.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let exchange = Exchange(id: id, request: request, continuation: continuation)
        if let refusal = begin(exchange) {
          continuation.resume(returning: .failure(refusal))
        } else {
          outgoing.yield(request.line(id: id))
        }
      }
    } onCancel: {
      interrupt(id, .cancelled)
    }
  }

  private func begin(_ exchange: Exchange) -> ExecutorError? {
    state.withLock { state in
      if let end = state.end { return end }
      if let interrupted = state.interrupted, interrupted.id == exchange.id {
        return ExecutorError(interrupted.code, "plugin \(name) was not asked")
      }
      state.current = exchange
      return nil
    }
  }

  private func interrupt(_ id: Int64, _ code: ExecutorError.Code) {
    let isOpen = state.withLock { state in
      guard state.current?.id == id else {
        state.interrupted = (id, code)
        return false
      }
      guard state.current?.stop == nil else { return false }
      state.current?.stop = code
      return true
    }
    guard isOpen else { return }
    outgoing.yield(Request.cancellation(of: id))
    Task {
      try? await Task.sleep(for: Self.grace)
      giveUp(id)
    }
  }

  private func giveUp(_ id: Int64) {
    let exchange = state.withLock { state -> Exchange? in
      guard state.current?.id == id else { return nil }
      state.end = state.end ?? ExecutorError(.disconnected, "plugin \(name) was killed")
      return state.current.take()
    }
    guard let exchange, let code = exchange.stop else { return }
    stop()
    exchange.continuation.resume(returning: .failure(stopped(code, mayHaveTakenEffect: exchange.request.takesEffect)))
  }

  private func stopped(_ code: ExecutorError.Code, mayHaveTakenEffect: Bool) -> ExecutorError {
    let text = code == .timedOut ? "plugin \(name) took too long" : "the call of plugin \(name) was stopped"
    return ExecutorError(code, text, mayHaveTakenEffect: mayHaveTakenEffect)
  }

  /// Takes a line, or the end or failure in its place. False: nothing more is wanted.
  private func receive(_ line: Result<[UInt8], LineSplitter.TooLong>) -> Bool {
    let takesEffect = state.withLock { $0.current?.request.takesEffect ?? false }
    do throws(ExecutorError) {
      guard case .success(let bytes) = line else {
        throw ExecutorError(
          .malformed, "plugin \(name) wrote a line of more than \(PluginProgram.lineLimit >> 20) MiB",
          mayHaveTakenEffect: takesEffect)
      }
      switch try Message(bytes, from: name, takesEffect: takesEffect) {
      case .other: return true
      case .progress(let id, let text):
        let request = state.withLock { $0.current?.id == id ? $0.current?.request : nil }
        request?.progress(text)
        return true
      case .answer(let id, let reply):
        guard deliver(reply, to: id) else {
          throw ExecutorError(
            .malformed, "plugin \(name) answered a question that was not asked", mayHaveTakenEffect: takesEffect)
        }
        return true
      }
    } catch {
      finish(error)
      return false
    }
  }

  private func deliver(_ reply: Reply, to id: Int64) -> Bool {
    let exchange = state.withLock { state in state.current?.id == id ? state.current.take() : nil }
    guard let exchange else { return false }
    guard let code = exchange.stop else {
      exchange.continuation.resume(returning: reply)
      return true
    }
    // It answered after all: with an error that says whether something was done, or because it was done.
    let mayHaveTakenEffect: Bool =
      if case .failure(let error) = reply { error.mayHaveTakenEffect } else { exchange.request.takesEffect }
    exchange.continuation.resume(returning: .failure(stopped(code, mayHaveTakenEffect: mayHaveTakenEffect)))
    return true
  }

  /// Fails the open request, if any, and takes no more.
  private func finish(_ error: ExecutorError) {
    let exchange = state.withLock { state in
      state.end = state.end ?? error
      return state.current.take()
    }
    guard let exchange else { return }
    var error = error
    error.mayHaveTakenEffect = exchange.request.takesEffect
    // The rest of a call that was given up is of no interest.
    if let code = exchange.stop { error = stopped(code, mayHaveTakenEffect: error.mayHaveTakenEffect) }
    exchange.continuation.resume(returning: .failure(error))
  }

  /// Ends the process, which gets SIGTERM and, half a second later, SIGKILL.
  func stop() {
    let running = state.withLock { state in
      state.end = state.end ?? ExecutorError(.disconnected, "plugin \(name) was shut down")
      return state.running
    }
    outgoing.finish()
    running?.cancel()
  }

  /// Asks the plugin to end, closes its standard input, and sees that it is gone.
  func shutDown() async {
    let request = Request(method: "shutdown", parameters: MapValue(), takesEffect: false, progress: { _ in })
    _ = await exchange(request, until: .now + Self.grace)
    outgoing.finish()
    for attempt in 0..<400 {
      if state.withLock({ $0.hasExited }) { return }
      if attempt == 50 { stop() }
      try? await Task.sleep(for: .milliseconds(10))
    }
  }

  private func finish(_ ending: PluginProgram.Ending) {
    finish(ExecutorError(.disconnected, "plugin \(name) \(ending.text)"))
    state.withLock { $0.hasExited = true }
  }
}
