import CEL
import SourceText

/// A call on the screen, with nothing in it unseen: what is long by its beginning, its size and its digest, so that two
/// that begin alike can be told apart.
struct CallText {
  let text: String

  /// The longest line that is shown whole, in characters, and how much of a longer one is.
  private static let longest = 2000
  private static let beginning = 1000

  init(_ text: String) {
    self.text = text
  }

  /// - Parameters:
  ///   - lead: Stands before the first line.
  ///   - limit: How many lines are shown.
  ///   - whole: Where all of it is to be seen; nil: it is all shown.
  func lines(
    lead: Line, width: Int, style: Style = .strong, limit: Int = .max, whole: String? = nil
  ) -> [Line] {
    let (parts, more) = split(limit)
    var lines: [Line] = []
    for (index, part) in parts.enumerated() {
      let indent = index == 0 ? lead : EventRenderer.blank(lead.width)
      guard let whole, part.unicodeScalars.count > Self.longest else {
        lines += Line.paragraph(Visible.exact(part), lead: indent, width: width, style: style, limit: .max)
        continue
      }
      let shown = String(String.UnicodeScalarView(part.unicodeScalars.prefix(Self.beginning)))
      lines += Line.paragraph(Visible.exact(shown) + "…", lead: indent, width: width, style: style, limit: .max)
      lines += note("this line has \(size(of: part)): \(whole)", indent: lead.width, width: width)
    }
    if more > 0 {
      let rest = "… \(more) more lines of this call, which has \(size(of: text)): \(whole ?? "")"
      lines += note(rest, indent: lead.width, width: width)
    }
    return lines
  }

  /// The lines of the text, at most `limit` of them, and how many follow.
  private func split(_ limit: Int) -> ([String], more: Int) {
    var parts = text.split(separator: "\n", omittingEmptySubsequences: false)
    // A text's last line break ends a line and begins none.
    if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
    return (parts.prefix(limit).map(String.init), max(0, parts.count - limit))
  }

  /// "12345 bytes (sha256:9f86d081884c)".
  private func size(of part: String) -> String {
    "\(part.utf8.count) bytes (\(fingerprint(.string(part))))"
  }

  private func note(_ text: String, indent: Int, width: Int) -> [Line] {
    Line.paragraph(text, lead: EventRenderer.blank(indent), width: width, style: .careful)
  }
}
