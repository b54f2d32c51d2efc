import CEL
import SourceText
import YAMLTree

extension PlaybookDecoder {
  /// One step: its kind, its name, and the keys that every kind shares.
  mutating func step(_ node: YAMLNode) -> Step? {
    guard let reader = MappingReader(unchecked: node, .step, &diagnostics) else { return nil }
    guard let (keyword, entry) = kind(of: reader) else { return nil }
    guard let named = name(of: keyword, entry, reader) else { return nil }
    let caller = Self.callers.contains(keyword)
    let (executor, written) =
      caller ? executorEntry(of: reader, .step, isMissing: reader.entry("repeat") == nil) : (nil, nil)
    checkKeys(of: reader, keyword, entry.key, executor: written)
    var step = Step(name: named.name, nameSpan: named.span, span: node.span, kind: .group([]))
    share(reader, &step)
    claim(step.name, "a step", at: step.nameSpan)
    switch keyword {
    case "query": step.kind = query(reader, executor, &step, entry)
    case "check": step.kind = check(reader)
    case "confirm": step.kind = confirm(reader, entry)
    case "act": step.kind = act(reader, executor, step, entry)
    case "document": step.kind = document(reader, entry)
    case "use": step.kind = use(entry, reader)
    default: step.kind = .group(reader.entry("steps").map { steps($0) } ?? [])
    }
    if case .query = step.kind { queries[step.name] = step }
    return step
  }

  private static let callers: Set = ["query", "act"]

  /// The one key that says of which kind the step is. A misspelt key counts, after it was reported.
  private mutating func kind(of reader: MappingReader) -> (String, YAMLEntry)? {
    let found = reader.keys.filter { KeyTable.kinds.contains($0.text) }
    if let first = found.first, let entry = reader.entry(first.text) {
      for other in found.dropFirst() {
        diagnostics.append(
          Diagnostic(
            code: "two-kinds", "a step is of one kind, and this one is a `\(first.text)` already", at: other.span,
            help: "make it two steps"))
      }
      return (first.text, entry)
    }
    for key in reader.keys where KeyTable.step.key(key.text) == nil && calls.callee(isKnown: key.text) == nil {
      guard let meant = Suggestion.nearest(to: key.text, in: KeyTable.kinds), let entry = reader.entry(key.text) else {
        continue
      }
      diagnostics.append(
        Diagnostic(
          code: "unknown-key", "there is no kind of step `\(key.text)`", at: key.span, help: "did you mean `\(meant)`?")
      )
      return (meant, entry)
    }
    diagnostics.append(
      Diagnostic(
        code: "no-kind", "a step needs a kind: \(KeyShape.choice(KeyTable.kinds).description)",
        at: reader.keys.first?.span ?? reader.node.span, help: "for example `query: failures`"))
    return nil
  }

  /// The step's name: the value of its kind's key, or the name of a `use`.
  private mutating func name(
    of keyword: String, _ entry: YAMLEntry, _ reader: MappingReader
  ) -> (name: String, span: SourceSpan)? {
    if keyword == "use", let alias = reader.node("as") {
      return alias.readText("`as`", &diagnostics).map { ($0, alias.span) }
    }
    guard let scalar = entry.value.scalar, scalar.value != .null else {
      let problem = entry.value.isNull ? "needs a name" : "holds the step's name, not \(entry.value.kindName)"
      diagnostics.append(
        Diagnostic(
          code: "wrong-type", "`\(keyword)` \(problem)", at: entry.value.isNull ? entry.key.span : entry.value.span,
          help: keyword == "use" ? "for example `use: post-incident`" : "for example `\(keyword): failures`"))
      return nil
    }
    let name = keyword == "use" ? scalar.text.replacingHyphens : scalar.text
    return (name, entry.value.span)
  }

  /// The one key that names an executor or a command, and the key as it is written: a misspelt key counts, after it was
  /// reported.
  mutating func executorEntry(
    of reader: MappingReader, _ table: KeyTable, isMissing: Bool
  ) -> (YAMLEntry?, written: String?) {
    let found = reader.keys.filter { calls.callee(isKnown: $0.text) != nil }
    for other in found.dropFirst() {
      diagnostics.append(
        Diagnostic(
          code: "two-calls", "\(table.name) makes one call, and this one has `\(found[0].text)` already",
          at: other.span,
          help: table.name == KeyTable.step.name ? "make it two steps" : nil))
    }
    if let first = found.first { return (reader.entry(first.text), first.text) }
    guard isMissing else { return (nil, nil) }
    if let command = commandEntry(of: reader, beside: table) { return (command, command.key.text) }
    for key in reader.keys where table.key(key.text) == nil {
      guard let meant = Suggestion.nearest(to: key.text, in: calls.keys + table.names), calls.keys.contains(meant),
        let entry = reader.entry(key.text)
      else { continue }
      diagnostics.append(
        Diagnostic(
          code: "unknown-key", "there is no executor or command `\(key.text)`", at: key.span,
          help: OddSpace.help(for: key.text) ?? "did you mean `\(meant)`?"))
      return (YAMLEntry(key: YAMLKey(text: meant, span: key.span), value: entry.value), key.text)
    }
    return (nil, nil)
  }

