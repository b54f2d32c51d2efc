public import SourceText

/// A problem that `playbook lint` can report, with its explanation.
public struct LintRule: Sendable {
  /// The stable name: `later-step`.
  public let code: String
  public let severity: Diagnostic.Severity
  /// One line.
  public let summary: String
  /// A paragraph: why it is wrong, and the way out.
  public let explanation: String
  /// A playbook, from `inputs:` or `steps:` on, that it speaks of.
  public let bad: String
  /// The same put right.
  public let good: String
  /// Nil for a rule that the decoder reports while reading.
  let check: (@Sendable (LintRule, Analysis) -> [Diagnostic])?

  init(
    code: String, _ severity: Diagnostic.Severity = .error, summary: String, explanation: String, bad: String,
    good: String, check: (@Sendable (LintRule, Analysis) -> [Diagnostic])? = nil
  ) {
    self.code = code
    self.severity = severity
    self.summary = summary
    self.explanation = explanation
    self.bad = bad
    self.good = good
    self.check = check
  }

  /// A diagnostic of this rule.
  func finding(_ message: String, at span: SourceSpan?, help: String? = nil) -> Diagnostic {
    Diagnostic(severity, code: code, message, at: span, help: help)
  }
}

extension Playbook {
  /// All that the rules find in this playbook and those that it uses, in the order of the text. An error means that it
  /// must not run.
  public func lint(executors: [ExecutorSchema], commands: [Environment.Command]?) -> [Diagnostic] {
    let shapes = OutcomeShapes(executors: executors, commands: commands)
    return Diagnostic.ordered(
      family.flatMap { playbook in
        let analysis = Analysis(playbook, shapes)
        return LintRules.all.flatMap { $0.check?($0, analysis) ?? [] }
      })
  }

  /// This playbook and those that it uses, each once.
  private var family: [Playbook] {
    var seen: Set<String> = []
    var found: [Playbook] = []
    func visit(_ playbook: Playbook) {
      guard seen.insert(playbook.name).inserted else { return }
      found.append(playbook)
      for used in playbook.used.values.sorted(by: { $0.name < $1.name }) { visit(used) }
    }
    visit(self)
    return found
  }
}
