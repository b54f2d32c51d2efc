import CEL
import SourceText
import YAMLTree

extension CallDecoder {
  /// Gives a call the parameters that it names and doesn't bring: `:window` becomes `with: {window:
  /// "${inputs.window}"}`.
  func fillParameters(
    of schema: ExecutorSchema, _ form: inout CallForm, _ entry: YAMLEntry, _ diagnostics: inout [Diagnostic]
  ) {
    guard schema.fields.contains(where: { $0.name == "with" && $0.type == .map }) else { return }
    var entries: [TemplateTree.Entry] = []
    if case .map(let given, _) = form.fields["with"] { entries = given }
    let parameters = schema.parameters(form)
    var missing: Set<String> = []
    for parameter in parameters where !entries.contains(where: { $0.key == parameter.name }) {
      let span = span(of: parameter.range, at: [parameter.field], in: form) ?? entry.value.span
      if let source = ambient[parameter.name], let expression = try? Expression(parsing: source) {
        let value = Template([.expression(LocatedExpression(expression, at: span))], at: span)
        entries.append(TemplateTree.Entry(key: parameter.name, keySpan: span, value: .template(value)))
      } else if missing.insert(parameter.name).inserted {
        diagnostics.append(
          Diagnostic(
            code: "unknown-parameter", "`:\(parameter.name)` is neither under `with` nor an input", at: span,
            help: Suggestion.nearest(to: parameter.name, in: Array(ambient.keys) + entries.map(\.key))
              .map { "did you mean `:\($0)`?" } ?? "give it: `with: {\(parameter.name): \"${…}\"}`"))
      }
    }
    if !entries.isEmpty { form.fields["with"] = .map(entries, form.fields["with"]?.span ?? entry.value.span) }
  }

  /// An executor's problem with a call, at its place in the file.
  func diagnostic(of problem: CallProblem, in form: CallForm, _ entry: YAMLEntry) -> Diagnostic {
    let span = span(of: problem.range, at: problem.path, in: form) ?? entry.value.span
    return Diagnostic(
      problem.severity, code: problem.code, problem.message, at: span.start == span.end ? entry.value.span : span,
      help: problem.help)
  }

  private func span(of range: Range<Int>?, at path: [String], in form: CallForm) -> SourceSpan? {
    if let range, let place = texts[path], let span = place.span(of: range) { return span }
    return path.first.flatMap { form.fields[$0] }?.span(at: path.dropFirst())
  }

  /// Which target a call goes to: `on: replica`, `on: redis.replica`, or a mapping with `target` and `host`.
  func target(
    _ on: YAMLNode?, for callee: Callee?, _ name: String, inheriting inherited: Call?,
    _ diagnostics: inout [Diagnostic]
  ) -> TargetReference {
    guard let on else {
      return inherited?.executor == name ? inherited?.target ?? TargetReference() : TargetReference()
    }
    if case .executor(let schema) = callee, !schema.usesTarget {
      diagnostics.append(
        Diagnostic(code: "misplaced-key", "`\(name)` goes to no target, so it has no `on`", at: on.span))
      return TargetReference()
    }
    if case .command = callee {
      diagnostics.append(
        Diagnostic(code: "misplaced-key", "`\(name)` has its own target in the environment", at: on.span))
      return TargetReference()
    }
    var reference = TargetReference(span: on.span)
    var nameNode: YAMLNode? = on
    if case .mapping = on.content {
      guard let reader = MappingReader(on, .target, &diagnostics) else { return reference }
      nameNode = reader.node("target")
      reference.host = reader.template("host", &diagnostics)
    }
    guard let nameNode, let written = nameNode.readText("a target", &diagnostics) else { return reference }
    let full = written == name || written.hasPrefix(name + ".") ? written : "\(name).\(written)"
    if written != name, let executor = written.split(separator: ".").first, written.contains("."), executor != name {
      diagnostics.append(
        Diagnostic(
          code: "wrong-target", "`\(written)` is a target of `\(executor)`, and the call is one of `\(name)`",
          at: nameNode.span))
    } else if !full.utf8.allSatisfy({ Self.isTargetByte($0) }) || full.hasSuffix(".") {
      diagnostics.append(
        Diagnostic(
          code: "wrong-value", "`\(written)` is not a name of a target", at: nameNode.span,
          help: written.contains("${") ? "a host found at run time goes under `on: {host: …}`" : nil))
    }
    reference.name = full
    return reference
  }

  private static func isTargetByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }
}

extension TemplateTree {
  /// The place of the node at a path within it, or of the last part of the way that is there.
  func span(at path: some Collection<String>) -> SourceSpan {
    var tree = self
    for step in path {
      switch tree {
      case .list(let items, _):
        guard let index = Int(step), items.indices.contains(index) else { return tree.span }
        tree = items[index]
      case .map:
        guard let value = tree[step] else { return tree.span }
        tree = value
      case .value, .template: return tree.span
      }
    }
    return tree.span
  }
}
