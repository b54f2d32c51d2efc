import CEL
import SourceText
import YAMLTree

extension CallDecoder {
  /// The fields of an executor's call.
  mutating func fields(of schema: ExecutorSchema, _ entry: YAMLEntry, _ diagnostics: inout [Diagnostic]) -> CallForm {
    if let field = schema.treeField {
      diagnostics += entry.value.numbersWrittenOtherwise
      let tree = TemplateTree.parse(entry.value, diagnostics: &diagnostics)
      return CallForm(fields: tree.map { [field: $0] } ?? [:])
    }
    switch entry.value.content {
    case .mapping: return longForm(of: schema, entry, &diagnostics)
    case .scalar(let scalar) where scalar.value != .null: return shortForm(of: schema, entry.value, &diagnostics)
    case .sequence:
      if let field = schema.listField.flatMap({ name in schema.fields.first { $0.name == name } }) {
        return CallForm(
          fields: value(of: entry.value, field, [field.name], &diagnostics).map { [field.name: $0] } ?? [:])
      }
      entry.value.wrong("`\(schema.name)`", wants: "text or a mapping", &diagnostics)
    case .scalar:
      diagnostics.append(
        Diagnostic(code: "wrong-type", "`\(schema.name)` needs a call, but there is nothing", at: entry.key.span))
    }
    return CallForm(fields: [:])
  }

  /// The fields of a command of the environment.
  mutating func fields(
    of command: Environment.Command, _ entry: YAMLEntry, _ diagnostics: inout [Diagnostic]
  ) -> CallForm {
    let fields = command.parameters.map { parameter in
      ExecutorSchema.Field(
        parameter.name, parameter.fieldType, isRequired: parameter.defaultValue == nil, parameter.describe ?? "")
    }
    if entry.value.isNull, fields.allSatisfy({ !$0.isRequired }) { return CallForm(fields: [:]) }
    return longForm(fields, of: command.name, others: [], entry, &diagnostics)
  }

  private mutating func longForm(
    of schema: ExecutorSchema, _ entry: YAMLEntry, _ diagnostics: inout [Diagnostic]
  ) -> CallForm {
    guard let filled = schema.fileField, let file = entry.value["file"] else {
      let others = schema.fileField == nil ? [] : ["file"]
      return longForm(schema.fields, of: schema.name, others: others, entry, &diagnostics)
    }
    let fields = schema.fields.filter { $0.name != "file" && $0.name != filled }
    var form = longForm(fields, of: schema.name, others: ["file", filled], entry, &diagnostics)
    if let statement = entry.value[filled] {
      diagnostics.append(
        Diagnostic(
          code: "both-keys", "`\(schema.name)` has both `file` and `\(filled)`", at: statement.span, help: "keep one"))
    }
    form.fields[filled] = text(ofFile: file, [filled], &diagnostics)
    return form
  }

  private mutating func longForm(
    _ fields: [ExecutorSchema.Field], of name: String, others: [String], _ entry: YAMLEntry,
    _ diagnostics: inout [Diagnostic]
  ) -> CallForm {
    var form = CallForm(fields: [:])
    let table = KeyTable("`\(name)`", fields.map { Key($0.name, .tree, isRequired: $0.isRequired, $0.summary) })
    let reader = MappingReader(entry.value, table, others: others, missingAt: entry.key.span, &diagnostics)
    guard let reader else { return form }
    for field in fields {
      if let node = reader.node(field.name) {
        form.fields[field.name] = value(of: node, field, [field.name], &diagnostics)
      }
    }
    return form
  }

  private mutating func shortForm(
    of schema: ExecutorSchema, _ node: YAMLNode, _ diagnostics: inout [Diagnostic]
  ) -> CallForm {
    switch schema.shortForm {
    case .field(let name), .words(let name):
      guard let field = schema.fields.first(where: { $0.name == name }) else { return CallForm(fields: [:]) }
      return CallForm(fields: value(of: node, field, [name], &diagnostics).map { [name: $0] } ?? [:])
    case .request:
      let before = diagnostics.count
      let words = words(of: node, &diagnostics)
      if words.count == 2 { return CallForm(fields: ["method": .template(words[0]), "path": .template(words[1])]) }
      if diagnostics.count == before {
        diagnostics.append(
          Diagnostic(
            code: "wrong-value", "`\(schema.name)` as one text is a method and a path, such as `GET /health`",
            at: node.span,
            help: words.count > 2 ? "quote a path with spaces, or use the long form" : nil))
      }
      return CallForm(fields: [:])
    }
  }

