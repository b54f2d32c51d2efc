import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import SourceText
import YAMLTree

/// Reads a command's files, and tells all their problems.
enum Loading {
  /// Shows diagnostics on standard error; throws where one is an error.
  static func report(_ diagnostics: [Diagnostic], warnings: Bool = false, in what: String = "the playbook") throws {
    let renderer = Output.diagnostics()
    let shown = diagnostics.filter { warnings || $0.severity == .error }
    Output.operatorText(renderer.render(shown))
    let errors = diagnostics.count { $0.severity == .error }
    guard errors == 0 else {
      throw CommandFailure.wrong(
        "\(errors == 1 ? "1 problem" : "\(errors) problems") in \(what); nothing has run")
    }
  }

  static func file(_ path: String) throws -> SourceFile {
    do {
      return SourceFile(path: path, bytes: try InputFile.bytes(path))
    } catch {
      throw CommandFailure.wrong(error.description)
    }
  }

  /// A playbook by name or path, decoded and checked, with its problems.
  static func decoded(
    _ name: String, _ catalogue: PlaybookCatalogue, executors: [ExecutorSchema], commands: [Environment.Command]?
  ) throws -> (playbook: Playbook?, diagnostics: [Diagnostic]) {
    let source: PlaybookSource
    do {
      source = try catalogue.source(name)
    } catch {
      throw CommandFailure.wrong(error.description + (error.help.map { "; \($0)" } ?? ""))
    }
    return Playbook.load(
      source, executors: executors, commands: commands, loadPlaybook: { try catalogue.named($0) })
  }

  /// The heads of all playbooks. A playbook that can't be read is named with the reason, and the others are shown.
  static func entries(_ catalogue: PlaybookCatalogue) throws -> [PlaybookCatalogue.Entry] {
    let (entries, diagnostics) = catalogue.entries()
    Output.operatorText(Output.diagnostics().render(diagnostics))
    return entries
  }

  /// A playbook that may run: no error in it.
  static func playbook(
    _ name: String, _ catalogue: PlaybookCatalogue, executors: [ExecutorSchema], commands: [Environment.Command]?
  ) throws -> Playbook {
    let (playbook, diagnostics) = try decoded(name, catalogue, executors: executors, commands: commands)
    try report(diagnostics)
    guard let playbook else { throw CommandFailure.wrong("`\(name)` is not a playbook") }
    return playbook
  }

  /// Severity, contact and response time, from the `escalation.yaml` beside the playbook's folder.
  static func contacts(for playbook: Playbook, _ catalogue: PlaybookCatalogue) throws -> [EscalationContact] {
    guard let file = catalogue.escalationFile(besideFolder: playbook.folder) else { return [] }
    let (contacts, diagnostics) = EscalationContact.decodeAll(file)
    try report(diagnostics)
    return contacts
  }

  /// Where a file of environments is looked for that no option names.
  private static var environmentPlaces: [String] {
    let variables = ProcessInfo.processInfo.environment
    let home = variables["HOME"] ?? "/root"
    return [
      (variables["XDG_CONFIG_HOME"] ?? home + "/.config") + "/playbook/environments.yaml",
      "/etc/playbook/environments.yaml",
    ]
  }

  /// The file of environments that is used where no option names one; nil: there is none.
  static var defaultEnvironments: String? {
    environmentPlaces.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The environment that a run works in: named, or the file's default. Starts the plugins that the file lists.
  static func surroundings(_ options: EnvironmentOptions) async throws -> Surroundings {
    let candidates = options.environments.map { [$0] } ?? environmentPlaces
    guard let path = candidates.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw CommandFailure.wrong(
        "there is no file of environments at \(candidates.joined(separator: " or ")); "
          + "playbooks/environments.example.yaml is one to start from")
    }
    let source = try file(path)
    let plugins = try await Plugins.discover(source)
    let (decoded, diagnostics) = EnvironmentFile.decode(source, executors: Executors.schemas + plugins.map(\.schema))
    try report(diagnostics, in: "\(path)")
    guard let decoded else { throw CommandFailure.wrong("\(path) holds no environment") }
    let names = decoded.environments.map(\.name)
    guard let name = options.name ?? decoded.defaultName else {
      throw CommandFailure.wrong("which environment? --env \(names.joined(separator: ", --env "))")
    }
    guard let environment = decoded.environments.first(where: { $0.name == name }) else {
      let help = Suggestion.help(for: name, in: names) ?? ""
      throw CommandFailure.wrong("\(path) has no environment `\(name)`; \(help)")
    }
    return Surroundings(environment: environment, path: path, plugins: plugins)
  }

