import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

/// What people decided about a call is told as theirs, and what was sent as it was sent.
@Suite struct HandledTests {
  private static let transcript = SmallRun.transcript(HandledRun.events)

  private static let told = [
    "done, 2 rows", "done by hand, by bob: restarted it by hand", "sent 2 times; before",
    "done, on bob's word: saw it; the call: no answer in time",
    "failed, left so by bob: broken; the call: exited with 4",
    "unknown, left so by bob", "not approved",
  ]

  @Test(arguments: [TranscriptFormat.markdown, .text])
  func `a call says on whose word it counts as it does, and what was sent before`(_ format: TranscriptFormat) {
    let text = Self.transcript.text(format)
    for part in Self.told { #expect(text.contains(part), "\(part)") }
    #expect(text.contains("`half b`: failed: exited with 4; `half b --more`: failed: exited with 5"))
    #expect(text.contains("done, verified: the change shows no more"))
    #expect(text.contains("done by hand, by carol: by the console"))
    #expect(text.contains("unknown, left so by carol"))
  }

  @Test func `the page says the same`() {
    let page = Self.transcript.text(.html)
    for part in [
      "done</span> 2 rows", "done</span> by hand, by bob: restarted it by hand", "sent 2 times; before:",
      "<li><code class=\"said\">half b --more</code> failed: exited with 5</li>",
      "done</span> on bob&#39;s word: saw it", "failed</span> left so by bob: broken", "not approved</span>",
      "done, verified: the change shows no more",
    ] { #expect(page.contains(part), "\(part)") }
    #expect(PageCheck(page).problems == [])
  }

  @Test func `its JSON has the words and the earlier sendings`() throws {
    let json = try Value(json: Self.transcript.text(.json))
    let step = json["steps"]?.listValue?.first { $0["path"]?.stringValue == "mend" }
    let items = try #require(step?["change"]?["items"]?.listValue)
    #expect(items[1]["word"]?.stringValue == "by_hand" && items[1]["by"]?.stringValue == "bob")
    #expect(items[1]["reason"]?.stringValue == "restarted it by hand")
    #expect(items[1]["earlier"]?.listValue?.map { $0["call"]?.stringValue } == ["half b", "half b --more"])
    #expect(items[2]["undoAttempt"]?["word"]?.stringValue == "by_hand")
    #expect(items[0]["effect"]?.stringValue == "2 rows" && items[4]["word"]?.stringValue == "skip")
    // What was recorded before anything was taken back does not say that nothing was.
    let recorded = step?["outcome"]?["items"]?.listValue?.map { $0["undone"]?.boolValue }
    #expect(recorded == [true, false, true, false, false, false])
    #expect(step?["outcome"]?["undone"]?.boolValue == false)
  }

  @Test func `tally, summary, timeline and sitrep agree`() {
    let report = Self.transcript.report
    let tally =
      "1 of 6 done, 1 done by hand, 1 done on a human's word, 1 failed, 1 unknown, 1 not approved, 1 verified, "
      + "2 taken back, 1 with an undo of which it is not known"
    #expect(report.step("mend")?.change?.tally == tally)
    #expect(
      report.findings.contains { $0.text == tally } && report.findings.contains { $0.text.hasPrefix(tally + "; ") }
        && Self.transcript.sitrep().contains(tally))
    let lines = report.timeline.filter { $0.path == "mend" }
    #expect(lines.contains { $0.result == "done by hand, by bob: restarted it by hand" && $0.who == "bob" })
    #expect(lines.contains { $0.what == "b" && $0.result == "sent again, with another call: half b --more" })
    #expect(lines.contains { $0.what == "Mend them" && $0.result == "5 of 6 calls approved" })
  }

  @Test func `what was all done by hand is not called done`() {
    let events = HandledRun.events.filter { event in
      guard let position = event.data["position"]?.intValue else { return event.type != .actIntended }
      return position == 1
    }
    var report = RunReport()
    var intent = HandledRun.approved[4]
    intent.fields["calls"] = ["half x", "half b"]
    intent.fields["items"] = ["x", "b"]
    for event in [HandledRun.approved[0], intent] + events.filter({ $0.path == "mend" && $0.type != .stepStarted }) {
      report.apply(event)
    }
    #expect(report.step("mend")?.change?.tally == "1 of 2 done by hand, 1 not sent")
  }

  @Test func `a record without the words is told as well`() {
    let older = [
      HandledRun.item(.actStarted, 0, at: 101), HandledRun.item(.actFinished, 0, at: 102, ["state": "skipped"]),
      HandledRun.item(.actStarted, 1, at: 101),
      HandledRun.item(.actFinished, 1, at: 103, ["state": "unknown", "left": true]),
    ]
    let text = SmallRun.transcript([SmallRun.start] + HandledRun.approved + older).text(.text)
    #expect(
      text.contains("half a: skipped; undo: ") && text.contains("half b: unknown, left so by the operator; undo: "))
  }

  @Test func `its JSON tells whether what was waited for came true`() throws {
    let json = try Value(json: SmallRun.transcript(RetakenRun.events).text(.json))
    let waits = (json["superseded"]?.listValue ?? []) + (json["steps"]?.listValue ?? [])
    #expect(waits.filter { $0["path"]?.stringValue == "drained" }.map { $0["met"]?.boolValue } == [false, true])
  }

  @Test func `a step of which something was sent is not listed as skipped`() {
    #expect(Self.transcript.report.step("mend")?.state == "skipped" && Self.transcript.report.skipped.isEmpty)
  }
}
