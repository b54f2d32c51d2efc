import SourceText

/// Fits text into columns. All of it works on safe text: what comes from the world goes through `cell` or `lines`
/// first.
package enum TextLayout {
  enum Alignment: Sendable {
    case left, right
  }

  /// Raw text as one safe line of at most `width` columns, `…` standing for what is cut. Looks at no more of a long
  /// text than it needs.
  static func cell(_ raw: String, width: Int) -> String {
    cut(Visible.text(beginning(of: raw, width: width)), to: width)
  }

  /// The lines of raw text, at most `limit` of them, each safe and one line; of what a program printed as they stood there at
  /// last.
  static func lines(_ raw: String, limit: Int, isPrinted: Bool = false) -> (lines: [String], more: Int) {
    let bytes = raw.utf8
    var parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: limit, omittingEmptySubsequences: false)
    // A text's last line break ends a line and begins none.
    if let last = parts.last, last.isEmpty, parts.count > 1 { parts.removeLast() }
    var more = 0
    if parts.count > limit, let rest = parts.popLast() {
      more = rest.count { $0 == UInt8(ascii: "\n") } + (rest.last == UInt8(ascii: "\n") ? 0 : 1)
    }
    return (
      parts.map { part in
        let line = part.last == UInt8(ascii: "\r") ? part.dropLast() : part
        let text = String(decoding: line, as: UTF8.self)
        return Visible.text(isPrinted ? Printed.line(text, .shown) : text)
      }, more
    )
  }

  /// Safe text cut to `width` columns, the last of them `…` where something is missing.
  static func cut(_ text: String, to width: Int) -> String {
    guard width > 0 else { return "" }
    var kept = String.UnicodeScalarView()
    var used = 0
    var beforeEllipsis = (count: 0, used: 0)
    var count = 0
    for scalar in text.unicodeScalars {
      let columns = CellWidth.of(scalar)
      // A heap of combining marks takes no column and yet no end.
      if used + columns > width || count > 8 * width {
        return String(String.UnicodeScalarView(kept.prefix(beforeEllipsis.count))) + "…"
      }
      kept.append(scalar)
      used += columns
      count += 1
      if used < width { beforeEllipsis = (count, used) }
    }
    return text
  }

  static func pad(_ text: String, to width: Int, _ alignment: Alignment = .left) -> String {
    let blanks = String(repeating: " ", count: max(0, width - CellWidth.of(text)))
    return alignment == .left ? text + blanks : blanks + text
  }

  /// Safe text broken at spaces into lines of at most `width` columns; a longer word is broken where it must be. After
  /// `limit` lines there may be some more, but not all.
  package static func wrap(_ text: String, width: Int, limit: Int = .max) -> [String] {
    let width = max(width, 4)
    guard CellWidth.of(text) > width else { return [text] }
    var lines: [String] = []
    var line = ""
    var used = 0
    let words = text.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
    for (position, word) in words.enumerated() {
      if lines.count > limit { break }
      let columns = word.reduce(0) { $0 + CellWidth.of($1) }
      if used > 0, used + 1 + columns > width {
        lines.append(line)
        (line, used) = ("", 0)
      }
      // Spaces at the beginning are kept, those at a break are not.
      if position > 0, used > 0 || lines.isEmpty {
        line += " "
        used += 1
      }
      if columns <= width - used {
        line.unicodeScalars += word
        used += columns
      } else {
        for scalar in word {
          if used + CellWidth.of(scalar) > width {
            lines.append(line)
            (line, used) = ("", 0)
          }
          line.unicodeScalars.append(scalar)
          used += CellWidth.of(scalar)
        }
      }
    }
    if !line.isEmpty || lines.isEmpty { lines.append(line) }
    return lines
  }

  /// As much of a raw text as can matter in so many columns.
  static func beginning(of raw: String, width: Int) -> String {
    let limit = 8 * max(width, 1) + 2
    guard raw.utf8.count > limit else { return raw }
    return String(String.UnicodeScalarView(raw.unicodeScalars.prefix(limit)))
  }
}
