import CEL
import ExecutorKit
import PlaybookLanguage

/// Every text and number of a resolved call, each with its origin: what is protected is looked for in all of them.
struct CallTexts {
  /// How a text came into a call.
  enum Origin {
    /// The author wrote it, and it is no value: a statement, a script, a program's name, a field's name, a prompt.
    case code
    /// It goes out as it stands: a word, a path, the leaf of a body.
    case written
    /// An expression gave it: evidence, an input.
    case given
  }

  struct Part {
    var value: Value
    var origin: Origin
  }

  private(set) var parts: [Part] = []
  /// Whether a text may be a pattern of SQL's LIKE.
  var hasLikePatterns = false
  /// Numbers with a fraction that expressions gave, as they stand in texts: an amount of 10.5 is not the address
  /// 10.0.0.5.
  private(set) var fractions: Set<String> = []

  /// - Parameter given: What the call's expressions gave, before any of it was encoded.
  init(_ call: ResolvedCall, _ schema: ExecutorSchema, given: [Value]) {
    hasLikePatterns = schema.name == "sql"
    for value in given {
      parts.append(Part(value: value, origin: .given))
      addFractions(of: value)
    }
    if let host = call.host { parts.append(Part(value: .string(host), origin: .given)) }
    for field in schema.fields {
      guard let value = call.arguments[field.name] else { continue }
      switch field.type {
      case .literal, .choice: parts.append(Part(value: value, origin: .code))
      case _ where schema.isPrompted: parts.append(Part(value: value, origin: .code))
      case .words: addWords(value)
      case .wordLists: for words in value.listValue ?? [value] { addWords(words) }
      default: add(value)
      }
    }
  }

  private mutating func addFractions(of value: Value) {
    switch value {
    case .double, .decimal: if value.wholeNumber == nil { fractions.insert(value.rendered) }
    case .list(let items): for item in items { addFractions(of: item) }
    case .map(let map): for entry in map.entries { addFractions(of: entry.value) }
    default: break
    }
  }

  /// The first word is the program or the command.
  private mutating func addWords(_ value: Value) {
    guard let words = value.listValue else { return add(value) }
    for (position, word) in words.enumerated() {
      parts.append(Part(value: word, origin: position == 0 ? .code : .written))
    }
    // A mask and the end of a range may be words of their own: `8.0.0.0 netmask 248.0.0.0`.
    let texts = words.dropFirst().map(\.rendered)
    if texts.count > 1 { parts.append(Part(value: .string(texts.joined(separator: " ")), origin: .written)) }
  }

  /// A field's name is the author's; where evidence has it, it is among what was given.
  private mutating func add(_ value: Value) {
    switch value {
    case .map(let map):
      for entry in map.entries {
        parts.append(Part(value: entry.key, origin: .code))
        add(entry.value)
      }
    case .list(let items): for item in items { add(item) }
    default: parts.append(Part(value: value, origin: .written))
    }
  }
}
