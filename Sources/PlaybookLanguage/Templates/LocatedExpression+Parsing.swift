public import SourceText
public import YAMLTree
import CEL

extension LocatedExpression {
  /// The bare CEL of a scalar (`when`, `that`): a number or `true` is an expression as well. Nil where there is none
  /// or it makes no sense; that is reported.
  public static func parse(_ node: YAMLNode, diagnostics: inout [Diagnostic]) -> LocatedExpression? {
    guard case .scalar(let scalar) = node.content, scalar.value != .null else {
      diagnostics.append(
        Diagnostic(
          code: "wrong-type", "an expression is needed here, not \(node.kindName)", at: node.span,
          help: "quote this expression, if it is one"))
      return nil
    }
    let places = TextPlaces(scalar, at: node.span)
    return places.expression(in: 0..<places.bytes.count, &diagnostics)
  }

  init?(
    parsing source: String, at span: SourceSpan, anchors: [(source: Int, file: Int)], hint: String?,
    _ diagnostics: inout [Diagnostic]
  ) {
    guard source.utf8.contains(where: { $0 > 0x20 }) else {
      diagnostics.append(
        Diagnostic(code: "empty-expression", "an expression is missing here", at: span, help: hint))
      return nil
    }
    do throws(Expression.Problem) {
      self.init(try Expression(parsing: source), at: span, anchors: anchors)
    } catch {
      let place = Self.span(of: error.range, at: span, anchors)
      diagnostics.append(Diagnostic(code: "wrong-expression", error.message, at: place, help: hint ?? error.help))
      return nil
    }
  }

  /// The place of offsets within a source whose parts are where `anchors` say.
  static func span(of range: Range<Int>, at whole: SourceSpan, _ anchors: [(source: Int, file: Int)]) -> SourceSpan {
    func place(_ offset: Int) -> Int? {
      anchors.last { $0.source <= offset }.map { $0.file + offset - $0.source }
    }
    guard let start = place(range.lowerBound) else { return whole }
    let end = range.isEmpty ? start : place(range.upperBound - 1).map { $0 + 1 } ?? start
    return SourceSpan(file: whole.file, range: start..<max(start, end))
  }
}
