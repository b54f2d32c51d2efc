import PlaybookTerminal
#if canImport(Glibc)
import Glibc
#endif

/// A secret typed at the terminal: not echoed, not kept by the line editor.
enum SecretPrompt {
  static func read(_ name: String, _ terminal: TerminalOperator) async -> String? {
    guard terminal.isInteractive else { return nil }
    return await Task.detached { readLine(name) }.value
  }

  private static func readLine(_ name: String) -> String? {
    let answer = unsafe getpass("secret \(name): ")
    guard let answer = unsafe answer else { return nil }
    defer { unsafe memset(answer, 0, strlen(answer)) }
    return unsafe String(cString: answer)
  }
}
