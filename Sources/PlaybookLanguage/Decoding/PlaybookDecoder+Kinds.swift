import CEL
import SourceText
import YAMLTree

extension PlaybookDecoder {
  mutating func query(
    _ reader: MappingReader, _ executor: YAMLEntry?, _ step: inout Step, _ entry: YAMLEntry
  ) -> Step.Kind {
    if let node = reader.node("repeat") { return repeated(node, reader, executor, &step, entry) }
    guard let executor else {
      diagnostics.append(noExecutor("a `query`", at: entry.key.span))
      return .query(Query(call: CallDecoder.placeholder(at: step.span), repeats: nil))
    }
    return .query(Query(call: calls.decode(executor, mode: .query, on: reader.node("on"), &diagnostics), repeats: nil))
  }

  /// A query that asks an earlier one again: it takes over the call and how it is shown.
  private mutating func repeated(
    _ node: YAMLNode, _ reader: MappingReader, _ executor: YAMLEntry?, _ step: inout Step, _ entry: YAMLEntry
  ) -> Step.Kind {
    let none = Step.Kind.query(Query(call: CallDecoder.placeholder(at: step.span), repeats: nil))
    if let executor {
      diagnostics.append(
        Diagnostic(
          code: "both-keys", "a query that repeats another has no call of its own", at: executor.key.span,
          help: "keep `repeat` or `\(executor.key.text)`"))
      _ = calls.decode(executor, mode: .query, on: reader.node("on"), &diagnostics)
    } else if let on = reader.entry("on") {
      diagnostics.append(
        Diagnostic(code: "both-keys", "a query that repeats another asks the same target", at: on.key.span))
    }
    guard let name = node.readText("`repeat`", &diagnostics) else { return none }
    guard let before = queries[name], case .query(let query) = before.kind else {
      let isStep = names[name] != nil && name != step.name
      diagnostics.append(
        Diagnostic(
          code: "repeat-without-query",
          isStep ? "`\(name)` is not a query, so it can't be repeated" : "there is no earlier query `\(name)`",
          at: node.span, help: Suggestion.help(for: name, in: Array(queries.keys))))
      return none
    }
    step.show = step.show ?? before.show
    step.timeout = step.timeout ?? before.timeout
    step.forEach = step.forEach ?? before.forEach
    step.isSecret = step.isSecret || before.isSecret
    step.allowsPartial = step.allowsPartial || before.allowsPartial
    return .query(Query(call: query.call, repeats: name))
  }

  func noExecutor(_ what: String, at span: SourceSpan) -> Diagnostic {
    Diagnostic(
      code: "no-executor", "\(what) needs a call: \(KeyShape.choice(calls.executors.map(\.name)).description)",
      at: span, help: calls.executors.isEmpty ? nil : "for example `\(calls.executors[0].name): …`")
  }

  mutating func check(_ reader: MappingReader) -> Step.Kind {
    var conditions: [(name: String?, that: LocatedExpression)] = []
    if let node = reader.node("that") {
      if case .mapping(let entries) = node.content {
        for entry in entries {
          if let problem = NameRules.problem(with: entry.key.text, "a condition", at: entry.key.span) {
            diagnostics.append(problem)
          }
          let that = entry.value.readExpression("`\(entry.key.text)`", &diagnostics) ?? .missing(at: entry.value.span)
          if let that { conditions.append((entry.key.text, that)) }
        }
        if entries.isEmpty {
          diagnostics.append(Diagnostic(code: "wrong-value", "`that` has no condition", at: node.span))
        }
      } else {
        let that = node.readExpression("`that`", &diagnostics) ?? .missing(at: node.span)
        if let that { conditions.append((nil, that)) }
      }
    }
    let expect = reader.choice("expect", &diagnostics)
    if let entry = reader.entry("on_fail"), reader.entry("expect") == nil {
      diagnostics.append(
        Diagnostic(
          code: "missing-key", "`on_fail` is about an expectation that fails, and there is none",
          at: entry.key.span, help: "add `expect: yes` or `expect: no`"))
    }
    return .check(
      Check(
        conditions: conditions, yes: reader.template("yes", &diagnostics), no: reader.template("no", &diagnostics),
        expect: expect.map { $0 == "yes" }, stopsOnFailure: reader.choice("on_fail", &diagnostics) == "stop"))
  }

