import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

@Suite struct HostileTextTests {
  @Test(arguments: [
    ("a|b", #"a\|b"#), ("`rm`", #"\`rm\`"#), ("<script>", #"\<script\>"#), ("[x](y)", "`[x](y)`"),
    ("@alice", "`@alice`"), ("#12", "`#12`"), ("!12", "`!12`"), ("~bug", "`~bug`"),
    ("ask @alice, now", "ask `@alice`, now"),
    ("&amp;", "`&amp`;"), ("%4", "`%4`"), ("HTTPS://x.org", "`HTTPS://x.org`"), ("10 % & # @ x", ##"10 \% \& \# @ x"##),
    ("www.x.org", "`www.x.org`"), ("(https://x.org/a?b=#c).", "(`https://x.org/a?b=#c`)."),
    ("ann@x.example x@", "`ann@x.example` x@"), ("/srv/@x/a and /srv/x", "`/srv/@x/a` and /srv/x"),
    ("sha256:0123abcd/y", "`sha256:0123abcd/y`"), ("@a/deadbe1", "`@a/deadbe1`"),
    ("\\`https://x.org`", #"\\\``https://x.org`\`"#), ("https://x|y", #"`https://x`\|y"#),
    ("*\u{301}a*", "\\*\u{301}a\\*"), ("|\u{301}", "\\|\u{301}"), ("`@a`|@b", #"\``@a`\`\|`@b`"#),
    ("GH-26 PROJ-12", "`GH-26` `PROJ-12`"), (":tada: :+1: :100:", "`:tada:` `:+1:` `:100:`"),
    ("17:15:00 at 10.0.0.4:6379 2026-11-23 a-1", "17:15:00 at 10.0.0.4:6379 2026-11-23 a-1"),
    ("1795402260 deadbe1", "1795402260 `deadbe1`"),
    ("0123456789012345678901234567890123456789", "`0123456789012345678901234567890123456789`"),
    ("[vulnerability:123]", "`[vulnerability:123]`"),
    ("login:user-1 2001:db8:bad::17 fe80::a:b:1.", "login:user-1 2001:db8:bad::17 fe80::a:b:1."),
    ("x:tada:y", "`x:tada:y`"),
    ("a\nb\r\nc", "a␊b␊c"), ("\u{1b}[31m\u{202e}", #"␛\[31m\\u\{202E\}"#),
  ])
  func `a line of prose means nothing but itself`(_ text: String, _ expected: String) {
    #expect(MarkdownText.inline(text).unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test(arguments: ["/close", "- x", "+ x", "1. x", "=", "---", "# x", "> x", "   /close", "    code"])
  func `nothing begins a line that means something there`(_ text: String) {
    let line = MarkdownText.line(text)
    #expect("\\`c".unicodeScalars.contains(line.unicodeScalars.first ?? " ") || line == #"1\. x"#, "\(line)")
    #expect(!line.hasPrefix("# "))
    for quoted in MarkdownText.quotation("\(text)\n\n\(text)").split(separator: "\n") where quoted != ">" {
      #expect(quoted.dropFirst(2) == line)
    }
  }

  @Test func `the joiner of an emoji that is several stays, and no other`() {
    let text = "👩\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈 a\u{200D}b 1\u{200D}👩 😀\u{200D}"
    let shown = "👩\u{200D}👩\u{200D}👧 🏳\u{FE0F}\u{200D}🌈 a\\u{200D}b 1\\u{200D}👩 😀\\u{200D}"
    let html: HTML = "\(text)"
    #expect(html.text.unicodeScalars.elementsEqual(shown.unicodeScalars))
    #expect(MarkdownText.code(text).unicodeScalars.elementsEqual("`\(shown)`".unicodeScalars))
  }

  @Test(arguments: ["203.0.113.7 fails", "/var/log/app.log", "2026-11-23", "10.5 %", "12 rows", "1.5"])
  func `what one copies from a line's start has nothing invisible in it`(_ text: String) {
    #expect(!MarkdownText.line(text).unicodeScalars.contains { !$0.isASCII } && !MarkdownText.line(text).contains("`"))
  }

  @Test(arguments: [
    ("a `b` **c** d", "a <code>b</code> <strong>c</strong> d"),
    ("`<b>` **<i>**", "<code>&lt;b&gt;</code> <strong>&lt;i&gt;</strong>"),
    ("`a\nb`", "`a\nb`"), ("** a ** 2*3 **", "** a ** 2*3 **"), ("``a``", "``a``"), ("***a***", "***a***"), ("`", "`"),
    ("**a `b` c**", "**a <code>b</code> c**"), ("_a_ [x](y)", "_a_ [x](y)"),
    ("**a**b`c`", "<strong>a</strong>b<code>c</code>"),
    ("`\u{301}a`", "`\u{301}a`"),
  ])
  func `an author's code and strong words are shown as that on the page, and nothing else is`(
    _ text: String, _ expected: String
  ) {
    let html: HTML = "\(prose: text)"
    #expect(html.text.unicodeScalars.elementsEqual(expected.unicodeScalars))
  }

  @Test func `code is in longer fences than any run of backticks, whatever marks they carry`() {
    #expect(MarkdownText.code("a``b") == "```a``b```")
    #expect(MarkdownText.code("`a`") == "`` `a` ``")
    let block = MarkdownText.block("```\u{301}\n````\u{1b}")
    #expect(block.hasPrefix("`````\n"))
    #expect(block.hasSuffix("\n`````\n"))
    #expect(!block.contains("\u{1b}"))
  }

  @Test func `a block is byte for byte what it shows`() {
    let text = "/close\n  /assign @x\n/var/log/x\n| a\n````\n"
    #expect(MarkdownText.block(text) == "`````\n" + text + "`````\n")
  }

  @Test func `a pipe ends no cell, not even behind a backslash`() {
    #expect(MarkdownText.code("a|b", inTable: true) == #"`a\|b`"#)
    #expect(MarkdownText.code(#"a\|b"#, inTable: true) == #"a\\\|b"#)
    #expect(MarkdownText.code("a|\u{301}b", inTable: true).unicodeScalars.contains("\\"))
    #expect(MarkdownText.code("a\nb", inTable: true) == "`a␊b`")
  }

  /// A text as a test's argument: its name in a log is short, however long it is.
  struct Hostile: CustomTestStringConvertible {
    var text: String

    var testDescription: String {
      let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(24)))
      return start.debugDescription + (text.utf8.count > 24 ? "… of \(text.utf8.count) bytes" : "")
    }
  }

  static let nasty: [Hostile] = [
    "a|b\\|c", "``` `` `", "@everyone #1 !2", "/close", "<img src=x onerror=alert(1)>", "\u{1b}[2J\u{202e}evil",
    "line\n/close\n# head", "[x](javascript:alert(1))", "https://evil.example www.evil.example", "&lt;b&gt;",
    "</script><script>alert(1)</script>", "</style></title><svg onload=alert(1)>", "\" onmouseover=\"alert(1)",
    "--><!--",
    "javascript:alert(1)", "\u{0}nul", "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "e\u{301}\u{301}<\u{338}img>", "]]>", "=cmd|' /C calc'!A0",
    String(repeating: "x<b>", count: 20_000),
  ].map { Hostile(text: $0) }

  /// The same run with the hostile text wherever the world or a human may put one.
  static func events(_ text: String) -> [Event] {
    let value = Value.string(text)
    return [
      SmallRun.event(
        .runStarted, at: 0,
        [
          "title": value, "operator": value, "environment": value, "path": value, "ticket": value,
          "inputs": [text: value], "engine": value,
        ]),
      SmallRun.event(.stepStarted, "q", at: 1, ["kind": "query", "title": value]),
      SmallRun.event(.callSent, "q", at: 1, ["call": value]),
      SmallRun.event(
        .stepFinished, "q", at: 2,
        [
          "kind": "query", "number": 1, "source": value,
          "outcome": ["rows": [[text: value], [text: value]], "count": 2, "ok": true],
        ]),
      SmallRun.event(
        .stepFinished, "l", at: 2, ["kind": "query", "number": 2, "outcome": ["lines": [value], "ok": true]]),
      SmallRun.event(.stepFinished, "c", at: 2, ["kind": "check", "verdict": "no", "text": value, "held": false]),
      SmallRun.event(.questionAsked, "v", at: 2, ["key": "v", "kind": "option", "options": [["name": value]]]),
      SmallRun.event(
        .questionAnswered, "v", at: 3,
        ["key": "v", "text": value, "value": value, "by": value, "reason": value, "ticket": value, "source": value]),
      SmallRun.event(
        .actIntended, "a", at: 4,
        ["calls": [value], "target": value, "digest": value, "undo": [value], "leftOut": [value]]),
      SmallRun.event(
        .actFinished, "a", at: 5, ["position": 0, "state": "failed", "error": ["code": "rejected", "message": value]]),
      SmallRun.event(.stepSkipped, "s", at: 5, ["kind": "act", "title": value, "reason": value]),
      SmallRun.event(.stepFinished, "d", at: 5, ["kind": "document", "outcome": ["answer": value, "users": value]]),
      SmallRun.event(.noteAdded, at: 6, ["text": value, "by": value]),
      SmallRun.event(.warning, at: 6, ["text": value]),
      SmallRun.event(.followUpAdded, at: 6, ["text": value, "owner": value]),
      SmallRun.event(.runFinished, at: 7, ["outcome": "failed", "reason": value]),
    ]
  }

  @Test(arguments: nasty) func `wherever it stands a hostile text stays text`(_ hostile: Hostile) throws {
    let text = hostile.text
    let transcript = SmallRun.transcript(Self.events(text))
    let markdown = transcript.text(.markdown)
    var fence: Substring?
    for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
      let ticks = line.prefix { $0 == "`" }
      if let open = fence {
        if ticks.count >= open.count, ticks.count == line.count { fence = nil }
        continue
      }
      if ticks.count >= 3, ticks.count == line.count {
        fence = ticks
        continue
      }
      #expect(!line.hasPrefix("/") && !line.hasPrefix("    "), "\(line)")
      #expect(!line.contains("<img") || line.contains("`") || line.contains("\\<img") || line.contains("\\<\u{338}img"))
    }
    #expect(fence == nil)
    for control in ["\u{1b}", "\u{202e}"] {
      #expect(!markdown.contains(control) && !transcript.text(.text).contains(control))
    }
    let json = try Value(json: Array(transcript.text(.json).utf8))
    #expect(json["facts"]?["title"]?.stringValue == text)
    let page = transcript.text(.html)
    #expect(PageCheck(page).problems == [])
    for scalar in page.unicodeScalars where scalar.value < 0x20 && scalar != "\n" && scalar != "\t" {
      Issue.record("U+\(String(scalar.value, radix: 16)) in the page")
    }
  }
}
