import PlaybookRecord
import Subprocess

/// The commit that a playbook's folder is at, for the record.
enum GitState {
  /// `commit` (12 characters) and `dirty`, or nil outside of a repository.
  static func read(_ folder: String) async -> RunStarted.Commit? {
    guard let commit = await git(folder, "rev-parse", "--short=12", "HEAD") else { return nil }
    let changes = await git(folder, "status", "--porcelain", "--", ".")
    return .init(commit: commit, dirty: changes?.isEmpty == false)
  }

  private static func git(_ folder: String, _ words: String...) async -> String? {
    let result = try? await run(
      .name("git"), arguments: Arguments(["-C", folder] + words), input: .none, output: .string(limit: 1 << 20),
      error: .discarded)
    guard let result, case .exited(0) = result.terminationStatus else { return nil }
    return String(result.standardOutput.prefix { !$0.isNewline })
  }
}
