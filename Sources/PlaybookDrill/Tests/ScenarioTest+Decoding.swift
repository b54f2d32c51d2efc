import CEL
package import PlaybookLanguage
package import SourceText
import YAMLTree

extension ScenarioTest {
  /// The surroundings that a test is read against.
  package struct Surroundings: Sendable {
    package var playbook: Playbook
    package var executors: [ExecutorSchema]
    /// Of `api.yaml`.
    package var routes: [String]

    package init(playbook: Playbook, executors: [ExecutorSchema], routes: [String]) {
      self.playbook = playbook
      self.executors = executors
      self.routes = routes
    }
  }

  /// Reads a test. Everything that is wrong with it comes back; with an error it may not run.
  package static func decode(
    _ file: SourceFile, in surroundings: Surroundings
  ) -> (test: ScenarioTest?, diagnostics: [Diagnostic]) {
    let (root, diagnostics) = YAML.parse(file)
    guard let root else { return (nil, diagnostics) }
    var decoder = ScenarioTestDecoder(surroundings, diagnostics)
    let test = decoder.decode(root, file)
    return (test, decoder.diagnostics.inOrderOfPlaces)
  }

  /// Reads of a test, or of any file of answers, only the changes that it makes to the world.
  package static func changes(
    in file: SourceFile, _ surroundings: Surroundings
  ) -> (changes: [Call], diagnostics: [Diagnostic]) {
    // A file that is not YAML with a mapping is reported by the reader of the answers.
    guard let root = YAML.parse(file).root, root["test"] != nil, let node = root["world_before"] else {
      return ([], [])
    }
    var decoder = ScenarioTestDecoder(surroundings, [])
    let changes = decoder.changes(node)
    return (changes, decoder.diagnostics.inOrderOfPlaces)
  }
}

/// Reads one test's file.
struct ScenarioTestDecoder {
  let surroundings: ScenarioTest.Surroundings
  let names: StepNames
  /// The names that `that` of `expect` sees.
  let outcomes: [String: StaticType]
  var calls: CallDecoder
  var diagnostics: [Diagnostic]

  init(_ surroundings: ScenarioTest.Surroundings, _ diagnostics: [Diagnostic]) {
    self.surroundings = surroundings
    self.diagnostics = diagnostics
    names = StepNames(surroundings.playbook)
    // The environment's commands are known when the world is up; their outcomes are not checked before.
    outcomes = surroundings.playbook.namesAfterRun(executors: surroundings.executors, commands: nil)
    let inputs = surroundings.playbook.inputs.map { ($0.name, "inputs.\($0.name)") }
    let schemas = surroundings.executors.filter { ["redis", "sql", "shell"].contains($0.name) }
    calls = CallDecoder(executors: schemas, commands: [], ambient: Dictionary(inputs) { first, _ in first }) {
      _ throws -> SourceFile in
      throw Diagnostic(code: "wrong-file", "a test's calls stand in the test itself")
    }
  }

  mutating func decode(_ root: YAMLNode, _ file: SourceFile) -> ScenarioTest? {
    guard let reader = MappingReader(root, .scenarioTest, &diagnostics) else { return nil }
    let base = file.path.split(separator: "/").last.map(String.init) ?? file.path
    var test = ScenarioTest(
      name: String(base.prefix { $0 != "." }), title: reader.text("test", &diagnostics) ?? "",
      titleSpan: reader.node("test")?.span ?? root.span, file: file)
    test.stepPaths = names.steps.keys.sorted()
    test.inputs = inputs(reader.node("inputs"), at: test.titleSpan)
    test.giveUpAfter = reader.duration("give_up_after", &diagnostics)
    test.answers = answers(reader.node("answers"))
    test.before = changes(reader.node("world_before"))
    if let node = reader.node("expect") { test.expect = expectation(node) }
    test.world = items(reader.node("world"), "`world`").compactMap { check($0) }
    if reader.choice("world_else", &diagnostics) != nil { test.elseUnchanged = reader.node("world_else")?.span }
    return test
  }

