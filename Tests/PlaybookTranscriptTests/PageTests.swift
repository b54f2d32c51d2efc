import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

/// What the page takes for a sentence of its own, and what it says of itself on paper and on a phone.
@Suite struct PageTests {
  private static func page(_ events: [Event]) -> String { SmallRun.transcript(events).text(.html) }

  @Test func `what the world says is no prose, what the playbook and the run say is`() {
    let failed = SmallRun.event(
      .stepFinished, "failures", at: 62,
      ["kind": "query", "state": "failed", "error": ["message": "no `table` **here**"], "outcome": ["ok": false]])
    let note = SmallRun.event(.noteAdded, at: 63, ["text": "saw `x`", "by": "bob"])
    let warning = SmallRun.event(.warning, at: 63, ["text": "`block` was left"])
    let end = SmallRun.event(.runFinished, at: 64, ["outcome": "failed", "reason": "`block`: refused", "failed": []])
    let page = Self.page([SmallRun.start, failed, note, warning, end])
    #expect(page.contains("no <code>table</code> **here**"))
    #expect(page.contains("saw `x`") && !page.contains("<code>x</code>"))
    #expect(page.contains("<code>block</code> was left"))
    #expect(page.contains("<p class=\"reason said\"><code>block</code>: refused</p>"))
    #expect(page.contains("<code>playbook verify 20261123T025200Z-lockout-7f3k --head "))
  }

  @Test func `a call in the timeline keeps its own marks`() {
    let call = "say `id` **x**"
    var events = SmallRun.events
    for position in events.indices where events[position].path == "block" {
      for key in ["calls", "items"] where events[position].data[key] != nil {
        events[position].fields[key] = .list([.string(call)])
      }
      for key in ["call", "item"] where events[position].data[key] != nil {
        events[position].fields[key] = .string(call)
      }
    }
    #expect(Self.page(events).contains("<span class=\"kind\">act</span> \(call)"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html])
  func `code in what a verification says is code`(_ format: TranscriptFormat) {
    let text = SmallRun.transcript(HandledRun.events).text(format)
    #expect(text.contains(format == .html ? "<code>n == 0</code>" : "holds: `n == 0`") && !text.contains("\\`n == 0"))
  }

  @Test func `a table that a phone stacks says its roles, and each cell its column's name`() {
    let page = Self.page(HandledRun.events)
    for role in [
      "<table class=\"calls stacked\" role=\"table\">", "<thead role=\"rowgroup\"><tr role=\"row\">",
      "<tr role=\"row\"><td role=\"cell\" class=\"place\">1</td><th role=\"rowheader\" scope=\"row\" class=\"word\">a</th>",
      "<td role=\"cell\" data-name=\"Result\">", "<table class=\"timeline stacked\" role=\"table\">",
    ] { #expect(page.contains(role), "\(role)") }
    #expect(
      page.contains("<th role=\"columnheader\" scope=\"col\">#</th><th role=\"columnheader\" scope=\"col\">Item</th>"))
  }

  @Test func `a short word in a cell is not broken, unless its table is wider than paper`() {
    func page(_ columns: Int) -> String {
      let row = MapValue(
        (0..<columns).map { ("column\($0)", .string("user-1417 and more".prefix($0 == 0 ? 9 : 18) + "")) })
      let finished = SmallRun.event(
        .stepFinished, "failures", at: 62,
        ["kind": "query", "number": 1, "outcome": ["rows": [.map(row)], "ok": true]])
      return Self.page([SmallRun.start, finished])
    }
    #expect(page(2).contains("class=\"word\">user-1417</th><td>user-1417 and more</td>"))
    #expect(!page(2).contains("<table class=\"wide\"") && page(10).contains("<table class=\"wide\""))
  }

  @Test func `an author's paragraphs are filled, and lists keep their lines`() {
    var events = SmallRun.events
    events[1].fields["why"] = "An attack is\nfor **security**.\n\n- one\n- two\n"
    let document = SmallRun.event(
      .stepFinished, "report", at: 63,
      [
        "kind": "document", "title": "Report", "state": "done",
        "outcome": ["text": "**Summary** of\n`x`.\n\n- a\n- b\n"],
      ])
    let text = SmallRun.transcript(events.dropLast() + [document] + events.suffix(1))
    #expect(
      text.text(.html).contains("<p class=\"why\">An attack is for <strong>security</strong>.\n\n- one\n- two\n</p>"))
    #expect(text.text(.html).contains("<strong>Summary</strong> of <code>x</code>.\n\n- a\n- b\n</p>"))
    #expect(text.text(.markdown).contains("> **Summary** of `x`.\n>\n> \\- a\\\n> \\- b\n"))
  }

