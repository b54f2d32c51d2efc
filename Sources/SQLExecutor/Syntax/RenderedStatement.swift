/// A statement as it is sent: values numbered (`$1`), identifiers in their place.
struct RenderedStatement: Sendable {
  let sql: String
  /// The name behind `$1`, `$2`, …; a name used twice is one number.
  let parameters: [String]
  /// Where the pieces of `sql` stand in the source, ascending.
  private let pieces: [Piece]

  private struct Piece: Sendable {
    var rendered: Range<Int>
    var source: Range<Int>
    var isPlaceholder: Bool
  }

  /// Puts identifiers in. Where `identifiers` lacks a name the name itself stands in, which is enough to parse.
  ///
  /// An identifier is quoted, so that it is one name whatever it holds. PostgreSQL would cut one of more than 63 bytes,
  /// and it could become another's name: such a one, an empty one and one with NUL is a problem.
  init(_ template: StatementTemplate, identifiers: [String: String] = [:]) throws(SQLProblem) {
    let source = Array(template.source.utf8)
    var (output, pieces, parameters): ([UInt8], [Piece], [String]) = ([], [], [])
    var position = 0
    func add(_ bytes: some Sequence<UInt8>, from range: Range<Int>, isPlaceholder: Bool) {
      let start = output.count
      output.append(contentsOf: bytes)
      pieces.append(Piece(rendered: start..<output.count, source: range, isPlaceholder: isPlaceholder))
    }
    for placeholder in template.placeholders {
      let before = position..<placeholder.range.lowerBound
      add(source[before], from: before, isPlaceholder: false)
      let text: String
      if placeholder.isIdentifier {
        text = try Self.quoted(identifiers[placeholder.name] ?? placeholder.name, for: placeholder)
      } else if let number = parameters.firstIndex(of: placeholder.name) {
        text = "$\(number + 1)"
      } else {
        parameters.append(placeholder.name)
        text = "$\(parameters.count)"
      }
      // Spaces keep it a token of its own: `x:a` must not become the name `x$1`.
      add((" " + text + " ").utf8, from: placeholder.range, isPlaceholder: true)
      position = placeholder.range.upperBound
    }
    add(source[position...], from: position..<source.count, isPlaceholder: false)
    sql = String(decoding: output, as: UTF8.self)
    self.parameters = parameters
    self.pieces = pieces
  }

  /// The range in the source of a range in `sql`.
  func sourceRange(_ range: Range<Int>) -> Range<Int> {
    let start = sourceOffset(range.lowerBound, isEnd: false)
    return start..<max(start, sourceOffset(range.upperBound, isEnd: true))
  }

  private func sourceOffset(_ offset: Int, isEnd: Bool) -> Int {
    for piece in pieces where offset < piece.rendered.upperBound || (isEnd && offset == piece.rendered.upperBound) {
      if piece.isPlaceholder { return isEnd ? piece.source.upperBound : piece.source.lowerBound }
      return piece.source.lowerBound + max(0, offset - piece.rendered.lowerBound)
    }
    return pieces.last?.source.upperBound ?? 0
  }

  private static func quoted(
    _ name: String, for placeholder: StatementTemplate.Placeholder
  ) throws(SQLProblem) -> String {
    func problem(_ message: String) -> SQLProblem {
      SQLProblem("sql-parameter", "`:\"\(placeholder.name)\"` \(message)", at: placeholder.range)
    }
    guard !name.isEmpty else { throw problem("is an empty text, which is not an identifier") }
    guard !name.utf8.contains(0) else { throw problem("holds a NUL character, which no identifier can") }
    guard name.utf8.count <= 63 else {
      throw problem("is longer than 63 bytes, of which PostgreSQL would cut the rest")
    }
    // By bytes: a quote with a combining character behind it is one `Character`, and a quote all the same to
    // PostgreSQL.
    let quote = UInt8(ascii: "\"")
    let doubled = name.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
    return String(decoding: [quote] + doubled + [quote], as: UTF8.self)
  }
}
