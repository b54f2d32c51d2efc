import SourceText

/// libyaml's errors, with the way out for an author.
struct SyntaxProblem {
  let file: SourceFile
  /// libyaml's words: "did not find expected key".
  let text: String
  let offset: Int
  /// libyaml's words for the part that it was reading, or nothing: "while parsing a block mapping".
  let context: String
  let contextOffset: Int?

  /// Bytes that are not UTF-8 or a character that YAML doesn't allow.
  static func unreadable(_ file: SourceFile, at offset: Int, character: Int, _ text: String) -> Diagnostic {
    let start = min(max(offset, 0), file.bytes.count)
    let span = SourceSpan(file: file, range: start..<min(start + 1, file.bytes.count))
    if text.contains("control characters") {
      let name = "U+" + String(repeating: "0", count: max(0, 4 - hex(character).count)) + hex(character)
      let help = "write it as an escape within double quotes: \"\\x1b\""
      return Diagnostic(code: "yaml-encoding", "the character \(name) is not allowed in YAML", at: span, help: help)
    }
    let byte = start < file.bytes.count ? " (byte 0x\(hex(Int(file.bytes[start]))))" : ""
    return Diagnostic(code: "yaml-encoding", "this is not UTF-8\(byte)", at: span, help: "save the file as UTF-8")
  }

  /// The first line or paragraph separator, or next-line character, each of which breaks a line unseen.
  static func foreignLineBreak(in file: SourceFile) -> Diagnostic? {
    let bytes = file.bytes
    for (offset, byte) in bytes.enumerated() where byte == 0xE2 || byte == 0xC2 {
      for (character, name, escape) in lineBreaks where bytes[offset...].starts(with: character) {
        return Diagnostic(
          code: "yaml-encoding", "\(name) stands here, which breaks the line unseen",
          at: SourceSpan(file: file, range: offset..<offset + character.count),
          help: "take it out, or write it as `\(escape)` within double quotes")
      }
    }
    return nil
  }

