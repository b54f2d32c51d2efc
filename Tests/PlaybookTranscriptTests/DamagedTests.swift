import CEL
import Foundation
import PlaybookJournal
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

/// What is not there is said: a journal that can't be read to its end, a file of evidence that is gone.
@Suite struct DamagedTests {
  private static let problem = (line: 9, message: "its hash is another")
  private static let before = SmallRun.transcript(Array(SmallRun.events.prefix(8)), problem: problem)
  private static let amid = SmallRun.transcript(
    SmallRun.events.prefix { $0.type != .stepSkipped }.map { $0 }, problem: problem)

  @Test func `a sitrep does not say that nothing was changed, nor what to start`() {
    for isHeld in [true, false] {
      let sitrep = Self.before.sitrep(isHeld: isHeld)
      #expect(sitrep.contains("Done: what was done from line 9 of the journal on is not known"))
      #expect(sitrep.contains("lockout-7f3k: not known\n") && sitrep.contains("journal can't be read from line 9"))
      #expect(sitrep.contains("Next: find out what was changed") && sitrep.contains("playbook verify "))
      for word in ["nothing was changed", "start it again", "resume", "going on", "waiting"] {
        #expect(!sitrep.contains(word), "\(word)")
      }
    }
    #expect(Self.amid.sitrep().contains("Done: Block it (1 of 1 done, 1 verified)"))
    #expect(Self.amid.sitrep().contains("is not known: it is damaged"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `a transcript does not either`(_ format: TranscriptFormat) {
    let text = Self.before.text(format)
    #expect(text.contains("What was changed is not known") && !text.contains("Nothing was changed"))
    #expect(text.contains("not known") && !text.contains("Open question"))
    #expect(Self.amid.text(format).contains("What else was changed is not known"))
  }

  // MARK: What may have been sent

  /// A yes to a change is the last that can be read.
  private static let approved = SmallRun.transcript(
    SmallRun.events.prefix { $0.type != .actIntended }.map { $0 }, problem: problem)
  /// The same with its intent.
  private static let intended = SmallRun.transcript(
    SmallRun.events.prefix { $0.type != .actStarted }.map { $0 }, problem: problem)

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `after a yes nobody can tell what was sent`(_ format: TranscriptFormat) {
    for transcript in [Self.approved, Self.intended] {
      for text in [transcript.text(format), transcript.sitrep()] {
        #expect(!text.contains("nothing was sent") && !text.contains("1 not sent"))
        #expect(text.contains("what was sent of it is not known") || text.contains("not known whether they were sent"))
      }
    }
    #expect(Self.amid.text(format).contains("1 of 1 done, 1 verified"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `an empty journal is no run in which nothing was changed`(_ format: TranscriptFormat) {
    let empty = SmallRun.transcript([])
    let text = empty.text(format)
    #expect(text.contains("The journal is empty") && text.contains("What was changed is not known"))
    #expect(!text.contains("Nothing was changed") && !text.contains("unfinished"))
    for isHeld in [true, false] {
      let sitrep = empty.sitrep(isHeld: isHeld)
      #expect(sitrep.contains("not known") && !sitrep.contains("resume") && !sitrep.contains("nothing was changed"))
      #expect(sitrep.contains("`playbook verify 20261123T025200Z-lockout-7f3k`"))
    }
  }

  @Test func `a journal that was cut at its end says so in every format`() async throws {
    let root = FileManager.default.temporaryDirectory.path + "/playbook-cut-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    let folder = try RunStore(root: root).create(playbook: "lockout", at: SmallRun.at(0))
    let journal = try JournalWriter(folder, holder: ["pid": 1])
    for var event in SmallRun.events.prefix(12) {
      if event.type == .runStarted { event.fields["run"] = .string(folder.id) }
      _ = try await journal.record(event, synced: false)
    }
    await journal.close()
    #expect(try Transcript(folder).problem == nil)
    let path = folder.path + "/journal.jsonl"
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    try (lines.prefix(8).joined(separator: "\n") + "\n").write(toFile: path, atomically: false, encoding: .utf8)
    let transcript = try Transcript(folder)
    for format in TranscriptFormat.allCases {
      #expect(transcript.text(format).contains("events 9 to 12 are gone at the end"), "\(format)")
    }
    #expect(transcript.sitrep().contains("What was changed is not known: the journal was cut at its end"))
  }

  // MARK: Evidence in files

  private static let digest = String(repeating: "ab", count: 32)

  private static func large(_ whole: Value?, beginning: Value) -> Transcript {
    let read = SmallRun.event(
      .stepFinished, "failures", at: 62,
      [
        "kind": "query", "state": "done", "number": 1, "outcome": beginning,
        "evidence": ["sha256": .string(digest), "bytes": 700_000],
      ])
    return SmallRun.transcript([SmallRun.start, read], evidence: whole.map { [digest: $0] } ?? [:])
  }

  private static func lines(_ count: Int) -> Value {
    ["ok": true, "lines": .list((0..<count).map { .string("line \($0)") })]
  }

  @Test(arguments: TranscriptFormat.allCases)
  func `a large piece of evidence is as large as its file says`(_ format: TranscriptFormat) {
    let text = Self.large(Self.lines(300), beginning: Self.lines(8)).text(format)
    #expect(text.contains("300 lines") && !text.contains("8 lines"))
    let long: Value = ["ok": true, "lines": [.string(String(repeating: "x", count: 100_000))]]
    let line = Self.large(long, beginning: Self.lines(0)).text(format)
    #expect(line.contains("1 line") && !line.contains("0 lines"))
  }

