import FoundationEssentials
import Subprocess
import Synchronization

/// A scenario's world for as long as a drill needs it.
///
/// The world is a process of its own, `playbook-world`, that ends when its standard input does: however this process
/// ends, the servers end with it.
public final class DrillSession: Sendable {
  public let addresses: WorldAddresses
  private let task: Task<String, Never>
  private let release: AsyncStream<Never>.Continuation

  private init(addresses: WorldAddresses, task: Task<String, Never>, release: AsyncStream<Never>.Continuation) {
    self.addresses = addresses
    self.task = task
    self.release = release
  }

  deinit { release.finish() }

  /// Starts the world of the scenario in the folder `scenario` and waits until it is up.
  ///
  /// - Parameters:
  ///   - worldProgram: the path of `playbook-world`.
  ///   - folder: where the world keeps its files, an absolute path at which nothing is; by default a new one in /tmp.
  ///   - cache: where seeded databases are kept; nil: the user's cache.
  /// - Throws: with the text that `playbook-world` wrote where it fails, or when it isn't up within `timeout`.
  public static func start(
    scenario: String, worldProgram: String, folder: String? = nil, cache: String? = nil,
    timeout: Duration = .seconds(60)
  ) async throws(DrillError) -> DrillSession {
    let folder = folder ?? "/tmp/playbook-drill-\(UUID().uuidString.prefix(8).lowercased())"
    let arguments = [scenario, "--folder", folder] + (cache.map { ["--cache", $0] } ?? [])
    let (news, tell) = AsyncStream<News>.makeStream()
    let (hold, release) = AsyncStream<Never>.makeStream()
    let task = Task {
      let ending = await run(worldProgram, arguments, hold: hold) { tell.yield($0) }
      tell.yield(.ended(ending))
      return ending
    }
    let timer = Task {
      try await Task.sleep(for: timeout)
      tell.yield(.late)
    }
    defer {
      timer.cancel()
      tell.finish()
    }
    var problem = DrillError(.failed, "the start of the drill's world was cancelled")
    search: for await piece in news {
      switch piece {
      case .line(let line):
        guard let addresses = WorldAddresses(line: line) else { continue }
        return DrillSession(addresses: addresses, task: task, release: release)
      case .ended(let ending):
        problem = DrillError(.failed, ending)
        break search
      case .late:
        problem = DrillError(.timedOut, "the drill's world was not up within \(timeout)")
        break search
      }
    }
    release.finish()
    _ = await task.value
    throw problem
  }

  /// The requests that the admin API has got so far.
  public func calls() throws(DrillError) -> [RecordedCall] { try RecordedCall.read(addresses.calls) }

  /// The drill's secrets by name: the files of its folder of secrets, as they are now.
  package func secrets() throws(DrillError) -> [String: String] { try DrillSecrets(addresses.secrets).all() }

  /// Tears the world down and waits until all of it is gone.
  public func stop() async {
    release.finish()
    _ = await task.value
  }

  private enum News: Sendable {
    case line(String)
    case ended(String)
    case late
  }

  private static func run(
    _ program: String, _ arguments: [String], hold: AsyncStream<Never>, tell: @escaping @Sendable (News) -> Void
  ) async -> String {
    var options = PlatformOptions()
    // A Ctrl-C at the terminal is the run's to answer, not the world's.
    options.processGroupID = 0
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(15))]
    let errors = Tail(limit: 500)
    do {
      let result = try await Subprocess.run(
        .path(literal(program)), arguments: Arguments(arguments), environment: .inherit, platformOptions: options,
        input: .inputWriter, output: .sequence, error: .sequence
      ) { execution in
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            var lines = LineSplitter()
            for try await buffer in execution.standardOutput {
              for line in unsafe buffer.withUnsafeBytes({ unsafe lines.feed($0) }) { tell(.line(line)) }
            }
          }
          group.addTask {
            var lines = LineSplitter()
            for try await buffer in execution.standardError {
              for line in unsafe buffer.withUnsafeBytes({ unsafe lines.feed($0) }) { errors.append(line) }
            }
          }
          group.addTask {
            for await _ in hold {}
            try? await execution.standardInputWriter.finish()
          }
          // Both streams end when the world does, whether it was told to or not.
          try await group.next()
          try await group.next()
          group.cancelAll()
        }
      }
      return errors.isEmpty ? "the drill's world ended with \(text(of: result.terminationStatus))" : errors.text
    } catch {
      return "the drill's world could not be started (\(program)): \(error)"
    }
  }
}
