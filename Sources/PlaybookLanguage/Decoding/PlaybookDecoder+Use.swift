import CEL
import SourceText
import YAMLTree

extension PlaybookDecoder {
  mutating func use(_ entry: YAMLEntry, _ reader: MappingReader) -> Step.Kind {
    let name = entry.value.scalar?.text ?? ""
    var use = Use(playbook: name, playbookSpan: entry.value.span, inputs: [])
    let with = reader.node("with")?.readEntries("`with`", &diagnostics) ?? []
    guard entry.value.scalar != nil, !entry.value.isNull else { return .use(use) }
    guard NameRules.isPlaybookName(name) else {
      diagnostics.append(
        Diagnostic(
          code: "wrong-name", "`\(name)` is not a name of a playbook: small letters, digits and `-`",
          at: entry.value.span)
      )
      return .use(use)
    }
    let playbook = shelf.playbook(name, at: entry.value.span, chain: chain, &diagnostics)
    for input in with {
      let declaration = playbook?.inputs.first { $0.name == input.key.text }
      if let given = given(input, declaration) { use.inputs.append(given) }
    }
    guard let playbook else { return .use(use) }
    used[name] = playbook
    checkInputs(of: playbook, use, written: with.map(\.key.text))
    return .use(use)
  }

  /// The value of one input. A text input takes a scalar as it was written; another scalar that is written out is read
  /// by the input's type, as `--set` would.
  private mutating func given(_ entry: YAMLEntry, _ declaration: InputDeclaration?) -> TemplateTree.Entry? {
    func made(_ tree: TemplateTree?) -> TemplateTree.Entry? {
      tree.map { TemplateTree.Entry(key: entry.key.text, keySpan: entry.key.span, value: $0) }
    }
    guard let declaration, case .scalar = entry.value.content else {
      return made(TemplateTree.parse(entry.value, diagnostics: &diagnostics))
    }
    let tree = TemplateTree.texts(entry.value, "`\(entry.key.text)`", diagnostics: &diagnostics)
    guard [.integer, .number, .boolean].contains(declaration.type), case .template(let template) = tree,
      let text = template.literal, case .success(let value) = declaration.parse(text: text)
    else { return made(tree) }
    return made(.value(value, entry.value.span))
  }

  private mutating func checkInputs(of playbook: Playbook, _ use: Use, written: [String]) {
    for input in use.inputs where !playbook.inputs.contains(where: { $0.name == input.key }) {
      diagnostics.append(
        Diagnostic(
          code: "unknown-input", "`\(playbook.name)` has no input `\(input.key)`", at: input.keySpan,
          help: Suggestion.help(for: input.key, in: playbook.inputs.map(\.name))))
    }
    for input in use.inputs {
      guard let declaration = playbook.inputs.first(where: { $0.name == input.key }), let value = input.value.constant
      else { continue }
      let checked = value.stringValue.map { declaration.parse(text: $0) } ?? declaration.check(value)
      guard case .failure(let problem) = checked else { continue }
      diagnostics.append(
        Diagnostic(code: "wrong-value", problem.message, at: input.value.span, help: problem.help))
    }
    for declaration in playbook.inputs where declaration.defaultValue == nil {
      guard !written.contains(declaration.name) else { continue }
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
