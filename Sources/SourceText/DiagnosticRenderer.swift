/// Writes diagnostics for a terminal or a log: `file:line:column: error: message [code]`, the line, a caret, a way out.
public struct DiagnosticRenderer: Sendable {
  /// Whether to colour with ANSI escapes.
  public var color: Bool
  /// The columns that there are: a source line is cut around the caret where it is longer.
  public var width: Int

  public init(color: Bool = false, width: Int = 120) {
    self.color = color
    self.width = width
  }

  /// The diagnostic as lines, each ended by a line break.
  public func render(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.span.map { $0.location + ": " } ?? ""
    var text = paint(Visible.text(place), "1")
    text += paint(diagnostic.severity.rawValue + ": ", diagnostic.severity == .error ? "1;31" : "1;33")
    text += Visible.text(diagnostic.message) + paint(" [\(diagnostic.code)]", "2") + "\n"
    if let span = diagnostic.span, diagnostic.excerpt != .nothing {
      text += excerpt(span, isWhole: diagnostic.excerpt == .line)
    }
    if let help = diagnostic.help { text += "  " + paint("help: ", "1;36") + Visible.text(help) + "\n" }
    return text
  }

  /// All of them, file by file in the order of their places and first those without one; then a line that counts.
  /// Nothing for none.
  public func render(_ diagnostics: [Diagnostic]) -> String {
    guard !diagnostics.isEmpty else { return "" }
    return diagnostics.inOrderOfPlaces.map { render($0) }.joined() + summary(diagnostics) + "\n"
  }

  private func summary(_ diagnostics: [Diagnostic]) -> String {
    let counts = [Diagnostic.Severity.error, .warning, .note].map { severity in
      (severity, diagnostics.count { $0.severity == severity })
    }
    return counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0.rawValue)\($0.1 == 1 ? "" : "s")" }.joined(separator: ", ")
  }

  private func excerpt(_ span: SourceSpan, isWhole: Bool) -> String {
    let around = span.file.text(around: span.start, to: span.end, margin: 8 * max(width, 20))
    var written = Array(around.text.unicodeScalars)
    if !isWhole { written = Self.place(of: span, from: around.before, in: written) }
    let line = shown(written[...])
    // Visible text is longer than the written text, and the caret stands under the visible one.
    let from = shown(written.prefix(around.before)).count + max(0, around.before - written.count)
    let length = span.end.column - span.start.column
    let end = span.end.line == span.start.line ? shown(written.prefix(around.before + length)).count : line.count
    let to = max(end, from + 1)
    let gutter = String(span.start.line)
    let room = max(20, width - gutter.count - 5)
    let first = line.count > room ? max(0, min(from - room / 3, line.count - room)) : 0
    let last = min(line.count, first + room)
    guard from >= first else { return "" }
    var excerpt = String.UnicodeScalarView()
    excerpt.append(contentsOf: line[first..<last])
    // Tabs are kept in the padding so that the caret stands under its character.
    let padding = line[first..<min(from, last)].map { $0 == "\t" ? "\t" : " " }.joined()
    let missing = String(repeating: " ", count: max(0, from - max(last, first)))
    let marks = "^" + String(repeating: "~", count: max(0, min(to, last) - from - 1))
    let blank = String(repeating: " ", count: gutter.count)
    return "  \(gutter) | \(String(excerpt))\n  \(blank) | \(padding)\(missing)\(paint(marks, "1;32"))\n"
  }

  /// The line with dots in place of the text beside the span, which begins behind `before` characters.
  private static func place(of span: SourceSpan, from before: Int, in line: [Unicode.Scalar]) -> [Unicode.Scalar] {
    let from = min(before, line.count)
    let length = max(0, span.end.column - span.start.column)
    let to = span.end.line == span.start.line ? min(from + length, line.count) : line.count
    let isBlank = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" }
    let indent = line[..<from].prefix(while: isBlank)
    var place = Array(indent) + Array(repeating: "…", count: from - indent.count) + Array(line[from..<to])
    let colon = line[to...].prefix(while: isBlank).count + to
    let behind = colon < line.count && line[colon] == ":" ? colon + 1 : to
    place += line[to..<behind]
    if !line[behind...].allSatisfy(isBlank) { place += Array(" •••".unicodeScalars) }
    return place
  }

  private func shown(_ written: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar] {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: written)
    return Array(Visible.text(String(text), keepingTabs: true).unicodeScalars)
  }

  private func paint(_ text: String, _ code: String) -> String {
    color && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