  private mutating func inputs(_ node: YAMLNode?, at place: SourceSpan) -> [String: Value] {
    let declared = surroundings.playbook.inputs
    var values: [String: Value] = [:]
    for entry in entries(node, "`inputs`") {
      guard let declaration = declared.first(where: { $0.name == entry.key.text }) else {
        report(
          "unknown-input", "`\(surroundings.playbook.name)` has no input `\(entry.key.text)`", at: entry.key.span,
          help: Suggestion.help(for: entry.key.text, in: declared.map(\.name)))
        continue
      }
      guard let text = entry.value.readText("`\(entry.key.text)`", &diagnostics) else { continue }
      switch declaration.parse(text: text) {
      case .success(let value): values[declaration.name] = value
      case .failure(let problem): report("wrong-value", problem.message, at: entry.value.span, help: problem.help)
      }
    }
    for declaration in declared where declaration.defaultValue == nil {
      let isGiven = entries(node, "`inputs`").contains { $0.key.text == declaration.name }
      if !isGiven {
        report(
          "missing-input", "the input `\(declaration.name)` has no default and is not given", at: node?.span ?? place)
      }
    }
    return values
  }

  private mutating func answers(_ node: YAMLNode?) -> [String: Value] {
    var answers: [String: Value] = [:]
    for entry in entries(node, "`answers`") {
      let key = entry.key.text
      guard names.takesAnswer(key) else {
        report(
          "unknown-step", "`\(surroundings.playbook.name)` asks nothing called `\(key)`", at: entry.key.span,
          help: Suggestion.nearest(to: key, in: names.answerable).map { "did you mean `\($0)`?" })
        continue
      }
      answers[key] = entry.value.plainValue
      let given = entry.value["answer"] ?? entry.value
      if case .confirm(let confirm)? = names.step(answeredBy: key)?.kind, case .scalar(let scalar) = given.content {
        let options = confirm.options.isEmpty ? ["yes", "no"] : confirm.options.map(\.name)
        let word = BooleanWord.meant(by: scalar.text, among: options) ?? scalar.text
        if !options.contains(word) {
          report(
            "unknown-option", "`\(scalar.text)` is not an answer to `\(key)`", at: given.span,
            help: Suggestion.help(for: scalar.text, in: options))
        }
      }
    }
    return answers
  }

  private mutating func expectation(_ node: YAMLNode) -> ScenarioTest.Expectation {
    var expect = ScenarioTest.Expectation()
    guard let reader = MappingReader(node, .expectation, &diagnostics) else { return expect }
    if let word = reader.choice("outcome", &diagnostics), let outcome = ScenarioTest.Outcome(rawValue: word),
      let span = reader.node("outcome")?.span
    {
      expect.outcome = (outcome, span)
    }
    for entry in entries(reader.node("steps"), "`steps`") {
      guard let path = names.path(entry.key.text), let step = names.steps[path] else {
        report(
          "unknown-step", "`\(surroundings.playbook.name)` has no step `\(entry.key.text)`", at: entry.key.span,
          help: Suggestion.nearest(to: entry.key.text, in: names.steps.keys).map { "did you mean `\($0)`?" })
        continue
      }
      guard let written = entry.value.readText("`\(entry.key.text)`", &diagnostics) else { continue }
      let words = words(of: step)
      let expected = BooleanWord.meant(by: written, among: words ?? []) ?? written
      if let words, !words.contains(expected) {
        report(
          "wrong-value", "`\(entry.key.text)` never is `\(expected)`", at: entry.value.span,
          help: Suggestion.help(for: expected, in: words))
      }
      expect.steps.append(
        ScenarioTest.StepExpectation(path: path, expected: expected, span: entry.value.span))
    }
    expect.that = conditions(reader.node("that"))
    for condition in expect.that {
      diagnostics += condition.problems(asConditionOver: outcomes)
      diagnostics += surroundings.playbook.wrongTexts(in: condition)
    }
    return expect
  }

  /// The words that a step can be found to be; nil: any text.
  private func words(of step: Step) -> [String]? {
    switch step.kind {
    case .confirm(let confirm):
      KeyTable.states + (confirm.options.isEmpty ? ["yes", "no"] : confirm.options.map(\.name))
    case .check: KeyTable.states + ["yes", "no"]
    case .document(let document): document.ask == nil ? KeyTable.states : nil
    case .query(let query): query.call.executor == "manual" ? nil : KeyTable.states
    case .act, .group, .use: KeyTable.states
    }
  }

