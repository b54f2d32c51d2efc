import SourceText
import Testing

@Suite struct VisibleTests {
  /// What has no shape, or only changes how something else looks, by its code point.
  private static let unseen: [UInt32] = [
    0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180E, 0x180F, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F,
    0x2028, 0x2029, 0x202A, 0x202E, 0x2060, 0x2061, 0x2064, 0x2066, 0x2069, 0x206F, 0x2800, 0x3164, 0xFE00, 0xFE0E,
    0xFE0F, 0xFEFF, 0xFFA0, 0xFFF0, 0xFFF9, 0xFFFB, 0x13430, 0x1BCA0, 0x1D159, 0x1D173, 0xE0001, 0xE0041, 0xE0100,
    0xE01EF, 0xE0FFF, 0x85, 0x9B,
  ]

  @Test(arguments: unseen)
  func `what can't be seen is shown by its number`(code: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(code))
    let text = "ab" + String(scalar) + "cd"
    let shown = "ab\\u{\(String(code, radix: 16, uppercase: true))}cd"
    #expect(Visible.text(text) == shown && Visible.exact(text) == shown)
    #expect(Visible.text(text, keepingTabs: true, keepingLineBreaks: true, keepingEmoji: true) == shown)
  }

  @Test(arguments: [0xA0, 0x1680, 0x2000, 0x2009, 0x202F, 0x205F, 0x3000, 0xE000, 0xF8FF] as [UInt32])
  func `of what is approved, what looks like a space or like anything is shown as well`(code: UInt32) throws {
    let text = "ab" + String(try #require(Unicode.Scalar(code))) + "cd"
    #expect(Visible.exact(text) == "ab\\u{\(String(code, radix: 16, uppercase: true))}cd")
    #expect(Visible.text(text) == text)
  }

  @Test(arguments: ["Grüße", "日本語", "한국어", "العربية ٣", "e\u{301}", "⚠\u{FE0F} stop", "1\u{FE0F}\u{20E3}", "👍🏽"])
  func `what is read stays as it is`(text: String) {
    #expect(Visible.text(text) == text)
  }

  @Test func `what chooses a form of an emoji is shown where it is approved`() {
    #expect(Visible.exact("⚠\u{FE0F}") == "⚠\\u{FE0F}")
    #expect(Visible.text("👨\u{200D}👩", keepingEmoji: true) == "👨\u{200D}👩")
  }

  @Test func `data keeps its line breaks, its tabs and what steers no terminal`() {
    #expect(Visible.controls("a\tb\r\nc\n") == "a\tb\r\nc\n")
    #expect(Visible.controls("a\rb\u{1B}[2J\u{9B}1m\u{7F}") == "a␍b␛[2J\\u{9B}1m␡")
    #expect(Visible.controls("\u{202E}é\u{200D}👩") == "\u{202E}é\u{200D}👩")
  }
}
