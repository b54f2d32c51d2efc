import CEL
import ExecutorKit
import PlaybookLanguage

/// The environment's rules for programs: the settings of a target `shell`.
///
/// `path`: folders, absolute, none of them writable by everybody. `read_only`: argument lists that queries may use: a
/// word is itself or `{match: PATTERN}`, and `...` as the last one stands for more words that are not options.
/// `trusted`: whether queries may run anything on the path. `env`: environment variables, besides `PATH`, `LANG`,
/// `HOME` and `TZ`, which always are set. `cwd`: the folder that programs run in, by default `/`. `act`: any of these,
/// for acts.
struct ShellTarget: Sendable {
  /// The name of the place in messages: `shell`.
  let name: String
  let environmentName: String
  let path: [String]
  let readOnly: [AllowedWords]
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
    readOnly = try settings.allowedWords("read_only")
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

  /// Why a call may run here.
  enum Admission: Sendable, Equatable {
    /// A human says yes to an act.
    case act
    /// `read_only` lists its words.
    case listed
    /// The command of the environment with this name says `writes: false`.
    case command(String)
    /// The target is trusted, whatever the call does.
    case trusted
  }

  /// Why the call may run here. Throws `.refused` where it may not.
  ///
  /// - Parameter command: The command of the environment that says of the call that it only reads.
  func admit(_ call: ShellCall, mode: CallMode, by command: String?) throws(ExecutorError) -> Admission {
    guard mode == .query else { return .act }
    if case .words(let words) = call.action, call.isPlain, lists(words) { return .listed }
    if let command { return .command(command) }
    if isTrusted { return .trusted }
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
      let reason =
        readOnly.contains { $0.nearlyAllows(words) }
        ? ": its `...` takes no option, no empty word and no control character" : ""
      throw ExecutorError(
        .refused, "`\(line)` is not in `read_only` of `\(name)`, so a query may not run it\(reason)")
    }
  }

  /// Whether one of the lists of `read_only` allows these words.
  func lists(_ words: [String]) -> Bool { readOnly.contains { $0.allows(words) } }
}
