import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Programs that a killed process started and that have outlived it.
///
/// Each program is told the name of its call in an environment variable, which all that it starts inherits. One that
/// clears its environment or belongs to another user (`sudo`) is not recognised.
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
    let processes = numbers(of: callID, among: names)
    var phrases = processes.prefix(most).map { "process \($0) (\(commandLine($0)))" }
    if processes.count > most { phrases.append("\(processes.count - most) more") }
    return phrases
  }

  /// Kills the programs that a program has started, also those that have left its session (`setsid`): every program of
  /// the call that is not older than its first process, which has ended and not been reaped.
  static func end(_ callID: String, startedBy first: Int) {
    guard !callID.isEmpty, let began = startTime(first) else { return }
    // A program that one of them starts meanwhile is found the next time.
    for _ in 0..<5 {
      guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return }
      let left = numbers(of: callID, among: names).filter { startTime($0).map { $0 >= began } ?? false }
      if left.isEmpty { return }
      for number in left { _ = kill(pid_t(number), SIGKILL) }
    }
  }

  private static func numbers(of callID: String, among names: [String]) -> [Int] {
    let mark = Array("\(variable)=\(callID)".utf8)
    return names.compactMap { Int($0) }.sorted().filter { number in
      guard let environment = contents(number, "environ") else { return false }
      return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
    }
  }

  /// In clock ticks since the machine's start. Source: proc(5), the 22nd field of `stat`.
  private static func startTime(_ number: Int) -> UInt64? {
    guard let stat = contents(number, "stat"), let end = stat.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = stat[end...].split(separator: UInt8(ascii: " "))
    return fields.count > 20 ? UInt64(String(decoding: fields[20], as: UTF8.self)) : nil
  }

  private static func commandLine(_ number: Int) -> String {
    let words = (contents(number, "cmdline") ?? []).split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return String(words.joined(separator: " ").prefix(4096))
  }

  private static func contents(_ number: Int, _ name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "/proc/\(number)/\(name)").map { [UInt8]($0) }
  }
}
