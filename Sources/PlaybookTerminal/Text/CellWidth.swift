/// How many columns a terminal gives to text.
///
/// Wide are the scalars that Unicode's EastAsianWidth.txt calls `W` or `F` (UAX #11) and those shown as emoji by
/// default; marks that combine take none.
enum CellWidth {
  /// 0, 1 or 2.
  static func of(_ scalar: Unicode.Scalar) -> Int {
    let code = scalar.value
    if code < 0x300 { return 1 }
    if isWide(code) { return 2 }
    // Jamo vowels and finals join the syllable before them.
    if (0x1160...0x11FF).contains(code) { return 0 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    // A flag is two regional indicators that take two columns together.
    if (0x1F1E6...0x1F1FF).contains(code) { return 1 }
    return scalar.properties.isEmojiPresentation ? 2 : 1
  }

  static func of(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + of($1) }
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18D08,
    0x1AFF0...0x1B2FF, 0x1F200...0x1F202, 0x1F210...0x1F23B, 0x1F240...0x1F248, 0x1F250...0x1F251,
    0x1F260...0x1F265, 0x20000...0x3FFFD,
  ]

  private static func isWide(_ code: UInt32) -> Bool {
    code >= 0x1100 && wide.contains { $0.contains(code) }
  }
}
