/// Texts that a table's cell can't have byte for byte: the cell names one by its number, and below the table it stands in a fence.
struct Asides {
  private var texts: [String] = []

  /// The text as code, or the words that lead to it.
  mutating func code(_ text: String) -> String {
    if MarkdownText.isOneLine(text) { return MarkdownText.code(text) }
    if !texts.contains(text) { texts.append(text) }
    return "text \((texts.firstIndex(of: text) ?? 0) + 1) below"
  }

  /// What stands below the table; empty where all of it stands in its cells.
  var markdown: String {
    texts.enumerated().map { "\nText \($0 + 1):\n\n" + MarkdownText.block($1) }.joined()
  }
}