  /// `world_before`.
  mutating func changes(_ node: YAMLNode?) -> [Call] {
    items(node, "`world_before`").compactMap { change($0) }
  }

  /// A call of `world_before`.
  private mutating func change(_ node: YAMLNode) -> Call? {
    guard let reader = MappingReader(node, KeyTable("a change", []), others: calls.keys, &diagnostics) else {
      return nil
    }
    let found = calls.keys.compactMap { reader.entry($0) }
    guard let entry = found.first, found.count == 1 else {
      report("missing-key", "a change to the world is one of \(calls.keys.joined(separator: ", "))", at: node.span)
      return nil
    }
    let call = calls.decode(entry, mode: .act, &diagnostics)
    let seen = outcomes["inputs"].map { ["inputs": $0] } ?? [:]
    for expression in call.form.fields.values.flatMap(\.expressions) {
      diagnostics += expression.problems(asValueOver: seen)
    }
    return call
  }

  /// An item of `world`.
  private mutating func check(_ node: YAMLNode) -> WorldCheck? {
    guard let reader = MappingReader(node, .worldCheck, others: calls.keys, &diagnostics) else { return nil }
    let keys = calls.keys + ["api", "file"]
    let found = keys.compactMap { reader.entry($0) }
    guard let entry = found.first, found.count == 1 else {
      report("missing-key", "a question to the world is one of \(keys.joined(separator: ", "))", at: node.span)
      return nil
    }
    var fields: [String: StaticType] = [:]
    let subject: WorldCheck.Subject
    switch entry.key.text {
    case "api":
      guard let route = reader.text("api", &diagnostics) else { return nil }
      if !surroundings.routes.contains(route) {
        report(
          "unknown-route", "the drill's API has no route `\(route)`", at: entry.value.span,
          help: Suggestion.help(for: route, in: surroundings.routes))
      }
      subject = .api(route)
      fields = ["calls": .list(.dyn)]
    case "file":
      guard let path = reader.text("file", &diagnostics) else { return nil }
      if let problem = ScenarioFolder.problem(with: path) { report("wrong-file", problem, at: entry.value.span) }
      subject = .file(path)
      fields = ["exists": .bool, "text": .string, "lines": .list(.string), "json": .dyn]
    default:
      let call = calls.decode(entry, mode: .query, &diagnostics)
      for expression in call.form.fields.values.flatMap(\.expressions) {
        diagnostics += expression.problems(asValueOver: outcomes)
      }
      fields = surroundings.executors.first { $0.name == call.executor }?.outcome ?? [:]
      subject = .call(call)
    }
    let that = conditions(reader.node("that"))
    for condition in that { diagnostics += condition.problems(asConditionOver: outcomes.merging(fields) { $1 }) }
    return WorldCheck(subject: subject, span: entry.value.span, that: that)
  }

  /// One expression or a list of them.
  private mutating func conditions(_ node: YAMLNode?) -> [LocatedExpression] {
    guard let node else { return [] }
    var nodes = [node]
    if case .sequence(let items) = node.content { nodes = items }
    return nodes.compactMap { $0.readExpression("`that`", &diagnostics) }
  }

  private mutating func items(_ node: YAMLNode?, _ what: String) -> [YAMLNode] {
    guard let node else { return [] }
    if case .sequence(let items) = node.content { return items }
    report("wrong-type", "\(what) is a list, not \(node.kindName)", at: node.span)
    return []
  }

  private mutating func entries(_ node: YAMLNode?, _ what: String) -> [YAMLEntry] {
    guard let node else { return [] }
    if case .mapping(let entries) = node.content { return entries }
    report("wrong-type", "\(what) is a mapping, not \(node.kindName)", at: node.span)
    return []
  }

  private mutating func report(_ code: String, _ message: String, at span: SourceSpan, help: String? = nil) {
    diagnostics.append(Diagnostic(code: code, message, at: span, help: help))
  }
}
