import SourceText
import YAMLTree

/// Reads one playbook's file. Problems are collected; nothing stops it.
struct PlaybookDecoder {
  let source: PlaybookSource
  let shelf: PlaybookShelf
  /// The playbooks that led here by `use`, this one last once its name is known.
  var chain: [String]
  var diagnostics: [Diagnostic] = []
  var calls: CallDecoder
  /// Where each name was given first.
  var names: [String: SourceSpan] = [:]
  /// The queries read so far, for `repeat`.
  var queries: [String: Step] = [:]
  var used: [String: Playbook] = [:]

  init(_ source: PlaybookSource, shelf: PlaybookShelf, chain: [String]) {
    self.source = source
    self.shelf = shelf
    self.chain = chain
    calls = CallDecoder(executors: shelf.executors, commands: shelf.commands, readFile: source.readFile)
  }

  mutating func decode() -> Playbook? {
    let (root, problems) = YAML.parse(source.file)
    guard let root else {
      diagnostics = problems
      return nil
    }
    let playbook = decode(root)
    // Parts that the YAML reader could not take are missing from the tree, and were reported.
    if problems.hasErrors { diagnostics.removeAll { ["missing-key", "no-executor", "no-kind"].contains($0.code) } }
    diagnostics = problems + diagnostics
    return playbook
  }

  private mutating func decode(_ root: YAMLNode) -> Playbook? {
    guard let reader = MappingReader(root, .playbook, &diagnostics) else { return nil }
    let name = readName(reader)
    chain.append(name)
    var playbook = Playbook(name: name, title: reader.text("title", &diagnostics) ?? name, file: source.file)
    playbook.folder = source.folder
    playbook.summary = reader.text("summary", &diagnostics)
    playbook.symptoms = reader.texts("symptoms", &diagnostics)
    playbook.category = reader.text("category", &diagnostics)
    playbook.section = reader.text("section", &diagnostics)
    playbook.severity = reader.choice("severity", &diagnostics).flatMap(Playbook.Severity.init)
    playbook.alerts = reader.texts("alerts", &diagnostics)
    playbook.owner = reader.text("owner", &diagnostics)
    playbook.links = links(reader.node("links"))
    if let inputs = reader.node("inputs") {
      playbook.inputs = InputDeclaration.decodeAll(
        inputs, isBeforeDecimals: shelf.isBeforeDecimals, diagnostics: &diagnostics)
    }
    for input in playbook.inputs { calls.ambient[input.name] = "inputs.\(input.name)" }
    if let steps = reader.entry("steps") { playbook.steps = self.steps(steps) }
    if let finally = reader.entry("finally") { playbook.finally = self.steps(finally) }
    playbook.sources += calls.sources
    playbook.used = used
    return playbook
  }

  private mutating func readName(_ reader: MappingReader) -> String {
    guard let node = reader.node("playbook"), let name = node.readText("`playbook`", &diagnostics) else { return "" }
    if !NameRules.isPlaybookName(name) {
      diagnostics.append(
        Diagnostic(
          code: "wrong-name", "`\(name)` is not a name for a playbook: small letters, digits and `-`", at: node.span))
    } else if let folder = source.folder?.split(separator: "/").last, folder != "." && folder != ".." {
      if name != folder {
        diagnostics.append(
          Diagnostic(
            code: "wrong-folder", "the playbook is called `\(name)`, but its folder `\(folder)`", at: node.span,
            help: NameRules.isPlaybookName(String(folder))
              ? "write `playbook: \(folder)`, or rename the folder" : "rename the folder to `\(name)`"))
      }
    }
    return name
  }

  /// Links: texts that are addresses, or mappings with `title` and `url`.
  mutating func links(_ node: YAMLNode?) -> [Link] {
    guard let node else { return [] }
    var items = [node]
    if case .sequence(let list) = node.content { items = list }
    var links: [Link] = []
    for item in items {
      if case .mapping = item.content {
        guard let reader = MappingReader(item, .link, &diagnostics) else { continue }
        let title = reader.text("title", &diagnostics)
        if let url = reader.text("url", &diagnostics) { links.append(Link(title: title ?? url, url: url)) }
      } else if let url = item.readText("a link", &diagnostics) {
        links.append(Link(title: url, url: url))
      }
    }
    return links
  }

  /// The list of steps under `entry`.
  mutating func steps(_ entry: YAMLEntry) -> [Step] {
    guard case .sequence(let items) = entry.value.content else {
      if entry.value.isNull {
        diagnostics.append(
          Diagnostic(
            code: "wrong-type", "`\(entry.key.text)` is a list of steps, but there is nothing", at: entry.key.span))
      } else {
        let help: String? =
          if case .mapping = entry.value.content { "begin each step with `- `" } else { nil }
        entry.value.wrong("`\(entry.key.text)`", wants: "a list of steps", help: help, &diagnostics)
      }
      return []
    }
    if items.isEmpty {
      diagnostics.append(Diagnostic(code: "no-steps", "`\(entry.key.text)` has no step", at: entry.value.span))
    }
    return items.compactMap { step($0) }
  }

  /// Takes `name` for the playbook; a name given twice or against the rules is a problem.
  mutating func claim(_ name: String, _ what: String, at span: SourceSpan) {
    if let problem = NameRules.problem(with: name, what, at: span) {
      diagnostics.append(problem)
    } else if let first = names[name] {
      diagnostics.append(
        Diagnostic(
          code: "duplicate-step", "there is a step `\(name)` already, at line \(first.start.line)", at: span,
          help: "names are shared by the whole playbook, options and groups included"))
    }
    if names[name] == nil { names[name] = span }
  }
}
