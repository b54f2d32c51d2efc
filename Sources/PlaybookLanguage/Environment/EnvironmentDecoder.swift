import CEL
import SourceText
import YAMLTree

/// Reads one environment. Problems are collected; nothing stops it.
struct EnvironmentDecoder {
  let executors: [ExecutorSchema]
  var diagnostics: [Diagnostic] = []
  private var secrets: [String] = []
  /// The folders of plugins that the file lists.
  private let plugins: [String]
  /// Whether an executor that is not known may be one of a plugin.
  private let hasUnaskedPlugins: Bool

  init(executors: [ExecutorSchema], plugins: [String] = [], arePluginsAsked: Bool = true) {
    self.executors = executors
    self.plugins = plugins
    hasUnaskedPlugins = !arePluginsAsked && !plugins.isEmpty
  }

  mutating func decode(_ entry: YAMLEntry) -> Environment? {
    if !NameRules.isPlaybookName(entry.key.text) {
      diagnostics.append(
        Diagnostic(
          code: "wrong-name", "`\(entry.key.text)` is not a name for an environment: small letters, digits and `-`",
          at: entry.key.span))
    }
    guard let reader = MappingReader(unchecked: entry.value, .environment, &diagnostics) else { return nil }
    var environment = Environment(name: entry.key.text, nameSpan: entry.key.span)
    environment.color = reader.choice("color", &diagnostics)
    // First, because targets and commands refer to them.
    environment.secrets = readSecrets(reader.node("secrets"))
    secrets = environment.secrets.map(\.name)
    environment.protected = readProtected(reader)
    environment.targets = reader.keys.filter { KeyTable.environment.key($0.text) == nil }.compactMap { key in
      reader.entry(key.text).flatMap { target($0) }
    }
    environment.commands =
      reader.node("commands")?.readEntries("`commands`", &diagnostics).compactMap { command($0) } ?? []
    return environment
  }

  // MARK: Targets

  private mutating func target(_ entry: YAMLEntry) -> Environment.Target? {
    let name = entry.key.text
    let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let places = executors.filter(\.usesTarget)
    guard let schema = places.first(where: { $0.name == parts[0] }) else {
      let known = KeyTable.environment.names + places.map(\.name)
      if isTakenForPlugin(parts[0], at: entry.key.span, among: known) { return nil }
      var problem = MappingReader.unknown(entry.key, in: "an environment", known)
      if NameRules.isIdentifier(parts[0]), Suggestion.nearest(to: parts[0], in: known) == nil {
        problem.help = missingPlugin(parts[0]) + (problem.help.map { "; or " + $0 } ?? "")
      }
      diagnostics.append(problem)
      return nil
    }
    if parts.count == 2, !NameRules.isPlaybookName(parts[1].replacing("_", with: "-")) {
      diagnostics.append(
        Diagnostic(
          code: "wrong-name", "`\(name)` is not a name for a target", at: entry.key.span,
          help: "such as `\(schema.name).replica`"))
    }
    guard case .mapping(let entries) = entry.value.content else {
      entry.value.wrong("`\(name)`", wants: "a mapping", help: "such as `{url: …}`", &diagnostics)
      return nil
    }
    checkSettings(entries, of: schema)
    guard let settings = settings(entry.value, entries, of: schema) else { return nil }
    for problem in schema.validateSettings(settings) {
      diagnostics.append(
        Diagnostic(
          problem.severity, code: problem.code, problem.message, at: settings.span(at: problem.path), help: problem.help
        ))
    }
    check(settings.expressions, names: ["secrets"], parameters: [])
    return Environment.Target(name: name, executor: schema.name, settings: settings, span: entry.value.span)
  }

  /// How an executor that is not known would be added.
  private func missingPlugin(_ name: String) -> String {
    plugins.isEmpty
      ? "an executor of a plugin needs its folder under `plugins:`, at the top of the file"
      : "there is no program playbook-executor-\(name) in \(plugins.joined(separator: " or "))"
  }

  /// Whether a name that is not known is left alone, because plugins that were not asked may know it.
  private mutating func isTakenForPlugin(
    _ name: String, at span: SourceSpan, among known: [String]
  ) -> Bool {
    guard hasUnaskedPlugins, NameRules.isIdentifier(name), Suggestion.nearest(to: name, in: known) == nil else {
      return false
    }
    diagnostics.append(
      Diagnostic(
        .note, code: "unknown-plugin", "`\(name)` is taken to be a plugin's executor", at: span,
        help: "name this file with --environments to have its plugins asked"))
    return true
  }

  /// The settings of a target, those whose scalars are texts as they were written.
  private mutating func settings(
    _ node: YAMLNode, _ entries: [YAMLEntry], of schema: ExecutorSchema
  ) -> TemplateTree? {
    var found: [TemplateTree.Entry] = []
    for entry in entries {
      let name = entry.key.text
      let tree: TemplateTree?
      if name == "act", case .mapping(let inner) = entry.value.content {
        tree = settings(entry.value, inner, of: schema)
      } else if schema.textSettings.contains(name), !entry.value.isNull {
        tree = TemplateTree.texts(entry.value, "`\(name)`", diagnostics: &diagnostics)
      } else {
        tree = TemplateTree.parse(entry.value, diagnostics: &diagnostics)
      }
      guard let tree else { return nil }
      found.append(TemplateTree.Entry(key: name, keySpan: entry.key.span, value: tree))
    }
    return .map(found, node.span)
  }

