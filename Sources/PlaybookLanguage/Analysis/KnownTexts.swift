import CEL
package import SourceText

/// The texts that a name of an expression can be: the options of a decision, the verdicts of a check, the states of a step,
/// the choices of an input.
struct KnownTexts {
  /// The name in messages: "`verdict`".
  var name: String
  /// Their words for a text that is none of these: "has no option".
  var lack: String
  var texts: [String]

  /// The states that a step's outcome can have.
  static let states = ["done", "failed", "skipped", "unknown", "by hand", "planned"]

  /// Those of a name with the fields selected from it; nil where it may be any text.
  ///
  /// - Parameter steps: The playbook's own, by name.
  static func of(_ path: [String], in playbook: Playbook, _ steps: [String: Step]) -> KnownTexts? {
    guard let first = path.first else { return nil }
    if first == "inputs", path.count == 2 {
      return of(playbook.inputs.first { $0.name == path[1] }, "the input `\(path[1])`")
    }
    guard let step = steps[first], step.forEach == nil else { return nil }
    return of(step, Array(path.dropFirst()), in: playbook)
  }

  private static func of(_ step: Step, _ path: [String], in playbook: Playbook) -> KnownTexts? {
    guard let field = path.first else { return nil }
    let name = "`\(step.name)`"
    switch (step.kind, field, path.count) {
    case (.use(let use), _, 2...):
      guard let used = playbook.used[use.playbook] else { return nil }
      return of(path, in: used, used.stepsByName)
    case (_, "state", 1): return KnownTexts(name: name, lack: "is never in the state", texts: states)
    case (.confirm(let confirm), "answer", 1), (.confirm(let confirm), "suggested", 1):
      let names = confirm.options.map(\.name)
      return names.isEmpty ? nil : KnownTexts(name: name, lack: "has no option", texts: names)
    case (.check, "verdict", 1), (.check, "parts", 2):
      return KnownTexts(name: name, lack: "never has the verdict", texts: ["yes", "no", "unknown"])
    case (.document(let document), _, 1):
      return of(document.fields.first { $0.name == field }, "`\(field)` of `\(step.name)`")
    default: return nil
    }
  }

  private static func of(_ declaration: InputDeclaration?, _ name: String) -> KnownTexts? {
    guard let declaration, declaration.type == .choice, !declaration.options.isEmpty else { return nil }
    return KnownTexts(name: name, lack: "has no option", texts: declaration.options)
  }
}

extension Playbook {
  /// The problems of the texts that an expression compares with the answers, verdicts, states and choices of this
  /// playbook.
  package func wrongTexts(in expression: LocatedExpression) -> [Diagnostic] {
    wrongTexts(in: expression, stepsByName)
  }

  var stepsByName: [String: Step] {
    Dictionary(places.map { ($0.step.name, $0.step) }, uniquingKeysWith: { first, _ in first })
  }

  func wrongTexts(in expression: LocatedExpression, _ steps: [String: Step]) -> [Diagnostic] {
    expression.expression.comparisons.compactMap { comparison in
      let path = [comparison.reference.name] + comparison.reference.path
      guard let known = KnownTexts.of(path, in: self, steps), !comparison.canHold(for: known.texts)
      else { return nil }
      let lack =
        switch comparison.relation {
        case .equal: "\(known.lack) `\(comparison.text)`"
        case .prefix: "is never a text that starts with `\(comparison.text)`"
        case .suffix: "is never a text that ends with `\(comparison.text)`"
        case .part: "is never a text with `\(comparison.text)` in it"
        }
      return Diagnostic(
        code: "unknown-option", "\(known.name) \(lack)", at: expression.span(of: comparison.range),
        help: BooleanWord.help(for: comparison.text, among: known.texts)
          ?? Suggestion.help(for: comparison.text, in: known.texts))
    }
  }
}
