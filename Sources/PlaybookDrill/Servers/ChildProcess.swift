import Subprocess
import Synchronization

/// A program that runs beside the world until it is stopped or ends.
final class ChildProcess: Sendable {
  /// Its name in messages: `redis-server`.
  let name: String
  /// Gives how it ended.
  private let task: Task<String, Never>
  private let output: Tail

  private init(name: String, task: Task<String, Never>, output: Tail) {
    self.name = name
    self.task = task
    self.output = output
  }

  /// Starts `command` in a process group of its own and returns once a line that it writes holds `ready`; nil: at once.
  ///
  /// `command` has the arguments of setpriv(1), see ``ServerAccount/command(_:endedBy:)``. Throws with the last lines
  /// that it wrote when it ends before that, or when `timeout` passes.
  static func start(
    _ name: String, _ command: [String], folder: String, stop signal: Signal = .terminate, ready: String? = nil,
    timeout: Duration = .seconds(30)
  ) async throws(DrillError) -> ChildProcess {
    let output = Tail()
    let (news, continuation) = AsyncStream<News>.makeStream()
    let task = Task {
      let ending = await run(command, folder: folder, stop: signal, output: output) { continuation.yield($0) }
      continuation.yield(.ended(ending))
      continuation.finish()
      return ending
    }
    let child = ChildProcess(name: name, task: task, output: output)
    let timer = Task {
      try await Task.sleep(for: timeout)
      continuation.yield(.late)
    }
    defer {
      timer.cancel()
      continuation.finish()
    }
    for await piece in news {
      switch piece {
      case .started: if ready == nil { return child }
      case .line(let line): if let ready, line.contains(ready) { return child }
      case .ended(let ending): throw DrillError(.failed, "\(name) \(ending)\(output.quoted)")
      case .late:
        await child.stop()
        throw DrillError(.timedOut, "\(name) was not ready within \(timeout)\(output.quoted)")
      }
    }
    await child.stop()
    throw DrillError(.failed, "the start of \(name) was cancelled")
  }

  /// Asks it to end, kills it and all in its process group when it doesn't, and waits until it is gone.
  func stop() async {
    task.cancel()
    _ = await task.value
  }

  /// Waits until it has ended by itself.
  func end() async { _ = await task.value }

  /// How it ended, once it has: "ended with exit code 1" and the last lines that it wrote.
  var ending: String {
    get async { await task.value + output.quoted }
  }

  private enum News: Sendable {
    case started
    case line(String)
    case ended(String)
    case late
  }

  private static func run(
    _ command: [String], folder: String, stop signal: Signal, output: Tail, tell: @escaping @Sendable (News) -> Void
  ) async -> String {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [.send(signal: signal, toProcessGroup: true, allowedDurationToNextStep: .seconds(3))]
    do {
      let result = try await Subprocess.run(
        .path(literal("/usr/bin/setpriv")), arguments: Arguments(command), environment: .inherit,
        workingDirectory: literal(folder), platformOptions: options, input: .none, output: .sequence,
        error: .combinedWithOutput
      ) { execution in
        tell(.started)
        var lines = LineSplitter()
        for try await buffer in execution.standardOutput {
          for line in unsafe buffer.withUnsafeBytes({ unsafe lines.feed($0) }) {
            output.append(line)
            tell(.line(line))
          }
        }
      }
      return "ended with " + text(of: result.terminationStatus)
    } catch {
      return "could not be started: \(error)"
    }
  }
}

/// A command that is run to its end.
enum Command {
  /// A command's output, and whether it ended with exit code 0.
  struct Result: Sendable {
    var succeeded: Bool
    /// Standard output and standard error as they came.
    var output: String
    /// "exit code 1".
    var status: String
  }

  /// Runs a command with the arguments of setpriv(1), see ``ServerAccount/command(_:endedBy:)``, with `input` on its
  /// standard input; more output than `limit` bytes is an error.
  static func run(
    _ command: [String], input: [UInt8] = [], limit: Int = 4 << 20
  ) async throws(DrillError) -> Result {
    do {
      let result = try await Subprocess.run(
        .path(literal("/usr/bin/setpriv")), arguments: Arguments(command), environment: .inherit, input: .array(input),
        output: .string(limit: limit), error: .combinedWithOutput)
      return Result(
        succeeded: result.terminationStatus.isSuccess, output: result.standardOutput,
        status: text(of: result.terminationStatus))
    } catch {
      throw DrillError(.failed, "could not run \(command.joined(separator: " ")): \(error)")
    }
  }
}

/// The last lines that a program wrote, kept for the message when it fails.
final class Tail: Sendable {
  private let limit: Int
  private let lines = Mutex<[String]>([])

  init(limit: Int = 12) { self.limit = limit }

  func append(_ line: String) {
    lines.withLock {
      $0.append(line)
      if $0.count > limit { $0.removeFirst() }
    }
  }

  var isEmpty: Bool { lines.withLock { $0.isEmpty } }

  var text: String { lines.withLock { $0.joined(separator: "\n") } }

  /// Each on a line of its own, indented; empty where there is none.
  var quoted: String { lines.withLock { $0.map { "\n  " + $0 }.joined() } }
}

/// Cuts bytes into lines as they come.
struct LineSplitter {
  private var rest: [UInt8] = []

  /// The lines that `bytes` complete, without their breaks. A line over 64 KiB is cut.
  mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [String] {
    var lines: [String] = []
    for byte in unsafe Array(bytes) {
      if byte == UInt8(ascii: "\n") {
        lines.append(String(decoding: rest, as: UTF8.self))
        rest.removeAll(keepingCapacity: true)
      } else if rest.count < 64 << 10 {
        rest.append(byte)
      }
    }
    return lines
  }
}

/// A text as a type that is made from text literals: swift-subprocess wants a path type whose module is not ours to
/// import.
func literal<Path: ExpressibleByStringLiteral>(_ text: String) -> Path where Path.StringLiteralType == String {
  Path(stringLiteral: text)
}

func text(of status: TerminationStatus) -> String {
  switch status {
  case .exited(let code): "exit code \(code)"
  case .signaled(let number): "signal \(number)"
  }
}
