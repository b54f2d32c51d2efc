import PlaybookLanguage
import SourceText

/// Reads playbooks for tests: what is said of them is one text, as an author would see it.
struct Reading {
  var files: [String: String] = [:]
  var playbooks: [String: String] = [:]
  var commands: [Environment.Command]? = []

  func decode(_ text: String, folder: String? = nil) -> (playbook: Playbook?, diagnostics: [Diagnostic]) {
    Playbook.decode(
      source("playbook.yaml", text, folder), executors: TestSchemas.all, commands: commands, loadPlaybook: load)
  }

  func load(_ text: String, folder: String? = nil) -> (playbook: Playbook?, diagnostics: [Diagnostic]) {
    Playbook.load(
      source("playbook.yaml", text, folder), executors: TestSchemas.all, commands: commands, loadPlaybook: load)
  }

  /// What is said of a playbook that begins with `steps:` or `inputs:`.
  func findings(_ body: String) -> String {
    load(LintRules.exampleHead + body).diagnostics.rendered
  }

  private func source(_ path: String, _ text: String, _ folder: String?) -> PlaybookSource {
    let files = files
    return PlaybookSource(
      file: SourceFile(path: path, text: text), folder: folder,
      readFile: { name in
        guard let text = files[name] else { throw Missing() }
        return SourceFile(path: name, text: text)
      })
  }

  private func load(_ name: String) throws -> PlaybookSource? {
    playbooks[name].map { source("\(name)/playbook.yaml", $0, nil) }
  }

  struct Missing: Error, CustomStringConvertible {
    var description: String { "there is no such file" }
  }
}

extension [Diagnostic] {
  var codes: [String] { map(\.code) }
  var rendered: String { map { DiagnosticRenderer().render($0) }.joined() }
}
