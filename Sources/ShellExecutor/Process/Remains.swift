import FoundationEssentials

/// Programs that a killed process started and that have outlived it.
///
/// Each program is told the name of its call in an environment variable, which all that it starts inherits. Who clears its
/// environment or belongs to another user (`sudo`) is not recognised.
enum Remains {
  /// The variable that holds the call's name, the same when the call is sent again: of use as an idempotency key, too.
  static let variable = "PLAYBOOK_CALL"
  /// How many are named.
  private static let most = 5

  /// A phrase for each program of the call that runs; nil where the system does not show the programs that run.
  static func find(_ callID: String) -> [String]? {
    guard !callID.isEmpty, let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc"),
      names.contains("self")
    else { return nil }
    let mark = Array("\(variable)=\(callID)".utf8)
    let processes = names.compactMap { Int($0) }.sorted().filter { number in
      guard let environment = contents(number, "environ") else { return false }
      return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
    }
    var phrases = processes.prefix(most).map { "process \($0) (\(commandLine($0)))" }
    if processes.count > most { phrases.append("\(processes.count - most) more") }
    return phrases
  }

  private static func commandLine(_ number: Int) -> String {
    let words = (contents(number, "cmdline") ?? []).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return String(words.joined(separator: " ").prefix(60))
  }

  private static func contents(_ number: Int, _ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "/proc/\(number)/\(name)").map { [UInt8]($0) }
  }
}
