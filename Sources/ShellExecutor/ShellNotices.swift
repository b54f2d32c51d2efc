import CEL
import ExecutorKit
import SourceText

/// Remarks on a program's output.
struct ShellNotices {
  let texts: [String]

  init(stdout: Value, errorText: String, jsonProblem: String?) {
    var texts: [String] = []
    if case .bytes(let bytes) = stdout { texts.append(Self.encoding(bytes)) }
    if let line = Self.missing(in: errorText) {
      texts.append("a program was not found (\(line)): the output is that of the others")
    }
    if let jsonProblem { texts.append(jsonProblem) }
    self.texts = texts
  }

  private static func encoding(_ bytes: [UInt8]) -> String {
    let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    return "standard output is not UTF-8 text\(isWide ? " but UTF-16" : ""), so that it is kept as bytes"
  }

  /// The first line by which a shell or a program that starts others says that there is no such program. Looks at no
  /// more than the beginning of a long text.
  ///
  /// dash: `/bin/sh: 1: jq: not found`; bash: `/bin/bash: line 1: jq: command not found`; zsh: `zsh:1: command not
  /// found: jq`; busybox: `sh: jq: not found`; env: `env: 'jq': No such file or directory`.
  static func missing(in text: String) -> String? {
    let lines = text.utf8.prefix(1 << 16).split(maxSplits: 1000, whereSeparator: { $0 == UInt8(ascii: "\n") })
    for bytes in lines {
      let line = Printed.line(String(decoding: bytes, as: UTF8.self))
      if isMissing(line) { return line.beginning(200) }
    }
    return nil
  }

  private static let shells: Set<String> = ["sh", "dash", "bash", "ash", "ksh", "mksh", "zsh", "busybox"]
  private static let starters: Set<String> = [
    "env", "xargs", "nohup", "timeout", "nice", "time", "setsid", "stdbuf", "ionice", "chroot", "sudo", "strace",
  ]

  private static func isMissing(_ line: String) -> Bool {
    if line.contains(": command not found") { return true }
    let parts = line.split(separator: ": ", omittingEmptySubsequences: false)
    guard parts.count > 1, let end = parts.last else { return false }
    let speaker = parts[0].split(separator: "/").last.map(String.init) ?? ""
    if end.hasPrefix("not found") {
      guard parts.count > 2 else { return false }
      return shells.contains(speaker) || parts[1].allSatisfy(\.isNumber) || parts[1].hasPrefix("line ")
    }
    guard end.hasPrefix("No such file or directory") || end.hasPrefix("command not found") else { return false }
    return starters.contains(speaker)
  }
}
