import ExecutorKit
import SourceText
import Subprocess
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A plugin's program and its streams: lines in, lines out, and the end of its standard error.
struct PluginProgram: Sendable {
  /// The longest line that is read.
  static let lineLimit = 32 << 20
  /// How long it may live on when its output has ended.
  private static let grace = Duration.milliseconds(500)

  let file: PluginFile
  let home: String
  private let complaint = Complaint()

  init(file: PluginFile, home: String) {
    self.file = file
    self.home = home
  }

  /// How it ended.
  struct Ending: Sendable {
    /// "exited with 3: no such module".
    let text: String
  }

  typealias Line = Result<[UInt8], LineSplitter.TooLong>

  /// Runs the program until it ends or the task is cancelled. `receive` gets each line, and says whether it wants more.
  func run(sending lines: AsyncStream<[UInt8]>, receive: @escaping @Sendable (Line) -> Bool) async -> Ending {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)]
    var environment: [Environment.Key: String] = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC",
    ]
    environment["HOME"] = home
    do {
      let result = try await Subprocess.run(
        .path(literal(file.path)), environment: .custom(environment), workingDirectory: .some(literal("/")),
        platformOptions: options, input: .inputWriter, output: .sequence, error: .sequence
      ) { execution in
        await attend(execution, sending: lines, receive: receive)
      }
      switch result.terminationStatus {
      case .exited(let code): return Ending(text: "exited with \(code)\(complaint.text)")
      case .signaled(let number): return Ending(text: "was ended by signal \(number)\(complaint.text)")
      }
    } catch {
      return Ending(text: "could not be started: \(error)")
    }
  }

  private func attend(
    _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>, sending lines: AsyncStream<[UInt8]>,
    receive: @escaping @Sendable (Line) -> Bool
  ) async {
    let process = execution.processIdentifier.value
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await line in lines {
          // A plugin that no longer reads shows by its output's end.
          _ = try? await execution.standardInputWriter.write(line)
        }
        try? await execution.standardInputWriter.finish()
      }
      group.addTask {
        await Self.read(execution.standardError, of: process) { bytes in
          complaint.keep(bytes)
          return true
        }
      }
      var splitter = LineSplitter(limit: Self.lineLimit)
      await Self.read(execution.standardOutput, of: process) { bytes in
        do throws(LineSplitter.TooLong) {
          return try splitter.lines(in: bytes).allSatisfy { receive(.success($0)) }
        } catch {
          return receive(.failure(error))
        }
      }
      await Self.settle(execution)
      group.cancelAll()
    }
    // It is dead and not yet reaped, so its group's number can't be another's.
    try? execution.send(signal: .kill, toProcessGroup: true)
  }

  /// Reads until the stream ends, nothing more is wanted, or the program has exited and its remaining output is read: a
  /// program that it started may hold the stream for ever. A cancelled task still reads the bytes that are there.
  private static func read(
    _ stream: SubprocessOutputSequence, of process: pid_t, take: ([UInt8]) -> Bool
  ) async {
    var iterator = stream.makeAsyncIterator()
    var readsAfterExit = 0
    while readsAfterExit < 16 {
      if hasExited(process) { readsAfterExit += 1 }
      guard let buffer = try? await iterator.next() else { return }
      let bytes = unsafe buffer.withUnsafeBytes { unsafe Array($0) }
      if !take(bytes) { return }
    }
  }

  /// Waits for the program to exit, and kills it and its children where it doesn't.
  private static func settle(_ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async {
    let end = ContinuousClock.now + grace
    var pause = Duration.microseconds(200)
    while !hasExited(execution.processIdentifier.value) {
      if ContinuousClock.now > end { try? execution.send(signal: .kill, toProcessGroup: true) }
      // In a task of its own, since a cancelled one does not sleep.
      await Task { [pause] in try? await Task.sleep(for: pause) }.value
      pause = min(pause * 2, .milliseconds(50))
    }
  }

  /// Whether a child of ours has ended; it is not reaped.
  private static func hasExited(_ process: pid_t) -> Bool {
    var information = unsafe siginfo_t()
    let result = unsafe waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
    return unsafe result != 0 || information.si_signo == SIGCHLD
  }
}

/// The end of a plugin's standard error.
private final class Complaint: Sendable {
  private let tail = Mutex<[UInt8]>([])
  private static let most = 4096

  func keep(_ bytes: [UInt8]) {
    tail.withLock { tail in
      tail = Array((tail + bytes.suffix(Self.most)).suffix(Self.most))
    }
  }

  /// ": " and the last line, or nothing.
  var text: String {
    let bytes = tail.withLock { $0 }
    let last = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }).last
    // Of a line whose beginning is gone nothing is shown: half a secret would not be known as one.
    guard let last, last.startIndex > 0 || bytes.count < Self.most else { return "" }
    let text = String(decoding: last, as: UTF8.self)
    return ": " + text.beginning(200)
  }
}

/// A value of a type that only literals are known to make: swift-subprocess takes paths of a module that it does not
/// export.
private func literal<T: ExpressibleByStringLiteral>(_ text: String) -> T where T.StringLiteralType == String {
  T(stringLiteral: text)
}
