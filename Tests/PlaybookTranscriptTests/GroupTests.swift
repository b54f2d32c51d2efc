import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// Groups that go round: what they are called, and which of their items a step is about.
@Suite struct GroupTests {
  private static func step(_ path: StepPath, at seconds: Int64, _ data: Value) -> Event {
    SmallRun.event(.stepFinished, path, at: seconds, data)
  }

  private static let events: [Event] =
    [
      SmallRun.start,
      SmallRun.event(.stepStarted, "g", at: 61, ["kind": "group", "title": "Look again and again"]),
      SmallRun.event(.loopStarted, "g", at: 61, ["items": ["one", "two"]]),
    ]
    + (0..<2).flatMap { place in
      [
        SmallRun.event(.stepStarted, "g[\(place)].inner", at: 62, ["kind": "query", "title": "Look inside"]),
        step(
          "g[\(place)].inner", at: 63, ["kind": "query", "number": .int(Int64(place + 1)), "outcome": ["value": 1]]),
        step("g[\(place)].fine", at: 64, ["kind": "check", "verdict": "yes", "outcome": ["yes": true]]),
        RetakenRun.asked("g[\(place)].go", "yesNo", "Go on?", at: 65),
        RetakenRun.answered("g[\(place)].go", true, "Go on?", at: 66),
      ]
    }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `a step in a group says which item it is about`(_ format: TranscriptFormat) {
    let text = SmallRun.transcript(Self.events).text(format)
    for word in ["Look inside (one)", "Look inside (two)", "fine (one)", "fine (two)", "Go on? (one)", "Go on? (two)"] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(!text.contains("g[0].fine"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html])
  func `a group that goes round is in the timeline`(_ format: TranscriptFormat) {
    let text = SmallRun.transcript(Self.events).text(format)
    #expect(text.contains("Look again and again") && text.contains("2 items: one, two"))
  }

  @Test func `groups within groups have both items`() {
    var report = RunReport()
    report.loops = ["a": ["x", "y"], "a[1].b": [1, 2, 3]]
    #expect(report.groupItem(of: "a[1].b[2].c") == "y, 3")
    #expect(report.groupItem(of: "a[1].q[0]") == "y")
    #expect(report.groupItem(of: "q[0]") == nil && report.groupItem(of: "a[7].b") == nil)
  }
}
