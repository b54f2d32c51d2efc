/// Characters that look like a space, like nothing or like a quotation mark, and that PostgreSQL takes for letters of a
/// name: they come along where a statement is copied from a document or a chat.
enum StrangeCharacters {
  private static let names: [UInt32: String] = {
    var names: [UInt32: String] = [
      0x85: "a next line", 0xA0: "a no-break space", 0xAD: "a soft hyphen", 0x1680: "an ogham space",
      0x180E: "a vowel separator", 0x200B: "a zero-width space", 0x200C: "a zero-width non-joiner",
      0x200D: "a zero-width joiner", 0x200E: "a left-to-right mark", 0x200F: "a right-to-left mark",
      0x2010: "a typographic hyphen", 0x2011: "a no-break hyphen", 0x2012: "a figure dash", 0x2013: "an en dash",
      0x2014: "an em dash", 0x2015: "a horizontal bar", 0x2026: "an ellipsis", 0x2028: "a line separator",
      0x2029: "a paragraph separator", 0x202F: "a narrow no-break space", 0x205F: "a mathematical space",
      0x2060: "a word joiner", 0x2212: "a minus sign", 0x3000: "an ideographic space", 0xFEFF: "a byte order mark",
      0xAB: "a typographic quote", 0xBB: "a typographic quote", 0x2032: "a prime", 0x2033: "a double prime",
      0xB4: "an acute accent", 0x2217: "an asterisk operator", 0x2264: "a less-or-equal sign",
      0x2265: "a greater-or-equal sign", 0x2260: "a not-equal sign", 0x00D7: "a multiplication sign",
      0x037E: "a Greek question mark", 0xFF1B: "a full-width semicolon", 0xFF0C: "a full-width comma",
      0xFF08: "a full-width parenthesis", 0xFF09: "a full-width parenthesis", 0xFF1D: "a full-width equals sign",
    ]
    for code in 0x2000...0x200A as ClosedRange<UInt32> { names[code] = "a typographic space" }
    for code in 0x2018...0x201F as ClosedRange<UInt32> { names[code] = "a typographic quote" }
    for code in 0x202A...0x202E as ClosedRange<UInt32> { names[code] = "a mark of writing direction" }
    for code in 0x2066...0x2069 as ClosedRange<UInt32> { names[code] = "a mark of writing direction" }
    return names
  }()

  /// The text with blanks in their place, of the same length: the rest can be split into tokens (`1`, a no-break space
  /// and a letter can't), and only strings, quoted names and comments hold blanks.
  static func masked(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { names[$0.value] != nil }) else { return text }
    var bytes: [UInt8] = []
    for scalar in text.unicodeScalars {
      if names[scalar.value] == nil {
        bytes += Array(String(scalar).utf8)
      } else {
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: UTF8.width(scalar))
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// One problem a line, for the first such character outside of strings, quoted names and comments.
  ///
  /// - Parameter masked: the text with blanks in their place.
  static func problems(in text: String, masked: String) -> [SQLProblem] {
    // A text that can't be split into tokens is another problem's.
    guard text != masked, let tokens = try? SQLToken.scan(masked) else { return [] }
    var problems: [SQLProblem] = []
    var (position, line, last, next) = (0, 0, -1, tokens[...])
    for scalar in text.unicodeScalars {
      let range = position..<position + UTF8.width(scalar)
      position = range.upperBound
      if scalar == "\n" { line += 1 }
      guard let name = names[scalar.value], line != last else { continue }
      next = next.drop { $0.range.upperBound <= range.lowerBound }
      if next.first?.range.contains(range.lowerBound) == true { continue }
      problems.append(problem(name, scalar, at: range))
      last = line
    }
    return problems
  }

  private static func problem(_ name: String, _ scalar: Unicode.Scalar, at range: Range<Int>) -> SQLProblem {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    return SQLProblem(
      "sql-character", "there is \(name) (\(code)) here, which PostgreSQL takes for a letter of a name", at: range,
      help: "write the plain character of the keyboard")
  }
}
