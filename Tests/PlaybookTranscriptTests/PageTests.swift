import CEL
import PlaybookEngine
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
    #expect(page.contains("no `table` **here**") && !page.contains("<code>table</code>"))
    #expect(page.contains("saw `x`") && !page.contains("<code>x</code>"))
    #expect(page.contains("<code>block</code> was left"))
    #expect(page.contains("<p class=\"reason said\"><code>block</code>: refused</p>"))
    #expect(page.contains("<code>playbook verify 20261123T025200Z-lockout-7f3k --head "))
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
    events[1].data["why"] = "Spraying shows as `many` accounts\nfrom one address."
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
    first.data["place"] = "1/4"
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
      "- E1 Who fails?: SELECT ip, n FROM logs; 2 rows", "Skipped\n- unlock: `verdict` was attack",
      "An extract; all of it: playbook transcript ",
    ] { #expect(text.contains(part), "\(part)") }
  }
}
