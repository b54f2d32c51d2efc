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
      return level == 1
        ? Prose.wrapped(title.uppercased(), width: width) : [title, String(repeating: "-", count: title.count)]
    case .paragraph(let parts):
      return Prose.wrapped(Visible.text(parts.map(plain).joined()), width: width)
    case .prose(let text):
      return prose(text, width)
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

  /// Paragraphs filled to the width, the further lines of a list's item under its first, code as it stands.
  private static func prose(_ text: String, _ width: Int) -> [String] {
    var isFenced = false
    return Prose.filled(text).lines.flatMap { line -> [String] in
      let start = line.drop { $0 == " " }
      let isFence = start.hasPrefix("```") || start.hasPrefix("~~~")
      if isFence { isFenced.toggle() }
      let depth = line.count - start.count
      if isFence || isFenced || (depth >= 4 && !Prose.isItem(start)) { return [Visible.text(line)] }
      let indent = String(repeating: " ", count: depth)
      let hanging = indent + (Prose.isItem(start) ? "  " : "")
      return Prose.wrapped(Visible.text(String(start)), width: width - hanging.count).enumerated().map { number, part in
        part.isEmpty ? "" : (number == 0 ? indent : hanging) + part
      }
    }
  }

  private static func plain(_ part: PageInline) -> String {
    switch part {
    case .text(let text), .strong(let text), .code(let text): text.onOneLine
    }
  }
}
