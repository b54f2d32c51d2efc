import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// What of a piece of evidence is shown, and what is said of what is not.
@Suite struct EvidenceBodyTests {
  private static let bars = ShowTold(style: "bars", column: "n", by: "name")

  private static func chart(_ numbers: [Int64]) -> (body: EvidenceBody, html: String) {
    let rows = numbers.enumerated().map { Value.map(MapValue([("name", .string("r\($0)")), ("n", .int($1))])) }
    let body = EvidenceBody(MapValue([("rows", .list(rows))]), show: Self.bars, limit: 10)
    return (body, BarChart(body: body).html.text)
  }

  @Test func `a chart says how many of how many it shows`() {
    let (body, html) = Self.chart(Array(1...300))
    #expect(body.bars.count == 20 && body.barTitle == "n by name (first 20 of 300)")
    #expect(html.contains("<figcaption>n by name (first 20 of 300)</figcaption>"))
    #expect(html.contains("aria-label=\"Bars of n by name (first 20 of 300): r0 1, r1 2, r2 3, …. The table"))
    #expect(Self.chart([1, 2]).body.barTitle == "n by name")
  }

  @Test func `a value below zero has a bar of its own direction`() {
    let (body, html) = Self.chart([30, -10, 0])
    #expect(body.barZero == 250)
    #expect(body.bars.map(\.extent) == [250..<1000, 0..<250, nil])
    #expect(html.contains("bar-shape negative") && html.contains(">-10</text>"))
    let (below, _) = Self.chart([-1, -4])
    #expect(below.bars.map(\.extent) == [750..<1000, 0..<1000] && below.barZero == 1000)
  }

  @Test func `a bar's label is cut as it is shown, within its room`() {
    let name = String(repeating: "\u{202E}", count: 10)
    let rows: Value = [["name": .string(name), "n": 1], ["name": .string(String(repeating: "😀", count: 20)), "n": 2]]
    let body = EvidenceBody(MapValue([("rows", rows)]), show: Self.bars, limit: 10)
    let html = BarChart(body: body).html.text
    #expect(html.contains(">\\u{202E}\\u{202E}\\u{20…</text>"))
    #expect(html.contains(">\(String(repeating: "😀", count: 10))…</text>"))
  }

  private static func read(_ outcome: Value, _ format: TranscriptFormat) -> String {
    let finished = SmallRun.event(
      .stepFinished, "failures", at: 62, ["kind": "query", "state": "done", "number": 1, "outcome": outcome])
    return SmallRun.transcript([SmallRun.start, SmallRun.evidence[0], SmallRun.evidence[1], finished]).text(format)
  }

  @Test func `null, an empty text and the word are three things`() {
    let rows: Value = ["ok": true, "rows": [["a": .null, "b": "", "c": "null"]]]
    #expect(Self.read(rows, .markdown).contains("| null |  | `null` |"))
    #expect(
      Self.read(rows, .html).contains("<span class=\"offset\">null</span></th><td></td><td>null</td>"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html])
  func `a value that is cut says how long it is, and which command has all`(_ format: TranscriptFormat) {
    let text = Self.read(["ok": true, "rows": [["a": .string(String(repeating: "x", count: 512))]]], format)
    #expect(text.contains("xx… (cut; 512 characters in all)") && text.contains("Long values are cut; all"))
    #expect(!Self.read(["ok": true, "rows": [["a": "x"]]], format).contains("Long values"))
  }

  @Test func `bytes are called that`() {
    let rows: Value = ["ok": true, "rows": [["a": .bytes([0xff, 2, 3])]]]
    #expect(Self.read(rows, .markdown).contains("`(binary, base64) /wID`"))
    #expect(Self.read(["ok": true, "rows": [["a": .bytes(Array("text".utf8))]]], .markdown).contains("| `text` |"))
    #expect(Self.read(["ok": true, "value": .bytes([0xff, 2, 3])], .html).contains("(binary, base64) /wID"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `what did not come true in time is said`(_ format: TranscriptFormat) {
    let outcome: Value = ["ok": true, "value": 9, "met": false, "polls": 5]
    let text = Self.read(outcome, format)
    #expect(text.contains("9, did not come true in time, asked 5 times"))
    #expect(text.split(separator: "did not come true in time").count > 3)
    #expect(!Self.read(["ok": true, "value": 0, "met": true, "polls": 2], format).contains("come true"))
  }
}
