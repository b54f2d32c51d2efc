/// Text from the world made safe to show: nothing in it can move a cursor, change a colour, reorder letters, ring a
/// bell, or be there unseen.
public enum Visible {
  /// `text` with control characters, escape sequences and bidirectional controls shown instead of sent: `␛` for ESC
  /// (U+2400 block for C0), `\u{202E}` and the like for the others, and for characters without a shape. Line breaks and
  /// tabs stay only where they are kept; `keepingEmoji` keeps the joiner within an emoji that is several (a family),
  /// whose width terminals don't agree on.
  public static func text(
    _ text: String, keepingTabs: Bool = false, keepingLineBreaks: Bool = false, keepingEmoji: Bool = false
  ) -> String {
    self.text(
      text, keepingTabs: keepingTabs, keepingLineBreaks: keepingLineBreaks, keepingEmoji: keepingEmoji, isExact: false)
  }

  /// The same for an approval, where two texts that look alike may be two things: blanks other than a space and
  /// variation selectors are shown as well.
  public static func exact(_ text: String) -> String {
    self.text(text, keepingTabs: false, keepingLineBreaks: false, keepingEmoji: false, isExact: true)
  }

  private static func text(
    _ text: String, keepingTabs: Bool, keepingLineBreaks: Bool, keepingEmoji: Bool, isExact: Bool
  ) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    let scalars = Array(text.unicodeScalars)
    guard scalars.contains(where: { isUnsafe($0) || (isExact && isUncertain($0)) }) else { return text }
    var safe = String.UnicodeScalarView()
    for (position, scalar) in scalars.enumerated() {
      switch scalar {
      case "\u{200D}" where keepingEmoji && isWithinEmoji(position, of: scalars): safe.append(scalar)
      case "\u{FE0E}" where !isExact && isStyle(position, of: scalars),
        "\u{FE0F}" where !isExact && isStyle(position, of: scalars):
        safe.append(scalar)
      case "\t" where keepingTabs: safe.append(scalar)
      case "\n" where keepingLineBreaks: safe.append(scalar)
      case _ where scalar.value < 0x20: safe.append(Unicode.Scalar(UInt32(0x2400) + scalar.value) ?? "\u{FFFD}")
      case "\u{7F}": safe.append("\u{2421}")
      case _ where isUnsafe(scalar) || (isExact && isUncertain(scalar)):
        safe.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }

  /// `text` with its control characters shown and all else as it is, for data that a program or a reader may get. Tabs
  /// and line breaks (LF, CRLF) stay.
  public static func controls(_ text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var safe = String.UnicodeScalarView()
    for (position, scalar) in scalars.enumerated() {
      let isBreak = scalar == "\r" && position + 1 < scalars.count && scalars[position + 1] == "\n"
      switch scalar {
      case "\t", "\n": safe.append(scalar)
      case _ where scalar.value < 0x20 && !isBreak:
        safe.append(Unicode.Scalar(UInt32(0x2400) + scalar.value) ?? "\u{FFFD}")
      case "\u{7F}": safe.append("\u{2421}")
      case "\u{80}"..."\u{9F}":
        safe.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }

  /// A JSON text that means the same and is safe to send to a terminal: characters that
  /// ``text(_:keepingTabs:keepingLineBreaks:keepingEmoji:)`` would show stand as `\\u202E`. Line breaks and tabs
  /// between its tokens stay.
  public static func json(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x7F }) { return text }
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard scalar.value >= 0x7F, isUnsafe(scalar) else {
        safe.append(scalar)
        continue
      }
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16, uppercase: true)
        safe.append(contentsOf: "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".unicodeScalars)
      }
    }
    return String(safe)
  }

  private static func isWithinEmoji(_ position: Int, of scalars: [Unicode.Scalar]) -> Bool {
    guard position > 0, position + 1 < scalars.count else { return false }
    let isStyled = scalars[position - 1] == "\u{FE0F}" && position > 1
    return isEmoji(scalars[isStyled ? position - 2 : position - 1]) && isEmoji(scalars[position + 1])
  }

  /// Whether a variation selector stands behind a character that has two forms.
  private static func isStyle(_ position: Int, of scalars: [Unicode.Scalar]) -> Bool {
    guard position > 0 else { return false }
    let isKey = position + 1 < scalars.count && scalars[position + 1] == "\u{20E3}"
    return isEmoji(scalars[position - 1]) || isKey
  }

  private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool { !scalar.isASCII && scalar.properties.isEmoji }

  /// Characters that look like a space and are none (no-break, thin, ideographic), or like anything or nothing, by the
  /// font.
  private static func isUncertain(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else { return false }
    switch scalar.properties.generalCategory {
    case .spaceSeparator, .unassigned, .privateUse: return true
    default: return false
    }
  }

  /// Source: Unicode, DerivedCoreProperties.txt (Default_Ignorable_Code_Point), UnicodeData.txt (general categories).
  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x7F { return scalar.value < 0x20 }
    switch scalar.value {
    case 0x7F...0x9F, 0x2028, 0x2029, 0xFFF9...0xFFFB: return true
    // Unicode calls them letters, symbols or marks, and they have no shape: two of Khmer, one of Braille, one of music,
    // those that group hieroglyphs.
    case 0x17B4, 0x17B5, 0x2800, 0x1D159, 0x13430...0x13455: return true
    default: return scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
