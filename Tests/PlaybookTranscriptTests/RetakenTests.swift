import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

/// What is taken again, changed in the middle or taken back is told as it was.
@Suite struct RetakenTests {
  private let transcript = SmallRun.transcript(RetakenRun.events)

  @Test func `evidence that was taken again stays, with its own call, and says where the later one is`() throws {
    let readings = transcript.report.readings
    #expect(readings.compactMap(\.number) == [1, 2, 3, 4, 5])
    #expect(readings.map(\.isSuperseded) == [true, false, true, false, false])
    #expect(transcript.laterNumber(of: readings[0]) == 4 && transcript.laterNumber(of: readings[2]) == 5)
    #expect(transcript.call(of: readings[0]) == "SELECT ip FROM logs")
    #expect(transcript.outcome(of: readings[0])?["rows"]?.listValue?.first?["ip"]?.stringValue == "203.0.113.7")
    for format in [TranscriptFormat.markdown, .html, .json] {
      let text = transcript.text(format)
      #expect(text.contains("203.0.113.7") && text.contains("203.0.113.9"), "\(format)")
    }
    #expect(transcript.evidenceCommand(readings[0], transcript.outcome(of: readings[0]) ?? MapValue()).contains(" E1 "))
  }

  @Test func `the call of a step is the one that its outcome answers; of a loop its first`() throws {
    let failures = try #require(transcript.report.step("failures"))
    #expect(transcript.call(of: failures) == "SELECT ip FROM logs WHERE n > 5")
    let spread = try #require(transcript.report.step("spread"))
    #expect(transcript.call(of: spread) == "GET a" && spread.attempts == 2)
  }

  @Test func `a change names who approved it, not who approved another call or its undo`() throws {
    let change = try #require(transcript.report.step("block")?.change)
    #expect(change.approvedBy == "bob" && change.approvedAt == SmallRun.at(104))
    #expect(change.call(of: change.items[0]) == "deny a in" && change.label(of: change.items[0]) == "a")
  }

  @Test func `a change that is asked about anew names the later yes`() throws {
    let again = [
      RetakenRun.answered("block", true, "Block it", at: 200, by: "zoe"),
      SmallRun.event(.actIntended, "block", at: 200, ["calls": ["firewall block x"], "executor": "shell"]),
    ]
    let asked = RetakenRun.asked("block", "approval", "Block it", at: 199)
    let report = SmallRun.transcript(SmallRun.events.dropLast() + [asked] + again).report
    #expect(report.step("block")?.change?.approvedBy == "zoe")
  }

