import FoundationEssentials
import PlaybookDrill

/// The command line of `playbook-world`.
struct Arguments {
  let scenario: String
  let folder: String
  let cache: String

  static let usage = """
    usage: playbook-world SCENARIO_FOLDER --folder FOLDER [--cache FOLDER]
    Brings up the world of a scenario's drill, writes how it is reached, and takes it down when its standard input ends.
    """

  /// Nil where the command line is wrong.
  init?(_ words: some Collection<String>) {
    var scenario: String?
    var options: [String: String] = [:]
    var words = Array(words)[...]
    while let word = words.popFirst() {
      if ["--folder", "--cache"].contains(word) {
        guard let value = words.popFirst(), options.updateValue(value, forKey: word) == nil else { return nil }
      } else {
        guard scenario == nil, !word.hasPrefix("-") else { return nil }
        scenario = word
      }
    }
    guard let scenario, let folder = options["--folder"] else { return nil }
    self.scenario = Self.absolute(scenario)
    self.folder = Self.absolute(folder)
    cache =
      options["--cache"].map(Self.absolute)
      ?? ClusterCache.defaultFolder(environment: ProcessInfo.processInfo.environment)
  }

  private static func absolute(_ path: String) -> String {
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    return trimmed.hasPrefix("/") ? trimmed : FileManager.default.currentDirectoryPath + "/" + trimmed
  }
}
