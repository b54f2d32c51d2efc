public import SourceText
public import YAMLTree
import CEL

extension Template {
  /// The template that a scalar holds: `${…}` is CEL, `$${` a literal `${`. A number is text as it was written. Nil
  /// where the node is no text or an expression makes no sense; that is reported.
  public static func parse(_ node: YAMLNode, diagnostics: inout [Diagnostic]) -> Template? {
    guard let places = places(node, &diagnostics) else { return nil }
    var scanner = TemplateScanner(places)
    while scanner.byte != nil {
      if !scanner.takeMarked(&diagnostics) { scanner.take() }
    }
    let template = scanner.template(at: node.span)
    return scanner.isSound ? template : nil
  }

  /// The words of a scalar, split before any value goes in: `${…}` is one piece of a word whatever is in it, in
  /// quotes as well.
  ///
  /// Quoting is that of POSIX (IEEE 1003.1, Shell Command Language, 2.2): single quotes, double quotes in which a
  /// backslash quotes `$`, a backtick, `"`, itself and a line break, and a backslash outside of quotes. Nothing is
  /// expanded, and no other character has a meaning: `|`, `>`, `*` and `#` are text.
  public static func words(_ node: YAMLNode, diagnostics: inout [Diagnostic]) -> [Template] {
    guard let places = places(node, &diagnostics) else { return [] }
    var splitter = WordSplitter(places)
    return splitter.words(&diagnostics)
  }

  private static func places(_ node: YAMLNode, _ diagnostics: inout [Diagnostic]) -> TextPlaces? {
    guard case .scalar(let scalar) = node.content, scalar.value != .null else {
      diagnostics.append(
        Diagnostic(code: "wrong-type", "text is needed here, not \(node.kindName)", at: node.span))
      return nil
    }
    return TextPlaces(scalar, at: node.span)
  }
}

extension TemplateTree {
  /// Any YAML with templates at its leaves; plain numbers (exact, see `Value.init(number:)`), `true`, `false` and `null` are values. Nil where an
  /// expression makes no sense; all of them are reported.
  public static func parse(_ node: YAMLNode, diagnostics: inout [Diagnostic]) -> TemplateTree? {
    switch node.content {
    case .scalar(let scalar):
      return value(of: scalar).map { .value($0, node.span) }
        ?? Template.parse(node, diagnostics: &diagnostics).map(TemplateTree.template)
    case .sequence(let items):
      let trees = items.map { parse($0, diagnostics: &diagnostics) }
      let sound = trees.compactMap { $0 }
      return sound.count == trees.count ? .list(sound, node.span) : nil
    case .mapping(let entries):
      let trees = entries.map { entry in
        parse(entry.value, diagnostics: &diagnostics).map {
          Entry(key: entry.key.text, keySpan: entry.key.span, value: $0)
        }
      }
      let sound = trees.compactMap { $0 }
      return sound.count == trees.count ? .map(sound, node.span) : nil
    }
  }

  private static func value(of scalar: YAMLScalar) -> Value? {
    switch scalar.value {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .int(let number): number == 0 ? Value(number: scalar.text) ?? .int(0) : .int(number)
    // With its digits as they are written; `.inf` and `.nan` alone have none.
    case .float(let number): Value(number: scalar.text) ?? .double(number)
    case .string: nil
    }
  }
}
