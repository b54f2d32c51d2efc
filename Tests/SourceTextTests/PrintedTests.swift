import SourceText
import Testing

/// What a reader has of text that was printed for a terminal.
@Suite struct PrintedTests {
  @Test(arguments: [
    ("plain é text\twith a tab", "plain é text\twith a tab"), ("", ""), ("\r", ""),
    // Redrawn with carriage returns.
    ("  0%\r 50%\r100%", "100%"), ("  0%\r 50%\r100%\r", "100%"), ("100%\r\r", "100%"), ("one\r", "one"),
    ("working…   \rdone", "done"), ("working…\r          \rdone", "done"), ("old\r   ", ""), ("keep  \r", "keep  "),
    ("old\r\u{1B}[K", ""), ("old\u{1B}[2K\rnew", "new"), ("old\u{1B}[1G\u{1B}[0Knew", "new"), ("old\u{1B}[2K", ""),
    ("abc\u{1B}[2D\u{1B}[K", "a"),
    // Overstruck, and gone back over.
    ("N\u{8}NA\u{8}AM\u{8}ME\u{8}E _\u{8}x", "NAME x"), ("10%\u{8}\u{8}\u{8}20%", "20%"), ("|\u{8}/\u{8}-\u{8}", "-"),
    ("\u{8}\u{8}a", "a"),
    // Colours and other sequences.
    ("\u{1B}[1mcache\u{1B}[0m \u{1B}[38;5;10mactive\u{1B}[m", "cache active"), ("\u{9B}31mred\u{9B}0m", "red"),
    ("\u{1B}[38:2::255:0:0mred", "red"), ("a\u{1B}(B\u{1B}[mb", "ab"), ("\u{1B}[2K\u{1B}[1Aup", "up"),
    ("a\u{1B}Mb", "ab"),
    ("a\u{1B}[3Cb", "a   b"), ("\u{7}ding", "ding"),
    // Links and titles.
    ("\u{1B}]8;;http://e/x\u{1B}\\link\u{1B}]8;;\u{1B}\\ end", "link end"), ("\u{1B}]0;title\u{7}x", "x"),
    ("\u{9D}0;title\u{9C}x", "x"), ("\u{1B}P1$r0m\u{1B}\\x", "x"),
    // What is not a whole sequence stays.
    ("a\u{1B}", "a\u{1B}"), ("a\u{1B}[12", "a\u{1B}[12"), ("a\u{1B}]0;never ended", "a\u{1B}]0;never ended"),
    ("a\u{0}b\u{C}c", "a\u{0}b\u{C}c"), ("Â©", "Â©"),
  ])
  func `a line is read as it stood there at last`(printed: String, read: String) {
    #expect(Array(Printed.line(printed).unicodeScalars) == Array(read.unicodeScalars))
  }

  @Test(arguments: [
    ("\u{1B}[1mcache\u{1B}[0m\u{1B}(B", "cache"), (" 50%\r100%\r", "100%"), ("\u{1B}]0;x\u{7}y", "\u{1B}]0;x\u{7}y"),
    ("\u{1B}[2Ja", "\u{1B}[2Ja"), ("a\u{7}", "a\u{7}"), ("\u{1B}[1Ax", "\u{1B}[1Ax"),
  ])
  func `what is shown keeps the sequences that do more than style`(printed: String, shown: String) {
    #expect(Array(Printed.line(printed, .shown).unicodeScalars) == Array(shown.unicodeScalars))
  }

  @Test func `a text is its lines, without the mark at its beginning`() {
    #expect(Printed.text("\u{FEFF}a\rb\r\n\u{1B}[1mc\u{1B}[0m\n") == "b\nc\n")
    #expect(Printed.text("a\n\u{FEFF}b") == "a\n\u{FEFF}b")
  }

  @Test func `bytes that are not UTF-8 are told from those that are`() {
    #expect(Printed.text(of: Array("St".utf8) + [0xF6] + Array("rung é".utf8) + [0xC3]) == #"St\xF6rung é\xC3"#)
    #expect(Printed.text(of: Array("é".utf8)) == "é")
  }

  @Test(.timeLimit(.minutes(1))) func `long lines full of beginnings are read in one go`() {
    for part in ["\u{1B}]", "\u{1B}[", "\u{1B}P", "\r", "\u{8}", "\u{1B}[999C", "copied 1 of 5000\r"] {
      _ = Printed.line(String(repeating: part, count: 200_000))
    }
    #expect(Printed.line(String(repeating: "copied 4 of 9\r", count: 100_000)) == "copied 4 of 9")
  }
}
