import FoundationEssentials
import PlaybookLanguage
import SQLExecutor
package import SourceText

/// The problems of a drill's files that servers read, as far as they can be told without these.
package enum SeedLint {
  /// The files that are read, beside programs.
  private static let read: Set<String> = [
    "environment.yaml", "redis.lua", "redis.txt", "world.sql", "now.sql", "api.yaml",
  ]

  package static func problems(ofDrill folder: String) throws(DrillError) -> [Diagnostic] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    var found: [Diagnostic] = []
    for name in names
    where !read.contains(name) && [".yaml", ".yml", ".txt", ".lua", ".sql"].contains(where: name.hasSuffix) {
      let file = try DrillWorld.read("\(folder)/\(name)")
      found.append(
        Diagnostic(
          .warning, code: "wrong-drill", "nothing reads the file `\(name)` of a drill",
          at: SourceSpan(file: file, range: 0..<0), help: Suggestion.help(for: name, in: read)))
    }
    if names.contains("redis.txt") { found += problems(ofCommands: try DrillWorld.read("\(folder)/redis.txt")) }
    for name in ["world.sql", "now.sql"] where names.contains(name) {
      found += problems(ofStatements: try DrillWorld.read("\(folder)/\(name)"))
    }
    return found
  }

  /// The first place of a file of statements that PostgreSQL's grammar can't read. The server may know more.
  static func problems(ofStatements file: SourceFile) -> [Diagnostic] {
    guard let problem = SQLFile.problem(in: String(decoding: file.bytes, as: UTF8.self)) else { return [] }
    return [
      Diagnostic(
        .warning, code: "wrong-drill", "PostgreSQL can't read this: \(problem.message)",
        at: SourceSpan(file: file, range: problem.range ?? 0..<0), help: problem.help)
    ]
  }

  /// Commands that redis-cli can't take apart: a quotation mark that is not closed, or after which the word goes on.
  static func problems(ofCommands file: SourceFile) -> [Diagnostic] {
    var found: [Diagnostic] = []
    var start = 0
    for line in file.bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      defer { start += line.count + 1 }
      let command = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      if command.first == UInt8(ascii: "#") || isReadable(Array(command)) { continue }
      found.append(
        Diagnostic(
          code: "wrong-drill", "redis-cli can't read this command: its quotation marks don't match",
          at: SourceSpan(file: file, range: start..<(start + line.count)),
          help: "close each quotation mark, and put a blank behind it"))
    }
    return found
  }

  /// By the rules of `sdssplitargs`, by which redis-cli reads a line.
  private static func isReadable(_ command: [UInt8]) -> Bool {
    var mark: UInt8?
    var position = 0
    while position < command.count {
      let byte = command[position]
      if let open = mark {
        let next = position + 1 < command.count ? command[position + 1] : nil
        if byte == UInt8(ascii: "\\"), open == UInt8(ascii: "\"") || next == open {
          position += 1
        } else if byte == open {
          if let next, ![0x20, 0x09, 0x0D].contains(next) { return false }
          mark = nil
        }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        mark = byte
      }
      position += 1
    }
    return mark == nil
  }
}
