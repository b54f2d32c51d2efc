import FoundationEssentials
import PlaybookJournal
import PlaybookLanguage

/// Words that a shell may complete.
enum Completions {
  static let playbooks: @Sendable ([String], Int, String) -> [String] = { _, _, _ in
    PlaybookCatalogue(roots: PlaybookCatalogue.roots(flag: nil, environment: ProcessInfo.processInfo.environment)).names
  }

  static let runs: @Sendable ([String], Int, String) -> [String] = { _, _, _ in
    RunStore(root: RunStore.root(flag: nil, environment: ProcessInfo.processInfo.environment)).ids() + ["last"]
  }
}
