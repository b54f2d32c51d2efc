import FoundationEssentials
public import SourceText

/// The scenarios that can be found by name: folders with a `playbook.yaml`, in several roots of which the first match
/// wins.
///
/// Nothing outside the roots is reached through a name. Reading executes nothing.
public struct PlaybookCatalogue: Sendable {
  /// The roots that exist, in the order of the search.
  public let roots: [String]

  public init(roots: [String]) {
    self.roots = roots.filter { root in
      var isFolder = false
      return FileManager.default.fileExists(atPath: root, isDirectory: &isFolder) && isFolder
    }
  }

  /// Where scenarios are looked for: `--playbooks`, `$PLAYBOOK_PATH`, the working folder's `playbooks`, the user's, the
  /// machine's.
  public static func roots(flag: String?, environment: [String: String]) -> [String] {
    var roots = flag.map { [$0] } ?? []
    roots += (environment["PLAYBOOK_PATH"] ?? "").split(separator: ":").map(String.init)
    roots.append("playbooks")
    if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
      roots.append(folder + "/playbook/playbooks")
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      roots.append(home + "/.config/playbook/playbooks")
    }
    return roots + ["/etc/playbook/playbooks", "/usr/share/playbook/playbooks"]
  }

  /// Why a playbook can't be had.
  public struct Failure: Error, Sendable, CustomStringConvertible {
    public let description: String
    /// A way out.
    public let help: String?
  }

  /// The names of all scenarios, sorted.
  public var names: [String] {
    var names: Set<String> = []
    for root in roots {
      let entries = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
      names.formUnion(entries.filter { NameRules.isPlaybookName($0) && folder($0, in: root) != nil })
    }
    return names.sorted()
  }

  /// The playbook called `name`, or at the path `name` where it holds a slash or ends in `.yaml` or `.yml`.
  public func source(_ name: String) throws(Failure) -> PlaybookSource {
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return try source(atPath: name) }
    if let source = try named(name) { return source }
    let places = roots.isEmpty ? "there is no folder of playbooks" : "looked in " + roots.joined(separator: ", ")
    throw Failure(
      description: "there is no playbook `\(name)`",
      help: Suggestion.nearest(to: name, in: names).map { "did you mean `\($0)`?" } ?? places)
  }

  /// The playbook called `name`, nil where there is none; for `use`.
  public func named(_ name: String) throws(Failure) -> PlaybookSource? {
    guard NameRules.isPlaybookName(name) else {
      throw Failure(description: "`\(name)` is not a name of a playbook", help: "small letters, digits and `-`")
    }
    guard let path = roots.lazy.compactMap({ folder(name, in: $0) }).first else { return nil }
    return try read(ScenarioFolder(path))
  }

  private func source(atPath path: String) throws(Failure) -> PlaybookSource {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw Failure(description: "there is no file `\(path)`", help: nil)
    }
    if isFolder { return try read(ScenarioFolder(path)) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: true)
    let folder =
      path.hasPrefix("/") ? "/" + parts.dropLast().joined(separator: "/") : parts.dropLast().joined(separator: "/")
    let scenario = ScenarioFolder(folder.isEmpty ? "." : folder)
    guard let name = parts.last.map(String.init) else {
      throw Failure(description: "`\(path)` is not a file", help: nil)
    }
    if name == Self.fileName, !folder.isEmpty { return try read(scenario) }
    let file = try read(name, of: scenario)
    return PlaybookSource(file: file, folder: nil) { name in try scenario.read(name) }
  }

  static let fileName = "playbook.yaml"

  private func read(_ folder: ScenarioFolder) throws(Failure) -> PlaybookSource {
    PlaybookSource(file: try read(Self.fileName, of: folder), in: folder)
  }

  private func read(_ name: String, of folder: ScenarioFolder) throws(Failure) -> SourceFile {
    do {
      return try folder.read(name)
    } catch {
      throw Failure(description: "`\(folder.path)/\(name)` can't be read: \(error)", help: nil)
    }
  }

  /// The scenario's folder in `root`; nil where there is none, or where it is a link that leaves the root.
  private func folder(_ name: String, in root: String) -> String? {
    let path = root.hasSuffix("/") ? root + name : root + "/" + name
    guard FileManager.default.fileExists(atPath: path + "/" + Self.fileName) else { return nil }
    let real = URL(filePath: path).resolvingSymlinksInPath().path
    let realRoot = URL(filePath: root).resolvingSymlinksInPath().path
    return real.hasPrefix(realRoot.hasSuffix("/") ? realRoot : realRoot + "/") ? path : nil
  }

  /// `escalation.yaml` of the first root that has one, or the file beside a scenario's own folder where that is given.
  public func escalationFile(besideFolder folder: String? = nil) -> SourceFile? {
    let beside = folder.map { URL(filePath: $0).deletingLastPathComponent().path }
    for root in (beside.map { [$0] } ?? []) + roots {
      if let file = try? ScenarioFolder(root).read("escalation.yaml") { return file }
    }
    return nil
  }
}
