/// The two marks of Markdown that authors use within a sentence: `` `code` `` and `**strong**`. All else stays as it is.
enum AuthorsProse {
  enum Style: String {
    case code, strong
  }

  typealias Part = (text: Substring, style: Style?)

  /// The text in pieces, without the marks of those that have a style. What does not end on its line is no mark.
  /// - Parameter isCodeOnly: nothing is strong, as in what calls and verifications say.
  static func parts(of text: String, isCodeOnly: Bool = false) -> [Part] {
    if !text.utf8.contains(where: { $0 == UInt8(ascii: "`") || $0 == UInt8(ascii: "*") }) {
      return text.isEmpty ? [] : [(text[...], nil)]
    }
    var parts: [Part] = []
    var plain = text.startIndex
    var position = text.startIndex
    while position < text.endIndex {
      let rest = text[position...]
      guard let (inner, style, end) = marked(rest), style == .code || !isCodeOnly else {
        // A run of marks is one word: its later ones begin nothing.
        let mark = text[position]
        position = text.index(after: position)
        if mark == "`" || mark == "*" {
          while position < text.endIndex, text[position] == mark { text.formIndex(after: &position) }
        }
        continue
      }
      if plain < position { parts.append((text[plain..<position], nil)) }
      parts.append((inner, style))
      (plain, position) = (end, end)
    }
    if plain < text.endIndex { parts.append((text[plain...], nil)) }
    return parts
  }

  private static func marked(_ rest: Substring) -> (inner: Substring, style: Style, end: String.Index)? {
    if rest.first == "`" {
      let inner = rest.dropFirst().prefix { $0 != "`" && !$0.isNewline }
      guard !inner.isEmpty, inner.endIndex < rest.endIndex, rest[inner.endIndex] == "`" else { return nil }
      let end = rest.index(after: inner.endIndex)
      return end < rest.endIndex && rest[end] == "`" ? nil : (inner, .code, end)
    }
    guard rest.hasPrefix("**") else { return nil }
    let inner = rest.dropFirst(2).prefix { $0 != "*" && $0 != "`" && !$0.isNewline }
    let after = rest[inner.endIndex...]
    guard let first = inner.first, let last = inner.last, !first.isWhitespace, !last.isWhitespace,
      after.hasPrefix("**"),
      !after.hasPrefix("***")
    else { return nil }
    return (inner, .strong, rest.index(inner.endIndex, offsetBy: 2))
  }
}
