import SourceText

/// Splits a text into words by POSIX quoting, keeping `${…}` whole.
struct WordSplitter {
  private var scanner: TemplateScanner
  private var words: [(word: Template, text: String)] = []

  init(_ places: TextPlaces) {
    scanner = TemplateScanner(places)
  }

  /// Each word, and its text as it was written.
  mutating func words(_ diagnostics: inout [Diagnostic]) -> [(word: Template, text: String)] {
    while skipSpace() {
      let start = scanner.position
      while let byte = scanner.byte, !Self.isSpace(byte) { part(byte, &diagnostics) }
      // A backslash before a line break is nothing at all.
      let word = scanner.template(at: scanner.places.span(of: start..<scanner.position))
      if word.pieces.isEmpty, scanner.places.bytes[start] == backslash { continue }
      words.append((word, String(decoding: scanner.places.bytes[start..<scanner.position], as: UTF8.self)))
    }
    return scanner.isSound ? words : []
  }

  /// False at the end of the text.
  private mutating func skipSpace() -> Bool {
    while let byte = scanner.byte, Self.isSpace(byte) { scanner.skip() }
    return scanner.byte != nil
  }

  private mutating func part(_ byte: UInt8, _ diagnostics: inout [Diagnostic]) {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): quoted(byte, &diagnostics)
    case backslash: escaped(&diagnostics)
    default: if !scanner.takeMarked(&diagnostics) { scanner.take() }
    }
  }

  private mutating func quoted(_ quote: UInt8, _ diagnostics: inout [Diagnostic]) {
    let start = scanner.position
    scanner.skip()
    while let byte = scanner.byte, byte != quote {
      if byte == backslash, quote == UInt8(ascii: "\""), Self.isEscapable(scanner.byte(after: 1)) {
        escaped(&diagnostics)
      } else if !scanner.takeMarked(&diagnostics) {
        scanner.take()
      }
    }
    if scanner.byte == nil, scanner.isSound {
      diagnostics.append(
        Diagnostic(
          code: "unclosed-quote", "this quote is never closed", at: scanner.places.span(of: start..<start + 1),
          help: #"write `\'` or `\"` for a quote itself"#))
    }
    scanner.skip()
  }

  /// A backslash and the character that it quotes.
  private mutating func escaped(_ diagnostics: inout [Diagnostic]) {
    guard let byte = scanner.byte(after: 1) else {
      diagnostics.append(
        Diagnostic(
          code: "unclosed-quote", "this backslash quotes nothing",
          at: scanner.places.span(of: scanner.position..<scanner.position + 1),
          help: #"write `\\` for a backslash itself"#))
      scanner.skip()
      return
    }
    scanner.skip()
    if byte == UInt8(ascii: "\n") { scanner.skip() } else { scanner.take() }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  /// The characters that a backslash quotes within double quotes.
  private static func isEscapable(_ byte: UInt8?) -> Bool {
    byte == UInt8(ascii: "$") || byte == UInt8(ascii: "`") || byte == UInt8(ascii: "\"") || byte == backslash
      || byte == UInt8(ascii: "\n")
  }
}

private let backslash = UInt8(ascii: "\\")
