/// Words that a shell would replace by others: names of files, lists in braces, a home folder.
enum WordExpansion {
  /// The word as it was written, where a shell would put others in its place; else nil. Nothing in quotes, behind a
  /// backslash or in `${…}` is meant so. An option's value (`--include=*.log`), a pattern with slashes or anchors and a
  /// URL are texts.
  static func first(in word: String) -> String? {
    let plain = unquoted(word)
    if plain.hasPrefix("~"), !plain.hasPrefix("~/") { return word }
    guard !plain.hasPrefix("-"), !plain.contains("://"), !plain.contains("="), !plain.hasPrefix("^"),
      !plain.hasSuffix("$")
    else { return nil }
    if let open = plain.firstIndex(of: "{"), let close = plain[open...].firstIndex(of: "}"),
      plain[open..<close].contains(",") || plain[open..<close].contains("..")
    {
      return word
    }
    // `*` alone is an operator; `.*` and `[a-z]+` are rather regular expressions.
    guard !plain.contains(".*"), !plain.contains("]+"), !plain.contains("]*") else { return nil }
    if plain.contains("*") || plain.contains("?") && plain.contains(".") { return word }
    if let open = plain.firstIndex(of: "["), let close = plain[open...].firstIndex(of: "]"),
      plain.index(after: open) < close, plain.startIndex < open || plain.index(after: close) < plain.endIndex
    {
      return word
    }
    return nil
  }

  /// The word without its parts that are quoted, escaped or a value.
  private static func unquoted(_ word: String) -> String {
    var (plain, depth) = ("", 0)
    var quote: Character?
    var before: Character?
    for character in word {
      defer { before = character }
      if depth > 0 {
        depth += character == "{" ? 1 : character == "}" ? -1 : 0
      } else if before == "$", character == "{", quote != "'" {
        depth = 1
        if !plain.isEmpty { plain.removeLast() }
        plain.append("x")
      } else if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
        plain.append("x")
      } else if before == "\\" {
        plain.append("x")
      } else if character != "\\" {
        plain.append(character)
      }
    }
    return plain
  }
}
