import CEL
import SourceText
import YAMLTree

extension PlaybookDecoder {
  mutating func use(_ entry: YAMLEntry, _ reader: MappingReader) -> Step.Kind {
    let name = entry.value.scalar?.text ?? ""
    var use = Use(playbook: name, playbookSpan: entry.value.span, inputs: [])
    if let with = reader.node("with") {
      for input in with.readEntries("`with`", &diagnostics) {
        guard let tree = TemplateTree.parse(input.value, diagnostics: &diagnostics) else { continue }
        use.inputs.append(TemplateTree.Entry(key: input.key.text, keySpan: input.key.span, value: tree))
      }
    }
    guard entry.value.scalar != nil, !entry.value.isNull else { return .use(use) }
    guard NameRules.isPlaybookName(name) else {
      diagnostics.append(
        Diagnostic(
          code: "wrong-name", "`\(name)` is no name of a playbook: small letters, digits and `-`", at: entry.value.span)
      )
      return .use(use)
    }
    guard let playbook = shelf.playbook(name, at: entry.value.span, chain: chain, &diagnostics) else {
      return .use(use)
    }
    used[name] = playbook
    checkInputs(of: playbook, use)
    return .use(use)
  }

  private mutating func checkInputs(of playbook: Playbook, _ use: Use) {
    for input in use.inputs where !playbook.inputs.contains(where: { $0.name == input.key }) {
      diagnostics.append(
        Diagnostic(
          code: "unknown-input", "`\(playbook.name)` has no input `\(input.key)`", at: input.keySpan,
          help: Suggestion.help(for: input.key, in: playbook.inputs.map(\.name))))
    }
    for input in use.inputs {
      guard let declaration = playbook.inputs.first(where: { $0.name == input.key }), let value = input.value.constant,
        case .failure(let problem) = declaration.check(value)
      else { continue }
      diagnostics.append(
        Diagnostic(code: "wrong-value", problem.message, at: input.value.span, help: problem.help))
    }
    for declaration in playbook.inputs where declaration.defaultValue == nil {
      guard !use.inputs.contains(where: { $0.key == declaration.name }) else { continue }
      diagnostics.append(
        Diagnostic(
          code: "missing-input", "`\(playbook.name)` needs the input `\(declaration.name)`", at: use.playbookSpan,
          help: "add `with: {\(declaration.name): …}`"))
    }
  }
}

extension TemplateTree {
  /// The value where no expression is in it.
  fileprivate var constant: Value? {
    switch self {
    case .value(let value, _): value
    case .template(let template): template.literal.map(Value.string)
    case .list, .map: nil
    }
  }
}