  @Test func `where its file is gone, that is said where the beginning is shown`() throws {
    let transcript = Self.large(nil, beginning: Self.lines(8))
    for format in [TranscriptFormat.markdown, .html] {
      let text = transcript.text(format)
      #expect(text.contains("The file with this evidence is gone") && text.contains("line 7"))
      #expect(!text.contains("8 lines,") && text.contains("700000 bytes that can"))
    }
    let step = try Value(json: Array(transcript.text(.json).utf8))["steps"]?.listValue?.first
    #expect(step?["evidenceMissing"]?.boolValue == true)
    #expect(!Self.large(Self.lines(300), beginning: Self.lines(8)).text(.html).contains("evidence is gone"))
  }

  // MARK: What evidence says
  private static func read(_ outcome: Value, _ format: TranscriptFormat, show: Value = .null) -> String {
    SmallRun.transcript(
      [SmallRun.start, SmallRun.evidence[0], SmallRun.evidence[1]] + [
        SmallRun.event(
          .stepFinished, "failures", at: 62,
          ["kind": "query", "state": "done", "number": 1, "show": show, "outcome": outcome])
      ]
    ).text(format)
  }

  @Test(arguments: [TranscriptFormat.markdown, .html])
  func `evidence that is not shown names the command that shows it`(_ format: TranscriptFormat) {
    let text = Self.read(["ok": true, "rows": [["secretive": 1]]], format, show: ["style": "none"])
    #expect(text.contains("playbook evidence 20261123T025200Z-lockout-7f3k failures --format csv"))
    #expect(text.contains("Not shown here") && !text.contains("secretive"))
  }

  @Test func `a list of maps is a table wherever it comes from`() {
    let text = Self.read(["ok": true, "value": [["a": 1, "b": 2]]], .markdown, show: ["style": "table"])
    #expect(text.contains("| a | b |\n| --- | --- |\n| `1` | `2` |") && text.contains("*1 row*"))
  }

  @Test func `a loop's table has its items and what they gave, and says of which its call is`() {
    let items: Value = [
      [
        "ok": true, "state": "done", "error": .null, "started": "x", "duration": "1s", "target": "t", "value": 3,
        "item": "a",
      ],
      [
        "ok": true, "state": "done", "error": .null, "started": "x", "duration": "1s", "target": "t", "value": 4,
        "item": "b",
      ],
    ]
    let outcome: Value = ["ok": true, "items": items, "count": 2]
    let text = Self.read(outcome, .markdown)
    #expect(text.contains("| item | value |\n| --- | --- |\n| `a` | `3` |\n| `b` | `4` |"))
    #expect(text.contains("The first of 2 calls, one for each item:"))
    #expect(Self.read(outcome, .html).contains("The call as sent, the first of 2, one for each item"))
  }

  @Test func `the evidence of a person's answer has the answer`() {
    let text = Self.read(["ok": true, "answer": true, "evidence": "OPS-7 in the log"], .markdown)
    #expect(text.contains("```\nyes\nOPS-7 in the log\n```") && text.contains("*yes*"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html])
  func `what was offered is said in words, and a document's question stands at its answer`(_ format: TranscriptFormat) {
    #expect(SmallRun.transcript(SmallRun.events).text(format).contains("Leave it"))
    let document = [
      RetakenRun.asked("report", "text", "What did you see?", at: 70),
      RetakenRun.answered("report", "smoke", "What did you see?", at: 71),
      SmallRun.event(
        .stepFinished, "report", at: 71,
        ["kind": "document", "state": "done", "outcome": ["ok": true, "answer": "smoke"]]),
    ]
    let text = SmallRun.transcript([SmallRun.start] + document).text(format)
    #expect(text.contains(format == .html ? "<strong>What did you see?</strong>" : "- What did you see?: smoke"))
  }

  // MARK: Calls that failed

  @Test func `of a call that failed its error is said once, and what its program said as well`() {
    let read = SmallRun.event(
      .stepFinished, "failures", at: 62,
      [
        "kind": "query", "state": "failed", "number": 1, "error": ["code": "exit", "message": "exit status 2"],
        "outcome": [
          "ok": false, "error": "exit status 2", "exit": 2, "stdout": "so far", "stderr": "no such file: /etc/x",
        ],
      ])
    let transcript = SmallRun.transcript([SmallRun.start, read])
    let markdown = transcript.text(.markdown)
    #expect(markdown.contains("stderr:\n\n```\nno such file: /etc/x\n```") && markdown.contains("\nso far\n"))
    #expect(markdown.contains("*failed: exit status 2*"))
    #expect(transcript.text(.html).contains("no such file: /etc/x"))
  }

  private static let formats: [(Value, EvidenceFormat)] = [
    (["status": 200, "body": "{}"], .json), (["rows": [["a": 1]]], .csv), (["stdout": "x"], .text),
    (["value": [["a": 1]]], .csv), (["value": [1]], .json), (["ok": false, "stderr": "x"], .json),
    (["lines": ["a"], "stdout": "a"], .csv),
  ]

  @Test(arguments: formats) func `the form that is named for all of it works`(
    _ outcome: Value, _ format: EvidenceFormat
  ) throws {
    #expect(EvidenceFile.format(of: outcome) == format)
    #expect(try !EvidenceFile(outcome).text(format).isEmpty)
  }
}