  /// Where no environment is known: the one unknown key that may be a command of it.
  private mutating func commandEntry(of reader: MappingReader, beside table: KeyTable) -> YAMLEntry? {
    guard shelf.commands == nil else { return nil }
    let unknown = reader.keys.filter { key in
      table.key(key.text) == nil && Suggestion.nearest(to: key.text, in: table.names + calls.keys) == nil
    }
    guard unknown.count == 1, NameRules.problem(with: unknown[0].text, "", at: unknown[0].span) == nil else {
      return nil
    }
    diagnostics.append(
      Diagnostic(
        .note, code: "unknown-command", "`\(unknown[0].text)` is taken to be a command or a plugin of the environment",
        at: unknown[0].span, help: "give the environment to have it checked"))
    return reader.entry(unknown[0].text)
  }

  /// That every key is known, belongs to this kind, and that none is missing.
  private mutating func checkKeys(
    of reader: MappingReader, _ keyword: String, _ kindKey: YAMLKey, executor: String?
  ) {
    let own = KeyTable.step.keys.filter { $0.kinds?.contains(keyword) ?? true }.map(\.name)
    for key in reader.keys where key.text != kindKey.text && key.text != executor {
      if KeyTable.kinds.contains(key.text) { continue }
      if let known = KeyTable.step.key(key.text) {
        guard let kinds = known.kinds, !kinds.contains(keyword) else { continue }
        let places = KeyTable.kinds.filter(kinds.contains).map { "`\($0)`" }
        diagnostics.append(
          Diagnostic(
            code: "misplaced-key", "`\(key.text)` belongs to \(KeyShape.alternatives(places)), not to `\(keyword)`",
            at: key.span, help: Self.advice(key.text, in: keyword)))
      } else if calls.callee(isKnown: key.text) != nil {
        if Self.callers.contains(keyword) { continue }
        diagnostics.append(
          Diagnostic(
            code: "misplaced-key", "a `\(keyword)` makes no call, so it has no `\(key.text)`", at: key.span,
            help: "make it a step of its own: a `query` reads, an `act` changes"))
      } else {
        let others = Self.callers.contains(keyword) ? own + calls.keys : own
        diagnostics.append(MappingReader.unknown(key, in: "a `\(keyword)`", others))
      }
    }
    for key in KeyTable.step.keys where key.isRequired && key.kinds?.contains(keyword) == true {
      if reader.entry(key.name) == nil {
        diagnostics.append(
          Diagnostic(code: "missing-key", "a `\(keyword)` needs `\(key.name)`", at: kindKey.span))
      }
    }
  }

  private static func advice(_ key: String, in keyword: String) -> String? {
    switch (key, keyword) {
    case ("for_each", _): "put the step into a `group` that has the `for_each`"
    case ("expect", "query"), ("that", "query"): "follow it with a `check`, or poll with `until`"
    case ("until", "check"): "poll in the `query` that the check reads"
    case ("options", "check"): "a human decides in a `confirm`"
    case ("steps", "confirm"): "put them under one of its `options`"
    case ("undo", "query"), ("verify", "query"), ("approve", "query"): "a step that changes something is an `act`"
    case ("fields", "confirm"): "ask for them in a `document`"
    default: nil
    }
  }

