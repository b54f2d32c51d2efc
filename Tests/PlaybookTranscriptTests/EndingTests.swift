import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// Where a run ended that did not come to its end, and what nobody said yes to.
@Suite struct EndingTests {
  private static let formats: [TranscriptFormat] = [.markdown, .html, .text]

  private static let aborted =
    SmallRun.events.prefix { $0.path != "block" } + [
      SmallRun.event(.stepStarted, "review", at: 91, ["kind": "document", "title": "The review"]),
      SmallRun.event(.stepStarted, "impact", at: 92, ["kind": "confirm", "title": "Impact"]),
      RetakenRun.asked("impact", "text", "How many?", at: 92),
      SmallRun.event(
        .stepsReopened, "verdict", at: 93, ["paths": ["verdict", "impact"], "word": "back", "by": "alice"]),
      SmallRun.event(.stepStarted, "verdict", at: 93, ["kind": "confirm", "title": "What is it"]),
      RetakenRun.asked("verdict", "option", "What is this?", at: 93),
      SmallRun.event(.interrupted, at: 95, ["signal": "/abort", "choice": "abort", "by": "alice"]),
      SmallRun.event(
        .stepSkipped, "tell", at: 95,
        [
          "kind": "act", "title": "Tell them", "state": "skipped",
          "reason": "`review.documented.done == false`: there is no field `documented`",
        ]),
      SmallRun.event(.runFinished, at: 95, ["outcome": "aborted", "reason": "enough"]),
    ]

  @Test(arguments: formats) func `an abort says where, what was under way and what was not reached`(
    _ format: TranscriptFormat
  ) throws {
    let transcript = SmallRun.transcript(Array(Self.aborted))
    let text = transcript.text(format)
    #expect(text.contains("The run was aborted at What is it (verdict)"))
    #expect(text.contains("begun and not ended: The review; not reached: Impact"))
    #expect(text.contains("not reached: it was gone back from"))
    #expect(text.contains("not reached: The review had not ended") && !text.contains("there is no field"))
    let json = try Value(json: transcript.text(.json))
    #expect(json["endedAt"]?.stringValue == "verdict" && json["notReached"]?.listValue == ["impact"])
    #expect(json["notEnded"]?.listValue == ["review", "verdict"])
    #expect(transcript.sitrep().contains("The run was aborted at What is it"))
  }

  @Test func `a run that completed says nothing of it, and its skips have their reasons`() {
    #expect(SmallRun.transcript(SmallRun.events).report.endingFinding == nil)
    let report = SmallRun.transcript(Array(Self.aborted.dropLast())).report
    #expect(report.notEnded.isEmpty && report.notReached.isEmpty)
    #expect(report.step("tell").flatMap(report.skipReason)?.hasSuffix("there is no field `documented`") == true)
  }

  private static let declined =
    SmallRun.events.prefix { $0.path != "block" } + [
      SmallRun.event(.stepStarted, "reset", at: 91, ["kind": "act", "title": "Reset the accounts"]),
      RetakenRun.asked("reset", "approval", "Reset the accounts", at: 91),
      RetakenRun.answered("reset", false, "Reset the accounts", at: 92),
      SmallRun.event(
        .stepSkipped, "reset", at: 92,
        ["kind": "act", "title": "Reset the accounts", "state": "skipped", "reason": "the answer was no"]),
      SmallRun.event(.runFinished, at: 95, ["outcome": "completed"]),
    ]

  @Test(arguments: formats) func `a change that was declined is in the summary and the sitrep`(
    _ format: TranscriptFormat
  ) throws {
    let transcript = SmallRun.transcript(Array(Self.declined))
    let finding = transcript.report.findings.first { $0.kind == .declined }
    #expect(finding?.subject == "Reset the accounts" && finding?.text == "not approved by alice")
    #expect(transcript.text(format).contains("not approved by alice"))
    #expect(transcript.sitrep().contains("Reset the accounts: not approved by alice"))
    #expect(try Value(json: transcript.text(.json))["declined"]?.listValue == ["reset"])
    #expect(SmallRun.transcript(SmallRun.events).report.declined.isEmpty)
  }
}
