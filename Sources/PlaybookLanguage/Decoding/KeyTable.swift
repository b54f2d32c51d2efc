/// The keys that a mapping of the language may have: the decoder reads by it; the JSON Schema and the reference are
/// made from it.
package struct KeyTable: Sendable {
  /// The name of such a mapping in messages: "a step", "`retry`".
  package var name: String
  /// In the order in which an author would write them.
  package var keys: [Key]

  package init(_ name: String, _ keys: [Key]) {
    self.name = name
    self.keys = keys
  }

  package var names: [String] { keys.map(\.name) }

  package func key(_ name: String) -> Key? { keys.first { $0.name == name } }
}

/// A key of a mapping.
package struct Key: Sendable {
  package var name: String
  package var shape: KeyShape
  package var isRequired: Bool
  /// One line, Markdown.
  package var summary: String
  /// The step kinds that take it; nil: all. Only the table of steps uses this.
  package var kinds: Set<String>?

  package init(
    _ name: String, _ shape: KeyShape, isRequired: Bool = false, for kinds: Set<String>? = nil, _ summary: String
  ) {
    self.name = name
    self.shape = shape
    self.isRequired = isRequired
    self.kinds = kinds
    self.summary = summary
  }
}

/// The shape of the value under a key.
package indirect enum KeyShape: Sendable {
  /// Plain text; a number counts as one.
  case text
  /// Text with `${…}`.
  case template
  /// Bare CEL.
  case expression
  /// `NAME in EXPR`.
  case loop
  /// A step's name.
  case name
  case integer(minimum: Int)
  case boolean
  /// Such as `30s`, `1h30m`, `7d`.
  case duration
  case choice([String])
  case list(KeyShape)
  /// Names of the author's to values of one shape.
  case map(KeyShape)
  case object(KeyTable)
  case either([KeyShape])
  /// A list of steps.
  case steps
  /// A mapping with one executor's key.
  case call
  /// Declarations of typed parameters, by name.
  case inputs
  /// Any YAML with templates at its leaves.
  case tree

  /// The text that messages ask for.
  package var description: String {
    switch self {
    case .text: "text"
    case .template: "text"
    case .expression: "an expression"
    case .loop: "`NAME in EXPRESSION`"
    case .name: "a name"
    case .integer: "a whole number"
    case .boolean: "true or false"
    case .duration: "a duration such as `30s` or `1h30m`"
    case .choice(let words): Self.alternatives(words.map { "`\($0)`" })
    case .list(let shape): "a list of " + shape.plural
    case .map: "a mapping"
    case .object, .call: "a mapping"
    case .either(let shapes): Self.alternatives(shapes.map(\.description))
    case .steps: "a list of steps"
    case .inputs: "a mapping of names to types"
    case .tree: "a value"
    }
  }

  private var plural: String {
    switch self {
    case .text, .template: "texts"
    case .object, .call, .map: "mappings"
    default: description
    }
  }

  /// "a, b or c".
  static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
