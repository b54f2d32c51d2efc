import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// Who said what, on whose approval, and whether it still counts.
@Suite struct DecisionsTests {
  private static let formats: [TranscriptFormat] = [.markdown, .html, .text]

  private static let approved =
    SmallRun.events.prefix { $0.type != .stepFinished || $0.path != "verdict" } + [
      RetakenRun.asked("verdict!approver", "text", "Who approves this?", at: 91),
      RetakenRun.answered("verdict!approver", "zoe", "Who approves this?", at: 92),
      RetakenRun.asked("verdict!ticket", "text", "Under which ticket?", at: 92),
      RetakenRun.answered("verdict!ticket", "OPS-7", "Under which ticket?", at: 93),
    ]

  @Test(arguments: formats) func `who approves and the ticket stand with the decision`(_ format: TranscriptFormat)
    throws
  {
    let transcript = SmallRun.transcript(Array(Self.approved))
    #expect(transcript.report.decisions.count == 1)
    let decision = try #require(transcript.report.decisions.first)
    #expect(decision.approver == "zoe" && decision.ticket == "OPS-7" && decision.by == "alice")
    let text = transcript.text(format)
    #expect(text.contains("OPS-7"))
    #expect(text.contains(format == .html ? "<dt>Approved by</dt><dd>zoe</dd>" : "approved by: zoe"))
  }

  private static let aborted = [
    SmallRun.start, SmallRun.event(.interrupted, at: 70, ["signal": "/abort", "choice": "abort", "by": "alice"]),
    SmallRun.event(
      .runFinished, at: 71, ["outcome": "aborted", "reason": "the operator aborted at `verdict`", "failed": []]),
  ]

  @Test(arguments: formats) func `an abort is a decision, with whose and why`(_ format: TranscriptFormat) {
    let transcript = SmallRun.transcript(Self.aborted)
    let decision = transcript.report.decisions.first
    #expect(decision?.title == "Asked to stop by /abort" && decision?.chosen == "abort" && decision?.by == "alice")
    #expect(decision?.reason == "the operator aborted at `verdict`")
    #expect(transcript.report.timeline.contains { $0.kind == "interrupt" && $0.who == "alice" })
    #expect(transcript.text(format).contains("Asked to stop by /abort"))
  }

  private static let back = SmallRun.event(
    .stepsReopened, "verdict", at: 95,
    ["paths": ["verdict"], "containers": [], "word": "back", "target": "verdict", "by": "bob"])

  private static let again =
    Array(SmallRun.events.prefix { $0.path != "block" }) + [
      back, RetakenRun.asked("verdict", "option", "What is this?", at: 96, options: ["attack", "benign"]),
      RetakenRun.answered("verdict", "benign", "What is this?", at: 98),
    ]

  @Test(arguments: formats) func `what was said before a way back is withdrawn`(_ format: TranscriptFormat) throws {
    let transcript = SmallRun.transcript(Self.again)
    #expect(transcript.report.decisions.map { $0.withdrawn == nil } == [false, true])
    #expect(transcript.measures.decided == SmallRun.at(98))
    #expect(transcript.text(format).contains("withdrawn at 02:52:35 by /back (bob)"))
    let json = try Value(json: transcript.text(.json))
    #expect(json["decisions"]?.listValue?.first?["withdrawn"]?["word"]?.stringValue == "back")
  }

  @Test func `a yes to taking back that nothing followed is marked`() throws {
    let paused = SmallRun.event(.runPaused, at: 130, ["reason": "enough"])
    let yes = [
      RetakenRun.asked("block!undo1", "approval", "Take back `block`?", at: 120),
      RetakenRun.answered("block!undo1", true, "Take back `block`?", at: 121),
    ]
    let intent = SmallRun.event(
      .actIntended, "block!undo1", at: 121, ["undoes": "block", "positions": [0], "calls": ["x"], "digest": "ef"])
    let before = Array(SmallRun.events.dropLast())
    for events in [before + yes + [paused], before + yes + [intent, paused]] {
      let transcript = SmallRun.transcript(events)
      #expect(transcript.report.decisions.last?.isUnused == true)
      #expect(transcript.text(.markdown).contains("never carried out"))
    }
    let sent = SmallRun.event(.undoStarted, "block", at: 122, ["position": 0, "call": "x"])
    #expect(SmallRun.transcript(before + yes + [intent, sent, paused]).report.decisions.last?.isUnused == false)
    // Under way, nobody knows yet.
    #expect(SmallRun.transcript(before + yes).report.decisions.last?.isUnused == false)
    #expect(SmallRun.transcript(RetakenRun.events).report.decisions.allSatisfy { !$0.isUnused })
  }
}
