import Foundation

/// A scenario's world, real servers, that `playbook drill --serve` keeps up while the program is run against it.
final class ServedWorld {
  /// Redis's socket.
  let redis: String
  /// The administrator's address of PostgreSQL.
  let sql: String
  /// The world's folder: `bin` and what its programs write.
  let folder: String
  /// The file of environments that names it.
  let environments: String
  private let process: Process

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Starts the world of a scenario in the program's `books`.
  init(_ scenario: String, of program: Program) throws {
    let process = Process()
    let output = try program.configure(
      process, ["drill", scenario, "--serve", "--playbooks", "books"], name: "world")
    try process.run()
    for _ in 0..<600 {
      let text = try String(contentsOf: output, encoding: .utf8)
      let words = Dictionary(
        text.split(separator: "\n").map { line in
          (String(line.prefix(13)).trimmingCharacters(in: .whitespaces), String(line.dropFirst(13)))
        }, uniquingKeysWith: { $1 })
      if let folder = words["folder"], let redis = words["redis"], let sql = words["sql (admin)"],
        let environment = words["environment"]
      {
        self.process = process
        self.folder = folder
        self.redis = String(redis.split(separator: " ").last ?? "")
        self.sql = String(sql.split(separator: "'").last ?? "")
        environments = String(environment.split(separator: " ").last ?? "")
        return
      }
      guard process.isRunning else { break }
      Thread.sleep(forTimeInterval: 0.1)
    }
    if process.isRunning { process.terminate() }
    let errors = try? String(contentsOf: output.deletingPathExtension().appendingPathExtension("err"), encoding: .utf8)
    throw Failure(description: "the world is not up: \(errors ?? "")")
  }

  func stop() {
    guard process.isRunning else { return }
    process.interrupt()
    process.waitUntilExit()
  }

  /// What PostgreSQL answers to a statement, a row a line.
  func rows(_ statement: String) throws -> [String] {
    try Self.output("/usr/bin/psql", [sql, "-AtF", " ", "-c", statement]).split(separator: "\n").map(String.init)
  }

  /// What a program writes.
  static func output(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(program) failed") }
    return String(decoding: data, as: UTF8.self)
  }
}
