import CEL
import PlaybookEngine
import Testing

@testable import PlaybookTranscript

@Suite struct TranscriptTests {
  private let transcript = SmallRun.transcript(SmallRun.events)

  @Test func `the same journal gives the same bytes`() {
    let again = SmallRun.transcript(SmallRun.events)
    #expect(transcript.markdown() == again.markdown())
    #expect(transcript.json() == again.json())
    #expect(transcript.text() == again.text())
  }

  @Test func `its times are those of the events`() {
    let measures = transcript.report.measures
    #expect(measures.alerted == SmallRun.at(0))
    #expect(measures.firstEvidence == SmallRun.at(62))
    #expect(measures.decided == SmallRun.at(90))
    #expect(measures.firstChange == SmallRun.at(100))
    #expect(measures.lastVerified == SmallRun.at(102))
    #expect(measures.humanTime == .seconds(38))
    #expect(transcript.report.started == SmallRun.at(60) && transcript.report.ended == SmallRun.at(106))
  }

  @Test func `a decision says what was offered, suggested and chosen, by whom, why and how fast`() throws {
    let decision = try #require(transcript.report.decisions.first)
    #expect(decision.options == ["attack", "benign"] && decision.suggested == "attack" && decision.chosen == "attack")
    #expect(decision.by == "alice" && decision.reason == "many accounts" && decision.took == .seconds(28))
    let change = try #require(transcript.report.step("block")?.change)
    #expect(change.approvedBy == "alice" && change.approvedAt == SmallRun.at(100))
    #expect(change.items[0].state == "done" && change.items[0].verified == true)
  }

  @Test func `its JSON can be read and says the same`() throws {
    let json = try Value(json: Array(transcript.json().utf8))
    #expect(json["version"]?.intValue == 1 && json["outcome"]?.stringValue == "completed")
    #expect(json["times"]?["decided"]?.stringValue == "2026-11-23T02:52:30Z")
    #expect(json["decisions"]?.listValue?.first?["chosen"]?.stringValue == "attack")
    #expect(json["steps"]?.listValue?.count == 5)
    #expect(json["head"]?.stringValue?.utf8.count == 64)
  }

  @Test func `an act that was sent and not heard of says so`() {
    let cut = SmallRun.events.prefix { $0.type != .actFinished }
    let transcript = SmallRun.transcript(Array(cut))
    #expect(transcript.report.outcome == "unfinished")
    #expect(transcript.markdown().contains("sent, nothing heard"))
  }

  @Test func `a journal that does not fit is said at the top`() {
    let journal = SmallRun.transcript([])
    #expect(journal.markdown().contains("20261123T025200Z-lockout-7f3k"))
    #expect((try? Value(json: Array(journal.json().utf8))) != nil)
    #expect(journal.text().contains("unfinished"))
  }

  @Test func `offsets and durations are short and exact`() {
    #expect(TimeText.offset(from: SmallRun.at(0), to: SmallRun.at(185)) == "+3m05s")
    #expect(TimeText.offset(from: SmallRun.at(5), to: SmallRun.at(0)) == "-5s")
    #expect(TimeText.short(.milliseconds(310)) == "0.31s")
    #expect(TimeText.short(.seconds(3720)) == "1h02m")
    #expect(TimeText.utc(SmallRun.at(0)) == "2026-11-23 02:51:00Z")
  }

  @Test func `a small run reads as it should`() {
    #expect(transcript.markdown() == SmallRun.markdown)
    #expect(transcript.text().hasPrefix("Account lockout\nrun 20261123T025200Z-lockout-7f3k in staging: completed\n"))
  }
}