  private mutating func checkSettings(_ entries: [YAMLEntry], of schema: ExecutorSchema) {
    guard !schema.settings.isEmpty else { return }
    for entry in entries where !schema.settings.contains(entry.key.text) {
      if entry.key.text == "act", case .mapping(let inner) = entry.value.content {
        for entry in inner where !schema.settings.contains(entry.key.text) {
          diagnostics.append(MappingReader.unknown(entry.key, in: "`act`", schema.settings))
        }
      } else {
        diagnostics.append(
          MappingReader.unknown(entry.key, in: "a target of `\(schema.name)`", schema.settings + ["act"]))
      }
    }
  }

  // MARK: Commands

  private mutating func command(_ entry: YAMLEntry) -> Environment.Command? {
    checkName(of: entry)
    guard let probe = MappingReader(unchecked: entry.value, .command, &diagnostics) else { return nil }
    let named = probe.keys.filter { key in executors.contains { $0.name == key.text } }
    let known = KeyTable.command.names + executors.map(\.name)
    let strangers = probe.keys.filter { !known.contains($0.text) }
    if named.isEmpty, strangers.count == 1, isTakenForPlugin(strangers[0].text, at: strangers[0].span, among: known) {
      return nil
    }
    guard let reader = MappingReader(entry.value, .command, others: executors.map(\.name), &diagnostics) else {
      return nil
    }
    guard let key = named.first, let executor = reader.entry(key.text) else {
      diagnostics.append(
        Diagnostic(
          code: "no-executor", "a command needs a call: \(KeyShape.choice(executors.map(\.name)).description)",
          at: entry.key.span))
      return nil
    }
    for other in named.dropFirst() {
      diagnostics.append(
        Diagnostic(
          code: "two-calls", "a command makes one call, and this one has `\(key.text)` already", at: other.span))
    }
    let parameters = reader.node("call").map { InputDeclaration.decodeAll($0, diagnostics: &diagnostics) } ?? []
    let says = reader.boolean("writes", &diagnostics)
    let writes = says ?? false
    let ambient = Dictionary(parameters.map { ($0.name, "call.\($0.name)") }, uniquingKeysWith: { first, _ in first })
    var decoder = CallDecoder(executors: executors, commands: [], ambient: ambient) { name in
      throw Diagnostic(code: "wrong-file", "a command has no files: write `\(name)` out")
    }
    let call = decoder.decode(executor, mode: writes ? .act : .query, on: reader.node("on"), &diagnostics)
    check(call, parameters: parameters.map(\.name))
    var command = Environment.Command(
      name: entry.key.text, nameSpan: entry.key.span, call: call, writes: writes, parameters: parameters)
    command.isVouchedFor = says == false
    return command
  }

  private mutating func checkName(of entry: YAMLEntry) {
    if let problem = NameRules.problem(with: entry.key.text, "a command", at: entry.key.span) {
      diagnostics.append(problem)
    } else if executors.contains(where: { $0.name == entry.key.text }) || KeyTable.step.key(entry.key.text) != nil {
      diagnostics.append(
        Diagnostic(
          code: "reserved-name", "`\(entry.key.text)` is a key of steps already", at: entry.key.span,
          help: "name the command otherwise"))
    }
  }

  private mutating func check(_ call: Call, parameters: [String]) {
    let names = ["call", "secrets", "run", "now"]
    check(call.target.host?.expressions ?? [], names: names, parameters: parameters)
    let exposed = executors.first { $0.name == call.executor }?.exposedFields ?? []
    for (field, tree) in call.form.fields {
      check(tree.expressions, names: names, parameters: parameters)
      for expression in tree.expressions where exposed.contains(field) {
        for reference in expression.expression.references where reference.name == "secrets" {
          diagnostics.append(
            Diagnostic(
              code: "secret-in-arguments",
              "a secret may not stand in a program's arguments, which everybody on that machine can read",
              at: expression.span(of: reference.range), help: "give it by the program's environment or standard input"))
        }
      }
    }
  }

  // MARK: Names in expressions

  /// Reports names other than `names`, and fields that `secrets` and `call` don't have.
  private mutating func check(_ expressions: [LocatedExpression], names: [String], parameters: [String]) {
    for expression in expressions {
      for reference in expression.expression.references {
        let span = expression.span(of: reference.range)
        switch reference.name {
        case let name where !names.contains(name):
          let known = names.map { "`\($0)`" }.joined(separator: ", ")
          diagnostics.append(
            Diagnostic(
              code: "unknown-name", "`\(name)` is not known here", at: span, help: "only \(known) can be used here"))
        case "secrets": check(reference, among: secrets, "secret", at: span)
        case "call": check(reference, among: parameters, "parameter", at: span)
        default: break
        }
      }
    }
  }

  private mutating func check(
    _ reference: Expression.Reference, among known: [String], _ what: String, at span: SourceSpan
  ) {
    guard let field = reference.path.first else {
      diagnostics.append(
        Diagnostic(
          code: "unknown-name", "`\(reference.name)` stands for all of them: name one", at: span,
          help: "`\(reference.name).NAME`"))
      return
    }
    guard !known.contains(field) else { return }
    diagnostics.append(
      Diagnostic(
        code: "unknown-name", "there is no \(what) `\(field)`", at: span, help: Suggestion.help(for: field, in: known)))
  }
}
