import SourceText

/// Text from the world made into Markdown that means nothing but itself: on GitHub, GitLab and in Jira's importer. Nothing
/// invisible is put in: what a platform would make a call or a link of stands as code.
enum MarkdownText {
  /// A piece of one line, which something else begins: lists, headings and quick actions only mean something at its start.
  static func inline(_ text: String) -> String {
    // Scalar by scalar: a combining mark behind a character must not hide it.
    let scalars = Array(Visible.text(flattened(text), keepingEmoji: true).unicodeScalars)
    // What one would copy, and what would call somebody or lead elsewhere, is code.
    var words = References.coded(in: scalars)[...]
    var escaped = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      if let word = words.first, word.contains(index) {
        if index == word.lowerBound { escaped.append("`") }
        escaped.append(scalar)
        if index == word.upperBound - 1 {
          escaped.append("`")
          words.removeFirst()
        }
        continue
      }
      if #"\`*_{}[]<>|~!$&%#"#.unicodeScalars.contains(scalar) { escaped.append("\\") }
      escaped.append(scalar)
    }
    return String(escaped)
  }

  /// The same at the beginning of a line, a list's point or a quotation.
  static func line(_ text: String) -> String { atStart(inline(text)) }

  private static func atStart(_ escaped: String) -> String {
    let text = String(String.UnicodeScalarView(escaped.unicodeScalars.drop { $0 == " " }))
    guard let first = text.unicodeScalars.first else { return "" }
    if isQuickAction(text[...]) {
      let word = text.unicodeScalars.prefix { !$0.properties.isWhitespace }
      return "`\(String(word))`" + String(text.unicodeScalars.dropFirst(word.count))
    }
    if "-+=".unicodeScalars.contains(first) { return "\\" + text }
    // `1.` and `1)` number a list; an address is none.
    let digits = text.unicodeScalars.prefix { ("0"..."9").contains($0) }
    let rest = text.unicodeScalars.dropFirst(digits.count)
    guard !digits.isEmpty, rest.first == "." || rest.first == ")", rest.dropFirst().first.map({ $0 == " " }) ?? true
    else {
      return text
    }
    return String(digits) + "\\" + String(rest)
  }

  /// Text as code: longer fences than any run of backticks within; pipes escaped for tables.
  static func code(_ text: String, inTable: Bool = false) -> String {
    var flat = Visible.text(flattened(text), keepingEmoji: true)
    if flat.isEmpty { return "" }
    if inTable {
      guard let cell = cell(flat) else { return inline(text) }
      flat = cell
    }
    let fence = String(repeating: "`", count: longestRun(flat) + 1)
    let edges = [flat.unicodeScalars.first, flat.unicodeScalars.last]
    let padding = edges.contains("`") || edges.contains(" ") ? " " : ""
    return fence + padding + flat + padding + fence
  }

  /// A text whose pipes don't end a table's cell; nil where a backslash stands before one, which no code in a cell can have.
  private static func cell(_ text: String) -> String? {
    if !text.utf8.contains(UInt8(ascii: "|")) { return text }
    var cell = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "|", cell.last == "\\" { return nil }
      if scalar == "|" { cell.append("\\") }
      cell.append(scalar)
    }
    return String(cell)
  }

  /// A block of text as it is.
  static func block(_ text: String, language: String = "") -> String {
    let visible = Visible.text(text, keepingTabs: true, keepingLineBreaks: true, keepingEmoji: true)
    let fence = String(repeating: "`", count: max(3, longestRun(visible) + 1))
    return "\(fence)\(language)\n\(visible)\(visible.hasSuffix("\n") ? "" : "\n")\(fence)\n"
  }

  /// Whether a text can be code within a line or a cell without a change to it.
  static func isOneLine(_ text: String) -> Bool {
    !text.contains { $0.isNewline || $0 == "|" || $0 == "`" }
  }

  private static func isQuickAction(_ line: Substring) -> Bool {
    let scalars = line.unicodeScalars.drop { $0 == " " || $0 == "\t" }
    guard scalars.first == "/" else { return false }
    let word = scalars.dropFirst().prefix { $0.properties.isAlphabetic || $0 == "_" }
    let next = scalars.dropFirst(word.count + 1).first
    return !word.isEmpty && (next.map { $0.properties.isWhitespace } ?? true)
  }

  /// An author's prose within a line: `code` and what is strong stay that.
  static func prose(_ text: String, inTable: Bool = false) -> String {
    styled(AuthorsProse.parts(of: text.onOneLine), inTable: inTable)
  }

  /// What a call or a verification says, within a line: `code` in it stays that.
  static func said(_ text: String, inTable: Bool = false) -> String {
    styled(AuthorsProse.parts(of: text.onOneLine, isCodeOnly: true), inTable: inTable)
  }

  private static func styled(_ parts: [AuthorsProse.Part], inTable: Bool) -> String {
    parts.map { part in
      switch part.style {
      case .code: code(String(part.text), inTable: inTable)
      case .strong: "**\(inline(String(part.text)))**"
      case nil: inline(String(part.text))
      }
    }.joined()
  }

  /// Prose as a quotation: its paragraphs filled, what else has lines of its own with them.
  static func quotation(_ text: String) -> String {
    let lines = Prose.filled(text).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      atStart(prose(String($0)))
    }
    return lines.indices.map { index in
      let isBroken = !lines[index].isEmpty && index + 1 < lines.count && !lines[index + 1].isEmpty
      return lines[index].isEmpty ? ">\n" : "> \(lines[index])\(isBroken ? "\\" : "")\n"
    }.joined()
  }

  /// On one line: a line break is shown as one.
  private static func flattened(_ text: String) -> String {
    String(text.map { $0.isNewline ? "\u{240A}" : $0 })
  }

  private static func longestRun(_ text: String) -> Int {
    if !text.utf8.contains(UInt8(ascii: "`")) { return 0 }
    var longest = 0
    var run = 0
    for scalar in text.unicodeScalars {
      run = scalar == "`" ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
