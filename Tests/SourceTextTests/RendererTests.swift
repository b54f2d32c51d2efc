import SourceText
import Testing

@Suite struct `The diagnostic renderer` {
  private func diagnostic(_ text: String, _ range: Range<Int>, help: String? = nil) -> Diagnostic {
    Diagnostic(code: "c", "wrong", at: SourceSpan(file: SourceFile(path: "f", text: text), range: range), help: help)
  }

  @Test func `the line, a caret and a way out are shown`() {
    #expect(
      DiagnosticRenderer().render(diagnostic("one\ntwo three\n", 8..<13, help: "try four")) == """
        f:2:5: error: wrong [c]
          2 | two three
            |     ^~~~~
          help: try four

        """)
  }

  @Test func `a tab before the caret is kept, so that it stands under its character`() {
    #expect(DiagnosticRenderer().render(diagnostic("\tx y", 3..<4)).hasSuffix("  1 | \tx y\n    | \t  ^\n"))
  }

  @Test func `characters made visible don't move the caret`() {
    #expect(
      DiagnosticRenderer().render(diagnostic("a\u{202E}b\u{1B}c d", 8..<9)) == """
        f:1:7: error: wrong [c]
          1 | a\\u{202E}b␛c d
            |              ^

        """)
  }

  @Test func `a long line is cut around the caret`() {
    let text = String(repeating: "a", count: 500) + "X" + String(repeating: "b", count: 500)
    let lines = DiagnosticRenderer(width: 60).render(diagnostic(text, 500..<501)).split(separator: "\n")
    #expect(lines[1].count == 60)
    let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
    #expect(lines[1].firstIndex(of: "X").map { lines[1].distance(from: lines[1].startIndex, to: $0) } == caret)
  }

  @Test func `a span over several lines is marked to the end of its first`() {
    #expect(DiagnosticRenderer().render(diagnostic("ab\ncd", 1..<5)).hasSuffix("  1 | ab\n    |  ^\n"))
  }

  @Test func `a place at the end of the text has a caret`() {
    #expect(DiagnosticRenderer().render(diagnostic("ab", 2..<2)).hasSuffix("  1 | ab\n    |   ^\n"))
  }

  @Test func `nothing in a message or path moves the cursor`() {
    let diagnostic = Diagnostic(
      code: "c", "a\u{1B}[2J\nb", at: SourceSpan(file: SourceFile(path: "f\u{7}", text: ""), range: 0..<0),
      help: "\u{9B}")
    let text = DiagnosticRenderer().render(diagnostic)
    #expect(!text.unicodeScalars.contains { $0.value == 0x1B || $0.value == 7 || $0.value == 0x9B })
    #expect(text.hasPrefix("f␇:1:1: error: a␛[2J␊b [c]\n"))
  }

  @Test func `many are shown in the order of their places, and counted`() {
    let file = SourceFile(path: "f", text: "ab")
    let two = Diagnostic(code: "b", "second", at: SourceSpan(file: file, range: 1..<2))
    let one = Diagnostic(.warning, code: "a", "first", at: SourceSpan(file: file, range: 0..<1))
    let none = Diagnostic(code: "n", "nowhere")
    #expect(
      DiagnosticRenderer().render([two, one, none]) == """
        error: nowhere [n]
        f:1:1: warning: first [a]
          1 | ab
            | ^
        f:1:2: error: second [b]
          1 | ab
            |  ^
        2 errors, 1 warning

        """)
    #expect(DiagnosticRenderer().render([]) == "")
  }

  @Test func `colour changes nothing but colour`() {
    let text = DiagnosticRenderer(color: true).render(diagnostic("ab", 0..<1))
    #expect(text.contains("\u{1B}[1;31merror: \u{1B}[0m"))
  }
}

@Suite struct `Suggestions` {
  @Test(arguments: [
    ("for_eahc", "for_each"), ("titel", "title"), ("Title", "title"), ("stpes", "steps"), ("zzz", nil), ("t", nil),
  ])
  func `the nearest word is found, a far one is not`(_ word: String, _ found: String?) {
    #expect(Suggestion.nearest(to: word, in: ["for_each", "title", "steps"]) == found)
  }

  @Test func `a few candidates are listed where none is near`() {
    #expect(Suggestion.help(for: "zzz", in: ["b", "a"]) == "one of `a`, `b`")
    #expect(Suggestion.help(for: "zzz", in: [String]()) == nil)
  }
}
