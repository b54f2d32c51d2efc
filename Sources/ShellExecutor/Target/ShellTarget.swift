import CEL
import PlaybookEngine
import PlaybookLanguage

/// What an environment says of the programs that may run: the settings of a target `shell`.
///
/// `path`: folders, absolute. `read_only`: argument lists that queries may use, word for word, `...` as the last word
/// standing for any more words. `trusted`: whether queries may run anything on the path. `env`: environment variables,
/// besides `PATH`, `LANG`, `HOME` and `TZ`, which always are set. `cwd`: the folder that programs run in, by default
/// `/`. `act`: any of these, for acts.
struct ShellTarget: Sendable {
  /// What messages call the place: `shell`.
  let name: String
  let environmentName: String
  let path: [String]
  let readOnly: [[String]]
  let isTrusted: Bool
  let variables: [(name: String, text: String)]
  let directory: String

  static let settings = ["path", "read_only", "trusted", "env", "cwd"]

  /// Throws `.refused` where there is no path to look for programs on, `.invalid` where a setting makes no sense.
  init(_ target: ResolvedTarget?, mode: CallMode) throws(ExecutorError) {
    guard let target else { throw ExecutorError(.refused, "the environment has no target `shell`") }
    name = target.name
    environmentName = target.environment
    let settings = try TargetSettings(target, mode: mode, names: Self.settings)
    path = try settings.folders("path")
    readOnly = try settings.wordLists("read_only")
    isTrusted = try settings.flag("trusted")
    variables = try settings.variables("env")
    directory = try settings.folder("cwd") ?? "/"
    guard !path.isEmpty else {
      throw ExecutorError(
        .refused, "the target `\(name)` of \(environmentName) has no `path`: no program may run there")
    }
  }

  /// The environment of a program: nothing of ours but the home folder.
  func environment(home: String) -> [String: String] {
    var all = ["PATH": path.joined(separator: ":"), "LANG": "C.UTF-8", "HOME": home, "TZ": "UTC"]
    for (name, text) in variables { all[name] = text }
    return all
  }

  /// Whether the call runs here only because the target is trusted. Throws `.refused` where it may not run at all.
  func admit(_ call: ShellCall, mode: CallMode) throws(ExecutorError) -> Bool {
    guard mode == .query else { return false }
    if case .words(let words) = call.action, call.isPlain, lists(words) { return false }
    if isTrusted { return true }
    switch call.action {
    case .script:
      throw ExecutorError(
        .refused, "a query may run a script only where the target says `trusted: true`, which `\(name)` does not")
    case .words(let words) where lists(words):
      throw ExecutorError(
        .refused,
        "`read_only` of `\(name)` allows `\(words[0])` only without `env`, `stdin` and `cwd`, which could make it write"
      )
    case .words(let words):
      let line = words.map(ShellCall.quoted).joined(separator: " ")
      throw ExecutorError(.refused, "`\(line)` is not in `read_only` of `\(name)`, so a query may not run it")
    }
  }

  /// Whether one of the lists of `read_only` allows these words, byte for byte.
  func lists(_ words: [String]) -> Bool {
    readOnly.contains { allowed in
      let isOpen = allowed.count > 1 && allowed.last == "..."
      let fixed = isOpen ? allowed.dropLast() : allowed[...]
      guard isOpen ? words.count >= fixed.count : words.count == fixed.count else { return false }
      return zip(fixed, words).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }
  }
}
