import CEL
import SourceText

/// Collects the pieces of a template while its text is walked over.
struct TemplateScanner {
  let places: TextPlaces
  private(set) var position = 0
  private(set) var pieces: [Template.Piece] = []
  private var text: [UInt8] = []
  /// Whether all expressions so far could be read.
  private(set) var isSound = true

  init(_ places: TextPlaces) {
    self.places = places
  }

  var byte: UInt8? { position < places.bytes.count ? places.bytes[position] : nil }

  func byte(after count: Int) -> UInt8? {
    position + count < places.bytes.count ? places.bytes[position + count] : nil
  }

  /// Takes the next `count` bytes as text.
  mutating func take(_ count: Int = 1) {
    text += places.bytes[position..<min(position + count, places.bytes.count)]
    skip(count)
  }

  /// Passes over `count` bytes: quotes, the space between words.
  mutating func skip(_ count: Int = 1) {
    position = min(position + count, places.bytes.count)
  }

  /// Takes `${…}` or `$${` where one is next; false where not.
  mutating func takeMarked(_ diagnostics: inout [Diagnostic]) -> Bool {
    let rest = places.bytes[position...]
    if rest.starts(with: "$${".utf8) {
      skip()
      take(2)
      return true
    }
    guard rest.starts(with: "${".utf8) else { return false }
    let start = position + 2
    guard let end = Expression.end(in: places.bytes, from: start) else {
      diagnostics.append(
        Diagnostic(
          code: "unclosed-expression", "this `${` has no `}`", at: places.span(of: position..<start),
          help: places.commentHint ?? "`$${` writes a literal one"))
      isSound = false
      skip(places.bytes.count)
      return true
    }
    flush()
    if let expression = places.expression(in: start..<end, &diagnostics) {
      pieces.append(.expression(expression))
    } else {
      isSound = false
    }
    position = end + 1
    return true
  }

  /// The template of the text taken since the last call.
  mutating func template(at span: SourceSpan) -> Template {
    flush()
    defer { pieces = [] }
    return Template(pieces, at: span)
  }

  private mutating func flush() {
    if !text.isEmpty { pieces.append(.text(String(decoding: text, as: UTF8.self))) }
    text = []
  }
}
