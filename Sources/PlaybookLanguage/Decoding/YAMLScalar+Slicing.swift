import SourceText
import YAMLTree

extension YAMLNode {
  /// The part of a scalar's text from a UTF-8 offset on, as a node of its own that knows its place in the file.
  func scalar(from offset: Int, in scalar: YAMLScalar) -> YAMLNode {
    let rest = String(decoding: Array(scalar.text.utf8).dropFirst(offset), as: UTF8.self)
    var lines = scalar.lines.filter { $0.text > offset }.map { (text: $0.text - offset, file: $0.file) }
    var place = span
    if let anchor = scalar.lines.last(where: { $0.text <= offset }) {
      let start = anchor.file + offset - anchor.text
      lines.insert((0, start), at: 0)
      place = SourceSpan(file: span.file, start: span.file.position(at: start), end: span.end)
    }
    let part = YAMLScalar(value: .string(rest), text: rest, style: scalar.style, lines: lines)
    return YAMLNode(.scalar(part), at: place)
  }
}

extension YAMLScalar {
  /// The place in `file` of UTF-8 offsets within the text, where the two can be matched.
  func span(of range: Range<Int>, in file: SourceFile) -> SourceSpan? {
    guard let first = lines.last(where: { $0.text <= range.lowerBound }) else { return nil }
    let start = first.file + range.lowerBound - first.text
    let last = lines.last { $0.text < range.upperBound } ?? first
    let end = max(start, last.file + range.upperBound - last.text)
    return SourceSpan(file: file, range: start..<end)
  }
}