  /// The keys that every kind shares.
  private mutating func share(_ reader: MappingReader, _ step: inout Step) {
    step.title = reader.template("title", &diagnostics)
    step.why = reader.template("why", &diagnostics)
    step.label = reader.template("label", &diagnostics)
    if let label = reader.entry("label"), reader.entry("for_each") == nil, reader.entry("repeat") == nil {
      diagnostics.append(
        Diagnostic(
          code: "missing-key", "`label` names an item of a loop, and there is no `for_each`",
          at: label.key.span))
    }
    step.when = reader.expression("when", &diagnostics)
    step.forEach = reader.node("for_each").flatMap { loop($0) }
    step.timeout = reader.duration("timeout", &diagnostics)
    if let timeout = step.timeout, timeout == .zero, let node = reader.node("timeout") {
      diagnostics.append(Diagnostic(code: "wrong-value", "`timeout` is longer than nothing", at: node.span))
    }
    if let until = reader.mapping("until", .until, &diagnostics) {
      let that = until.expression("that", &diagnostics) ?? .missing(at: until.node.span)
      let every = until.duration("every", &diagnostics) ?? .seconds(5)
      let within = until.duration("within", &diagnostics) ?? .seconds(300)
      if let that { step.until = Step.Until(that: that, every: every, within: within) }
    }
    if let retry = reader.mapping("retry", .retry, &diagnostics) {
      step.retry = Step.Retry(
        times: retry.integer("times", &diagnostics) ?? 1, wait: retry.duration("wait", &diagnostics) ?? .seconds(1))
    }
    step.onError = reader.choice("on_error", &diagnostics).flatMap(Step.OnError.init)
    step.isSecret = reader.boolean("secret", &diagnostics) ?? false
    step.fresh = reader.duration("fresh", &diagnostics)
    step.show = reader.node("show").flatMap { show($0) }
    step.links = links(reader.node("links"))
    step.allowsPartial = reader.choice("partial", &diagnostics) != nil
  }

  /// `NAME in EXPRESSION`.
  private mutating func loop(_ node: YAMLNode) -> Step.ForEach? {
    guard let scalar = node.scalar, scalar.value != .null else {
      node.wrong("`for_each`", wants: "`NAME in EXPRESSION`", &diagnostics)
      return nil
    }
    let bytes = Array(scalar.text.utf8)
    let spaces = Array(" \t\r\n".utf8)
    func skip(_ index: Int, while condition: (UInt8) -> Bool) -> Int {
      bytes[index...].firstIndex { !condition($0) } ?? bytes.count
    }
    let nameStart = skip(0) { spaces.contains($0) }
    let nameEnd = skip(nameStart) { !spaces.contains($0) }
    let word = skip(nameEnd) { spaces.contains($0) }
    let wordEnd = skip(word) { !spaces.contains($0) }
    let list = skip(wordEnd) { spaces.contains($0) }
    guard nameEnd > nameStart, bytes[word..<wordEnd].elementsEqual("in".utf8), list < bytes.count else {
      diagnostics.append(
        Diagnostic(
          code: "wrong-value", "`for_each` is `NAME in EXPRESSION`, not `\(scalar.text)`", at: node.span,
          help: "for example `for_each: row in failures.rows`"))
      return nil
    }
    let item = String(decoding: bytes[nameStart..<nameEnd], as: UTF8.self)
    let span = scalar.span(of: nameStart..<nameEnd, in: node.span.file) ?? node.span
    if let problem = NameRules.problem(with: item, "a loop's item", at: span) { diagnostics.append(problem) }
    let expression = LocatedExpression.parse(node.scalar(from: list, in: scalar), diagnostics: &diagnostics)
    return (expression ?? .missing(at: node.span)).map { Step.ForEach(item: item, list: $0) }
  }

  private mutating func show(_ node: YAMLNode) -> Step.Show? {
    if node.scalar != nil {
      guard let word = node.readChoice("`show`", KeyTable.styles, &diagnostics) else { return nil }
      return Step.Show(style: .init(word), columns: [])
    }
    guard let reader = MappingReader(node, .show, &diagnostics) else { return nil }
    var style = reader.choice("style", &diagnostics).flatMap { Step.Show.Style($0) }
    let bars = reader.text("bars", &diagnostics)
    let by = reader.text("by", &diagnostics)
    switch (bars, by) {
    case (let bars?, let by?): style = .bars(bars, by: by)
    case (nil, nil): break
    case (_, nil): reader.require("by", &diagnostics)
    case (nil, _): reader.require("bars", &diagnostics)
    }
    return Step.Show(style: style, columns: reader.texts("columns", &diagnostics))
  }
}

extension Step.Show.Style {
  init?(_ word: String) {
    switch word {
    case "table": self = .table
    case "fields": self = .fields
    case "text": self = .text
    case "json": self = .json
    case "none": self = .none
    default: return nil
    }
  }
}

extension String {
  /// A playbook's name as a step's.
  var replacingHyphens: String {
    String(decoding: utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
  }
}

extension CallDecoder {
  /// The meaning of `name` as far as it is known; keys that may be commands of an unknown environment don't count.
  func callee(isKnown name: String) -> Callee? {
    if case .unknown = callee(name) { nil } else { callee(name) }
  }
}
