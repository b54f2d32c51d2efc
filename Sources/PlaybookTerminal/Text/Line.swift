import SourceText

/// How a stretch of a line looks where colours are shown. What it means is always in the words as well.
enum Style: Sendable, Equatable {
  case plain, strong, faint, good, bad, careful, heading
  /// The colour of the run's environment, by the name that the environment file gives.
  case environment(String)

  /// The parameters of the escape sequence "select graphic rendition" (ECMA-48, 8.3.117); nil: none.
  var parameters: String? {
    switch self {
    case .plain: nil
    case .strong: "1"
    case .faint: "2"
    case .good: "32"
    case .bad: "1;31"
    case .careful: "33"
    case .heading: "1;36"
    case .environment(let color): Self.backgrounds[color] ?? "1"
    }
  }

  private static let backgrounds = [
    "red": "1;97;41", "yellow": "1;30;43", "orange": "1;30;43", "green": "1;30;42", "blue": "1;97;44",
    "magenta": "1;97;45", "purple": "1;97;45", "cyan": "1;30;46", "white": "1;30;47", "grey": "1;97;100",
    "gray": "1;97;100",
  ]
}

/// A line for the screen. Nothing gets in but through `init` of a span, which makes it safe to print.
struct Line: Sendable, Equatable {
  struct Span: Sendable, Equatable {
    let text: String
    let style: Style

    init(_ text: String, _ style: Style = .plain) {
      self.text = Visible.text(text)
      self.style = style
    }
  }

  var spans: [Span]

  init(_ spans: [Span]) {
    self.spans = spans
  }

  init(_ text: String = "", _ style: Style = .plain) {
    spans = [Span(text, style)]
  }

  /// The text without colour.
  var text: String { spans.map(\.text).joined() }
  var width: Int { spans.reduce(0) { $0 + CellWidth.of($1.text) } }

  mutating func append(_ text: String, _ style: Style = .plain) {
    spans.append(Span(text, style))
  }

  /// What is sent to a terminal, without a line break; no blanks at its end.
  func rendered(color: Bool) -> String {
    var text = ""
    for span in spans where !span.text.isEmpty {
      if color, let parameters = span.style.parameters {
        text += "\u{1B}[\(parameters)m\(span.text)\u{1B}[0m"
      } else {
        text += span.text
      }
    }
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }

  /// Cut to `width` columns.
  func fitted(to width: Int) -> Line {
    guard self.width > width else { return self }
    var left = width
    var kept: [Span] = []
    for (position, span) in spans.enumerated() {
      let columns = CellWidth.of(span.text)
      guard columns > left || (columns == left && position < spans.count - 1) else {
        kept.append(span)
        left -= columns
        continue
      }
      kept.append(Span(TextLayout.cut(span.text + " ", to: left), span.style))
      break
    }
    return Line(kept)
  }

  /// What a paragraph is cut to where nobody asks for all of it.
  static let paragraphLimit = 50

  /// Text wrapped to `width` columns behind `lead`, which stands on the first line and as blanks on those that follow;
  /// after `limit` lines `…`.
  static func paragraph(
    _ text: String, lead: Line, width: Int, style: Style = .plain, limit: Int = paragraphLimit
  ) -> [Line] {
    let indent = min(lead.width, max(0, width - 8))
    let lead = lead.fitted(to: indent)
    let text = limit == .max ? text : TextLayout.beginning(of: text, width: (limit + 1) * width)
    let wrapped = TextLayout.wrap(Visible.text(text), width: width - indent, limit: limit)
    var lines = wrapped.prefix(limit).enumerated().map { position, part in
      var line = position == 0 ? lead : Line(String(repeating: " ", count: indent))
      line.append(part, style)
      return line
    }
    if wrapped.count > limit { lines.append(Line(String(repeating: " ", count: indent) + "…")) }
    return lines
  }

  /// Text of several lines, each wrapped at `indent`: at most `limit` lines on the screen, then a line that says so.
  static func block(_ text: String, indent: Int, width: Int, style: Style = .plain, limit: Int) -> [Line] {
    let blank = String(repeating: " ", count: indent)
    let (parts, rest) = TextLayout.lines(text, limit: limit)
    var lines: [Line] = []
    for part in parts where lines.count <= limit {
      lines += paragraph(part, lead: Line(blank), width: width, style: style, limit: limit)
    }
    if lines.count > limit || rest > 0 {
      lines = lines.prefix(limit) + [Line(blank + "… cut here" + (rest > 0 ? ", \(rest) lines more" : ""), .faint)]
    }
    return lines
  }

  /// Segments side by side, three blanks apart, going on below where the width ends.
  static func flow(_ segments: [Line], indent: Int = 0, width: Int) -> [Line] {
    var lines: [Line] = []
    for segment in segments where segment.width > 0 {
      if let last = lines.last, last.width + 3 + segment.width <= width {
        lines[lines.count - 1].append("   ")
        lines[lines.count - 1].spans += segment.spans
      } else {
        let lead = lines.isEmpty ? Line("") : Line(String(repeating: " ", count: indent))
        lines.append(Line(lead.spans + segment.spans).fitted(to: width))
      }
    }
    return lines
  }
}
