import PlaybookRecord
import SourceText

/// What a target said beside its answer, as lines: notices, and the first and last lines of standard error or of a
/// refusal's body.
enum SaidLines {
  private static let mostNotices = 8

  /// - Parameter most: the lines that are shown of each text.
  static func lines(
    _ said: [CallAnswer.Said], _ notices: [String], most: Int, indent: Int, width: Int
  ) -> [Line] {
    let blank = String(repeating: " ", count: indent)
    var lines: [Line] = []
    for notice in notices.prefix(mostNotices) {
      var lead = Line(blank)
      lead.append("notice: ", .careful)
      lines += Line.paragraph(notice, lead: lead, width: width, limit: 6)
    }
    if notices.count > mostNotices {
      lines.append(Line(blank + "… \(TimeText.count(notices.count - mostNotices, "more notice"))", .careful))
    }
    return lines + said.flatMap { self.lines($0, most: most, blank: blank, width: width) }
  }

  private static func lines(_ said: CallAnswer.Said, most: Int, blank: String, width: Int) -> [Line] {
    let (first, leftOut, last) = said.lines(most)
    let name = said.name + ": "
    func line(_ text: String, _ position: Int) -> Line {
      var line = Line(blank)
      line.append(position == 0 ? name : String(repeating: " ", count: name.count), .careful)
      line.append(TextLayout.cell(text, width: max(1, width - line.width)))
      return line
    }
    var lines = first.enumerated().map { line($1, $0) }
    if leftOut > 0 { lines.append(Line(blank + "… \(TimeText.count(leftOut, "line")) left out", .faint)) }
    return lines + last.map { line($0, 1) }
  }
}
