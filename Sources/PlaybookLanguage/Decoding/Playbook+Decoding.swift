public import SourceText
import YAMLTree

extension Playbook {
  /// Reads a playbook and those that it uses, and collects all that is wrong with their grammar, in the order of the
  /// text.
  ///
  /// The playbook comes back even where there are errors, as far as it could be read, so that it can be looked at
  /// further (`lint`); it may run only where there is none. Nil: there is nothing to look at.
  ///
  /// - Parameters:
  ///   - commands: those of the environment; nil where none is known: then a key that names no executor is taken to be
  ///     a command's, with a note.
  ///   - loadPlaybook: finds a playbook by its name; throws where it can't be read, nil where there is none.
  ///   - isBeforeDecimals: whether an input of type `number` is a double, as runs have it that were recorded so.
  public static func decode(
    _ source: PlaybookSource, executors: [ExecutorSchema], commands: [Environment.Command]?,
    isBeforeDecimals: Bool = false, loadPlaybook: @escaping (String) throws -> PlaybookSource?
  ) -> (playbook: Playbook?, diagnostics: [Diagnostic]) {
    let shelf = PlaybookShelf(
      executors: executors, commands: commands, isBeforeDecimals: isBeforeDecimals, load: loadPlaybook)
    var decoder = PlaybookDecoder(source, shelf: shelf, chain: [])
    let playbook = decoder.decode()
    return (playbook, Diagnostic.ordered(decoder.diagnostics) + shelf.diagnostics)
  }

  /// The same for a file by itself: `readFile` reads a file of its `folder` by relative path.
  public static func decode(
    _ file: SourceFile, folder: String?, executors: [ExecutorSchema], commands: [Environment.Command]?,
    readFile: @escaping (String) throws -> SourceFile,
    loadPlaybook: @escaping (String) throws -> PlaybookSource?
  ) -> (playbook: Playbook?, diagnostics: [Diagnostic]) {
    decode(
      PlaybookSource(file: file, folder: folder, readFile: readFile), executors: executors, commands: commands,
      loadPlaybook: loadPlaybook)
  }

  /// Reads a playbook and checks all that can be told before a run: `decode` and `lint`.
  public static func load(
    _ source: PlaybookSource, executors: [ExecutorSchema], commands: [Environment.Command]?,
    isBeforeDecimals: Bool = false, loadPlaybook: @escaping (String) throws -> PlaybookSource?
  ) -> (playbook: Playbook?, diagnostics: [Diagnostic]) {
    let decoded = decode(
      source, executors: executors, commands: commands, isBeforeDecimals: isBeforeDecimals, loadPlaybook: loadPlaybook)
    guard let playbook = decoded.playbook else { return decoded }
    var findings = playbook.lint(executors: executors, commands: commands)
    // In a playbook that could not be read whole, an oddity may be none.
    if decoded.diagnostics.contains(where: { $0.severity == .error }) { findings.removeAll { $0.severity != .error } }
    return (playbook, Diagnostic.ordered(decoded.diagnostics + findings))
  }
}

extension Diagnostic {
  /// File by file in the order met, and within a file by place; those without a place come first. None shows the
  /// default of a secret.
  static func ordered(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    var files: [String: Int] = [:]
    let keyed = diagnostics.enumerated().map { index, diagnostic in
      let path = diagnostic.span?.file.path
      let file =
        path.map { path in
          files[path]
            ?? {
              files[path] = files.count + 1; return files.count
            }()
        } ?? 0
      return (key: [file, diagnostic.span?.start.offset ?? 0, index], diagnostic)
    }
    return withoutSecretDefaults(keyed.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.1))
  }
}

/// The playbooks that are used, each read once.
final class PlaybookShelf {
  let executors: [ExecutorSchema]
  let commands: [Environment.Command]?
  /// Whether an input of type `number` is a double.
  let isBeforeDecimals: Bool
  private let load: (String) throws -> PlaybookSource?
  private var read: [String: Playbook?] = [:]
  private(set) var diagnostics: [Diagnostic] = []

  init(
    executors: [ExecutorSchema], commands: [Environment.Command]?, isBeforeDecimals: Bool,
    load: @escaping (String) throws -> PlaybookSource?
  ) {
    self.executors = executors
    self.commands = commands
    self.isBeforeDecimals = isBeforeDecimals
    self.load = load
  }

  /// The playbook `name`, used at `span` by the last of `chain`. Problems of the use itself go to `problems`.
  func playbook(
    _ name: String, at span: SourceSpan, chain: [String], _ problems: inout [Diagnostic]
  ) -> Playbook? {
    if let start = chain.firstIndex(of: name) {
      let circle = (chain[start...] + [name]).map { "`\($0)`" }.joined(separator: " uses ")
      problems.append(Diagnostic(code: "use-cycle", "a playbook can't use itself: \(circle)", at: span))
      return nil
    }
    if let known = read[name] { return known }
    do {
      guard let source = try load(name) else {
        problems.append(Diagnostic(code: "unknown-playbook", "there is no playbook `\(name)`", at: span))
        return nil
      }
      var decoder = PlaybookDecoder(source, shelf: self, chain: chain)
      let playbook = decoder.decode()
      read[name] = .some(playbook)
      diagnostics += Diagnostic.ordered(decoder.diagnostics)
      return playbook
    } catch {
      let reason = (error as? Diagnostic)?.message ?? "\(error)"
      problems.append(Diagnostic(code: "unknown-playbook", "the playbook `\(name)` can't be read: \(reason)", at: span))
      return nil
    }
  }
}
