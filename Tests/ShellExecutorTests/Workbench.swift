import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import ShellExecutor
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A temporary folder with programs, and calls of the shell executor that go there.
final class Workbench: Sendable {
  let folder: String
  let executor: any Executor = ShellExecutor()

  init() throws {
    folder = "/tmp/playbook-shell-\(UUID().uuidString)"
    for name in ["bin", "other", "work"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
  }

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  var bin: String { folder + "/bin" }

  /// Writes an executable file; without `#!` it is a script for /bin/sh.
  func program(_ name: String, _ text: String, mode: Int = 0o755, in folder: String = "bin") throws {
    let path = "\(self.folder)/\(folder)/\(name)"
    let content = text.hasPrefix("#!") ? text : "#!/bin/sh\n" + text
    try #require(
      FileManager.default.createFile(
        atPath: path, contents: Data(content.utf8), attributes: [.posixPermissions: mode]))
  }

  func link(_ name: String, to destination: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: destination)
  }

  /// The text of a file of the folder, or nil where there is none.
  func text(of name: String) -> String? {
    FileManager.default.contents(atPath: "\(folder)/\(name)").map { String(decoding: $0, as: UTF8.self) }
  }

  /// The process whose number a program wrote into a file, once it is there.
  func process(in name: String) async throws -> pid_t {
    for _ in 0..<500 {
      if let text = text(of: name), text.hasSuffix("\n"), let number = pid_t(text.dropLast()) { return number }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw Missing(name: name)
  }

  struct Missing: Error { let name: String }

  func target(_ settings: [(String, Value)] = []) -> ResolvedTarget {
    var map = MapValue([("path", .list([.string(bin)]))])
    for (name, value) in settings { map[name] = value }
    return ResolvedTarget(name: "shell", settings: map, environment: "test")
  }

  func context(_ settings: [(String, Value)] = [], within: Duration = .seconds(60), bytes: Int? = nil) -> CallContext {
    var limits = CallContext.Limits()
    if let bytes { limits.bytes = bytes }
    return CallContext(
      target: target(settings), deadline: .now + within, label: "test", callID: "\(folder) step[0]", limits: limits)
  }

  func call(_ words: [Value], _ mode: CallMode = .act, _ more: [(String, Value)] = []) -> ResolvedCall {
    ResolvedCall(
      executor: "shell", mode: mode, target: "shell", arguments: MapValue([("args", .list(words))] + more))
  }

  func script(_ text: String, _ mode: CallMode = .act, _ more: [(String, Value)] = []) -> ResolvedCall {
    ResolvedCall(
      executor: "shell", mode: mode, target: "shell", arguments: MapValue([("script", .string(text))] + more))
  }

  /// What an act with these words gives.
  func run(_ words: [Value], _ more: [(String, Value)] = []) async throws -> MapValue {
    try await executor.perform(call(words, .act, more), context: context()).fields
  }

  /// The error that `body` ends with.
  func failure(_ body: () async throws -> some Sendable) async -> ExecutorError? {
    do {
      _ = try await body()
      return nil
    } catch {
      return error as? ExecutorError
    }
  }
}

/// Whether a process is gone, given a moment to go.
func isGone(_ process: pid_t) async -> Bool {
  for _ in 0..<250 {
    if kill(process, 0) != 0 || isZombie(process) { return true }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return false
}

/// Whether a process has ended and waits for somebody to take note, as orphans do in a container without an init.
private func isZombie(_ process: pid_t) -> Bool {
  let status = FileManager.default.contents(atPath: "/proc/\(process)/stat") ?? Data()
  return String(decoding: status, as: UTF8.self).contains(") Z ")
}
