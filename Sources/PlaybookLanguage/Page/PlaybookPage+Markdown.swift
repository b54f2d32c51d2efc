import SourceText

extension PlaybookPage {
  /// Markdown as GitHub and GitLab read it.
  public var markdown: String {
    Visible.text(
      Self.markdown(blocks).joined(separator: "\n") + "\n", keepingTabs: true, keepingLineBreaks: true,
      keepingEmoji: true)
  }

  private static func markdown(_ blocks: [PageBlock]) -> [String] {
    var lines: [String] = []
    for block in blocks {
      if !lines.isEmpty { lines.append("") }
      lines += markdown(block)
    }
    return lines
  }

  private static func markdown(_ block: PageBlock) -> [String] {
    switch block {
    case .heading(let level, let text): return [String(repeating: "#", count: level) + " " + escaped(text)]
    case .paragraph(let parts): return [parts.map(markdown).joined()]
    case .prose(let text): return text.lines
    case .code(let text, let language):
      let fence = String(repeating: "`", count: max(3, text.longestRun(of: "`") + 1))
      return [fence + language] + text.lines + [fence]
    case .list(let isOrdered, let items):
      var lines: [String] = []
      let isLoose = items.contains { $0.count > 1 }
      for (index, item) in items.enumerated() {
        let mark = isOrdered ? "\(index + 1). " : "- "
        if index > 0, isLoose { lines.append("") }
        for (number, line) in markdown(item).enumerated() {
          lines.append(number == 0 ? mark + line : line.isEmpty ? "" : String(repeating: " ", count: mark.count) + line)
        }
      }
      return lines
    }
  }

  private static func markdown(_ part: PageInline) -> String {
    switch part {
    case .text(let text): return escaped(text)
    case .strong(let text): return "**\(escaped(text))**"
    case .code(let text):
      let ticks = String(repeating: "`", count: text.longestRun(of: "`") + 1)
      let pad = text.hasPrefix("`") || text.hasSuffix("`") || text.isEmpty ? " " : ""
      return ticks + pad + text.onOneLine + pad + ticks
    }
  }

  /// Text of which no character marks anything up.
  private static func escaped(_ text: String) -> String {
    var safe = ""
    for character in text.onOneLine {
      if #"\`*_[]<>#|~"#.contains(character) { safe.append("\\") }
      safe.append(character)
    }
    return safe
  }
}

extension String {
  var lines: [String] {
    var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  var onOneLine: String { String(map { $0.isNewline ? " " : $0 }) }

  func longestRun(of character: Character) -> Int {
    var (longest, run) = (0, 0)
    for other in self {
      run = other == character ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }
}
