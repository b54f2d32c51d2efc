/// A text with the spellings of one character made one: letters small, width and style gone, digits those of ASCII,
/// what is neither letter nor digit a sign of ASCII. So bytes beyond ASCII are letters. Blanks are spaces, lines stay
/// lines.
struct PlainText {
  /// Letters small.
  let bytes: [UInt8]
  /// Letters as they were written.
  let cased: [UInt8]

  /// The text as it is, and where characters without any width are in it, both without them and with a blank in their
  /// place: some programs drop them, others end a word there.
  static func readings(_ text: String) -> [PlainText] {
    guard text.unicodeScalars.contains(where: isInvisible) else { return [PlainText(text, hidden: nil)] }
    return [PlainText(text, hidden: nil), PlainText(text, hidden: " ")]
  }

  /// - Parameter hidden: What stands in the place of a character without any width.
  private init(_ text: String, hidden: Character?) {
    if hidden == nil, text.utf8.allSatisfy({ $0 < 0x7F && ($0 >= 0x20 || "\t\n\r".utf8.contains($0)) }) {
      cased = text.utf8.map { $0 < 0x20 && $0 != 0x0A ? 0x20 : $0 }
      bytes = cased.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
      return
    }
    var plain = ""
    for scalar in text.unicodeScalars {
      if Self.isInvisible(scalar) {
        if let hidden { plain.append(hidden) }
      } else {
        plain += Self.plain(scalar)
      }
    }
    plain = String(plain.map { $0.isASCII ? $0 : Self.composed($0) })
    cased = Array(plain.utf8)
    // By way of the large letters, so that those with two small forms are one: ß and ss, ſ and s, ς and σ.
    bytes = Array(plain.uppercased().lowercased().utf8)
  }

  /// Letters that are written in several ways: `ö` alone, and `o` with a mark behind it. Swift takes them for equal, as
  /// Unicode does, so that one stands for all.
  private static let letters = Set(
    [0x41...0x5A, 0x61...0x7A, 0xC0...0x1FFF, 0x3040...0x30FF, 0xAC00...0xD7A3].joined().compactMap(
      Unicode.Scalar.init(_:)
    ).map(Character.init))

  private static func composed(_ character: Character) -> Character {
    letters.firstIndex(of: character).map { letters[$0] } ?? character
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\t", "\n", "\r": false
    case "\0"..<" ", "\u{7F}": true
    case _ where scalar.isASCII: false
    default:
      scalar.properties.isDefaultIgnorableCodePoint || [.format, .control].contains(scalar.properties.generalCategory)
    }
  }

  private static func plain(_ scalar: Unicode.Scalar) -> String {
    if scalar.isASCII { return String(scalar.value < 0x20 && scalar != "\n" ? " " : scalar) }
    switch scalar.value {
    // The full-width forms of ASCII.
    case 0xFF01...0xFF5E: return String(Unicode.Scalar(scalar.value - 0xFEE0) ?? " ")
    // Full stops that are taken for one in a name (RFC 3490, 3.1), and their small and raised forms.
    case 0x3002, 0xFF61, 0x2024, 0xFE52, 0x0701, 0x0702: return "."
    case 0xFE55, 0xFE13, 0x2236, 0xA789, 0x02D0, 0x0589, 0x05C3: return ":"
    case 0xFE6B: return "@"
    case 0x2044, 0x2215, 0x29F8: return "/"
    case 0xFE68, 0x2216, 0x29F5: return "\\"
    case 0xFE6A, 0x066A: return "%"
    case 0xFE61, 0x2217, 0x204E, 0x2731: return "*"
    case 0x2212: return "-"
    case 0x2026: return "..."
    case 0x2192, 0x21D2, 0x27F6: return "->"
    // The large I with a dot is an i.
    case 0x0130: return "I"
    default: break
    }
    let properties = scalar.properties
    if let digits = digits(properties) { return digits }
    switch properties.generalCategory {
    case .dashPunctuation: return "-"
    case .connectorPunctuation: return "_"
    case .nonspacingMark, .spacingMark, .enclosingMark: return String(scalar)
    default: break
    }
    if let letter = letter(properties) { return letter }
    return properties.isAlphabetic || properties.numericType != nil ? String(scalar) : " "
  }

  /// `٤`, `④`, `⁴` and `⒋`.
  private static func digits(_ properties: Unicode.Scalar.Properties) -> String? {
    guard let type = properties.numericType, let value = properties.numericValue, (0..<100).contains(value) else {
      return nil
    }
    let name = properties.name ?? ""
    guard type != .numeric || name.contains("CIRCLED NUMBER") || name.hasSuffix("FULL STOP") else { return nil }
    return "\(Int(value))" + (name.hasSuffix("FULL STOP") ? "." : "")
  }

  /// The letter of ASCII that a letter in another style is: `𝐚`, `ⓐ`, `🅰`, `ᵃ`.
  private static func letter(_ properties: Unicode.Scalar.Properties) -> String? {
    guard let name = properties.name else { return nil }
    let words = name.split(separator: " ")
    guard let last = words.last, last.utf8.count == 1, let letter = last.first, ("A"..."Z").contains(letter) else {
      return nil
    }
    let styles: Set<Substring> = [
      "MATHEMATICAL", "CIRCLED", "SQUARED", "NEGATIVE", "PARENTHESIZED", "SUPERSCRIPT", "SUBSCRIPT", "MODIFIER",
      "REGIONAL", "SCRIPT", "BLACK-LETTER", "DOUBLE-STRUCK", "TORTOISE", "OUTLINED",
    ]
    guard words.contains(where: styles.contains) else { return nil }
    return words.contains("SMALL") || words.contains("MODIFIER") ? letter.lowercased() : String(letter)
  }
}

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var isHexadecimal: Bool { isDigit || (0x61...0x66).contains(self) || (0x41...0x46).contains(self) }
  /// Of a `PlainText`: a letter or digit.
  var isWordPart: Bool { isDigit || (0x61...0x7A).contains(self) || (0x41...0x5A).contains(self) || self >= 0x80 }
}
