import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// What a target said beside its answer, in every format.
@Suite struct SaidTests {
  private static func read(_ outcome: Value, _ format: TranscriptFormat) -> String {
    let finished = SmallRun.event(
      .stepFinished, "failures", at: 62, ["kind": "query", "state": "done", "number": 1, "outcome": outcome])
    return SmallRun.transcript([SmallRun.start, SmallRun.evidence[0], SmallRun.evidence[1], finished]).text(format)
  }

  private static let missing: Value = [
    "ok": true, "exit": 0, "stdout": "0\n", "lines": ["0"], "json": 0, "stderr": "sh: 1: nosuchtool: not found\n",
    "notices": ["a program was not found"],
  ]

  @Test(arguments: TranscriptFormat.allCases) func `standard error and notices stand with the evidence`(
    _ format: TranscriptFormat
  ) {
    let text = Self.read(Self.missing, format)
    #expect(text.contains("sh: 1: nosuchtool: not found") && text.contains("a program was not found"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `of a long one the first and last lines do`(_ format: TranscriptFormat) {
    let errors = (1...300).map { "line \($0)\n" }.joined()
    let text = Self.read(["ok": true, "exit": 0, "stdout": "", "lines": [], "stderr": .string(errors)], format)
    #expect(text.contains("line 1\n") && text.contains("line 300") && text.contains("… 260 lines left out"))
    #expect(!text.contains("line 150"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html]) func `a value alone is as it came, and a hash is its fields`(
    _ format: TranscriptFormat
  ) {
    #expect(Self.read(["ok": true, "status": 200, "body": .double(1.1), "text": "1.10"], format).contains("1.10"))
    let hash = Self.read(["ok": true, "value": [], "fields": ["version": "1.10", "empty": ""]], format)
    #expect(
      hash.contains(format == .markdown ? "| `version` | `1.10` |" : "<td class=\"number\">1.10</td>")
        || hash.contains("version</th><td>1.10</td>"), "\(hash)")
  }

  @Test func `a hash is CSV of its fields`() throws {
    let file = EvidenceFile(["ok": true, "fields": ["version": "1.10", "x": "a,b"]])
    #expect(try file.text(.csv) == "field,value\r\nversion,1.10\r\nx,\"a,b\"\r\n")
    #expect(try file.text(.text) == "version=1.10\nx=a,b\n")
  }

  @Test func `what a program printed is text, with standard error after it`() throws {
    #expect(try EvidenceFile(["stdout": "0\n", "stderr": "no tool\n"]).text(.text) == "0\nstderr:\nno tool\n")
    #expect(try EvidenceFile(["stdout": "1.10\n", "stderr": ""]).text(.text) == "1.10\n")
    #expect(try EvidenceFile(["stdout": .bytes([0x53, 0xF6]), "stderr": ""]).text(.text) == "S\\xF6\n")
  }

  private static func change(_ outcome: Value, _ state: Value, _ error: Value = .null) -> Transcript {
    SmallRun.transcript([
      SmallRun.start, SmallRun.event(.stepStarted, "lock", at: 70, ["kind": "act", "title": "Lock"]),
      SmallRun.event(
        .actIntended, "lock", at: 71,
        ["calls": ["SET lockx w NX"], "target": "redis", "digest": "d", "items": .null, "undo": [.null]]),
      SmallRun.event(.actStarted, "lock", at: 72, ["position": 0, "call": "SET lockx w NX"]),
      SmallRun.event(
        .actFinished, "lock", at: 73, ["position": 0, "state": state, "outcome": outcome, "error": error]),
    ])
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `a change says what it answered`(_ format: TranscriptFormat) {
    let text = Self.change(["ok": true, "value": .null, "notices": ["WARNING: odd"]], "done").text(format)
    #expect(text.contains("nil: not set") && text.contains("notice: WARNING: odd"))
    let refused = Self.change(
      ["ok": false, "status": 409, "text": "{\"error\":\n\"ours\"}"], "failed", ["message": "409 Conflict"])
    #expect(refused.text(format).contains("409 Conflict"))
    #expect(refused.text(format).contains(format == .html ? "&quot;ours&quot;}" : "\"ours\"}"))
  }

  @Test func `in JSON it has fields`() throws {
    let text = Self.change(["ok": true, "affected": 0, "notices": ["n"], "stderr": "e\n"], "done").text(.json)
    let item = try Value(json: text)["steps"]?.listValue?.last?["change"]?["items"]?.listValue?.first
    #expect(item?["effect"] == "0 rows" && item?["notices"] == ["n"])
    #expect(item?["said"] == [["name": "stderr", "text": "e"]])
  }
}
