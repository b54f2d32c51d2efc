import SourceText
import YAMLTree

/// A text out of a YAML scalar, with the places that its bytes have in the file.
struct TextPlaces {
  let bytes: [UInt8]
  /// The place that is pointed at where a byte's own place isn't known.
  let whole: SourceSpan
  /// See `YAMLScalar.lines`.
  let anchors: [(text: Int, file: Int)]
  private let isPlain: Bool

  init(_ scalar: YAMLScalar, at span: SourceSpan) {
    bytes = Array(scalar.text.utf8)
    whole = span
    anchors = scalar.lines
    isPlain = scalar.style == .plain
  }

  /// The place of `range`; all of the text where it can't be told.
  func span(of range: Range<Int>) -> SourceSpan {
    guard let start = place(of: range.lowerBound) else { return whole }
    let end = range.isEmpty ? start : place(of: range.upperBound - 1).map { $0 + 1 } ?? start
    return SourceSpan(file: whole.file, range: start..<max(start, end))
  }

  private func place(of offset: Int) -> Int? {
    guard let anchor = anchors.last(where: { $0.text <= offset }) else { return nil }
    return anchor.file + offset - anchor.text
  }

  /// The anchors of the part of the text in `range`, counted from its start.
  func anchors(of range: Range<Int>) -> [(source: Int, file: Int)] {
    guard let start = place(of: range.lowerBound) else { return [] }
    let later = anchors.filter { $0.text > range.lowerBound && $0.text < range.upperBound }
    return [(0, start)] + later.map { ($0.text - range.lowerBound, $0.file) }
  }

  /// Why an expression that makes no sense may have lost its end, where YAML took some of it away.
  var commentHint: String? {
    guard isPlain, let end = place(of: bytes.count) else { return nil }
    let rest = whole.file.bytes[min(end, whole.file.bytes.count)...].drop { $0 == UInt8(ascii: " ") }
    return rest.first == UInt8(ascii: "#") ? "` #` starts a comment in YAML: quote this expression" : nil
  }

  /// Parses the CEL in `range` of the text; a problem is reported at its place.
  func expression(in range: Range<Int>, _ diagnostics: inout [Diagnostic]) -> LocatedExpression? {
    LocatedExpression(
      parsing: String(decoding: bytes[range], as: UTF8.self), at: span(of: range), anchors: anchors(of: range),
      hint: commentHint, &diagnostics)
  }
}
