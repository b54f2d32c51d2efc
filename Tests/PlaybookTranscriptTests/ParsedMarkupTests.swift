import Testing

@testable import PlaybookTranscript

/// What parsers other than ours make of a transcript with hostile text: the same elements as with a harmless one.
@Suite struct ParsedMarkupTests {
  /// As long as the hostile text where that is truncated, which is said.
  private static func harmless(_ hostile: HostileTextTests.Hostile) -> Transcript {
    let count = hostile.text.utf8.count
    return SmallRun.transcript(HostileTextTests.events(String(repeating: "x", count: count > 300 ? count : 1)))
  }

  /// The same for Markdown, where a text that no cell can hold byte for byte stands in a fence below the table.
  private static func harmlessInMarkdown(_ hostile: HostileTextTests.Hostile) -> Transcript {
    guard hostile.text.contains(where: { $0 == "|" || $0 == "`" || $0.isNewline }) else { return harmless(hostile) }
    return SmallRun.transcript(HostileTextTests.events("x|x"))
  }

  /// What is copied as it is becomes code, in which nothing means anything.
  private static func meaning(_ page: ParsedMarkdown) -> [String] { page.nodes.filter { $0 != "code" } }

  /// A cell has its style by its text.
  private static func unstyled(_ element: String) -> String {
    ["th scope class", "td class"].contains(element) ? String(element.dropLast(6)) : element
  }

  @Test(arguments: HostileTextTests.nasty) func `a browser finds no other elements in it`(
    _ hostile: HostileTextTests.Hostile
  ) {
    let page = ParsedPage(SmallRun.transcript(HostileTextTests.events(hostile.text)).text(.html))
    let plain = ParsedPage(Self.harmless(hostile).text(.html))
    #expect(page.errors == 0)
    #expect(page.elements.map(Self.unstyled) == plain.elements.map(Self.unstyled))
    #expect(page.addresses == plain.addresses)
  }

  @Test(arguments: HostileTextTests.nasty) func `GitHub finds no other elements in it`(
    _ hostile: HostileTextTests.Hostile
  ) {
    let page = ParsedMarkdown(SmallRun.transcript(HostileTextTests.events(hostile.text)).text(.markdown))
    let plain = ParsedMarkdown(Self.harmlessInMarkdown(hostile).text(.markdown))
    #expect(Self.meaning(page) == Self.meaning(plain))
    #expect(page.addresses == plain.addresses)
  }

  @Test func `the parsers see what is markup`() {
    let page = ParsedPage("<!doctype html><title>t</title><body><p>a<img src=x onerror=y><a href='javascript:z'>b</a>")
    #expect(page.elements == ["html", "head", "title", "body", "p", "img src onerror", "a href"])
    #expect(page.addresses == ["x", "javascript:z"])
    let text = ParsedMarkdown("# a\n\n<img src=x> www.x.org [b](javascript:z)\n\n|a|\n|-|\n|b|\n")
    #expect(text.nodes.contains("html_inline") && text.nodes.contains("table_cell") && text.nodes.contains("heading"))
    #expect(text.addresses.contains("http://www.x.org"))
  }
}
