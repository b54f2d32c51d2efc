import SourceText

/// HTML in which no text becomes markup: what is interpolated is escaped, unless it is HTML itself.
struct HTML: ExpressibleByStringInterpolation {
  private(set) var text: String

  init(stringLiteral text: String) { self.text = text }

  /// A style sheet, which nothing escapes: what is put into it is written as CSS has it.
  init(style text: String) { self.text = text }

  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  static func + (left: HTML, right: HTML) -> HTML { "\(left)\(right)" }

  static func += (left: inout HTML, right: HTML) { left.text += right.text }

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ html: HTML) { text += html.text }

    mutating func appendInterpolation(_ html: [HTML]) { for part in html { text += part.text } }

    mutating func appendInterpolation(_ number: Int) { text += String(number) }

    /// As content or as an attribute's value in double quotes.
    mutating func appendInterpolation(_ string: String) { text += HTML.escaped(string) }

    /// On one line: a line break is a blank.
    mutating func appendInterpolation(flat string: String) { text += HTML.escaped(string.onOneLine) }

    /// Prose of a playbook's author, with line breaks: `code` and **what is strong** in it are shown as that.
    mutating func appendInterpolation(prose string: String) { append(AuthorsProse.parts(of: string)) }

    private mutating func append(_ parts: [AuthorsProse.Part]) {
      for part in parts {
        let piece = HTML.escaped(String(part.text), keepingLineBreaks: true)
        text += part.style.map { "<\($0.rawValue)>\(piece)</\($0.rawValue)>" } ?? piece
      }
    }

    /// The same on one line.
    mutating func appendInterpolation(flatProse string: String) { appendInterpolation(prose: string.onOneLine) }

    /// What a call or a verification says: `code` in it is code.
    mutating func appendInterpolation(code string: String) { append(AuthorsProse.parts(of: string, isCodeOnly: true)) }

    /// The same on one line.
    mutating func appendInterpolation(flatCode string: String) { appendInterpolation(code: string.onOneLine) }

    /// With its line breaks and tabs, for `pre` and what has its style.
    mutating func appendInterpolation(lines string: String) { text += HTML.escaped(string, keepingLineBreaks: true) }
  }

  fileprivate static func escaped(_ text: String, keepingLineBreaks: Bool = false) -> String {
    let safe = Visible.text(
      text, keepingTabs: keepingLineBreaks, keepingLineBreaks: keepingLineBreaks, keepingEmoji: true)
    guard safe.utf8.contains(where: { "&<>\"'".utf8.contains($0) }) else { return safe }
    var escaped = String.UnicodeScalarView()
    for scalar in safe.unicodeScalars {
      switch scalar {
      case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
      case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
      case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
      case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}

extension String {
  /// Its lines as one.
  var onOneLine: String {
    // CR, LF, VT, FF, and the first bytes of NEL and of the separators U+2028 and U+2029.
    guard utf8.contains(where: { (0x0A...0x0D).contains($0) || $0 == 0xC2 || $0 == 0xE2 }) else { return self }
    return String(map { $0.isNewline ? " " : $0 })
  }
}
