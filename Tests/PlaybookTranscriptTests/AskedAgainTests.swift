import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

/// Questions that are asked again, left, or answered item by item.
@Suite struct AskedAgainTests {
  private static let formats: [TranscriptFormat] = [.markdown, .html, .text]

  private static func item(_ position: Int, at seconds: Int64) -> Event {
    var event = RetakenRun.asked("block[\(position)]", "item", "Block them", at: seconds)
    event.fields["approval"] = ["calls": [.string("deny \(["a", "b", "c"][position])")], "count": 1]
    return event
  }

  private static let begun = [
    SmallRun.start, SmallRun.event(.stepStarted, "block", at: 90, ["kind": "act", "title": "Block them"]),
  ]

  private static func intent(_ approved: [Value], at seconds: Int64) -> Event {
    SmallRun.event(
      .actIntended, "block", at: seconds,
      [
        "calls": ["deny a", "deny b", "deny c"], "items": ["a", "b", "c"], "approved": .list(approved),
        "target": "edge", "digest": "abcd",
      ])
  }

  @Test(arguments: formats) func `done at an item says that the rest stays as it is`(_ format: TranscriptFormat) throws
  {
    let events =
      Self.begun + [
        Self.item(0, at: 90), RetakenRun.answered("block[0]", "yes", "Block them", at: 92), Self.item(1, at: 92),
        RetakenRun.answered("block[1]", "done", "Block them", at: 94), Self.intent([0], at: 94),
      ]
    let transcript = SmallRun.transcript(events)
    let words = "stopped here: this and the remaining 1 left as they are"
    #expect(transcript.text(format).contains(words))
    #expect(transcript.report.timeline.contains { $0.kind == "answer" && $0.result == words })
    let decision = try Value(json: transcript.text(.json))["decisions"]?.listValue?.last
    #expect(decision?["chosen"]?.stringValue == "done" && decision?["meaning"]?.stringValue == words)
  }

  @Test func `so it is where changes are taken back`() {
    let events =
      RetakenRun.events.prefix { $0.path != "tell" } + [
        RetakenRun.asked("block!undo1[2]", "item", "Take back `block`?", at: 119),
        RetakenRun.answered("block!undo1[2]", "no", "Take back `block`?", at: 120),
        RetakenRun.asked("block!undo1[1]", "item", "Take back `block`?", at: 120),
        RetakenRun.answered("block!undo1[1]", "done", "Take back `block`?", at: 121),
      ]
    let last = SmallRun.transcript(Array(events)).report.decisions.last
    #expect(last?.title == "Take back `block`? (b)")
    #expect(last?.said == "stopped here: this and the remaining 1 left as they are")
  }

  @Test func `a question that is asked again counts from when it was asked first`() {
    let events = [
      SmallRun.start, SmallRun.event(.stepStarted, "verdict", at: 62, ["kind": "confirm"]),
      RetakenRun.asked("verdict", "option", "What is this?", at: 62),
      SmallRun.event(.noteAdded, at: 65, ["text": "the load fell", "by": "bob"]),
      SmallRun.event(.stepsReopened, "failures", at: 80, ["paths": ["failures"], "word": "redo", "by": "alice"]),
      SmallRun.event(.callSent, "failures", at: 80, ["call": "SELECT 1", "attempt": 1]),
      SmallRun.event(
        .stepFinished, "failures", at: 84,
        ["kind": "query", "number": 1, "took": .duration(.seconds(4)), "outcome": ["value": 1]]),
      RetakenRun.asked("verdict", "option", "What is this?", at: 84),
      RetakenRun.answered("verdict", "attack", "What is this?", at: 86),
    ]
    let transcript = SmallRun.transcript(events)
    #expect(transcript.report.decisions.last?.took == .seconds(24))
    #expect(transcript.measures.humanTime == .seconds(20) && transcript.measures.machineTime == .seconds(4))
    #expect(transcript.text(.markdown).contains("after 24s"))
  }

  @Test func `a question that was left, or stands open, was waited for as well`() {
    let left = [
      SmallRun.start, RetakenRun.asked("impact", "text", "How many?", at: 70),
      SmallRun.event(
        .stepsReopened, "verdict", at: 80, ["paths": ["verdict", "impact"], "word": "back", "by": "alice"]),
      RetakenRun.asked("verdict", "option", "What is this?", at: 81),
      SmallRun.event(.noteAdded, at: 90, ["text": "the load fell", "by": "bob"]),
    ]
    #expect(SmallRun.transcript(left).measures.humanTime == .seconds(19))
    // A process that died, and the one that took over.
    let resumed = SmallRun.event(.runResumed, at: 9000, ["operator": "bob"])
    #expect(SmallRun.transcript(left + [resumed]).measures.humanTime == .seconds(19))
  }

  private static let sitting = [
    item(0, at: 90), RetakenRun.answered("block[0]", "yes", "Block them", at: 92), item(1, at: 92),
    RetakenRun.answered("block[1]", "no", "Block them", at: 94, by: "bob"), item(2, at: 94),
    SmallRun.event(.runPaused, at: 95, ["reason": "enough"]),
  ]

  @Test(arguments: formats) func `until all items are answered nothing is approved, and its questions name the calls`(
    _ format: TranscriptFormat
  ) {
    let transcript = SmallRun.transcript(Self.begun + Self.sitting)
    #expect(transcript.report.decisions.map(\.item) == ["deny a", "deny b"])
    let text = transcript.text(format)
    #expect(text.contains("not approved yet: nothing was sent"))
    #expect(!text.contains("approved by alice") && !text.contains("(item 1)"))
  }

  @Test(arguments: formats) func `what was said before a pause is superseded where it is asked again`(
    _ format: TranscriptFormat
  ) {
    let again: [Event] =
      [SmallRun.event(.runResumed, at: 200, ["operator": "carol"])]
      + [0, 1, 2].flatMap { position in
        let seconds = 210 + Int64(position) * 2
        return [
          Self.item(position, at: seconds - 1),
          RetakenRun.answered("block[\(position)]", "yes", "Block them", at: seconds, by: "carol"),
        ]
      } + [Self.intent([0, 1, 2], at: 220)]
    let transcript = SmallRun.transcript(Self.begun + Self.sitting + again)
    #expect(transcript.report.decisions.map { $0.withdrawn == nil } == [false, false, true, true, true])
    let change = transcript.report.step("block")?.change
    #expect(change?.approvedBy == "carol" && change?.approvedAt == SmallRun.at(210))
    #expect(transcript.text(format).contains("superseded at 02:54:29: it was asked again"))
  }
}
