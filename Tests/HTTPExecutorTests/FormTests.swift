import CEL
import ExecutorKit
import PlaybookLanguage
import SourceText
import Testing

@testable import HTTPExecutor

struct FormTests {
  private static let file = SourceFile(path: "playbook.yaml", text: "x")
  private static let span = SourceSpan(file: file, range: 0..<1)

  private static func text(_ text: String) -> TemplateTree { .template(Template([.text(text)], at: span)) }

  private static func map(_ name: String) -> TemplateTree {
    .map([TemplateTree.Entry(key: name, keySpan: span, value: text("x"))], span)
  }

  private static func problems(_ fields: [String: TemplateTree], _ mode: CallMode) -> [String] {
    HTTPExecutor.schema.validate(CallForm(fields: fields), mode).map { "\($0.path.joined(separator: ".")) \($0.code)" }
  }

  @Test func `lint points at what can't be right`() {
    let path = Self.text("/x")
    #expect(Self.problems(["path": path], .query) == [])
    #expect(Self.problems([:], .query) == [" missing-field"])
    #expect(Self.problems(["path": path, "url": Self.text("https://x/")], .query) == ["url conflicting-fields"])
    #expect(Self.problems(["path": Self.text("x")], .query) == ["path bad-path"])
    #expect(Self.problems(["path": Self.text("/a/../b")], .act) == ["path bad-path"])
    #expect(Self.problems(["path": path, "method": Self.text("delete")], .query) == ["method query-writes"])
    #expect(Self.problems(["path": path, "method": Self.text("POST")], .query) == ["method query-post"])
    let posts = HTTPExecutor.schema.validate(CallForm(fields: ["path": path, "method": Self.text("post")]), .query)
    #expect(posts.map(\.severity) == [.note])
    for place in ["https://api.internal/x", "api.internal/x", "localhost:8080/x"] {
      let url = HTTPExecutor.schema.validate(CallForm(fields: ["path": Self.text(place)]), .query)
      #expect(url.first?.help?.contains("`url`") == true, "\(place)")
    }
    #expect(Self.problems(["path": path, "method": Self.text("DELETE")], .act) == [])
    #expect(
      Self.problems(["path": path, "headers": Self.map("X-HTTP-Method-Override")], .query)
        == ["headers.X-HTTP-Method-Override query-writes"])
    #expect(Self.problems(["path": path, "headers": Self.map("Host")], .act) == ["headers.Host bad-header"])
    #expect(Self.problems(["path": path, "headers": Self.map("a b")], .act) == ["headers.a b bad-header"])
    #expect(Self.problems(["path": path, "json": path, "form": Self.map("a")], .act) == ["form conflicting-fields"])
    #expect(Self.problems(["path": path, "expect": Self.text("2xx")], .act) == [])
    #expect(
      Self.problems(["path": path, "expect": .list([Self.text("2xx"), .value(1000, Self.span)], Self.span)], .act)
        == ["expect.1 bad-status"])
  }

  @Test(
    arguments: [
      ("link", nil, []), ("body.next_cursor", "10", []), ("body.", nil, ["page.next bad-page"]),
      ("bodi.next", nil, ["page.next bad-page"]), ("link", "0", ["page.limit bad-page"]),
      ("link", "many", ["page.limit bad-page"]),
    ] as [(String, String?, [String])])
  func `lint reads how pages are found`(_ next: String, _ limit: String?, _ expected: [String]) {
    var entries = [TemplateTree.Entry(key: "next", keySpan: Self.span, value: Self.text(next))]
    if let limit { entries.append(TemplateTree.Entry(key: "limit", keySpan: Self.span, value: Self.text(limit))) }
    #expect(Self.problems(["path": Self.text("/x"), "page": .map(entries, Self.span)], .query) == expected)
    #expect(Self.problems(["path": Self.text("/x"), "page": .map(entries, Self.span)], .act) == ["page bad-page"])
    #expect(Self.problems(["path": Self.text("/x"), "page": Self.text("link")], .query) == ["page bad-page"])
  }

  @Test func `a date is read as RFC 9110 writes it`() {
    #expect(HTTPDate.read("Sun, 06 Nov 1994 08:49:37 GMT")?.description == "1994-11-06T08:49:37Z")
    let now = Timestamp(rfc3339: "2026-11-29T00:00:00Z") ?? .now()
    for text in [
      "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 +0000", "Sunday, 06-Nov-94 08:49:37 GMT",
      "Sun Nov  6 08:49:37 1994", "Sunday, 06-Nov-1994 08:49:37 GMT",
    ] {
      #expect(HTTPDate.read(text, now: now)?.description == "1994-11-06T08:49:37Z", "\(text)")
    }
    #expect(HTTPDate.read("Sunday, 29-Nov-26 08:49:37 GMT", now: now)?.description == "2026-11-29T08:49:37Z")
    for text in [
      "", "Sun, 06 Foo 1994 08:49:37 GMT", "x", "Sun, 06 Nov 1994 08:49:37 +0100", "Sunday, 06-Nov 08:49:37 GMT",
    ] {
      #expect(HTTPDate.read(text) == nil)
    }
  }

  @Test func `origins are told apart`() {
    #expect(Origin.split("https://API.internal/x")?.origin == Origin.split("https://api.internal:443")?.origin)
    #expect(Origin.split("https://api.internal")?.origin != Origin.split("http://api.internal")?.origin)
    #expect(Origin.split("http://[::1]:80/x")?.origin.description == "http://[::1]")
    for text in [
      "", "x", "ftp://x", "https://", "https://a@b", "https://a:b@c", "https://a b", "https://a:0", "http://[::1",
      "http://é",
    ] {
      #expect(Origin.split(text) == nil, "\(text)")
    }
    let origin = Origin.split("https://a.nodes.internal:8443")?.origin
    #expect(origin?.matches(["*.nodes.internal"]) == true)
    #expect(origin?.matches(["*.nodes.internal:8443"]) == true)
    #expect(origin?.matches(["*.nodes.internal:443", "nodes.internal", "*.internal.evil", "a.nodes.interna"]) == false)
  }
}
