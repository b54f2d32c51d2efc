/// Text from the world made safe to show: nothing in it can move a cursor, change a colour, reorder letters or ring a
/// bell.
public enum Visible {
  /// `text` with control characters, escape sequences and bidirectional controls shown instead of sent: `␛` for ESC
  /// (U+2400 block for C0), `\u{202E}` and the like for the others. Line breaks and tabs stay only where they are
  /// kept; `keepingEmoji` keeps the joiner within an emoji that is several (a family), whose width terminals don't agree on.
  public static func text(
    _ text: String, keepingTabs: Bool = false, keepingLineBreaks: Bool = false, keepingEmoji: Bool = false
  ) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    let scalars = Array(text.unicodeScalars)
    guard scalars.contains(where: isUnsafe) else { return text }
    var safe = String.UnicodeScalarView()
    for (position, scalar) in scalars.enumerated() {
      switch scalar {
      case "\u{200D}" where keepingEmoji && isWithinEmoji(position, of: scalars): safe.append(scalar)
      case "\t" where keepingTabs: safe.append(scalar)
      case "\n" where keepingLineBreaks: safe.append(scalar)
      case _ where scalar.value < 0x20: safe.append(Unicode.Scalar(UInt32(0x2400) + scalar.value) ?? "\u{FFFD}")
      case "\u{7F}": safe.append("\u{2421}")
      case _ where isUnsafe(scalar):
        safe.append(contentsOf: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}".unicodeScalars)
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }

  /// A JSON text that means the same and is safe to send to a terminal: what ``text(_:keepingTabs:keepingLineBreaks:keepingEmoji:)``
  /// would show stands as `\\u202E`. Line breaks and tabs between its tokens stay.
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

  private static func isEmoji(_ scalar: Unicode.Scalar) -> Bool { !scalar.isASCII && scalar.properties.isEmoji }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F...0x9F: true
    // Bidirectional controls, zero-width and line separators, tags, byte order mark, interlinear annotation.
    case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
    default: false
    }
  }
}
