import Foundation

/// The program itself, beside the test bundle, run as a user runs it without a terminal.
struct Program {
  struct Result {
    var code: Int32
    var output: String
    var errors: String
  }

  let folder: URL

  /// A temporary folder to run in, removed with `remove()`.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "playbook-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() {
    try? FileManager.default.removeItem(at: folder)
  }

  /// The repository's root, from this file's own place.
  static var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  static var path: URL {
    URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent().appending(
      path: "playbook")
  }

  func write(_ text: String, to name: String) throws {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// What it said, with `input` on its standard input through a pipe.
  func run(_ arguments: String..., input: String? = nil) throws -> Result {
    try run(all: arguments, input: input)
  }

  func run(all arguments: [String], input: String? = nil, variables: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = Self.path
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PLAYBOOK_RUNS"] = folder.appending(path: "runs").path
    environment["HOME"] = folder.path
    environment["XDG_CONFIG_HOME"] = nil
    process.environment = environment.merging(variables) { $1 }
    let pipe = input.map { _ in Pipe() }
    process.standardInput = pipe ?? FileHandle.nullDevice
    let output = folder.appending(path: "output.txt")
    let errors = folder.appending(path: "errors.txt")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    if let pipe, let input {
      try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try pipe.fileHandleForWriting.close()
    }
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }
}