  /// The value of one field, as its type has it written.
  private mutating func value(
    of node: YAMLNode, _ field: ExecutorSchema.Field, _ path: [String], _ diagnostics: inout [Diagnostic]
  ) -> TemplateTree? {
    let what = "`\(field.name)`"
    switch field.type {
    case .text, .urlPath:
      note(node, at: path)
      return node.readTemplate(what, &diagnostics).map(TemplateTree.template)
    case .literal: return literal(node, what, path, &diagnostics)
    case .words: return list(ofWords: node, what, path, &diagnostics)
    case .wordLists:
      guard case .sequence(let items) = node.content else {
        node.wrong(what, wants: "a list of calls", &diagnostics)
        return nil
      }
      let lists = items.enumerated().compactMap { index, item in
        list(ofWords: item, "an item of \(what)", path + [String(index)], &diagnostics)
      }
      return .list(lists, node.span)
    case .map, .texts:
      guard case .mapping = node.content else {
        node.wrong(what, wants: "a mapping", &diagnostics)
        return nil
      }
      if field.type == .texts { return TemplateTree.texts(node, what, diagnostics: &diagnostics) }
      diagnostics += node.numbersWrittenOtherwise
      return TemplateTree.parse(node, diagnostics: &diagnostics)
    case .tree:
      // Which statuses or exit codes are a success is not text.
      if field.name != "expect" { diagnostics += node.numbersWrittenOtherwise }
      return TemplateTree.parse(node, diagnostics: &diagnostics)
    case .integer, .boolean, .duration, .choice: return typed(node, field.type, what, &diagnostics)
    }
  }

  /// A number, true or false, a duration or a word; all but the word may also be given by one `${…}`.
  private func typed(
    _ node: YAMLNode, _ type: ExecutorSchema.FieldType, _ what: String, _ diagnostics: inout [Diagnostic]
  ) -> TemplateTree? {
    if case .choice(let words) = type {
      return node.readChoice(what, words, &diagnostics).map { .template(Template([.text($0)], at: node.span)) }
    }
    if let text = node.scalar?.text, text.hasPrefix("${") {
      guard let template = node.readTemplate(what, &diagnostics) else { return nil }
      if template.soleExpression != nil { return .template(template) }
    }
    switch type {
    case .integer:
      return node.readInteger(what, minimum: nil, &diagnostics).map { .value(.int(Int64($0)), node.span) }
    case .boolean: return node.readBoolean(what, &diagnostics).map { .value(.bool($0), node.span) }
    default: return node.readDuration(what, &diagnostics).map { .value(.duration($0), node.span) }
    }
  }

  private mutating func list(
    ofWords node: YAMLNode, _ what: String, _ path: [String], _ diagnostics: inout [Diagnostic]
  ) -> TemplateTree? {
    switch node.content {
    case .scalar(let scalar) where scalar.value != .null:
      let words = Template.writtenWords(node, diagnostics: &diagnostics)
      if path.count == 1 { written[path[0]] = words.map(\.text) }
      return .list(words.map { .template($0.word) }, node.span)
    case .sequence(let items):
      let words = items.enumerated().compactMap { index, item -> TemplateTree? in
        note(item, at: path + [String(index)])
        return item.readTemplate("an item of \(what)", &diagnostics).map(TemplateTree.template)
      }
      return .list(words, node.span)
    default:
      node.wrong(what, wants: "text or a list of texts", &diagnostics)
      return nil
    }
  }

  private func words(of node: YAMLNode, _ diagnostics: inout [Diagnostic]) -> [Template] {
    Template.words(node, diagnostics: &diagnostics)
  }

