import CEL
import ExecutorKit
import PlaybookLanguage

/// A plugin's description: the answer to `describe`.
struct PluginDescription: Sendable {
  let schema: ExecutorSchema
  private let readRule: ReadRule

  /// Which calls only read.
  private enum ReadRule: Sendable {
    case all, none
    /// Those whose fields hold one of the values listed for each.
    case matching([(field: String, values: [Value])])
  }

  /// Whether the plugin says that a call with these arguments only reads.
  func reads(_ arguments: MapValue) -> Bool {
    switch readRule {
    case .all: true
    case .none: false
    case .matching(let conditions):
      conditions.allSatisfy { condition in arguments[condition.field].map(condition.values.contains) ?? false }
    }
  }

  /// Throws `.malformed` where the description makes no sense.
  init(_ answer: Value, of file: PluginFile) throws(ExecutorError) {
    let reader = DescriptionReader(file: file)
    try reader.check(answer)
    let fields = try reader.fields(answer["fields"])
    schema = ExecutorSchema(
      name: file.name, summary: answer["summary"]?.stringValue ?? "The plugin \(file.name)", fields: fields,
      shortForm: try reader.shortForm(answer["short"], fields: fields),
      listField: try reader.listField(answer["list"], fields: fields), outcome: try reader.outcome(answer["outcome"]))
    readRule = try Self.readRule(answer["reads"], fields: fields, reader)
  }

  private static func readRule(
    _ value: Value?, fields: [ExecutorSchema.Field], _ reader: DescriptionReader
  ) throws(ExecutorError) -> ReadRule {
    switch value {
    case nil, .null, .bool(false): return .none
    case .bool(true): return .all
    case .map(let map) where !map.isEmpty:
      var conditions: [(field: String, values: [Value])] = []
      for entry in map.entries {
        let name = entry.key.rendered
        guard fields.contains(where: { $0.name == name }), let values = entry.value.listValue else {
          throw reader.problem("`reads` must map its fields to lists of values; `\(name)` does not")
        }
        conditions.append((name, values))
      }
      return .matching(conditions)
    default: throw reader.problem("`reads` must be true, false or a map of fields to values")
    }
  }
}

/// Reads the parts of a description.
struct DescriptionReader {
  let file: PluginFile

  /// Fields that every outcome has.
  private static let reserved: Set<String> = ["ok", "state", "error", "started", "duration", "target", "truncated"]

  func problem(_ message: String) -> ExecutorError {
    ExecutorError(.malformed, "\(file.path) describes itself wrongly: \(message)")
  }

  func check(_ answer: Value) throws(ExecutorError) {
    guard answer.mapValue != nil else { throw problem("the description must be an object") }
    guard answer["protocol"]?.intValue == 1 else { throw problem("`protocol` must be 1") }
    guard answer["name"]?.stringValue == file.name else {
      throw problem("its `name` must be `\(file.name)`, as the program's is")
    }
  }

  func fields(_ value: Value?) throws(ExecutorError) -> [ExecutorSchema.Field] {
    guard let items = value?.listValue, !items.isEmpty else {
      throw problem("`fields` must list the fields of its calls")
    }
    var fields: [ExecutorSchema.Field] = []
    for item in items {
      guard let name = item["name"]?.stringValue, NameRules.isIdentifier(name) else {
        throw problem("a field's `name` must be small letters, digits and `_`, a letter first")
      }
      if fields.contains(where: { $0.name == name }) { throw problem("there are two fields `\(name)`") }
      guard let type = Self.fieldType(item["type"]) else { throw problem("the field `\(name)` has no known `type`") }
      fields.append(
        ExecutorSchema.Field(
          name, type, isRequired: item["required"]?.boolValue ?? false, item["summary"]?.stringValue ?? ""))
    }
    return fields
  }

  private static func fieldType(_ value: Value?) -> ExecutorSchema.FieldType? {
    switch value?.stringValue {
    case "text": return .text
    case "literal": return .literal
    case "words": return .words
    case "word_lists": return .wordLists
    case "url_path": return .urlPath
    case "map": return .map
    case "texts": return .texts
    case "tree": return .tree
    case "integer": return .integer
    case "boolean": return .boolean
    case "duration": return .duration
    default:
      let words = value?["choice"]?.listValue?.compactMap(\.stringValue) ?? []
      return words.isEmpty ? nil : .choice(words)
    }
  }

  func shortForm(
    _ value: Value?, fields: [ExecutorSchema.Field]
  ) throws(ExecutorError) -> ExecutorSchema.ShortForm {
    switch value {
    case nil, .null: return fields[0].type == .words ? .words(fields[0].name) : .field(fields[0].name)
    case .some(let name):
      guard let field = fields.first(where: { $0.name == name.stringValue }) else {
        throw problem("`short` must name one of its fields")
      }
      return field.type == .words ? .words(field.name) : .field(field.name)
    }
  }

  func listField(_ value: Value?, fields: [ExecutorSchema.Field]) throws(ExecutorError) -> String? {
    switch value {
    case nil, .null: return nil
    case .some(let name):
      guard let field = fields.first(where: { $0.name == name.stringValue }),
        [.words, .wordLists, .tree].contains(field.type)
      else { throw problem("`list` must name one of its fields that takes a list") }
      return field.name
    }
  }

  func outcome(_ value: Value?) throws(ExecutorError) -> [String: StaticType] {
    guard let map = value?.mapValue else { throw problem("`outcome` must be an object of names and types") }
    var outcome: [String: StaticType] = [:]
    for entry in map.entries {
      let name = entry.key.rendered
      guard NameRules.isIdentifier(name) else { throw problem("`\(name)` is not a name of an outcome's field") }
      if Self.reserved.contains(name) { throw problem("every outcome has `\(name)`; it needs another name") }
      guard let type = PluginType.type(entry.value) else { throw problem("`outcome.\(name)` is not a known type") }
      outcome[name] = type
    }
    return outcome
  }
}
