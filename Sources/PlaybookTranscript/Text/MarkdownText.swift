import SourceText

/// Text from the world made into Markdown that means nothing but itself: on GitHub, GitLab and in Jira's importer.
enum MarkdownText {
  /// Keeps two characters from meaning something together, and can't be seen.
  private static let joiner: Unicode.Scalar = "\u{2060}"

  /// A piece of one line, which something else begins: lists, headings and quick actions only mean something at its start.
  static func inline(_ text: String) -> String {
    // Scalar by scalar: a combining mark behind a character must not hide it.
    let scalars = Array(Visible.text(flattened(text), keepingEmoji: true).unicodeScalars)
    let breaks = References.breaks(in: scalars)
    // What one would copy is code, in which nothing is called or linked, and has nothing invisible in it.
    var words = References.copied(in: scalars)[...]
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
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      if breaks.contains(index) { escaped.append(joiner) }
      switch scalar {
      case "\\", "`", "*", "_", "{", "}", "]", "<", ">", "|":
        escaped.append("\\")
        escaped.append(scalar)
      // Merge requests, labels, milestones, snippets, epics, `[vulnerability:1]`: platforms look for them after the Markdown
      // is gone.
      case "~", "!", "$", "&", "%", "[":
        escaped.append("\\")
        escaped.append(scalar)
        if scalar == "[" ? next.properties.isAlphabetic : isPartOfWord(next) { escaped.append(joiner) }
      // A joiner keeps names and issue numbers from becoming links or calls.
      case "@", "#":
        escaped.append(scalar)
        escaped.append(joiner)
      case ":" where next == "/", "." where isWWW(scalars[..<index]):
        escaped.append(joiner)
        escaped.append(scalar)
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }

  /// The same at the beginning of a line, a list's point or a quotation.
  static func line(_ text: String) -> String { atStart(inline(text)) }

  private static func atStart(_ escaped: String) -> String {
    guard let first = escaped.unicodeScalars.first(where: { $0 != " " }) else { return "" }
    if escaped.hasPrefix(" ") || isQuickAction(escaped[...]) { return "\(joiner)" + escaped }
    if "-+=".unicodeScalars.contains(first) { return "\\" + escaped }
    // `1.` and `1)` number a list; an address is none.
    let digits = escaped.unicodeScalars.prefix { ("0"..."9").contains($0) }
    let rest = escaped.unicodeScalars.dropFirst(digits.count)
    guard !digits.isEmpty, rest.first == "." || rest.first == ")", rest.dropFirst().first.map({ $0 == " " }) ?? true
    else {
      return escaped
    }
    return String(digits) + "\\" + String(rest)
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "\"" || scalar == "#"
  }

  private static func isWWW(_ before: ArraySlice<Unicode.Scalar>) -> Bool {
    before.count >= 3 && before.suffix(3).allSatisfy { $0 == "w" || $0 == "W" }
  }

  /// Text as code: longer fences than any run of backticks within; pipes escaped for tables.
  static func code(_ text: String, inTable: Bool = false) -> String {
    var flat = Visible.text(flattened(text), keepingEmoji: true)
    if flat.isEmpty { return "" }
    if inTable { flat = cell(flat) }
    let fence = String(repeating: "`", count: longestRun(flat) + 1)
    let edges = [flat.unicodeScalars.first, flat.unicodeScalars.last]
    let padding = edges.contains("`") || edges.contains(" ") ? " " : ""
    return fence + padding + flat + padding + fence
  }

  /// A text whose pipes don't end a table's cell.
  private static func cell(_ text: String) -> String {
    if !text.utf8.contains(UInt8(ascii: "|")) { return text }
    var cell = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      // Two backslashes before a pipe would be one that is escaped, and a pipe that ends the cell.
      if scalar == "|", cell.last == "\\" { cell.append(joiner) }
      if scalar == "|" { cell.append("\\") }
      cell.append(scalar)
    }
    return String(cell)
  }

  /// A block of text as it is, but for lines that look like a quick action (`/close`, not `/var/log`): a joiner stands before
  /// these, as some versions of GitLab look for them in fences as well.
  static func block(_ text: String, language: String = "") -> String {
    let visible = Visible.text(text, keepingTabs: true, keepingLineBreaks: true, keepingEmoji: true)
    let lines = visible.split(separator: "\n", omittingEmptySubsequences: false)
    let safe = lines.map { isQuickAction($0) ? "\(joiner)\($0)" : String($0) }.joined(separator: "\n")
    let fence = String(repeating: "`", count: max(3, longestRun(safe) + 1))
    return "\(fence)\(language)\n\(safe)\(safe.hasSuffix("\n") ? "" : "\n")\(fence)\n"
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