  /// Text that no value enters.
  private mutating func literal(
    _ node: YAMLNode, _ what: String, _ path: [String], _ diagnostics: inout [Diagnostic]
  ) -> TemplateTree? {
    guard let written = node.readText(what, &diagnostics) else { return nil }
    let place = node.scalar.map { TextPlace(file: node.span.file, lines: $0.lines) }
    return literal(written, at: node.span, place, what, path, &diagnostics)
  }

  private mutating func literal(
    _ written: String, at span: SourceSpan, _ place: TextPlace?, _ what: String, _ path: [String],
    _ diagnostics: inout [Diagnostic]
  ) -> TemplateTree? {
    let bytes = Array(written.utf8)
    var text: [UInt8] = []
    var escapes: [Int] = []
    var index = 0
    while index < bytes.count {
      if bytes[index...].starts(with: Array("$${".utf8)) {
        escapes.append(text.count)
        text += Array("${".utf8)
        index += 3
      } else if bytes[index...].starts(with: Array("${".utf8)) {
        let end = Expression.end(in: bytes, from: index + 2).map { $0 + 1 } ?? index + 2
        diagnostics.append(
          Diagnostic(
            code: "value-in-code", "no value goes into \(what) by `${…}`: it would become code",
            at: place?.span(of: index..<end) ?? span, help: "\(Self.wayAround(what)); `$${` writes a literal one"))
        return nil
      } else {
        text.append(bytes[index])
        index += 1
      }
    }
    if var place {
      place.escapes = escapes
      texts[path] = place
    }
    let unescaped = String(decoding: text, as: UTF8.self)
    return .template(Template(unescaped.isEmpty ? [] : [.text(unescaped)], at: span))
  }

  private static func wayAround(_ what: String) -> String {
    what == "`script`" ? "give it by `env` and read `$NAME`" : "write `:name`, and give the value under `with`"
  }

  /// Remembers where the text of a scalar lies.
  private mutating func note(_ node: YAMLNode, at path: [String]) {
    guard let scalar = node.scalar else { return }
    texts[path] = TextPlace(file: node.span.file, lines: scalar.lines)
  }

  /// The text of a file of the scenario's folder, as a field.
  private mutating func text(
    ofFile node: YAMLNode, _ path: [String], _ diagnostics: inout [Diagnostic]
  ) -> TemplateTree? {
    guard let name = node.readText("`file`", &diagnostics) else { return nil }
    if let problem = ScenarioFolder.problem(with: name) {
      diagnostics.append(
        Diagnostic(
          code: "file-outside", "`\(name)` \(problem)", at: node.span,
          help: "name a file of the playbook's own folder"))
      return nil
    }
    do {
      let file = try readFile(name)
      addSource(file)
      guard let text = String(validating: file.bytes, as: UTF8.self) else {
        diagnostics.append(Diagnostic(code: "wrong-file", "`\(name)` is not UTF-8 text", at: node.span))
        return nil
      }
      return literal(
        text, at: SourceSpan(file: file, range: 0..<file.bytes.count), TextPlace(file: file, lines: [(0, 0)]),
        "a `file`", path, &diagnostics)
    } catch {
      let reason = (error as? Diagnostic)?.message ?? "\(error)"
      diagnostics.append(Diagnostic(code: "wrong-file", "`\(name)` can't be read: \(reason)", at: node.span))
      return nil
    }
  }
}

extension ExecutorSchema {
  /// The only field, where it takes any tree: then all that stands under the key is that tree, mappings included.
  var treeField: String? {
    if fields.count == 1, fields[0].type == .tree, case .field(let name) = shortForm, name == fields[0].name {
      name
    } else {
      nil
    }
  }

  /// The field whose text may also come from a `file`: a statement, written as such.
  var fileField: String? {
    guard case .field(let name) = shortForm, fields.contains(where: { $0.name == name && $0.type == .literal }) else {
      return nil
    }
    return name
  }
}

extension InputDeclaration {
  /// How a command's parameter is written in a step.
  var fieldType: ExecutorSchema.FieldType {
    switch type {
    case .integer: .integer
    case .boolean: .boolean
    case .duration: .duration
    case .number: .tree
    default: .text
    }
  }
}