  @Test func `the points in time on the strip are named below it`() {
    #expect(Self.page(SmallRun.events).contains(" aria-hidden=\"true\">Points: First evidence 02:52:02, "))
  }

  @Test func `a follow-up that is open has the name by which it is said to be done`() {
    let events =
      SmallRun.events.dropLast() + [
        SmallRun.event(.followUpAdded, at: 110, ["text": "Look again"])
      ]
    #expect(Self.page(Array(events)).contains(":\(events.count)</code></li>"))
  }

  @Test func `a change's tally stands outside of the table that scrolls`() {
    let page = Self.page(SmallRun.events)
    #expect(page.contains("<p><strong>1 of 1 done, 1 verified</strong></p>\n<div class=\"scroll\""))
    #expect(page.contains("<caption>Calls to shell</caption>"))
  }

  @Test func `paper says at its edge which run it is of, and no title gets out of that`() {
    let edge = PaperEdge(title: "a\"; } </style>é", run: "r-1")
    #expect(
      edge.html.text
        == #"@page { @top-left { content: "a\22 \3b  \7d  \3c \2f style\3e \e9 "; font-size: 9pt; } @top-right { content: "r-1"; font-size: 9pt; } }"#
    )
    let page = Self.page(SmallRun.events)
    #expect(page.contains("<style>@page { @top-left { content: \"Account lockout\""))
    #expect(page.split(separator: "'sha256-").count == 3)
  }

  @Test func `why a step asks is in Markdown as well`() {
    var events = SmallRun.events
    events[1].fields["why"] = "Spraying shows as `many` accounts\nfrom one address."
    #expect(
      SmallRun.transcript(events).text(.markdown).contains(
        "### E1 Who fails?\n\nWhy: Spraying shows as `many` accounts from one address.\n"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html])
  func `that a verification holds is said once, and a warning too`(_ format: TranscriptFormat) {
    let warning = SmallRun.event(.warning, at: 105, ["text": "the clock was set back"])
    let text = SmallRun.transcript(HandledRun.events.dropLast() + [warning, warning] + HandledRun.end).text(format)
    #expect(text.contains("n == 0") && !text.contains("n == 0\\` holds") && !text.contains("n == 0` holds"))
    #expect(text.contains("the clock was set back (2 times)"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `steps that a run did not come to are counted`(_ format: TranscriptFormat) throws {
    var first = SmallRun.evidence[0]
    first.fields["place"] = "1/4"
    let end = SmallRun.event(.runFinished, at: 64, ["outcome": "aborted", "reason": "enough", "failed": []])
    let transcript = SmallRun.transcript([SmallRun.start, first, end])
    #expect(transcript.text(format).contains("3 of 4 steps were not reached: the run aborted"))
    #expect(try Value(json: transcript.text(.json))["unreached"]?.intValue == 3)
    #expect(SmallRun.transcript(SmallRun.events).report.unreached == nil)
  }

  @Test
  func `the plain text has undos, what was left out, the evidence and what was skipped, and is called an extract`() {
    let text = SmallRun.transcript(SmallRun.events).text(.text)
    for part in [
      "undo: `firewall unblock 203.0.113.7`", "left out as protected: 10.0.0.4: protected",
      "- E1 Who fails?: SELECT ip, n FROM logs; sql db (replica, lag 0s); 2 rows",
      "Skipped\n- unlock: `verdict` was attack",
      "An extract; all of it: playbook transcript ",
    ] { #expect(text.contains(part), "\(part)") }
  }
}