  @Test func `an undo is told with its call, its error and what its verification says`() throws {
    let items = try #require(transcript.report.step("block")?.change?.items)
    #expect(items.map { $0.undo?.state } == ["done", "done", "failed"])
    #expect(items[1].undo?.sent.call == "allow b 11" && items[1].undo?.verified == false && items[1].isUndone)
    for format in TranscriptFormat.allCases {
      let text = transcript.text(format)
      #expect(text.contains("no such rule"), "\(format)")
      if format != .text { #expect(text.contains("allow b 11"), "\(format)") }
    }
    let unexpected = transcript.report.findings.filter { $0.kind == .unexpected }.map(\.text)
    #expect(
      unexpected == [
        "3 of 3 done, 3 verified, 2 taken back, 1 of them still showing, 1 not taken back: the undo failed; "
          + "taking b back: done, but the change still shows: `deny` is 3; taking c back: failed: no such rule"
      ])
    #expect(
      transcript.report.step("block")?.change?.tally
        == "3 of 3 done, 3 verified, 2 taken back, 1 of them still showing, 1 not taken back: the undo failed")
  }

  @Test func `an undo that was skipped keeps why it failed`() {
    let skipped = SmallRun.event(
      .actUndone, "block", at: 126, ["position": 2, "state": "skipped", "reason": "left for tomorrow"])
    let report = SmallRun.transcript(RetakenRun.events + [skipped]).report
    #expect(report.step("block")?.change?.items[2].undo?.text == "skipped: no such rule; left for tomorrow")
  }

  @Test func `a check that was reopened and then skipped is no finding any more`() {
    #expect(!transcript.report.findings.contains { $0.path == "healthy" })
    #expect(transcript.report.step("healthy")?.state == "skipped")
    #expect(transcript.report.followUps.count == 1)
  }

  @Test func `a question that was left is not waited for`() {
    let skipped = RetakenRun.events.firstIndex { $0.type == .stepSkipped && $0.path == "tell" } ?? 0
    #expect(SmallRun.transcript(Array(RetakenRun.events[..<skipped])).report.openQuestion?.key == "tell")
    let paused = SmallRun.event(.runPaused, at: 127, ["reason": "enough", "how": "playbook resume x"])
    let sitrep = SmallRun.transcript(Array(RetakenRun.events[...skipped]) + [paused]).sitrep()
    #expect(sitrep.contains("Next: paused: enough; `playbook resume x`\n"))
  }

  @Test func `a question of the session before is not waited for until it is asked again`() {
    let paused = Array(SmallRun.events.prefix(8)) + [SmallRun.event(.runPaused, at: 70, ["reason": "enough"])]
    #expect(SmallRun.transcript(paused).report.openQuestion?.key == "verdict")
    let resumed = paused + [SmallRun.event(.runResumed, at: 90, ["operator": "bob"])]
    #expect(SmallRun.transcript(resumed).report.openQuestion == nil)
    let again = resumed + [RetakenRun.asked("verdict", "option", "What is this?", at: 91)]
    #expect(SmallRun.transcript(again).report.openQuestion?.sequence == 11)
  }

  @Test func `an answer about one of several items says about which`() throws {
    let report = SmallRun.transcript(RetakenRun.events).report
    let items = report.decisions.filter { $0.kind == "item" }.map(\.title)
    #expect(items == ["Block them (a)", "Block them (b)", "Take back `block`? (a)"])
    for format in [TranscriptFormat.markdown, .html, .text] {
      let text = SmallRun.transcript(RetakenRun.events).text(format)
      #expect(text.contains("Block them (a)") && text.contains("Block them (b)"), "\(format)")
    }
    // Where no item was approved the loop's list is not on record.
    let declined = [
      RetakenRun.asked("block[1]", "item", "Block them", at: 70),
      RetakenRun.answered("block[1]", "no", "Block them", at: 71),
    ]
    #expect(SmallRun.transcript([SmallRun.start] + declined).report.timeline.last?.what == "Block them (item 2)")
  }

  @Test func `a resume says what the run was paused by`() {
    let paused = [
      SmallRun.event(.runPaused, at: 70, ["reason": "end of input"]),
      SmallRun.event(.runResumed, at: 90, ["operator": "bob", "reason": "end of input"]),
    ]
    #expect(
      SmallRun.transcript([SmallRun.start] + paused).report.timeline.last?.text
        == "Run resumed: was paused: end of input")
  }

  @Test func `a paused drill is started again, not resumed`() {
    var events = Array(SmallRun.events.prefix(8))
    events[0].fields["mode"] = "drill"
    events.append(SmallRun.event(.runPaused, at: 70, ["reason": "enough", "how": "playbook drill lockout"]))
    let sitrep = SmallRun.transcript(events).sitrep()
    #expect(sitrep.contains("(attack, benign); `playbook drill lockout`\n") && !sitrep.contains("resume"))
  }

  @Test(arguments: TranscriptFormat.allCases) func `a run going on shows its open question`(_ format: TranscriptFormat)
  {
    let going = SmallRun.transcript(Array(SmallRun.events.prefix(8)))
    #expect(going.text(format).contains("Open question: What is this?") || format == .json)
    #expect(!transcript.text(format).contains("Open question"))
  }

  @Test func `its JSON has the open question with its options`() throws {
    let json = try Value(json: SmallRun.transcript(Array(SmallRun.events.prefix(8))).text(.json))
    #expect(json["openQuestion"]?["key"]?.stringValue == "verdict")
    #expect(json["openQuestion"]?["options"]?.listValue?.count == 2)
  }

  @Test(arguments: TranscriptFormat.allCases) func `a plan says what would be sent`(_ format: TranscriptFormat) {
    let plan = SmallRun.transcript(PlannedRun.events)
    let text = plan.text(format)
    for part in ["deny a", "deny b", "would be sent"] { #expect(text.contains(part), "\(part)") }
    if format != .json { #expect(text.contains("Nothing was changed")) }
    #expect(plan.report.measures.firstChange == nil)
    #expect(plan.sitrep().contains("Done: nothing was changed; planned: Block them (2 calls would be sent)"))
  }
}
