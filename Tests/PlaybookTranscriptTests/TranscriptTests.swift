import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTranscript

@Suite struct TranscriptTests {
  private let transcript = SmallRun.transcript(SmallRun.events)

  @Test func `the same journal gives the same bytes`() {
    let again = SmallRun.transcript(SmallRun.events)
    for format in TranscriptFormat.allCases { #expect(transcript.text(format) == again.text(format)) }
  }

  @Test func `a decision says what was offered, suggested and chosen, by whom, why and how fast`() throws {
    let decision = try #require(transcript.report.decisions.first)
    #expect(decision.options == ["attack", "benign"] && decision.suggested == "attack" && decision.chosen == "attack")
    #expect(decision.by == "alice" && decision.reason == "many accounts" && decision.took == .seconds(28))
    let change = try #require(transcript.report.step("block")?.change)
    #expect(change.approvedBy == "alice" && change.approvedAt == SmallRun.at(100))
    #expect(change.items[0].state == "done" && change.items[0].verified == true)
  }

  @Test func `a late remark stands where it belongs in time and says when it was taken down`() throws {
    let late = SmallRun.event(
      .noteAdded, at: 4000,
      ["id": "r1", "text": "calls began", "by": "bob", "when": .timestamp(SmallRun.at(1))])
    let lines = SmallRun.transcript(SmallRun.events + [late]).text(.text).split(separator: "\n").map(String.init)
    let place = try #require(lines.firstIndex { $0.contains("calls began") && $0.contains("taken down ") })
    let next = try #require(lines.firstIndex { $0.contains("the load fell") })
    #expect(place < next)
    // The end of the run is what it was.
    #expect(SmallRun.transcript(SmallRun.events + [late]).text(.markdown).contains("completed"))
  }

  @Test func `its JSON can be read and says the same`() throws {
    let json = try Value(json: Array(transcript.text(.json).utf8))
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
    #expect(transcript.text(.markdown).contains("sent, nothing heard"))
  }

  /// The small run with servers on record, of several calls each its own.
  private func located(_ servers: [Value]) -> Transcript {
    var events = SmallRun.events
    for index in events.indices where events[index].path == "block" {
      switch events[index].type {
      case .actIntended:
        events[index].fields["calls"] = .list(servers.map { "block \($0.rendered)" }.map(Value.string))
        events[index].fields["servers"] = .list(servers)
      case .actStarted: events[index].fields["server"] = servers[0]
      case .actFinished, .stepFinished: events[index].fields["source"] = servers[0]
      default: break
      }
    }
    return SmallRun.transcript(events)
  }

  @Test func `every format and the sitrep name the server of a change`() throws {
    let server = "10.0.0.7:6379 (moved from cache.internal)"
    let transcript = located([.string(server)])
    for format in TranscriptFormat.allCases { #expect(transcript.text(format).contains(server), "\(format)") }
    #expect(transcript.sitrep().contains("shell 10.0.0.7:6379"))
    let step = try Value(json: Array(transcript.text(.json).utf8))["steps"]?.listValue?.first { $0["path"] == "block" }
    #expect(step?["source"] == .string(server) && step?["change"]?["servers"] == [.string(server)])
    #expect(step?["change"]?["items"]?.listValue?[0]["server"] == .string(server))
    #expect(step?["change"]?["items"]?.listValue?[0]["source"] == .string(server))
    let spread = located(["web-1.internal", "web-2.internal", .null])
    for format in TranscriptFormat.allCases {
      let text = spread.text(format)
      #expect(text.contains("web-1.internal") && text.contains("web-2.internal"), "\(format)")
    }
    #expect(spread.text(.markdown).contains("| # | Item | Server | Call |"))
    #expect(spread.text(.text).contains("shell, 2 servers (web-1.internal, web-2.internal)"))
  }

  @Test func `a journal that does not fit is said at the top`() {
    let journal = SmallRun.transcript([])
    #expect(journal.text(.markdown).contains("20261123T025200Z-lockout-7f3k"))
    #expect((try? Value(json: Array(journal.text(.json).utf8))) != nil)
    #expect(journal.text(.text).contains("not known"))
  }

  @Test func `offsets and durations are short and exact`() {
    #expect(TimeText.offset(from: SmallRun.at(0), to: SmallRun.at(185)) == "+3m05s")
    #expect(TimeText.offset(from: SmallRun.at(5), to: SmallRun.at(0)) == "-5s")
    #expect(TimeText.short(.milliseconds(310)) == "0.31s")
    #expect(TimeText.short(.seconds(3720)) == "1h02m")
    #expect(TimeText.utc(SmallRun.at(0)) == "2026-11-23 02:51:00Z")
  }

  @Test func `a remark that came late stands where it belongs`() throws {
    var events = SmallRun.events
    events.insert(
      SmallRun.event(
        .noteAdded, at: 104, ["text": "saw it first", "by": "carol", "when": .timestamp(SmallRun.at(61))]),
      at: events.count - 1)
    let timeline = SmallRun.transcript(events).report.timeline
    #expect(timeline[1].what == "saw it first" && timeline[1].at == SmallRun.at(61))
  }

  @Test func `a slip of the operator's is told and is no warning`() {
    let slip = SmallRun.event(.warning, at: 89, ["text": "there is no step `x`", "slip": true])
    let report = SmallRun.transcript([SmallRun.start, slip]).report
    #expect(report.warnings.isEmpty && report.timeline.last?.kind == "slip")
  }

  @Test func `a question asked again shows what changed since`() {
    let before = SmallRun.evidence[2].data["outcome"] ?? .null
    let again = SmallRun.event(
      .stepFinished, "again", at: 103,
      [
        "kind": "query", "number": 2, "repeats": "failures",
        "outcome": [
          "rows": [["ip": "203.0.113.8", "n": 3], ["ip": "192.0.2.1", "n": 9]], "ok": true, "before": before,
        ],
      ])
    let asked = SmallRun.event(.callSent, "again", at: 103, ["call": "SELECT ip, n\nFROM logs", "attempt": 1])
    let begun = SmallRun.event(.stepStarted, "again", at: 103, ["kind": "query"])
    let transcript = SmallRun.transcript(SmallRun.events.dropLast() + [begun, asked, again])
    let markdown = transcript.text(.markdown)
    // A change stood between the two.
    #expect(markdown.contains("\nBefore and after: E1 and E2.\n"))
    #expect(transcript.text(.text).contains("\n  before and after: E1 and E2\n"))
    let link = "Before and after: <a href=\"#evidence-1\">E1</a> and <a href=\"#evidence-2\">E2</a>."
    #expect(transcript.text(.html).contains(link))
    // Asked again before the change, it says nothing of it.
    let early = [begun, asked, again].map { event in
      var event = event
      event.at = SmallRun.at(89)
      return event
    }
    let events = [SmallRun.start] + SmallRun.evidence + early + SmallRun.change
    #expect(!SmallRun.transcript(events).text(.markdown).contains("Before and after"))
    #expect(markdown.contains("Changed since `failures`: 1 gone, 1 new."))
    #expect(markdown.contains("\n- ip: 203.0.113.7, n: 22500\n"))
    #expect(markdown.contains("\n+ ip: 192.0.2.1, n: 9\n"))
    #expect(transcript.text(.html).contains("<ins>ip: 192.0.2.1, n: 9</ins>"))
  }

  @Test(arguments: ["keys", "lines", "items"]) func `lists are compared as rows are`(_ name: String) {
    func items(_ names: [String], at seconds: Int64) -> Value {
      .list(
        names.map { text in
          name == "items"
            ? ["item": .string(text), "started": .timestamp(SmallRun.at(seconds)), "duration": "1s"] : .string(text)
        })
    }
    let before = Value.map(MapValue([(name, items(["stays", "went"], at: 1))]))
    let outcome = MapValue([(name, items(["stays", "came"], at: 9)), ("before", before)])
    let again = SmallRun.event(
      .stepFinished, "again", at: 103,
      [
        "kind": "query", "number": 2, "repeats": "failures",
        "outcome": .map(outcome),
      ])
    let lines = SmallRun.transcript(SmallRun.events.dropLast() + [again]).text(.markdown).split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("- ") && $0.contains("went") })
    #expect(lines.contains { $0.hasPrefix("+ ") && $0.contains("came") })
    #expect(!lines.contains { ($0.hasPrefix("+ ") || $0.hasPrefix("- ")) && $0.contains("stays") })
  }

