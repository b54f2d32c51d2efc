import CEL

/// Makes schemas of key tables; tables become definitions, because steps lie within steps.
struct SchemaWriter {
  let executors: [ExecutorSchema]
  let commands: [String]
  private(set) var definitions: [String: Value] = [:]

  init(executors: [ExecutorSchema], commands: [String]) {
    self.executors = executors
    self.commands = commands
  }

  /// A mapping with the keys of `table`.
  mutating func object(_ table: KeyTable) -> MapValue {
    var properties = MapValue()
    for key in table.keys { properties[key.name] = described(shape(key.shape), key.summary) }
    var schema = MapValue([("type", "object")])
    if ["a command", "`undo`", "`verify`"].contains(table.name) { addCallees(to: &properties) }
    schema["properties"] = .map(properties)
    let required = table.keys.filter(\.isRequired).map { Value.string($0.name) }
    if !required.isEmpty { schema["required"] = .list(required) }
    if table.name == KeyTable.environment.name { schema["patternProperties"] = .map(targets()) }
    schema["additionalProperties"] = false
    return schema
  }

  private mutating func shape(_ shape: KeyShape) -> MapValue {
    switch shape {
    case .text, .template, .expression: return Self.scalar
    case .loop: return MapValue([("type", "string"), ("pattern", "^\\s*[a-z][a-z0-9_]*\\s+in\\s")])
    case .name: return MapValue([("type", "string"), ("pattern", "^[a-z][a-z0-9_]*$")])
    case .integer(let minimum): return MapValue([("type", "integer"), ("minimum", .int(Int64(minimum)))])
    case .boolean: return MapValue([("type", "boolean")])
    case .duration: return Self.duration
    case .choice(let words): return MapValue([("enum", .list(words.map(Value.string)))])
    case .list(let item):
      let schema = self.shape(item)
      let list = MapValue([("type", "array"), ("items", .map(schema))])
      // A lone text is a list of one.
      return MapValue([("anyOf", .list([.map(list), .map(schema)]))])
    case .map(let value):
      return MapValue([("type", "object"), ("additionalProperties", .map(self.shape(value)))])
    case .object(let table): return reference(table.name) { $0.object(table) }
    case .either(let shapes): return MapValue([("anyOf", .list(shapes.map { .map(self.shape($0)) }))])
    case .steps:
      return MapValue([("type", "array"), ("items", .map(reference("step") { $0.step() })), ("minItems", 1)])
    case .call: return reference("`undo`") { $0.object(.undo) }
    case .inputs: return MapValue([("type", "object"), ("additionalProperties", .map(input()))])
    case .tree: return MapValue()
    }
  }

  private static let scalar = MapValue([("type", ["string", "number", "boolean"])])
  private static let duration = MapValue([
    ("type", ["string", "integer"]), ("pattern", "^([0-9]+(\\.[0-9]+)?(d|h|m|s|ms|us|ns))+$|^0$"),
  ])

  private func described(_ schema: MapValue, _ text: String) -> Value {
    // In draft 7 keys beside `$ref` are ignored.
    var described = schema["$ref"] == nil ? schema : MapValue([("allOf", [.map(schema)])])
    described["description"] = .string(text)
    return .map(described)
  }

  /// A reference to the definition `name`, which is made when it is first asked for.
  private mutating func reference(_ name: String, _ make: (inout SchemaWriter) -> MapValue) -> MapValue {
    let name = name.split { !$0.isLetter && $0 != "_" }.filter { $0 != "a" && $0 != "an" }.joined(separator: "-")
    if definitions[name] == nil {
      definitions[name] = true
      definitions[name] = .map(make(&self))
    }
    return MapValue([("$ref", .string("#/definitions/\(name)"))])
  }

  // MARK: Steps and calls

  /// One schema a kind, each with the keys that go with it.
  private mutating func step() -> MapValue {
    let kinds = KeyTable.kinds.map { kind -> Value in
      .map(
        reference("\(kind)_step") { writer in
          let keys = KeyTable.step.keys.filter { $0.kinds?.contains(kind) ?? true }.map { key in
            var key = key
            key.isRequired = key.isRequired || key.name == kind
            return key
          }
          var schema = writer.object(KeyTable("\(kind)_step", keys))
          if kind == "query" || kind == "act", case .map(var properties) = schema["properties"] {
            writer.addCallees(to: &properties)
            schema["properties"] = .map(properties)
          }
          return schema
        })
    }
    return MapValue([("anyOf", .list(kinds))])
  }

  private mutating func addCallees(to properties: inout MapValue) {
    for executor in executors {
      let call = reference("call_\(executor.name)") { $0.call(executor) }
      properties[executor.name] = described(call, executor.summary)
    }
    for command in commands { properties[command] = .map(MapValue([("description", "A command of the environment.")])) }
  }

  private mutating func call(_ executor: ExecutorSchema) -> MapValue {
    if executor.treeField != nil { return MapValue() }
    var properties = MapValue()
    for field in executor.fields { properties[field.name] = described(self.field(field.type), field.summary) }
    var isRequired = executor.fields.filter(\.isRequired).map(\.name)
    if let filled = executor.fileField {
      isRequired.removeAll { $0 == filled }
      properties["file"] = described(Self.scalar, "A file of the scenario's folder that holds it.")
    }
    var long = MapValue([("type", "object"), ("properties", .map(properties)), ("additionalProperties", false)])
    if !isRequired.isEmpty { long["required"] = .list(isRequired.map(Value.string)) }
    var forms: [Value] = [.map(Self.scalar), .map(long)]
    if executor.listField != nil { forms.append(["type": "array"]) }
    return MapValue([("anyOf", .list(forms))])
  }

  private func field(_ type: ExecutorSchema.FieldType) -> MapValue {
    switch type {
    case .text, .literal, .urlPath: Self.scalar
    case .words: MapValue([("type", ["string", "number", "boolean", "array"])])
    case .wordLists: MapValue([("type", "array")])
    case .map, .texts: MapValue([("type", "object")])
    case .tree: MapValue()
    case .integer: MapValue([("type", ["integer", "string"])])
    case .boolean: MapValue([("type", ["boolean", "string"])])
    case .duration: MapValue([("type", ["string", "integer"])])
    case .choice(let words): MapValue([("enum", .list(words.map(Value.string)))])
    }
  }

  private mutating func input() -> MapValue {
    let types = InputDeclaration.InputType.allCases.filter { $0 != .choice }.map { Value.string($0.rawValue) }
    let long = reference("input") { $0.object(.input) }
    return MapValue([("anyOf", [.map(long), ["enum": .list(types)]])])
  }

  /// Targets by pattern: an executor's name, or one with a sibling's.
  private func targets() -> MapValue {
    MapValue(
      executors.filter(\.usesTarget).map { executor in
        var schema = MapValue([("type", "object"), ("description", .string("A target of \(executor.name)."))])
        if !executor.settings.isEmpty {
          let keys = (executor.settings + ["act"]).map { ($0, Value.map(MapValue())) }
          schema["properties"] = .map(MapValue(keys))
          schema["additionalProperties"] = false
        }
        return ("^\(executor.name)(\\.[a-z0-9_-]+)?$", .map(schema))
      })
  }
}
