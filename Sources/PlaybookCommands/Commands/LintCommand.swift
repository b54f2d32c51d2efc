import ArgumentParser
import CEL
import FoundationEssentials
import PlaybookLanguage
import SourceText

/// `playbook lint [PATH…]`.
struct LintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Finds every problem of playbooks, with its place and a way out. Runs nothing.",
    discussion: """
      A scenario is looked at with its drill and its tests. With --environments the file is looked at as well, and
      playbooks against it: their commands, targets and secrets. The plugins that this file lists are started for their
      descriptions; no other program is.

      Exit code 0: no errors; 2: there are errors.

      Examples:
        playbook lint playbooks
        playbook lint mass-lockout --environments ~/.config/playbook/environments.yaml --env staging
      """)

  @Argument(help: "Files, scenario folders, folders of scenarios or names; default every playbook that is found.")
  var paths: [String] = []

  @Option(name: .long, help: "text, json, or github (annotations of a workflow).")
  var format = Format.text

  @Option(name: .long, help: "Explains a code, such as unknown-key.")
  var explain: String?

  @OptionGroup var playbooks: PlaybookOptions
  @OptionGroup var environment: EnvironmentOptions

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, github
  }

  func run() async throws {
    if let explain {
      try explainCode(explain)
      return
    }
    let work = try LintWork(paths, playbooks.catalogue)
    let (all, count) = try await work.diagnostics(environment)
    write(all)
    let errors = all.count { $0.severity == .error }
    let warnings = all.count { $0.severity == .warning }
    if format == .text {
      Output.operatorText(
        "\(count) playbook\(count == 1 ? "" : "s"), \(errors) error\(errors == 1 ? "" : "s"), "
          + "\(warnings) warning\(warnings == 1 ? "" : "s")\n")
    }
    if errors > 0 { throw CommandFailure.wrong("") }
  }

  private func write(_ diagnostics: [Diagnostic]) {
    switch format {
    case .text: Output.data(Output.diagnostics(asData: true).render(diagnostics))
    case .json:
      for diagnostic in diagnostics {
        let span = diagnostic.span
        let record: Value = [
          "severity": .string(diagnostic.severity.rawValue), "code": .string(diagnostic.code),
          "message": .string(diagnostic.message), "help": diagnostic.help.map(Value.string) ?? .null,
          "file": span.map { .string($0.file.path) } ?? .null, "line": span.map { .int(Int64($0.start.line)) } ?? .null,
          "column": span.map { .int(Int64($0.start.column)) } ?? .null,
          "endLine": span.map { .int(Int64($0.end.line)) } ?? .null,
          "endColumn": span.map { .int(Int64($0.end.column)) } ?? .null,
        ]
        Output.json(record)
      }
    case .github:
      for diagnostic in diagnostics {
        var place = ""
        if let span = diagnostic.span {
          place =
            " file=\(Self.escaped(span.file.path, isProperty: true)),line=\(span.start.line),col=\(span.start.column)"
        }
        let level = diagnostic.severity == .note ? "notice" : diagnostic.severity.rawValue
        let help = diagnostic.help.map { ". " + $0 } ?? ""
        Output.data("::\(level)\(place)::\(Self.escaped("\(diagnostic.message)\(help) [\(diagnostic.code)]"))\n")
      }
    }
  }

  /// As workflow commands want their texts, a property's with its delimiters escaped.
  private static func escaped(_ text: String, isProperty: Bool = false) -> String {
    let safe = Visible.text(text.replacing("%", with: "%25"), keepingLineBreaks: true).replacing("\n", with: "%0A")
    return isProperty ? safe.replacing(":", with: "%3A").replacing(",", with: "%2C") : safe
  }

  private func explainCode(_ code: String) throws {
    guard let rule = LintRules.all.first(where: { $0.code == code }) else {
      let help = Suggestion.help(for: code, in: LintRules.all.map(\.code)) ?? ""
      throw CommandFailure.wrong("there is no rule `\(code)`; \(help)")
    }
    Output.data("\(rule.code): \(rule.summary)\n\n\(rule.explanation)\n")
    if !rule.bad.isEmpty { Output.data("\nWrong:\n\(Self.indented(rule.bad))\n") }
    if !rule.good.isEmpty { Output.data("\nRight:\n\(Self.indented(rule.good))\n") }
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { "    " + $0 }.joined(separator: "\n")
  }
}
