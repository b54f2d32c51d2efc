import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import PluginExecutor
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A temporary folder with plugins, and calls that go to them.
final class PluginFolder: Sendable {
  let path: String

  init() throws {
    path = "/tmp/playbook-plugins-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The echo plugin of the documentation.
  static func withEcho() throws -> PluginFolder {
    let folder = try PluginFolder()
    let fixture = #filePath.split(separator: "/").dropLast().map(String.init) + ["Fixtures", "playbook-executor-echo"]
    let text = try #require(FileManager.default.contents(atPath: "/" + fixture.joined(separator: "/")))
    try folder.write("playbook-executor-echo", String(decoding: text, as: UTF8.self))
    return folder
  }

  /// Writes a plugin `odd` that describes itself and then does `body`, a part of a shell script that is run for each
  /// line after the first; `$id` is the request's id.
  static func withOdd(_ body: String, reads: String = "true") throws -> PluginFolder {
    let folder = try PluginFolder()
    try folder.write(
      "playbook-executor-odd",
      """
      #!/bin/sh
      echo $$ >> \(folder.path)/pids
      describe() {
        printf '%s' '{"jsonrpc":"2.0","id":'"$id"',"result":{"protocol":1,"name":"odd","fields":[{"name":"text","type":'
        echo '"text"}],"outcome":{"n":"int"},"reads":\(reads)}}'
      }
      while read -r line; do
        id=$(echo "$line" | sed 's/.*"id":\\([0-9]*\\).*/\\1/')
        case "$line" in
          *'"describe"'*) describe; continue;;
          *'"validate"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":[]}'; continue;;
          *'"shutdown"'*) echo '{"jsonrpc":"2.0","id":'"$id"',"result":null}'; exit 0;;
        esac
        \(body)
      done

      """)
    return folder
  }

  func write(_ name: String, _ text: String, mode: Int = 0o755) throws {
    try #require(
      FileManager.default.createFile(
        atPath: path + "/" + name, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
  }

  func text(of name: String) -> String? {
    FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether all processes that wrote their number to `pids` are gone, given a moment to go.
  func isDeserted() async -> Bool {
    let processes = (text(of: "pids") ?? "").split(separator: "\n").compactMap { pid_t($0) }
    for _ in 0..<400 {
      if !processes.isEmpty, processes.allSatisfy({ kill($0, 0) != 0 }) { return true }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return false
  }

  func plugin() async throws -> PluginExecutor {
    try #require(try await PluginExecutor.discover(in: [path]).first)
  }

  /// The error that finding the plugins ends with.
  func discoveryFailure() async -> ExecutorError? {
    do {
      for plugin in try await PluginExecutor.discover(in: [path]) { await plugin.close() }
      return nil
    } catch {
      return error
    }
  }
}

func call(_ name: String, _ arguments: [(String, Value)], _ mode: CallMode = .act) -> ResolvedCall {
  ResolvedCall(executor: name, mode: mode, target: name, arguments: MapValue(arguments))
}

func context(
  _ settings: [(String, Value)] = [("trusted", true)], within: Duration = .seconds(60),
  progress: @escaping @Sendable (String) -> Void = { _ in }
) -> CallContext {
  let target = ResolvedTarget(name: "plugin", settings: MapValue(settings), environment: "test")
  return CallContext(target: target, deadline: .now + within, label: "test", progress: progress)
}

extension PluginExecutor {
  /// The error that a call ends with.
  func failure(_ call: ResolvedCall, _ context: CallContext) async -> ExecutorError? {
    do {
      _ = try await perform(call, context: context)
      return nil
    } catch {
      return error
    }
  }
}
