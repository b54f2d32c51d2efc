import FoundationEssentials

/// A throw-away redis-server on a Unix socket: no TCP, nothing kept on disk but by ``shutDown()``.
struct RedisServer: Sendable {
  let socket: String
  let process: ChildProcess

  /// Starts it with its socket in `folder`, which `account` owns.
  static func start(in folder: String, as account: ServerAccount) async throws(DrillError) -> RedisServer {
    let socket = folder + "/redis.sock"
    let command = [
      "redis-server", "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700", "--save", "", "--appendonly",
      "no", "--daemonize", "no", "--dir", folder,
    ]
    let process = try await ChildProcess.start(
      "redis-server", account.command(command), folder: folder, ready: "ready to accept connections")
    return RedisServer(socket: socket, process: process)
  }

  /// Has it write its data down, for the next start, and end.
  func shutDown() async {
    let command = ["redis-cli", "-s", socket, "SHUTDOWN", "SAVE"]
    _ = try? await Command.run(ServerAccount(user: nil).command(command))
    await process.end()
  }

  var url: String { "unix://" + socket }

  /// Runs a Lua script, if there is one, then commands, one a line in redis-cli's quoting; lines that begin with `#`
  /// and empty lines are passed over. Throws at an error that Redis answers.
  func seed(script: String?, commands: String?) async throws(DrillError) {
    if let script {
      try await run(["redis-cli", "-s", socket, "--no-raw", "--eval", script], input: [], from: script)
    }
    guard let commands else { return }
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: commands)) } catch {
      throw DrillError(.badDescription, "can't read \(commands): \(error)")
    }
    let lines = data.split(separator: UInt8(ascii: "\n")).filter { line in
      guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return false }
      return first != UInt8(ascii: "#")
    }
    let input = lines.flatMap { Array($0) + [UInt8(ascii: "\n")] }
    try await run(["redis-cli", "-s", socket, "--no-raw"], input: input, from: commands)
  }

  private func run(_ command: [String], input: [UInt8], from file: String) async throws(DrillError) {
    let result = try await Command.run(ServerAccount(user: nil).command(command), input: input)
    // Without --raw a reply that is text comes in quotes, so that only an error begins like this.
    let complaint = result.output.split(separator: "\n").first {
      $0.hasPrefix("(error)") || $0.hasPrefix("Invalid argument(s)") || $0.hasPrefix("Error:")
        || $0.hasPrefix("Could not")
    }
    if let complaint { throw DrillError(.failed, "\(file): Redis says: \(complaint)") }
    guard result.succeeded else { throw DrillError(.failed, "\(file): redis-cli ended with \(result.status)") }
  }
}
