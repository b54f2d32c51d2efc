import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import RedisExecutor
import Testing

/// A redis-server of a test's own, on a Unix socket in a temporary folder.
final class RedisServer: Sendable {
  let folder: String
  let executor = RedisExecutor()
  private let process: Process
  private static let program = "/usr/bin/redis-server"

  /// Tests are skipped without redis-server, save where the services are required.
  static var isAvailable: Bool {
    ProcessInfo.processInfo.environment["PLAYBOOK_REQUIRE_SERVICES"] == "1"
      || FileManager.default.isExecutableFile(atPath: program)
  }

  var socket: String { folder + "/redis.sock" }
  var url: String { "unix://\(socket)" }

  private init(_ arguments: [String], tcp: Bool) throws {
    folder = "/tmp/pbr-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    process = Process()
    process.executableURL = URL(fileURLWithPath: Self.program)
    process.arguments =
      ["--unixsocket", folder + "/redis.sock", "--save", "", "--appendonly", "no", "--dir", folder]
      + ["--enable-debug-command", "yes", "--bind", "127.0.0.1"] + (tcp ? [] : ["--port", "0"]) + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// Runs a test's body with a server, and stops the server.
  static func with(
    _ arguments: [String] = [], tcp: Bool = false, _ body: (RedisServer) async throws -> Void
  ) async throws {
    let server = try RedisServer(arguments, tcp: tcp)
    do {
      for _ in 0..<500 where !FileManager.default.fileExists(atPath: server.socket) {
        try await Task.sleep(for: .milliseconds(10))
      }
      // The socket's file is there before anybody listens at it.
      for _ in 0..<100 where try server.cli("PING").isEmpty { try await Task.sleep(for: .milliseconds(10)) }
      try await body(server)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  func stop() async {
    await executor.close()
    kill()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Ends the server at once, as a crash would.
  func kill() {
    if process.isRunning {
      Foundation.kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Stops the server's process without ending it: it accepts connections and never answers.
  func hang() { Foundation.kill(process.processIdentifier, SIGSTOP) }

  func query(_ words: Value..., limits: CallContext.Limits = .init()) async throws -> CallOutcome {
    try await perform(["args": .list(words)], .query, limits: limits)
  }

  @discardableResult
  func act(_ words: Value..., settings: [(String, Value)] = []) async throws -> CallOutcome {
    try await perform(["args": .list(words)], .act, settings: settings)
  }

  @discardableResult
  func perform(
    _ arguments: Value, _ mode: CallMode, settings: [(String, Value)] = [], limits: CallContext.Limits = .init(),
    within time: Duration = .seconds(20)
  ) async throws -> CallOutcome {
    try await executor.perform(
      call(arguments, mode), context: .test([("url", .string(url))] + settings, limits: limits, within: time))
  }

  /// What an independent client gets for a command line.
  func cli(_ words: String...) throws -> String { try cli(words) }

  func cli(_ words: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/redis-cli")
    process.arguments = ["-s", socket] + words
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  /// All that a query must not change: the data of every database, settings, users, functions, scripts.
  func snapshot(script digest: String) throws -> [String] {
    try [
      cli("DEBUG", "DIGEST"), cli("DUMP", "counter"), cli("CONFIG", "GET", "*"), cli("ACL", "LIST"),
      cli("FUNCTION", "LIST"), cli("SCRIPT", "EXISTS", digest), cli("XINFO", "GROUPS", "log"), cli("SLOWLOG", "LEN"),
      cli("LASTSAVE"), cli("ROLE"), cli("INFO", "keyspace").replacing(/avg_ttl=[0-9]+/, with: ""),
      cli("MODULE", "LIST"), cli("PTTL", "forever"), cli("LATENCY", "LATEST"),
    ]
  }
}

func call(_ arguments: Value, _ mode: CallMode, host: String? = nil) -> ResolvedCall {
  ResolvedCall(
    executor: "redis", mode: mode, target: "redis", host: host, arguments: arguments.mapValue ?? MapValue())
}

extension CallContext {
  static func test(
    _ settings: [(String, Value)], limits: Limits = .init(), within time: Duration = .seconds(20)
  ) -> CallContext {
    CallContext(
      target: ResolvedTarget(name: "redis", settings: MapValue(settings), environment: "test"),
      deadline: .now + time, label: "playbook 7f3k step", limits: limits)
  }
}

/// The error that `body` throws; records an issue where it throws none.
func failure(
  _ location: SourceLocation = #_sourceLocation, _ body: () async throws -> CallOutcome
) async -> ExecutorError {
  do {
    let outcome = try await body()
    Issue.record("no error, but \(Value.map(outcome.fields).jsonText())", sourceLocation: location)
  } catch let error as ExecutorError {
    return error
  } catch {
    Issue.record("\(error)", sourceLocation: location)
  }
  return ExecutorError(.malformed, "")
}
