import SourceText

extension PlaybookPage {
  /// Plain text for a terminal: paragraphs wrapped to `width` columns, code as it stands, nothing that moves a cursor.
  public func text(width: Int = 80) -> String {
    Self.text(blocks, width: max(width, 20)).joined(separator: "\n") + "\n"
  }

  private static func text(_ blocks: [PageBlock], width: Int) -> [String] {
    var lines: [String] = []
    for block in blocks {
      if !lines.isEmpty { lines.append("") }
      lines += text(block, width: width)
    }
    return lines
  }

  private static func text(_ block: PageBlock, width: Int) -> [String] {
    switch block {
    case .heading(let level, let text):
      let title = Visible.text(text)
      return level == 1 ? wrapped(title.uppercased(), width) : [title, String(repeating: "-", count: title.count)]
    case .paragraph(let parts):
      return wrapped(Visible.text(parts.map(plain).joined()), width)
    case .prose(let text):
      return text.lines.flatMap { wrapped(Visible.text($0), width) }
    case .code(let text, _):
      return text.lines.map { "  " + Visible.text($0, keepingTabs: true) }
    case .list(let isOrdered, let items):
      let margin = isOrdered ? String(items.count).count + 2 : 2
      var lines: [String] = []
      let isLoose = items.contains { $0.count > 1 }
      for (index, item) in items.enumerated() {
        if index > 0, isLoose { lines.append("") }
        let mark = isOrdered ? "\(index + 1)." : "-"
        for (number, line) in text(item, width: width - margin).enumerated() {
          let lead = number == 0 ? mark : ""
          let indented = lead + String(repeating: " ", count: max(0, margin - lead.count)) + line
          lines.append(line.isEmpty ? "" : indented)
        }
      }
      return lines
    }
  }

  private static func plain(_ part: PageInline) -> String {
    switch part {
    case .text(let text), .strong(let text), .code(let text): text.onOneLine
    }
  }

  private static func wrapped(_ text: String, _ width: Int) -> [String] {
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
