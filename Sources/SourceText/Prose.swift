/// Texts of authors, which are Markdown with lines as long as their editor is wide.
public enum Prose {
  /// Markdown with each paragraph on a line of its own, so that it can be wrapped to any width. These keep their lines:
  /// list items, headings, quotes, tables, indented and fenced code; a line that ends in two blanks or a backslash ends
  /// there (CommonMark 0.31, hard line breaks).
  public static func filled(_ markdown: String) -> String {
    var lines: [String] = []
    var isOpen = false
    var isFenced = false
    for line in markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let text = line.drop { $0 == " " }
      let isFence = text.hasPrefix("```") || text.hasPrefix("~~~")
      if isFence { isFenced.toggle() }
      let standsAlone = isFence || isFenced || text.isEmpty || standsAlone(line, text)
      if isOpen, !standsAlone, !lines.isEmpty {
        lines[lines.count - 1] += " " + text
      } else {
        lines.append(String(line))
      }
      let isBroken = line.hasSuffix("  ") || line.hasSuffix("\\")
      // The line behind a list item's may continue it; no line continues a heading, a table's row or code.
      isOpen = !isBroken && !text.isEmpty && !isFence && !isFenced && (!standsAlone || isItem(text))
    }
    return lines.joined(separator: "\n")
  }

  private static func standsAlone(_ line: Substring, _ text: Substring) -> Bool {
    let isIndented = line.count - text.count >= 4
    return isIndented || isItem(text) || "#>|".contains(text.first ?? " ")
  }

  /// Whether a line begins a list's item: `- `, `* `, `+ `, `1. `, `1) `.
  public static func isItem(_ text: Substring) -> Bool {
    if ["- ", "* ", "+ "].contains(where: { text.hasPrefix($0) }) { return true }
    let rest = text.drop { $0.isASCII && $0.isNumber }
    return rest.count < text.count && (rest.hasPrefix(". ") || rest.hasPrefix(") "))
  }

  /// One paragraph in lines of at most `width` characters (20 at least), broken at blanks; a longer word stands alone.
  public static func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > max(width, 20) {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    return lines + [line]
  }
}
