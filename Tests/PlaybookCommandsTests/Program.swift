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

  /// Where all programs of these tests keep the clusters of drills: one is made for each world, not for each test.
  private static let cache: String = {
    _ = atexit { try? FileManager.default.removeItem(atPath: "/tmp/pbt-programs-\(getpid())") }
    return "/tmp/pbt-programs-\(getpid())"
  }()

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
    let output = try configure(process, arguments, name: "said", variables: variables)
    let pipe = input.map { _ in Pipe() }
    if let pipe { process.standardInput = pipe }
    try process.run()
    if let pipe, let input {
      try pipe.fileHandleForWriting.write(contentsOf: Data(input.utf8))
      try pipe.fileHandleForWriting.close()
    }
    process.waitUntilExit()
    let errors = output.deletingPathExtension().appendingPathExtension("err")
    return Result(
      code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
      errors: try String(contentsOf: errors, encoding: .utf8))
  }

  /// Makes a process the program in this folder, without a terminal and with nothing to read. Gives the file that its output
  /// goes to, `NAME.out`; its errors go to `NAME.err`.
  func configure(
    _ process: Process, _ arguments: [String], name: String, variables: [String: String] = [:]
  ) throws -> URL {
    process.executableURL = Self.path
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["PLAYBOOK_RUNS"] = folder.appending(path: "runs").path
    environment["HOME"] = folder.path
    environment["XDG_CONFIG_HOME"] = nil
    environment["XDG_STATE_HOME"] = nil
    environment["XDG_CACHE_HOME"] = Self.cache
    process.environment = environment.merging(variables) { $1 }
    process.standardInput = FileHandle.nullDevice
    let output = folder.appending(path: name + ".out")
    for (url, isError) in [(output, false), (folder.appending(path: name + ".err"), true)] {
      _ = FileManager.default.createFile(atPath: url.path, contents: nil)
      let handle = try FileHandle(forWritingTo: url)
      if isError { process.standardError = handle } else { process.standardOutput = handle }
    }
    return output
  }
}
