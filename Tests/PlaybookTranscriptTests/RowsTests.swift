import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

/// Which calls of a long change a table has, and what is said of the rest.
@Suite struct RowsTests {
  /// A loop of 400 calls of which the one at 321 failed, or what `states` says of others.
  static func loop(_ states: [Int: String] = [321: "failed"], _ intent: [String: Value] = [:]) -> Transcript {
    let calls: [Value] = (0..<400).map { .string("deny 10.0.\($0 / 250).\($0 % 250)") }
    var data = MapValue([
      ("calls", .list(calls)), ("items", .list(calls)), ("target", "edge"), ("digest", "abcd"),
    ])
    for (key, value) in intent { data[key] = value }
    var events = [
      SmallRun.start, SmallRun.event(.stepStarted, "block", at: 90, ["kind": "act", "title": "Block them"]),
      SmallRun.event(.actIntended, "block", at: 100, .map(data)),
    ]
    for position in calls.indices {
      var said = MapValue([("position", .int(Int64(position))), ("state", .string(states[position] ?? "done"))])
      if states[position] == "failed" { said["error"] = ["message": "no such chain"] }
      events.append(SmallRun.event(.actStarted, "block", at: 101, ["position": .int(Int64(position))]))
      events.append(SmallRun.event(.actFinished, "block", at: 101, .map(said)))
      if said["state"]?.stringValue != "done" { continue }
      events.append(
        SmallRun.event(.actVerified, "block", at: 101, ["position": .int(Int64(position)), "held": true]))
    }
    return SmallRun.transcript(events + [SmallRun.event(.runFinished, at: 110, ["outcome": "completed"])])
  }

  @Test(arguments: ["4000", "12000", "jira"]) func `the call that failed stays, whatever the budget`(_ name: String)
    throws
  {
    let text = try Self.loop().markdown(within: #require(Budget(name)))
    #expect(text.contains("deny 10.0.1.71") && text.contains("no such chain"))
    #expect(!text.contains("calls like these"))
  }

  @Test func `the rest is counted by what became of it`() throws {
    let change = try #require(Self.loop().report.step("block")?.change)
    #expect(change.rows(10).rest == "390 more calls, all done" && change.rows(10).shown.first?.position == 321)
    #expect(change.rows(400).rest == nil && change.rows(400).shown.map(\.position) == Array(0..<400))
    let same = try #require(Self.loop([:]).report.step("block")?.change)
    #expect(same.rows(10).rest == "390 more calls like these")
    let states = Dictionary(uniqueKeysWithValues: (100..<200).map { ($0, $0 % 2 == 0 ? "failed" : "unknown") })
    let broken = try #require(Self.loop(states).report.step("block")?.change)
    #expect(broken.rows(10).shown.map(\.position) == Array(100..<140))
    #expect(broken.rows(10).rest == "360 more calls: 30 failed; 30 unknown; 300 done")
  }

  @Test func `the page has it among the open rows and names what is folded`() {
    let page = Self.loop().text(.html)
    #expect(page.contains("<details><summary>388 more calls, all done</summary>"))
    let fold = page.firstRange(of: "<details><summary>388")?.lowerBound ?? page.startIndex
    #expect(page[..<fold].contains("<code class=\"said\">deny 10.0.1.71</code>"))
    #expect(PageCheck(page).problems == [])
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `what can't be taken back is told from what the playbook knows no undo of`(_ format: TranscriptFormat) throws {
    let (never, unknown) = (Self.loop([:], ["irreversible": true]), Self.loop([:]))
    let words = format == .html ? "can&#39;t be taken back" : "can't be taken back"
    #expect(never.text(format).contains(words) && !never.text(format).contains("knows no undo"))
    #expect(unknown.text(format).contains("the playbook knows no undo") && !unknown.text(format).contains(words))
    let json = try Value(json: never.text(.json))
    #expect(json["steps"]?.listValue?[0]["change"]?["irreversible"]?.boolValue == true)
  }

  @Test(arguments: [TranscriptFormat.markdown, .text])
  func `a change of which something is not known is not as expected, and listed once`(_ format: TranscriptFormat)
    throws
  {
    let transcript = Self.loop([7: "unknown"])
    let found = transcript.report.findings.filter { $0.path == "block" && $0.kind == .unexpected }
    #expect(found.map(\.text) == ["399 of 400 done, 1 unknown, 399 verified; deny 10.0.0.7: unknown"])
    let text = transcript.text(format)
    let summary = text.split(separator: "\n").filter { $0.contains("Block them") && $0.contains("399 verified") }
    #expect(summary.count { $0.hasPrefix("- ") } == (format == .text ? 2 : 1))
    #expect(transcript.text(.html).contains("Not as expected"))
  }
}
