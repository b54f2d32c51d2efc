import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

@Suite struct MeasuresTests {
  private let measures = SmallRun.transcript(RetakenRun.events).measures

  @Test func `its times are those of the events`() {
    let transcript = SmallRun.transcript(SmallRun.events)
    let measures = transcript.measures
    #expect(measures.alerted == SmallRun.at(0))
    #expect(measures.firstEvidence == SmallRun.at(62))
    #expect(measures.decided == SmallRun.at(90))
    #expect(measures.firstChange == SmallRun.at(100))
    #expect(measures.lastVerified == SmallRun.at(102))
    #expect(measures.humanTime == .seconds(38))
    #expect(transcript.report.started == SmallRun.at(60) && transcript.report.ended == SmallRun.at(106))
  }

  @Test func `people's time and the machine's are told apart, and what overlaps counts once`() {
    let two = [
      RunReport.Span(from: SmallRun.at(0), to: SmallRun.at(10)),
      RunReport.Span(from: SmallRun.at(5), to: SmallRun.at(12)),
      RunReport.Span(from: SmallRun.at(20), to: SmallRun.at(21)),
    ]
    #expect(RunReport.joined(two).map(\.length) == [.seconds(12), .seconds(1)])
    #expect(SmallRun.transcript(SmallRun.events).measures.machineTime == .milliseconds(1810))
  }

  @Test func `a question that nobody answered was waited for as well`() {
    let asked = Array(SmallRun.events.prefix(8))
    for end in [SmallRun.event(.runPaused, at: 92), SmallRun.event(.runFinished, at: 92, ["outcome": "aborted"])] {
      #expect(SmallRun.transcript(asked + [end]).measures.humanTime == .seconds(30))
    }
    let answered = SmallRun.events.prefix { $0.path != "block" } + [SmallRun.event(.runPaused, at: 120)]
    #expect(SmallRun.transcript(Array(answered)).measures.humanTime == .seconds(28))
  }

  @Test(arguments: [(3600, "1h"), (5400, "1h30m"), (90, "1m30s"), (30, "30s"), (172_800, "2d")])
  func `a duration is written as people write it`(_ seconds: Int, _ text: String) {
    #expect(TimeText.written(.duration(.seconds(seconds))) == text)
  }

  @Test func `what is due within a day has its time`() {
    #expect(TimeText.due(SmallRun.at(0)) == "2026-11-23 02:51Z")
    #expect(TimeText.due(SmallRun.at(-2 * 3600 - 51 * 60)) == "2026-11-23")
  }

  @Test func `the response clock is kept, not kept or not measured`() throws {
    #expect(SmallRun.transcript(SmallRun.events).measures.clock?.text == "kept: answered after 1m00s of 15m00s")
    var late = SmallRun.events
    late[0].fields["alerted"] = .timestamp(SmallRun.at(-2000))
    #expect(SmallRun.transcript(late).report.measures.clock?.isKept == false)
    late[0].fields["alerted"] = nil
    #expect(SmallRun.transcript(late).report.measures.clock?.text.hasPrefix("not measured") == true)
  }

  @Test func `a run is as long as from its start to its end, whatever is noted later`() {
    #expect(measures.whole == .seconds(68))
    let page = SmallRun.transcript(RetakenRun.events).text(.html)
    #expect(page.contains("The run from 02:52:00 to 02:53:08:"))
  }

  @Test func `a loop's reads, a poll's waits, looks and undos are the machine's time; a person's answer is not`() {
    // Reads 0.3, the loop 4, polls 10 and 2, the retaken read 0.5, three calls and one again 4, looks 3, undos 4.
    #expect(measures.machineTime == .milliseconds(27_800))
    #expect(measures.humanTime == .seconds(34))
  }

  @Test func `a step that a person carries out is the person's time alone`() {
    let events = [
      SmallRun.start, SmallRun.event(.stepStarted, "look", at: 61, ["kind": "query"]),
      SmallRun.event(.callSent, "look", at: 61, ["call": "Is the light red?", "attempt": 1]),
      RetakenRun.answered("look", "yes", "Is the light red?", at: 81),
      SmallRun.event(
        .stepFinished, "look", at: 81,
        ["kind": "query", "number": 1, "took": .duration(.seconds(3)), "outcome": ["value": "yes"]]),
    ]
    let measures = SmallRun.transcript(events).measures
    #expect(measures.humanTime == .seconds(2) && measures.machineTime == .seconds(1))
  }

  @Test func `a pause is nobody's time`() {
    let events = [
      SmallRun.start, SmallRun.event(.stepStarted, "q", at: 61, ["kind": "query"]),
      SmallRun.event(.callSent, "q[0]", at: 61, ["call": "GET a", "attempt": 1]),
      SmallRun.event(.runPaused, at: 62, ["reason": "enough"]), SmallRun.event(.runResumed, at: 9000),
      SmallRun.event(.callSent, "q[0]", at: 9001, ["call": "GET a", "attempt": 1]),
      SmallRun.event(
        .stepFinished, "q", at: 9003,
        ["kind": "query", "number": 1, "took": .duration(.zero), "outcome": ["items": []]]),
    ]
    #expect(SmallRun.transcript(events).measures.machineTime == .seconds(3))
  }

  @Test func `the first change is the first call that was sent, not the yes to it`() {
    #expect(measures.firstChange == SmallRun.at(106))
    let approved = SmallRun.events.prefix { $0.type != .actStarted }
    #expect(SmallRun.transcript(Array(approved)).measures.firstChange == nil)
  }

  @Test func `an alert that came after the start measures no answer`() {
    var events = SmallRun.events
    events[0].fields["alerted"] = .timestamp(SmallRun.at(200))
    let clock = SmallRun.transcript(events).measures.clock
    #expect(clock?.isKept == nil && clock?.text == "not measured: the alert is later than the start (limit 15m00s)")
  }

  @Test func `what of a span lies in no other is what is left of it`() {
    func span(_ from: Int64, _ to: Int64) -> RunReport.Span {
      RunReport.Span(from: SmallRun.at(from), to: SmallRun.at(to))
    }
    let left = RunReport.cut([span(0, 10), span(12, 14), span(20, 30)], by: [span(2, 3), span(5, 13), span(19, 31)])
    #expect(left.map { [$0.from, $0.to] } == [[0, 2], [3, 5], [13, 14]].map { $0.map { SmallRun.at($0) } })
  }

  @Test func `another day's time has its date`() {
    let text = SmallRun.transcript(RetakenRun.events).text(.markdown)
    #expect(text.contains("- 2026-11-22 02:51:00 (-24h00m) bob: `an alert of the day before`"))
    #expect(text.contains("| 2026-11-26 02:51:00 | +72h00m | note "))
    #expect(text.contains("by alice at 02:52:40"))
  }

  @Test(.timeLimit(.minutes(1))) func `a run of ten thousand steps is written in seconds`() {
    let transcript = SmallRun.transcript(LargeRun.events(10_000, rows: 1, items: 2000))
    for format in TranscriptFormat.allCases {
      var bytes = 0
      transcript.write(format) { bytes += $0.utf8.count }
      #expect(bytes > 100_000, "\(format)")
    }
  }
}
