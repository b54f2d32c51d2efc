public import ExecutorKit
import FoundationEssentials
import PlaybookLanguage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension PluginExecutor {
  /// The plugins in `folders`, each started for its description, in the order of folders and names.
  ///
  /// Throws `.refused` where a folder or program could be changed by somebody else: not owned by us or root, writable
  /// by all, a link; `.invalid` where a name makes no sense or is there twice; `.unreachable` where a folder is
  /// missing; and whatever a plugin's description meets. Files with other names are passed over.
  public static func discover(in folders: [String]) async throws(ExecutorError) -> [PluginExecutor] {
    try await discover(in: folders, home: currentHome())
  }

  static func discover(in folders: [String], home: String) async throws(ExecutorError) -> [PluginExecutor] {
    ignoreBrokenPipes()
    var files: [PluginFile] = []
    for folder in folders {
      for file in try PluginFile.all(in: folder) {
        if let other = files.first(where: { $0.name == file.name }) {
          throw ExecutorError(.invalid, "there are two plugins `\(file.name)`: \(other.path) and \(file.path)")
        }
        files.append(file)
      }
    }
    var executors: [PluginExecutor] = []
    do {
      for file in files { executors.append(try await PluginExecutor(file, home: home)) }
    } catch {
      for executor in executors { await executor.close() }
      throw error
    }
    return executors
  }
}

/// A program that adds an executor.
struct PluginFile: Sendable {
  /// `NAME` of `playbook-executor-NAME`.
  let name: String
  let path: String

  private static let prefix = "playbook-executor-"
  /// Executors that are there without plugins.
  private static let builtIn: Set<String> = ["redis", "sql", "http", "shell", "manual", "value"]
  /// Keys that stand where an executor's name does: beside the call of a step or a command, and among targets.
  private static let keys = Set(
    [KeyTable.step, .environment, .command].flatMap(\.names) + KeyTable.kinds)

  /// The plugins of a folder by name, each checked.
  static func all(in folder: String) throws(ExecutorError) -> [PluginFile] {
    guard folder.hasPrefix("/") else {
      throw ExecutorError(.invalid, "the plugin folder \(folder) must be an absolute path")
    }
    try refuseUnsafe(folder, kind: S_IFDIR, called: "folder", followsLinks: true)
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ExecutorError(.unreachable, "the plugin folder \(folder) can't be read")
    }
    var files: [PluginFile] = []
    for entry in names.sorted() where entry.hasPrefix(prefix) {
      let file = PluginFile(name: String(entry.dropFirst(prefix.count)), path: folder + "/" + entry)
      try file.check()
      files.append(file)
    }
    return files
  }

  /// Throws where the program must not be started.
  func check() throws(ExecutorError) {
    guard NameRules.isIdentifier(name) else {
      throw ExecutorError(.invalid, "\(path): a plugin's name is small letters, digits and `_`, a letter first")
    }
    if Self.builtIn.contains(name) { throw ExecutorError(.invalid, "\(path): the executor `\(name)` is built in") }
    if Self.keys.contains(name) {
      throw ExecutorError(
        .invalid, "\(path): `\(name)` is a key of playbooks or environments already; rename the program")
    }
    try Self.refuseUnsafe(path, kind: S_IFREG, called: "regular file", followsLinks: false)
    guard unsafe access(path, X_OK) == 0 else { throw ExecutorError(.unreachable, "\(path) is not executable") }
  }

  private static func refuseUnsafe(
    _ path: String, kind: mode_t, called name: String, followsLinks: Bool
  ) throws(ExecutorError) {
    var status = stat()
    guard unsafe followsLinks ? stat(path, &status) == 0 : lstat(path, &status) == 0 else {
      throw ExecutorError(.unreachable, "there is no \(path)")
    }
    guard status.st_mode & S_IFMT == kind else { throw ExecutorError(.refused, "\(path) is no \(name)") }
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      throw ExecutorError(.refused, "\(path) belongs neither to you nor to root")
    }
    guard status.st_mode & S_IWOTH == 0 else { throw ExecutorError(.refused, "\(path) is writable by everybody") }
  }
}

/// The home folder that our own environment names, else `/`.
func currentHome() -> String {
  guard let home = unsafe getenv("HOME"), let text = unsafe String(validatingCString: home), text.hasPrefix("/") else {
    return "/"
  }
  return text
}

/// A write to a plugin that no longer reads must fail, not end us.
func ignoreBrokenPipes() {
  _ = brokenPipes
}

private let brokenPipes: Void = {
  _ = signal(SIGPIPE, SIG_IGN)
}()