  @Test func `a line break in what people wrote is one on the page, and none elsewhere`() {
    var events = SmallRun.events
    for (index, event) in events.enumerated() {
      if event.type == .questionAsked, event.path == "verdict" { events[index].fields["text"] = "What\nis this?" }
      if event.type == .questionAnswered, event.path == "verdict" {
        events[index].fields["text"] = "What\nis this?"
        events[index].fields["reason"] = "many\naccounts"
      }
      if event.type == .stepStarted, event.path == "failures" { events[index].fields["why"] = "First\nthis" }
      if event.type == .actIntended { events[index].fields["calls"] = ["block <<E\n203.0.113.7\nE"] }
      if event.type == .actStarted { events[index].fields["call"] = "block <<E\n203.0.113.7\nE" }
      if event.type == .runFinished { events[index].fields["reason"] = "as\nsaid" }
      if event.type == .stepSkipped { events[index].fields["reason"] = "not\nnow" }
      if event.type == .actVerified { events[index].fields["text"] = "it\nholds" }
      if event.type == .followUpAdded { events[index].fields["text"] = "review\nit" }
    }
    let page = SmallRun.transcript(events).text(.html)
    #expect(!page.contains("␊"))
    for text in [
      "What\nis this?</h3>", "many\naccounts", "First this", "&lt;&lt;E\n203.0.113.7\nE</code>", "as\nsaid",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(page.contains("What is this?"))
  }

  @Test func `bars have their whole numbers, and room for all of their texts`() throws {
    let rows: Value = [
      ["name": "twenty-two characters!", "n": 1_234_567_890_123_456],
      ["name": "a name that is longer than that", "n": 5],
    ]
    let bars = EvidenceBody(
      MapValue([("rows", rows)]), show: ShowTold(style: "bars", column: "n", by: "name"), limit: 10)
    let text = BarChart(body: bars).html.text
    #expect(text.contains(">twenty-two characters!</text>") && text.contains(">1234567890123456</text>"))
    #expect(text.contains(">a name that is longer…</text>"))
    // Eleven pixels of a monospaced letter are 6.6 wide.
    let width = try #require(Double(text.split(separator: "viewBox=\"0 0 ")[1].prefix { $0 != " " }))
    let texts = text.split(separator: "<text x=\"").dropFirst().map { part in
      let content = part.split(separator: ">")[1].prefix { $0 != "<" }
      return (x: Double(part.prefix { $0 != "\"" }) ?? -1, length: Double(content.count) * 6.6, part.contains("anchor"))
    }
    #expect(texts.count == 4)
    for (x, length, isLabel) in texts { #expect(isLabel ? x >= length : x + length <= width) }
  }

  @Test func `parts of a page are no landmarks`() {
    let page = SmallRun.transcript(SmallRun.events).text(.html)
    #expect(page.contains("<section class=\"part\" id=\"evidence-1\">"))
    #expect(page.contains("<section class=\"part\" id=\"change-1\">"))
  }

  @Test(arguments: [TranscriptFormat.markdown, .html, .text])
  func `a resume says whose run was taken over, what changed on disk, and what was left unknown`(
    format: TranscriptFormat
  ) {
    let later = [
      SmallRun.event(.actIntended, "block", at: 70, ["calls": ["firewall block x"], "executor": "shell"]),
      SmallRun.event(.actStarted, "block", at: 70, ["position": 0, "call": "firewall block x"]),
      SmallRun.event(
        .runResumed, at: 90,
        [
          "operator": "bob", "reason": "it ended without a word",
          "tookOver": ["operator": "alice", "pid": 4711, "host": "db-1"], "changed": "playbooks/lockout/playbook.yaml",
        ]),
      SmallRun.event(.actFinished, "block", at: 95, ["position": 0, "state": "unknown", "left": true]),
    ]
    let text = SmallRun.transcript([SmallRun.start] + later).text(format)
    for part in [
      "taken over from alice, whose process 4711 had died", "not used: playbooks/lockout/playbook.yaml",
      "left so by the operator",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test func `a read of the operator's own is named by its call, and its refusal is no finding`() {
    let path: StepPath = "attack!query2"
    let besides = [
      SmallRun.event(.callSent, path, at: 63, ["call": "DEL login:1", "executor": "redis", "attempt": 1]),
      SmallRun.event(
        .stepFinished, path, at: 63,
        [
          "kind": "query", "name": "query2", "state": "failed",
          "error": ["code": "refused", "message": "DEL changes data"],
        ]),
    ]
    let transcript = SmallRun.transcript([SmallRun.start] + SmallRun.evidence + besides)
    let text = transcript.text(.markdown)
    #expect(text.contains("asked besides: DEL login:1") && text.contains("DEL changes data"))
    #expect(!text.contains("attack!query2"))
    #expect(!transcript.text(.html).contains("Not as expected"))
  }

  @Test func `a page with more evidence than a browser opens at ease shows the beginning of each`() {
    let cell = String(repeating: "x", count: 290)
    let rows = Value.list((0..<200).map { ["n": .int(Int64($0)), "text": .string(cell)] })
    let steps = (1...200).flatMap { number -> [Event] in
      let data: Value = [
        "kind": "query", "name": "q", "state": "done", "number": .int(Int64(number)), "outcome": ["rows": rows],
      ]
      return [
        SmallRun.event(.stepStarted, "q\(number)", at: 61, ["kind": "query", "title": "Q"]),
        SmallRun.event(.stepFinished, "q\(number)", at: 62, data),
      ]
    }
    let page = SmallRun.transcript([SmallRun.start] + steps).text(.html)
    #expect(page.components("the first 3 rows of each") == 1)
    #expect((1...200).allSatisfy { page.contains("id=\"evidence-\($0)\"") })
    #expect(page.components("3 of 200; all of them: <code>playbook evidence") > 10)
    #expect(page.utf8.count < Transcript.pageBytes + (1 << 20))
  }
}

extension String {
  fileprivate func components(_ text: String) -> Int {
    split(separator: text, omittingEmptySubsequences: false).count - 1
  }
}
