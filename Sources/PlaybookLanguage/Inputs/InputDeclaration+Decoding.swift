import CEL
public import SourceText
public import YAMLTree

extension InputDeclaration {
  /// The declarations under `inputs:`, a document's `fields:` or a command's `call:`: names to mappings, or for short
  /// to the type alone (`address: ip`). Problems are reported; such a declaration is kept as far as it can be read.
  public static func decodeAll(
    _ node: YAMLNode, isBeforeDecimals: Bool = false, diagnostics: inout [Diagnostic]
  ) -> [InputDeclaration] {
    node.readEntries("a list of typed names", &diagnostics).compactMap { entry in
      var input = decode(entry, &diagnostics)
      input?.isBeforeDecimals = isBeforeDecimals
      return input
    }
  }

  private static func decode(_ entry: YAMLEntry, _ diagnostics: inout [Diagnostic]) -> InputDeclaration? {
    if let problem = NameRules.problem(with: entry.key.text, "an input", at: entry.key.span),
      problem.code == "wrong-name"
    {
      diagnostics.append(problem)
    }
    var input = InputDeclaration(name: entry.key.text, nameSpan: entry.key.span, type: .string)
    guard case .mapping = entry.value.content else {
      let words = InputType.allCases.map(\.rawValue).filter { $0 != "choice" }
      let word = entry.value.readChoice("the type of `\(input.name)`", words, &diagnostics)
      input.type = word.flatMap(InputType.init) ?? .string
      return input
    }
    guard let reader = MappingReader(entry.value, .input, missingAt: entry.key.span, &diagnostics) else { return nil }
    let type = reader.choice("type", &diagnostics).flatMap(InputType.init)
    input.type = type ?? .string
    input.describe = reader.text("describe", &diagnostics)
    input.isSecret = reader.boolean("secret", &diagnostics) ?? false
    // Without a type the rest can't be judged.
    guard type != nil else { return input }
    input.readOptions(reader, &diagnostics)
    input.readPattern(reader, &diagnostics)
    input.minimum = input.bound("minimum", reader, &diagnostics)
    input.maximum = input.bound("maximum", reader, &diagnostics)
    if let minimum = input.minimum, let maximum = input.maximum, Value.precedes(maximum, minimum),
      let entry = reader.entry("maximum")
    {
      diagnostics.append(
        Diagnostic(code: "wrong-value", "`maximum` is less than `minimum`", at: entry.value.span))
    }
    input.readDefault(reader, &diagnostics)
    return input
  }

  private mutating func readOptions(_ reader: MappingReader, _ diagnostics: inout [Diagnostic]) {
    options = reader.texts("options", &diagnostics)
    switch (type, reader.entry("options")) {
    case (.choice, nil):
      diagnostics.append(Diagnostic(code: "missing-key", "a choice needs `options`", at: nameSpan))
    case (.choice, let entry?) where options.isEmpty:
      diagnostics.append(Diagnostic(code: "wrong-value", "`options` has no option", at: entry.value.span))
    case (.choice, let entry?) where Set(options).count < options.count:
      diagnostics.append(Diagnostic(code: "wrong-value", "`options` names one option twice", at: entry.value.span))
    case (.choice, _), (_, nil): break
    case (_, let entry?):
      diagnostics.append(
        Diagnostic(
          code: "misplaced-key", "`options` belongs to the type `choice`, and this is `\(type.rawValue)`",
          at: entry.key.span, help: "write `type: choice`"))
    }
  }

  private mutating func readPattern(_ reader: MappingReader, _ diagnostics: inout [Diagnostic]) {
    guard let entry = reader.entry("pattern"), let text = reader.text("pattern", &diagnostics) else { return }
    guard [.string, .url, .uuid].contains(type) else {
      diagnostics.append(
        Diagnostic(code: "misplaced-key", "`pattern` is for texts, and this is `\(type.rawValue)`", at: entry.key.span))
      return
    }
    guard InputText.isPattern(text) else {
      diagnostics.append(
        Diagnostic(
          code: "wrong-value", "`pattern` is not a regular expression of RE2", at: entry.value.span,
          help: "RE2 has neither look-around nor back references"))
      return
    }
    pattern = text
  }

  private func bound(_ key: String, _ reader: MappingReader, _ diagnostics: inout [Diagnostic]) -> Value? {
    guard let entry = reader.entry(key), let text = reader.text(key, &diagnostics) else { return nil }
    guard [.integer, .number, .duration, .timestamp].contains(type) else {
      let message = "`\(key)` is for numbers, durations and timestamps, and this is `\(type.rawValue)`"
      diagnostics.append(Diagnostic(code: "misplaced-key", message, at: entry.key.span))
      return nil
    }
    // Judged by its type alone.
    switch InputDeclaration(name: key, nameSpan: nameSpan, type: type).parse(text: text) {
    case .success(let value): return value
    case .failure(let problem):
      diagnostics.append(
        Diagnostic(code: "wrong-value", problem.message, at: entry.value.span, help: problem.help))
      return nil
    }
  }

  private mutating func readDefault(_ reader: MappingReader, _ diagnostics: inout [Diagnostic]) {
    guard let node = reader.node("default") else { return }
    guard let template = node.readTemplate("`default`", &diagnostics) else { return }
    guard let text = template.literal else {
      defaultValue = .template(template)
      return
    }
    // Read from its text, so that `007` stays that where the type is text.
    switch parse(text: text) {
    case .success(let value): defaultValue = .value(value, node.span)
    case .failure(let problem):
      var diagnostic = Diagnostic(
        code: "wrong-value", "the default of " + problem.message, at: node.span, help: problem.help)
      if isSecret { diagnostic.excerpt = .nothing }
      diagnostics.append(diagnostic)
    }
  }
}