  private static let lineBreaks: [(character: [UInt8], name: String, escape: String)] = [
    ([0xE2, 0x80, 0xA8], "U+2028 (line separator)", #"\L"#),
    ([0xE2, 0x80, 0xA9], "U+2029 (paragraph separator)", #"\P"#),
    ([0xC2, 0x85], "U+0085 (next line)", #"\N"#),
  ]

  private static func hex(_ number: Int) -> String {
    String(number, radix: 16, uppercase: true)
  }

  var diagnostic: Diagnostic {
    let (message, place, help) = explanation
    return Diagnostic(code: "yaml-syntax", message, at: SourceSpan(file: file, range: place), help: help)
  }

  private typealias Explanation = (message: String, place: Range<Int>, help: String?)

  private var explanation: Explanation {
    if let tab = tabAsIndentation { return ("a tab can't indent YAML", tab, "use spaces") }
    if let (name, place) = oddIndentation { return ("\(name) can't indent YAML", place, "use plain spaces") }
    if text.contains("incompatible") {
      return ("this version of YAML can't be read", line(at: offset), "take the line away: files are YAML 1.2")
    }
    if let value = valueWithIndicator, let known = Self.indicators[file.bytes[value]] {
      return Self.indicator(file.bytes[value], known, at: value)
    }
    return scanning ?? parsing ?? (text, point, context.isEmpty ? nil : context)
  }

  private static func indicator(_ byte: UInt8, _ meaning: String, at offset: Int) -> Explanation {
    let sign = byte == UInt8(ascii: "`") ? "a backtick" : "`\(UnicodeScalar(byte))`"
    let message = "a value that starts with \(sign) is \(meaning) in YAML"
    return (message, offset..<offset + 1, "quote this expression or text")
  }

  /// Within a scalar or a word.
  private var scanning: Explanation? {
    let opening = contextOffset.map { $0..<min($0 + 1, file.bytes.count) } ?? point
    if context.contains("quoted scalar"),
      text.contains("unexpected end of stream") || text.contains("document indicator")
    {
      return ("this quote is never closed", opening, nil)
    }
    if text.contains("escape") || text.contains("did not find expected hexdecimal number") {
      let help = #"use single quotes, in which `\` means itself, or write `\\`"#
      return (#"this escape (`\`) has no meaning within double quotes"#, point, help)
    }
    if context.contains("alias") || context.contains("anchor") || context.contains("scanning a tag"),
      let start = contextOffset, start < file.bytes.count, let known = Self.indicators[file.bytes[start]]
    {
      return Self.indicator(file.bytes[start], known, at: start)
    }
    if text.contains("mapping values are not allowed") {
      return ("`: ` can't stand within this value", point, "quote the whole value, or indent the line if it is a key")
    }
    if text.contains("could not find expected ':'") {
      return ("this line is no `key: value`", line(at: contextOffset ?? offset), "is a colon or a quote missing?")
    }
    if text.contains("comment or line break") {
      return ("text can't follow `|` or `>` on the same line", point, "start it on the next line, indented")
    }
    return nil
  }

  /// Between values.
  private var parsing: Explanation? {
    let opened = contextOffset.map { "it starts at line \(file.position(at: $0).line)" }
    if text.contains("expected node content") {
      return (
        "a value is missing before this", point,
        "write one, or close the open bracket or quote; quote a text that begins so"
      )
    }
    if context.contains("flow sequence") { return ("a `,` or the `]` of the list is missing here", point, opened) }
    if context.contains("flow mapping") {
      return (
        "a `,` or the `}` of the mapping is missing here", point,
        (opened.map { $0 + "; " } ?? "") + "quote texts that hold `[`, `{` or `,`"
      )
    }
    if text.contains("expected key") {
      if isAfterQuote { return ("nothing can follow the closing quote", point, "quote the whole value") }
      let began = contextOffset.map { file.position(at: $0) }
      let where_ = began.map { "its mapping starts at line \($0.line), column \($0.column)" }
      return (
        "this does not continue the mapping above", point, where_.map { $0 + "; check the indentation and quotes" }
      )
    }
    if text.contains("expected '-' indicator") {
      return ("this does not continue the list above", point, opened.map { $0 + "; check the indentation" })
    }
    if text.contains("block sequence entries are not allowed") {
      return (
        "a list can't start here", point, "put `- ` on the next line, indented; quote a text that starts with `- `"
      )
    }
    if text.contains("expected <document start>") {
      return (
        "this does not belong to the lines before it", point, "check the indentation and quotes of the lines above"
      )
    }
    return nil
  }

  /// Whether a quote ends just before the problem, on its line.
  private var isAfterQuote: Bool {
    let before = file.bytes[lineStart(offset)..<min(offset, file.bytes.count)].last { $0 != UInt8(ascii: " ") }
    return before == UInt8(ascii: "\"") || before == UInt8(ascii: "'")
  }

  private var point: Range<Int> {
    min(offset, file.bytes.count)..<min(offset + 1, file.bytes.count)
  }

  /// The line's text without the spaces around it.
  private func line(at offset: Int) -> Range<Int> {
    let bytes = file.bytes
    var end = min(offset, bytes.count)
    while end < bytes.count, bytes[end] != UInt8(ascii: "\n"), bytes[end] != UInt8(ascii: "\r") { end += 1 }
    return min(offset, end)..<end
  }

  private func lineStart(_ offset: Int) -> Int {
    var start = min(offset, file.bytes.count)
    while start > 0, file.bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
    return start
  }

  /// Characters that look like spaces and are none, at the start of the line of the problem or of the one before it.
  private var oddIndentation: (name: String, place: Range<Int>)? {
    let here = lineStart(offset)
    for start in [here, here > 0 ? lineStart(here - 1) : here] {
      let position = start + file.bytes[start...].prefix { $0 == UInt8(ascii: " ") }.count
      for (character, name) in Self.oddSpaces where file.bytes[position...].starts(with: character) {
        return (name, position..<position + character.count)
      }
    }
    return nil
  }

  private static let oddSpaces: [(character: [UInt8], name: String)] = [
    ([0xC2, 0xA0], "a no-break space (U+00A0)"), ([0xE2, 0x80, 0xAF], "a narrow no-break space (U+202F)"),
    ([0xE2, 0x80, 0x87], "a figure space (U+2007)"), ([0xE3, 0x80, 0x80], "an ideographic space (U+3000)"),
    ([0xE2, 0x80, 0x8B], "a zero-width space (U+200B)"), ([0xEF, 0xBB, 0xBF], "a byte order mark (U+FEFF)"),
  ]

  private var tabAsIndentation: Range<Int>? {
    guard text.contains("tab") || text.contains("cannot start any token") || text.contains("expected") else {
      return nil
    }
    var position = lineStart(offset)
    while position < file.bytes.count, file.bytes[position] == UInt8(ascii: " ") { position += 1 }
    guard position < file.bytes.count, file.bytes[position] == UInt8(ascii: "\t") else { return nil }
    return position..<position + 1
  }

  /// The meaning of a plain value that starts with the character.
  private static let indicators: [UInt8: String] = [
    UInt8(ascii: "!"): "a tag", UInt8(ascii: "&"): "an anchor", UInt8(ascii: "*"): "an alias",
    UInt8(ascii: "@"): "reserved", UInt8(ascii: "`"): "reserved", UInt8(ascii: "%"): "a directive",
  ]

  /// The start of the value on the line of the problem, where it has such a character and stands before the problem.
  private var valueWithIndicator: Int? {
    let start = lineStart(offset)
    let line = Array(file.bytes[start..<self.line(at: offset).upperBound])
    var position = 0
    while position < line.count, line[position] == UInt8(ascii: " ") { position += 1 }
    while position + 1 < line.count, line[position] == UInt8(ascii: "-"), line[position + 1] == UInt8(ascii: " ") {
      position += 2
      while position < line.count, line[position] == UInt8(ascii: " ") { position += 1 }
    }
    if let colon = line.indices.dropFirst(position).first(where: {
      line[$0] == UInt8(ascii: ":") && $0 + 1 < line.count && line[$0 + 1] == UInt8(ascii: " ")
    }), line[position..<colon].allSatisfy(\.isWordCharacter) {
      position = colon + 1
      while position < line.count, line[position] == UInt8(ascii: " ") { position += 1 }
    }
    guard position < line.count, start + position <= offset, Self.indicators[line[position]] != nil else { return nil }
    return start + position
  }
}

extension UInt8 {
  fileprivate var isWordCharacter: Bool {
    (48...57).contains(self) || (65...90).contains(self & 0xDF) || self == UInt8(ascii: "_")
      || self == UInt8(ascii: "-")
  }
}
