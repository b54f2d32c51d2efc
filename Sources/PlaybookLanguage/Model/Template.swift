public import CEL
public import SourceText

/// A CEL expression of a playbook and where it stands, so that a problem within it can be pointed at.
public struct LocatedExpression: Sendable {
  public let expression: Expression
  /// The whole expression, without `${` and `}`.
  public let span: SourceSpan
  /// Pairs of an offset in the expression's source and the file offset it came from, ascending; see `YAMLScalar.lines`.
  let anchors: [(source: Int, file: Int)]

  public init(_ expression: Expression, at span: SourceSpan, anchors: [(source: Int, file: Int)] = []) {
    self.expression = expression
    self.span = span
    self.anchors = anchors
  }

  /// The place in the file of UTF-8 offsets within the expression; the whole span where it can't be told exactly.
  public func span(of range: Range<Int>) -> SourceSpan {
    Self.span(of: range, at: span, anchors)
  }
}

/// Text with `${…}` in it.
public struct Template: Sendable {
  public enum Piece: Sendable {
    case text(String)
    case expression(LocatedExpression)
  }

  /// Neighbouring texts are one piece; an empty text has no piece.
  public let pieces: [Piece]
  public let span: SourceSpan

  public init(_ pieces: [Piece], at span: SourceSpan) {
    self.pieces = pieces
    self.span = span
  }

  /// The text where there is no expression in it.
  public var literal: String? {
    switch pieces.count {
    case 0: ""
    case 1: if case .text(let text) = pieces[0] { text } else { nil }
    default: nil
    }
  }

  /// Whether it is a text that stands in its file as it is: no quotes around it, no escape within.
  public var isBare: Bool {
    literal.map { span.end.offset - span.start.offset == $0.utf8.count } ?? false
  }

  /// The expression where the template is nothing but it: such a template keeps the value's type.
  public var soleExpression: LocatedExpression? {
    if pieces.count == 1, case .expression(let expression) = pieces[0] { expression } else { nil }
  }

  public var expressions: [LocatedExpression] {
    pieces.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
  }
}

/// A YAML value with templates at its leaves.
public indirect enum TemplateTree: Sendable {
  /// A number, true, false or null as YAML reads it.
  case value(Value, SourceSpan)
  case template(Template)
  case list([TemplateTree], SourceSpan)
  case map([Entry], SourceSpan)

  public struct Entry: Sendable {
    public let key: String
    public let keySpan: SourceSpan
    public let value: TemplateTree

    public init(key: String, keySpan: SourceSpan, value: TemplateTree) {
      self.key = key
      self.keySpan = keySpan
      self.value = value
    }
  }

  public var span: SourceSpan {
    switch self {
    case .value(_, let span), .list(_, let span), .map(_, let span): span
    case .template(let template): template.span
    }
  }

  /// The value of a map's entry.
  public subscript(_ key: String) -> TemplateTree? {
    guard case .map(let entries, _) = self else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// Every expression within, in the order written.
  public var expressions: [LocatedExpression] {
    switch self {
    case .value: []
    case .template(let template): template.expressions
    case .list(let items, _): items.flatMap(\.expressions)
    case .map(let entries, _): entries.flatMap(\.value.expressions)
    }
  }
}
