package import SourceText
package import YAMLTree

/// Reads a mapping key by key, by its table of keys. Whatever is wrong goes into the diagnostics; reading goes on.
package struct MappingReader {
  package let node: YAMLNode
  package let table: KeyTable
  private let entries: [YAMLEntry]

  /// Checks the mapping as a whole: that it is one, that each key is known and each required one is there. Nil where
  /// the node is not a mapping.
  ///
  /// `place` is where a missing key is reported, by default the mapping's start. Keys of `others` are known but not in
  /// the table: somebody else reads them.
  package init?(
    _ node: YAMLNode, _ table: KeyTable, others: some Collection<String> = [], missingAt place: SourceSpan? = nil,
    _ diagnostics: inout [Diagnostic]
  ) {
    guard let reader = MappingReader(unchecked: node, table, &diagnostics) else { return nil }
    self = reader
    let known = table.names + Array(others)
    for entry in entries where !known.contains(entry.key.text) {
      diagnostics.append(Self.unknown(entry.key, in: table.name, known))
    }
    requireKeys(at: place, &diagnostics)
  }

  /// Without a look at which keys there are.
  init?(unchecked node: YAMLNode, _ table: KeyTable, _ diagnostics: inout [Diagnostic]) {
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(
        Diagnostic(code: "wrong-type", "\(table.name) is a mapping, not \(node.kindName)", at: node.span))
      return nil
    }
    self.node = node
    self.table = table
    self.entries = entries
  }

  static func unknown(_ key: YAMLKey, in what: String, _ known: some Collection<String>) -> Diagnostic {
    Diagnostic(
      code: "unknown-key", "\(what) has no key `\(key.text)`", at: key.span,
      help: BooleanWord.help(for: key.text, among: known) ?? OddSpace.help(for: key.text)
        ?? Suggestion.help(for: key.text, in: known))
  }

  /// Reports each required key that isn't there.
  func requireKeys(at place: SourceSpan? = nil, _ diagnostics: inout [Diagnostic]) {
    for key in table.keys where key.isRequired && entry(key.name) == nil {
      require(key.name, at: place, &diagnostics)
    }
  }

  /// Reports `name` as missing.
  func require(_ name: String, at place: SourceSpan? = nil, _ diagnostics: inout [Diagnostic]) {
    diagnostics.append(
      Diagnostic(
        code: "missing-key", "\(table.name) needs `\(name)`", at: place ?? entries.first?.key.span ?? node.span))
  }

  package var keys: [YAMLKey] { entries.map(\.key) }

  package func entry(_ key: String) -> YAMLEntry? { entries.first { $0.key.text == key } }

  package func node(_ key: String) -> YAMLNode? { entry(key)?.value }

  package func text(_ key: String, _ diagnostics: inout [Diagnostic]) -> String? {
    node(key)?.readText("`\(key)`", &diagnostics)
  }

  /// A list of texts; a lone text is a list of one.
  package func texts(_ key: String, _ diagnostics: inout [Diagnostic]) -> [String] {
    node(key)?.readTexts("`\(key)`", &diagnostics) ?? []
  }

  package func template(_ key: String, _ diagnostics: inout [Diagnostic]) -> Template? {
    node(key)?.readTemplate("`\(key)`", &diagnostics)
  }

  package func expression(_ key: String, _ diagnostics: inout [Diagnostic]) -> LocatedExpression? {
    node(key)?.readExpression("`\(key)`", &diagnostics)
  }

  package func boolean(_ key: String, _ diagnostics: inout [Diagnostic]) -> Bool? {
    node(key)?.readBoolean("`\(key)`", &diagnostics)
  }

  /// A whole number, at least the table's minimum.
  package func integer(_ key: String, _ diagnostics: inout [Diagnostic]) -> Int? {
    var minimum: Int?
    if case .integer(let least) = table.key(key)?.shape { minimum = least }
    return node(key)?.readInteger("`\(key)`", minimum: minimum, &diagnostics)
  }

  /// A duration that is not negative.
  package func duration(_ key: String, _ diagnostics: inout [Diagnostic]) -> Duration? {
    node(key)?.readDuration("`\(key)`", &diagnostics)
  }

  /// One of the words that the table lists.
  package func choice(_ key: String, _ diagnostics: inout [Diagnostic]) -> String? {
    guard case .choice(let words) = table.key(key)?.shape else { return nil }
    return node(key)?.readChoice("`\(key)`", words, &diagnostics)
  }

  /// The nested mapping under `key`, by its own table.
  package func mapping(_ key: String, _ table: KeyTable, _ diagnostics: inout [Diagnostic]) -> MappingReader? {
    guard let entry = entry(key) else { return nil }
    return MappingReader(entry.value, table, missingAt: entry.key.span, &diagnostics)
  }
}
