import CEL
import ExecutorKit
import Synchronization

/// The processes of one plugin: each answers one request at a time, and is used again when it has answered.
final class PluginPool: Sendable {
  private let file: PluginFile
  private let home: String
  private let state = Mutex(State())

  private struct State {
    var idle: [PluginProcess] = []
    var isClosed = false
  }

  init(_ file: PluginFile, home: String) {
    self.file = file
    self.home = home
  }

  /// The plugin's answer. `ifMissing` stands for it where the plugin does not know the method; without, that is an
  /// error.
  func request(
    _ method: String, _ parameters: MapValue, until deadline: ContinuousClock.Instant, takesEffect: Bool,
    ifMissing: Value? = nil, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(ExecutorError) -> Value {
    if Task.isCancelled { throw ExecutorError(.cancelled, "plugin \(file.name) was not asked") }
    if deadline <= .now { throw ExecutorError(.timedOut, "no time is left to ask plugin \(file.name)") }
    let process = try process()
    let reply = await process.exchange(
      Request(method: method, parameters: parameters, takesEffect: takesEffect, progress: progress), until: deadline)
    if process.isUsable { keep(process) }
    switch reply {
    case .result(let value): return value
    case .missing:
      if let ifMissing { return ifMissing }
      throw ExecutorError(.malformed, "plugin \(file.name) does not know `\(method)`")
    case .failure(let error): throw error
    }
  }

  private func process() throws(ExecutorError) -> PluginProcess {
    let (idle, isClosed) = state.withLock { state in (state.idle.popLast(), state.isClosed) }
    if let idle, idle.isUsable { return idle }
    if isClosed { throw ExecutorError(.disconnected, "plugin \(file.name) was shut down") }
    // A program that was safe to start when it was found may have been changed since.
    try file.check()
    return PluginProcess(file, home: home)
  }

  private func keep(_ process: PluginProcess) {
    let isClosed = state.withLock { state in
      if !state.isClosed { state.idle.append(process) }
      return state.isClosed
    }
    if isClosed { process.stop() }
  }

  /// Asks every process to shut down, and kills those that don't within two seconds.
  func close() async {
    let processes = state.withLock { state in
      state.isClosed = true
      defer { state.idle = [] }
      return state.idle
    }
    await withTaskGroup(of: Void.self) { group in
      for process in processes { group.addTask { await process.shutDown() } }
    }
  }
}
