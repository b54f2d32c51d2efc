public import SourceText
public import YAMLTree
import CEL

extension Template {
  /// The template that a scalar holds: `${…}` is CEL, `$${` a literal `${`. A number is text as it was written. Nil
  /// where the node is not text or an expression makes no sense; that is reported.
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
    writtenWords(node, diagnostics: &diagnostics).map(\.word)
  }

  /// The same, each with its text as it was written, quotes and all.
  static func writtenWords(_ node: YAMLNode, diagnostics: inout [Diagnostic]) -> [(word: Template, text: String)] {
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

  /// Any YAML whose scalars are texts: numbers, `true` and `false` go out as they were written. A null is not text, and
  /// is reported. `what` names the place: "`headers`".
  public static func texts(_ node: YAMLNode, _ what: String, diagnostics: inout [Diagnostic]) -> TemplateTree? {
    switch node.content {
    case .scalar(let scalar):
      guard scalar.value != .null else {
        let written = scalar.text.isEmpty ? "there is nothing (`null`)" : "`\(scalar.text)` is nothing"
        diagnostics.append(
          Diagnostic(
            code: "wrong-type", "\(what) is text, and \(written)", at: node.span,
            help: "leave it out, or quote the text that is meant: \"\(scalar.text)\""))
        return nil
      }
      return Template.parse(node, diagnostics: &diagnostics).map(TemplateTree.template)
    case .sequence(let items):
      let trees = items.compactMap { texts($0, "an item of \(what)", diagnostics: &diagnostics) }
      return trees.count == items.count ? .list(trees, node.span) : nil
    case .mapping(let entries):
      let trees = entries.compactMap { entry in
        texts(entry.value, "`\(entry.key.text)`", diagnostics: &diagnostics).map {
          Entry(key: entry.key.text, keySpan: entry.key.span, value: $0)
        }
      }
      return trees.count == entries.count ? .map(trees, node.span) : nil
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