  mutating func confirm(_ reader: MappingReader, _ entry: YAMLEntry) -> Step.Kind {
    if reader.entry("ask") == nil {
      diagnostics.append(Diagnostic(code: "missing-key", "a `confirm` needs `ask`", at: entry.key.span))
    }
    var options: [Confirm.Option] = []
    if let node = reader.node("options") {
      let entries = node.readEntries("`options`", &diagnostics)
      if entries.isEmpty, case .mapping = node.content {
        diagnostics.append(
          Diagnostic(
            code: "wrong-value", "`options` has no option", at: node.span,
            help: "leave `options` out for a plain yes or no"))
      }
      for option in entries { options.append(self.option(option)) }
    }
    return .confirm(
      Confirm(
        ask: reader.template("ask", &diagnostics) ?? Template([], at: entry.key.span), options: options,
        suggest: reader.template("suggest", &diagnostics),
        needsApprover: reader.choice("approver", &diagnostics) != nil))
  }

  private mutating func option(_ entry: YAMLEntry) -> Confirm.Option {
    let name = entry.key.text
    if let problem = NameRules.problem(with: name, "an option", at: entry.key.span), problem.code == "wrong-name" {
      diagnostics.append(problem)
    }
    var option = Confirm.Option(
      name: name, nameSpan: entry.key.span, text: Template([], at: entry.key.span), when: nil, steps: [])
    guard case .mapping = entry.value.content else {
      if let text = entry.value.readTemplate("the option `\(name)`", &diagnostics) { option.text = text }
      return option
    }
    guard let reader = MappingReader(entry.value, .option, missingAt: entry.key.span, &diagnostics) else {
      return option
    }
    if let text = reader.template("text", &diagnostics) { option.text = text }
    option.when = reader.expression("when", &diagnostics)
    if let steps = reader.entry("steps") { option.steps = self.steps(steps) }
    return option
  }

  mutating func document(_ reader: MappingReader, _ entry: YAMLEntry) -> Step.Kind {
    let parts = ["text", "ask", "fields", "checklist", "follow_up"]
    if !parts.contains(where: { reader.entry($0) != nil }) {
      diagnostics.append(
        Diagnostic(
          code: "missing-key", "a `document` needs \(KeyShape.choice(parts).description)", at: entry.key.span))
    }
    var document = Document(
      text: reader.template("text", &diagnostics), ask: reader.template("ask", &diagnostics), fields: [], checklist: [],
      followUps: [])
    if let fields = reader.node("fields") {
      document.fields = InputDeclaration.decodeAll(
        fields, isBeforeDecimals: shelf.isBeforeDecimals, diagnostics: &diagnostics)
    }
    for point in reader.node("checklist")?.readEntries("`checklist`", &diagnostics) ?? [] {
      if let problem = NameRules.problem(with: point.key.text, "a point of a checklist", at: point.key.span),
        problem.code == "wrong-name"
      {
        diagnostics.append(problem)
      }
      if let text = point.value.readTemplate("`\(point.key.text)`", &diagnostics) {
        document.checklist.append((point.key.text, text))
      }
    }
    if let node = reader.node("follow_up") {
      var items = [node]
      if case .sequence(let list) = node.content { items = list }
      document.followUps = items.compactMap { followUp($0) }
    }
    return .document(document)
  }

  private mutating func followUp(_ node: YAMLNode) -> Document.FollowUp? {
    guard let reader = MappingReader(node, .followUp, &diagnostics) else { return nil }
    guard let text = reader.template("text", &diagnostics) else { return nil }
    return Document.FollowUp(
      text: text, due: reader.template("due", &diagnostics), owner: reader.template("owner", &diagnostics))
  }
}
