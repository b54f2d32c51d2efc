public import SourceText

/// A value of a YAML document with its place. Mappings keep the order in which they are written and have text keys.
public struct YAMLNode: Sendable {
  public indirect enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
  }

  public let content: Content
  /// From the first character of the value to its end; of an alias, the place of the alias.
  public let span: SourceSpan

  public init(_ content: Content, at span: SourceSpan) {
    self.content = content
    self.span = span
  }

  /// The entry of a mapping under `key`.
  public subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key.text == key }?.value
  }

  /// "a mapping", "a list", "text", … for messages.
  public var kindName: String {
    switch content {
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .scalar(let scalar):
      switch scalar.value {
      case .null: "nothing"
      case .bool: "true or false"
      case .int, .float: "a number"
      case .string: "text"
      }
    }
  }
}

/// One `key: value` of a mapping.
public struct YAMLEntry: Sendable {
  public let key: YAMLKey
  public let value: YAMLNode

  public init(key: YAMLKey, value: YAMLNode) {
    self.key = key
    self.value = value
  }
}

/// The key of a mapping's entry: always text (`1:` is the key "1").
public struct YAMLKey: Sendable {
  public let text: String
  public let span: SourceSpan

  public init(text: String, span: SourceSpan) {
    self.text = text
    self.span = span
  }
}

/// A scalar: its meaning by the YAML 1.2 core schema, and its written text.
public struct YAMLScalar: Sendable {
  public enum Value: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case float(Double)
    case string(String)
  }

  public enum Style: Sendable, Equatable {
    case plain, singleQuoted, doubleQuoted, literal, folded
  }

  /// Typed by the core schema where plain, text in every other style.
  public let value: Value
  /// The text after unquoting and folding.
  public let text: String
  public let style: Style
  /// Where each line of `text` starts in the file, to map an offset within the text to its place there: pairs of an
  /// offset in `text` (UTF-8 bytes) and an offset in the file. Empty where the two can't be matched (escapes,
  /// folding).
  public let lines: [(text: Int, file: Int)]

  public init(value: Value, text: String, style: Style, lines: [(text: Int, file: Int)]) {
    self.value = value
    self.text = text
    self.style = style
    self.lines = lines
  }
}
