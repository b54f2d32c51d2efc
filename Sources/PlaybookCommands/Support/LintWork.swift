import ExecutorKit
import FoundationEssentials
import PlaybookDrill
import PlaybookLanguage
import PlaybookRecord
import SourceText
import YAMLTree

/// All that `playbook lint` looks at: playbooks with their drills and tests, files of environments and of escalation.
struct LintWork {
  private var scenarios: [(name: String, onlyFile: String?)] = []
  private var environmentFiles: [String] = []
  private var escalationFiles: [String] = []
  private var catalogue: PlaybookCatalogue

  /// Finds the playbooks of `paths`; none: every playbook of the catalogue. Throws where one means nothing.
  init(_ paths: [String], _ catalogue: PlaybookCatalogue) throws {
    self.catalogue = catalogue
    if paths.isEmpty {
      for name in catalogue.names { scenarios.append((name, nil)) }
      for root in catalogue.roots { addFiles(of: root) }
      guard !scenarios.isEmpty else {
        throw CommandFailure.wrong("there are no playbooks in \(catalogue.roots.joined(separator: ", "))")
      }
    }
    for path in paths { try add(path) }
  }

  private mutating func add(_ path: String) throws {
    let manager = FileManager.default
    var isFolder = false
    guard manager.fileExists(atPath: path, isDirectory: &isFolder), !catalogue.names.contains(path) else {
      scenarios.append((path, nil))
      return
    }
    guard isFolder else { return try add(file: path) }
    if let folder = Self.scenario(of: path) {
      add(scenario: folder, onlyFile: nil)
      return
    }
    let folder = path.contains("/") ? path : "./" + path
    guard !manager.fileExists(atPath: folder + "/playbook.yaml") else {
      catalogue = PlaybookCatalogue(roots: catalogue.roots + [folder + "/.."])
      scenarios.append((folder, nil))
      return
    }
    let names = ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    let found = names.filter { manager.fileExists(atPath: "\(folder)/\($0)/playbook.yaml") }
    let base = folder.hasPrefix("./") && !path.hasPrefix("./") ? String(folder.dropFirst(2)) : folder
    let root = base.count > 1 && base.hasSuffix("/") ? String(base.dropLast()) : base
    addFiles(of: root)
    guard !found.isEmpty || !environmentFiles.isEmpty else {
      throw CommandFailure.wrong(
        "\(path) is not a scenario and holds none: there is no \(root)/playbook.yaml and no \(root)/*/playbook.yaml")
    }
    // Playbooks use those beside them.
    catalogue = PlaybookCatalogue(roots: [root] + catalogue.roots)
    for name in found { scenarios.append(("\(root)/\(name)/playbook.yaml", nil)) }
  }

  /// A playbook, a test or a drill's file of a scenario, a file of environments.
  private mutating func add(file path: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if let folder = Self.scenario(of: parts.dropLast().joined(separator: "/")) {
      add(scenario: folder, onlyFile: path)
      return
    }
    if parts.last == "playbook.yaml" {
      add(scenario: parts.count > 1 ? parts.dropLast().joined(separator: "/") : ".", onlyFile: nil)
    } else if parts.last == "escalation.yaml" {
      escalationFiles.append(path)
    } else if YAML.parse(try Loading.file(path)).root?["environments"] != nil {
      environmentFiles.append(path)
    } else {
      scenarios.append((path.contains("/") ? path : "./" + path, nil))
    }
  }

  /// A scenario by its folder, with the playbooks beside it, which it may use.
  private mutating func add(scenario folder: String, onlyFile: String?) {
    catalogue = PlaybookCatalogue(roots: catalogue.roots + [folder + "/.."])
    scenarios.append((folder + "/playbook.yaml", onlyFile))
  }