  /// The inputs given with `--set`, typed. Throws with every one that does not fit.
  static func inputs(_ given: [String], of playbook: Playbook) throws -> [String: Value] {
    var values: [String: Value] = [:]
    var problems: [String] = []
    for assignment in given {
      guard let equals = assignment.firstIndex(of: "=") else {
        // It may be a secret's value.
        let isName = playbook.inputs.contains { $0.name == assignment }
        problems.append(
          isName ? "--set \(assignment): write \(assignment)=VALUE" : "one --set has no `=`: write key=value")
        continue
      }
      let name = String(assignment[..<equals])
      let text = String(assignment[assignment.index(after: equals)...])
      guard let declaration = playbook.inputs.first(where: { $0.name == name }) else {
        let help = Suggestion.help(for: name, in: playbook.inputs.map(\.name)) ?? "it takes no inputs"
        problems.append("--set \(name): `\(playbook.name)` has no such input; \(help)")
        continue
      }
      switch declaration.parse(text: text) {
      case .success(let value): values[name] = value
      case .failure(let problem): problems.append("--set \(name): \(problem.message)")
      }
    }
    guard problems.isEmpty else { throw CommandFailure.wrong(problems.joined(separator: "\nplaybook: error: ")) }
    return values
  }

  /// A file of answers: a test of a scenario, or a plain map.
  struct AnswerFile {
    /// The file itself; nil where none was given.
    var source: SourceFile?
    var answers: [String: AnswerBook.Entry] = [:]
    /// As texts for `--set`, from a test.
    var inputs: [String] = []
  }

  static func answers(_ path: String) throws -> AnswerFile {
    let source = try file(path)
    let (root, diagnostics) = YAML.parse(source)
    // An answer may be a secret.
    try report(
      diagnostics.map { diagnostic in
        var diagnostic = diagnostic
        diagnostic.excerpt = .nothing
        return diagnostic
      })
    guard let root, case .mapping(let entries) = root.content else {
      throw CommandFailure.wrong("\(path) is not a map of steps to answers")
    }
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    let origin = "file \(name) (sha256:\(hexadecimal(sha256(source.bytes)).prefix(12)))"
    var found = AnswerFile(source: source)
    let isTest = root["test"] != nil
    let answers = isTest ? root["answers"] : root
    if isTest, let inputs = root["inputs"], case .mapping(let inputEntries) = inputs.content {
      found.inputs = inputEntries.map { "\($0.key.text)=\($0.value.writtenText ?? "")" }
    }
    let list: [YAMLEntry]
    if isTest {
      if let answers, case .mapping(let own) = answers.content { list = own } else { list = [] }
    } else {
      list = entries
    }
    for entry in list {
      found.answers[entry.key.text] = AnswerBook.Entry(value: entry.value.plainValue, source: origin)
    }
    return found
  }

  /// `step=value` from the command line.
  static func answers(_ given: [String]) throws -> [String: AnswerBook.Entry] {
    var entries: [String: AnswerBook.Entry] = [:]
    for assignment in given {
      guard let equals = assignment.firstIndex(of: "=") else {
        throw CommandFailure.wrong("one --answer has no `=`: write step=value")
      }
      let text = String(assignment[assignment.index(after: equals)...])
      entries[String(assignment[..<equals])] = AnswerBook.Entry(value: .string(text), source: "--answer")
    }
    return entries
  }

  /// When the alert came.
  static func alerted(_ text: String?) throws -> Timestamp? { try time(text, option: "--alerted") }

  /// RFC 3339, or HH:MM in UTC: the last time it was so. No time that is still to come.
  static func time(_ text: String?, option: String, now: Timestamp = .now()) throws -> Timestamp? {
    guard let text else { return nil }
    let soon = now.adding(.seconds(60)) ?? now
    // As it is shown as well: 2026-11-23 02:51Z.
    let whole = text.replacing(" ", with: "T")
    let minutes = (whole.hasSuffix("Z") ? String(whole.dropLast()) : whole) + ":00Z"
    if let time = Timestamp(rfc3339: whole) ?? Timestamp(rfc3339: minutes) {
      guard time <= soon else { throw CommandFailure.wrong("\(option) \(text) is in the future") }
      return time
    }
    let today = now.description.prefix(10)
    for candidate in ["\(today)T\(text)Z", "\(today)T\(text):00Z"] {
      guard let time = Timestamp(rfc3339: candidate) else { continue }
      // 23:55 said at 00:10 was yesterday.
      return time <= soon ? time : time.adding(.seconds(-86_400))
    }
    throw CommandFailure.wrong("\(option) \(text): write 2026-11-23T02:51:00Z or 02:51 (UTC, the last time it was so)")
  }
}