  /// The folder of the scenario whose `tests` or `drill` this is; nil: it is none.
  private static func scenario(of path: String) -> String? {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
    let trimmed = parts.last?.isEmpty == true ? parts.dropLast() : parts
    guard let name = trimmed.last, ["tests", "drill"].contains(String(name)) else { return nil }
    let folder = trimmed.count > 1 ? trimmed.dropLast().joined(separator: "/") : "."
    return FileManager.default.fileExists(atPath: folder + "/playbook.yaml") ? folder : nil
  }

  /// The files beside the scenarios of a folder.
  private mutating func addFiles(of root: String) {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted()
    for name in names where name.hasSuffix(".yaml") && !name.hasPrefix(".") {
      if name.hasPrefix("environments") { environmentFiles.append("\(root)/\(name)") }
      if name == "escalation.yaml" { escalationFiles.append("\(root)/\(name)") }
    }
  }

  /// All that is wrong, and how many playbooks were looked at.
  func diagnostics(_ options: EnvironmentOptions) async throws -> (all: [Diagnostic], count: Int) {
    var all: [Diagnostic] = []
    var environments: [Environment?] = [nil]
    var executors = Executors.schemas
    if let path = options.environments {
      let file = try Loading.file(path)
      executors += try await Self.plugins(of: file)
      let (decoded, problems) = EnvironmentFile.decode(file, executors: executors)
      all += problems
      let named = options.name.map { name in (decoded?.environments ?? []).filter { $0.name == name } }
      if let name = options.name, named?.isEmpty == true {
        let help = Suggestion.help(for: name, in: (decoded?.environments ?? []).map(\.name)) ?? ""
        throw CommandFailure.wrong("\(path) has no environment `\(name)`; \(help)")
      }
      let chosen = named ?? decoded?.environments ?? []
      if !chosen.isEmpty { environments = chosen }
    } else if options.name != nil {
      throw CommandFailure.wrong("--env goes with --environments FILE")
    }
    for path in environmentFiles where path != options.environments {
      let file = try Loading.file(path)
      all += EnvironmentFile.decode(file, executors: Executors.schemas, arePluginsAsked: false).diagnostics
    }
    for path in escalationFiles { all += EscalationContact.decodeAll(try Loading.file(path)).diagnostics }
    for (name, onlyFile) in scenarios {
      var found: [Diagnostic] = []
      for environment in environments { found += try check(name, in: environment, executors) }
      all += found.filter { onlyFile == nil || $0.span?.file.path == onlyFile || Self.isOfPlaybook($0) }
    }
    return (all.withoutRepetitions, scenarios.count)
  }

  /// Whether it is an error outside of tests and drills: with one neither can be looked at.
  private static func isOfPlaybook(_ one: Diagnostic) -> Bool {
    guard one.severity == .error, let path = one.span?.file.path else { return false }
    return Set(path.split(separator: "/").dropLast().suffix(1)).isDisjoint(with: ["tests", "drill"])
  }

  /// The form of the calls of a file's plugins. Each is started for its description and ended.
  private static func plugins(of file: SourceFile) async throws -> [ExecutorSchema] {
    let plugins = try await Plugins.discover(file)
    for plugin in plugins { await plugin.close() }
    return plugins.map(\.schema)
  }

  private func check(
    _ name: String, in environment: Environment?, _ executors: [ExecutorSchema]
  ) throws -> [Diagnostic] {
    let (decoded, diagnostics) = try Loading.decoded(
      name, catalogue, executors: executors, commands: environment?.commands)
    guard let playbook = decoded else { return diagnostics }
    var found = diagnostics
    if let environment { found += playbook.problems(in: environment, executors: executors) }
    guard let folder = playbook.folder else { return found }
    return found
      + ScenarioCheck.problems(
        of: playbook, folder, executors: executors, isSound: !found.hasErrors)
  }
}

extension [Diagnostic] {
  /// Each once, where several environments or playbooks lead to the same.
  fileprivate var withoutRepetitions: [Diagnostic] {
    var seen: Set<String> = []
    return filter { one in
      seen.insert("\(one.code) \(one.span?.location ?? "") \(one.message)").inserted
    }
  }
}
