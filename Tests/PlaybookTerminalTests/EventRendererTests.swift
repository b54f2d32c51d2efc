import CEL
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTerminal

@Suite struct EventRendererTests {
  @Test(arguments: [40: Snapshots.run40, 80: Snapshots.run80, 200: Snapshots.run200])
  func `a run reads as it should at each width`(width: Int, expected: String) {
    let screen = RunFixture.screen(width: width)
    #expect(screen == expected, "\(screen)")
  }

  @Test(arguments: [40, 60, 80, 200]) func `no line is wider than the screen`(width: Int) {
    for line in RunFixture.screen(width: width).split(separator: "\n") {
      #expect(CellWidth.of(String(line)) <= width, "\(line)")
    }
  }

  @Test func `colours add nothing but colour`() {
    let colored = RunFixture.screen(width: 80, color: true)
    #expect(colored.contains("\u{1B}[1;97;41mPRODUCTION\u{1B}[0m"))
    let bare = colored.replacing(#/\x1B\[[0-9;]*m/#, with: "")
    let lines = bare.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.reversed().drop { $0 == " " }.reversed())
    }
    #expect(lines.joined(separator: "\n") == Snapshots.run80)
  }

  @Test func `queries side by side are each shown with their result`() {
    let text = RunFixture.screen(RunFixture.evidence, width: 80)
    let first = text.firstRange(of: "[E1]"), second = text.firstRange(of: " 2  query")
    #expect(first != nil && second != nil)
    if let first, let second { #expect(first.lowerBound < second.lowerBound) }
  }

  @Test func `what a program was asked stands where its path would say the same of every call`() {
    func query(_ source: Value) -> [Event] {
      [
        RunFixture.event(.stepStarted, "who", ["kind": "query", "name": "who", "title": "Who?", "place": "1/1"]),
        RunFixture.event(
          .callSent, "who", ["call": "backend get LIMIT\nmore", "executor": "shell", "target": "shell"]),
        RunFixture.event(
          .stepFinished, "who",
          ["kind": "query", "state": "done", "number": 1, "source": source, "outcome": ["exit": 0, "lines": ["100"]]]),
      ]
    }
    #expect(RunFixture.screen(query("/opt/bin/backend"), width: 80).contains("[E1] shell backend get LIMIT  exit 0"))
    #expect(
      RunFixture.screen(query("/opt/bin/backend (trusted)"), width: 80).contains("backend get LIMIT (trusted)  exit 0"))
  }

  @Test func `calls that an approval has just shown are not shown again`() {
    var renderer = EventRenderer()
    for event in RunFixture.change.prefix(2) { _ = renderer.lines(for: event, width: 80) }
    renderer.markSeen("block")
    #expect(renderer.lines(for: RunFixture.change[2], width: 80).isEmpty)
    #expect(!renderer.lines(for: RunFixture.change[2], width: 80).isEmpty)
  }

  @Test func `of many items only the first and those that failed have a line`() {
    var renderer = EventRenderer()
    let calls = (1...3000).map { Value.string("reset \($0)") }
    var lines: [Line] = []
    func see(_ event: Event) { lines += renderer.lines(for: event, width: 80) }
    see(RunFixture.event(.stepStarted, "reset", ["kind": "act", "title": "Reset", "place": "1/1"]))
    renderer.markSeen("reset")
    see(RunFixture.event(.actIntended, "reset", ["calls": .list(calls), "items": .list(calls)]))
    for position in 1...3000 {
      let state: Value = position == 2000 ? "failed" : "done"
      see(RunFixture.event(.actFinished, "reset", ["position": .int(Int64(position)), "state": state, "item": "u"]))
      see(RunFixture.event(.actVerified, "reset", ["position": .int(Int64(position)), "held": true, "item": "u"]))
    }
    see(RunFixture.event(.stepFinished, "reset", ["kind": "act", "state": "done"]))
    #expect(lines.count < 25)
    #expect(lines.contains { $0.text.contains("✗ failed") })
    #expect(lines.last?.text == "      of 3000: 2999 done, 1 failed; 3000 verified, 0 not")
  }

  @Test func `what a human says became of a call is shown as that`() {
    let said: [(state: Value, word: Value, left: Value, line: String)] = [
      ("done", "by_hand", false, "✓ by hand  block it  on the box"), ("done", "happened", false, "✓ done, as you said"),
      ("failed", "skip", true, "✗ left as failed"), ("unknown", "skip", true, "? left as unknown"),
    ]
    for (state, word, left, line) in said {
      let events = [
        RunFixture.event(.actIntended, "block", ["calls": ["block it"], "target": "shell"]),
        RunFixture.event(
          .actFinished, "block",
          [
            "position": 0, "state": state, "word": word, "left": left, "reason": "on the box", "label": "block it",
            "by": "bob",
          ]),
        RunFixture.event(.runFinished, "", ["outcome": "completed"]),
      ]
      let screen = RunFixture.screen(events, width: 80)
      #expect(screen.contains(line), "\(screen)")
      #expect(screen.contains("by hand") == (word == "by_hand") && !screen.contains("Nothing was changed"))
    }
  }

  @Test func `what a document says is read before its questions`() {
    let started = RunFixture.event(
      .stepStarted, "tell", ["kind": "document", "title": "Tell", "place": "1/1", "text": "It stays\nlocked"])
    #expect(RunFixture.screen([started], width: 80).contains("    It stays locked"))
  }

  @Test func `events without any data are no trouble`() {
    for type in EventType.allCases {
      _ = RunFixture.screen([RunFixture.event(type), RunFixture.event(type, "a[3]", 1)], width: 40)
    }
  }

  @Test func `an outcome in a file is named by its size`() {
    let event = RunFixture.event(
      .stepFinished, "big", ["kind": "query", "number": 3, "evidence": ["sha256": "ab", "bytes": 12_345_678]])
    let text = RunFixture.screen([event], width: 80)
    #expect(text.contains("[E3]") && text.contains("12.3 MB") && text.contains("/all"))
  }

  @Test func `a query that repeats another shows what changed`() {
    func query(_ name: StepPath, _ rows: Value, _ number: Int64) -> [Event] {
      [
        RunFixture.event(.stepStarted, name, ["kind": "query", "title": "T"]),
        RunFixture.event(
          .stepFinished, name,
          [
            "kind": "query", "number": .int(number), "outcome": ["rows": rows],
            "repeats": number == 2 ? "before" : .null,
          ]),
      ]
    }
    let text = RunFixture.screen(
      query("before", [["n": 1], ["n": 2]], 1) + query("after", [["n": 2], ["n": 3]], 2), width: 80)
    #expect(text.contains("- {\"n\":1}") && text.contains("+ {\"n\":3}") && !text.contains("+ {\"n\":2}"))
  }

  @Test func `a plan shows what would be sent and the digest that approves it`() {
    let text = RunFixture.screen(
      [
        RunFixture.change[0],
        RunFixture.event(
          .stepFinished, "block",
          [
            "kind": "act", "state": "planned", "calls": ["firewall block 203.0.113.7"], "plan": ["firewall is there"],
            "leftOut": ["10.0.0.4: protected"], "undo": "firewall unblock 203.0.113.7",
            "digest": "sha256:ab12cd34ab12cd34ab12cd34ab12cd34", "text": "nothing was sent",
          ]),
      ], width: 40)
    for part in [
      "firewall block 203.0.113.7", "would: firewall is", "left out: 10.0.0.4", "--approve sha256:ab12cd34ab",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test func `the calls of an undo are no change of their own`() {
    let undo = [
      RunFixture.event(.actIntended, "block!undo1", ["calls": ["firewall unblock 203.0.113.7"], "undoes": "block"]),
      RunFixture.event(.actUndone, "block", ["position": 1, "item": "203.0.113.7", "state": "done"]),
    ]
    let text = RunFixture.screen(RunFixture.change + undo + [RunFixture.end[5]], width: 80)
    #expect(text.contains("1 undone") && text.contains("✓ undone"))
    #expect(text.ranges(of: "  - Block").count == 1)
  }

  @Test func `an item's approval never shows another item's call`() {
    let approval = Approval(
      calls: ["a", "b", "c"], items: ["1", "2", "3"], target: "t", environment: "e", isRed: false, digest: "")
    #expect((0..<3).map { QuestionView.only($0, of: 3, approval).calls } == [["a"], ["b"], ["c"]])
    #expect(QuestionView.only(3, of: 3, approval).calls.count == 3)
    #expect(QuestionView.only(1, of: 7, approval).calls.count == 3)
  }

  @Test(arguments: [40, 80]) func `a change says which server it goes to, whole, and each call where they differ`(
    width: Int
  ) {
    func screen(_ servers: [String?], _ kind: (Approval) -> Question.Kind = { .approval($0) }) -> String {
      let approval = Approval(
        calls: ["SET a 1", "SET b 2"], items: ["a", "b"], target: "redis", servers: servers, environment: "production",
        isRed: true, digest: "")
      let view = QuestionView(question: Question(key: "set", text: "Set", kind: kind(approval)), state: ScreenState())
      let lines = view.lines(width: width).map(\.text)
      #expect(lines.allSatisfy { CellWidth.of($0) <= width })
      return lines.joined(separator: " ").split(separator: " ").joined(separator: " ")
    }
    let moved = "10.0.0.7:6379 (moved from cache.internal)"
    #expect(screen([moved, moved]).contains("changes PRODUCTION redis \(moved) 2 calls 1 SET a 1 2 SET b 2"))
    let spread = "changes PRODUCTION redis, 2 servers 2 calls at 10.0.0.7:6379 1 SET a 1 at 10.0.0.8:6379 2 SET b 2"
    #expect(screen(["10.0.0.7:6379", "10.0.0.8:6379"]).contains(spread))
    let item = screen(["10.0.0.7:6379", "10.0.0.8:6379"]) { .item($0, position: 1, count: 2) }
    #expect(item.contains("changes PRODUCTION redis 10.0.0.8:6379 SET b 2") && !item.contains("10.0.0.7"))
    #expect(screen([]).contains("changes PRODUCTION redis 2 calls"))
  }

  @Test func `plan, pause and end name the servers of a change`() {
    let act = RunFixture.event(.stepStarted, "set", ["kind": "act", "title": "Set it", "place": "1/1"])
    let planned = RunFixture.event(
      .stepFinished, "set",
      ["kind": "act", "state": "planned", "calls": ["SET a 1"], "target": "redis", "servers": ["10.0.0.7:6379"]])
    #expect(RunFixture.screen([act, planned], width: 80).contains("changes: redis 10.0.0.7:6379\n      SET a 1"))
    let paused = RunFixture.event(
      .runPaused, "",
      [
        "reason": "nobody there",
        "question": ["key": "set", "text": "Set it", "target": "redis", "servers": ["10.0.0.7:6379"]],
      ])
    #expect(
      RunFixture.screen([RunFixture.started, paused], width: 80).contains("changes:   PRODUCTION  redis 10.0.0.7:6379"))
    let intended = RunFixture.event(
      .actIntended, "set",
      ["calls": ["SET a 1", "SET b 2"], "target": "redis", "servers": ["10.0.0.7:6379", "10.0.0.7:6379"]])
    let moved = RunFixture.event(
      .actIntended, "set!server",
      ["moves": "set", "positions": [1], "servers": ["10.0.0.8:6379"], "calls": ["SET b 2"]])
    let sent = (0..<2).flatMap { position -> [Event] in
      [.actStarted, .actFinished].map {
        RunFixture.event($0, "set", ["position": .int(Int64(position)), "state": "done", "call": "SET"])
      }
    }
    let end = RunFixture.screen([RunFixture.started, act, intended, moved] + sent + [RunFixture.end[5]], width: 120)
    #expect(end.contains("  - Set it at redis, 2 servers (10.0.0.7:6379, 10.0.0.8:6379): 2 of 2 done"))
  }

  @Test func `the clock counts on past its end`() {
    #expect(TimeText.left(.seconds(-250)) == "4m over")
    #expect(TimeText.left(.seconds(40)) == "40s left")
    #expect(TimeText.left(.seconds(7300)) == "2h01m left" || TimeText.left(.seconds(7300)) == "2h left")
  }

  @Test func `a pause says how to go on, whole`() {
    let how = "playbook resume 7f3k --answer post_incident.impact='what users experienced and how many were affected'"
    let event = RunFixture.event(
      .runPaused, "",
      ["reason": "no terminal", "question": ["key": "verdict", "text": "What is this?"], "how": .string(how)])
    #expect(RunFixture.screen([event], width: 40).contains(how))
  }

  @Test func `changes of one title are told apart by their paths`() {
    let events = ["one_u.ai", "two_u.ai", "other"].flatMap { path in
      [
        RunFixture.event(
          .stepStarted, path, ["kind": "act", "title": path == "other" ? "other" : "ai", "place": "1/3"]),
        RunFixture.event(.actIntended, path, ["calls": ["do"], "target": "shell", "digest": "ab"]),
        RunFixture.event(.actStarted, path, ["position": 0, "call": "do"]),
        RunFixture.event(.actFinished, path, ["position": 0, "state": "done"]),
      ]
    }
    let end = RunFixture.event(.runFinished, "", ["outcome": "completed", "changes": 3])
    let screen = RunFixture.screen(events + [end], width: 100)
    #expect(screen.contains("  - ai (one_u.ai) at shell: done\n"), "\(screen)")
    #expect(screen.contains("  - ai (two_u.ai) at shell: done\n"), "\(screen)")
    #expect(screen.contains("  - other at shell: done\n"), "\(screen)")
  }

  @Test func `a remark that comes late says its day where it is another`() {
    func note(_ when: Int64) -> Event {
      RunFixture.event(
        .noteAdded, "", ["text": "x", "by": "bob", "when": .timestamp(RunFixture.at(when))])
    }
    let screen = RunFixture.screen([note(60), note(-86_400)], width: 80)
    #expect(screen.contains("note: x  (bob, at 02:52Z)"), "\(screen)")
    #expect(screen.contains("note: x  (bob, at 2026-11-22 02:51Z)"), "\(screen)")
  }

  @Test func `of a lost journal it is said what was changed and what was sent and not heard of`() {
    var renderer = EventRenderer()
    func lost() -> String { renderer.lost(width: 100).map { $0.rendered(color: false) }.joined(separator: "\n") }
    #expect(lost() == "\nNothing was changed so far")
    renderer.recall([
      RunFixture.event(
        .actIntended, "a",
        ["calls": ["do 1", "do 2"], "undo": ["undo 1", "undo 2"], "target": "edge", "digest": "ab"]),
      RunFixture.event(.actStarted, "a", ["position": 0, "call": "do 1"]),
      RunFixture.event(.actFinished, "a", ["position": 0, "state": "done"]),
      RunFixture.event(.actStarted, "a", ["position": 1, "call": "do 2"]),
    ])
    #expect(
      lost() == """

        Changed so far
          - a at edge: 1 of 2 done, 1 of 2 sent, nothing heard
            undo: undo 1
                  … 1 more like it
        Sent, and what became of it is not known
          ? do 2
        """, "\(lost())")
  }

  @Test func `the end says how the undo stands and what went out before its inputs were changed`() {
    func act(_ type: EventType, _ data: Value, path: StepPath = "a") -> Event { RunFixture.event(type, path, data) }
    let events = [
      act(.actIntended, ["calls": ["do one"], "undo": ["undo one"], "target": "edge", "digest": "ab"]),
      act(.actStarted, ["position": 0, "call": "do one"]),
      act(.actFinished, ["position": 0, "state": "unknown"]), act(.actStarted, ["position": 0, "call": "do one"]),
      act(.actFinished, ["position": 0, "state": "failed"]),
      act(
        .actIntended,
        [
          "edits": "a", "position": 0, "calls": ["do two"], "undo": ["undo two"],
          "replaces": ["call": "do one", "undo": "undo one"],
        ], path: "a!edit1"),
      act(.actStarted, ["position": 0, "call": "do two"]), act(.actFinished, ["position": 0, "state": "done"]),
      act(.undoStarted, ["position": 0, "call": "undo two"]),
      act(.actUndone, ["position": 0, "call": "undo two", "state": "unknown", "verified": true]),
      RunFixture.event(.runFinished, "", ["outcome": "completed", "failed": [], "changes": 1, "unverified": []]),
    ]
    let screen = RunFixture.screen(events, width: 100)
    #expect(screen.contains("? undo unknown  undo two  the change shows no more"), "\(screen)")
    #expect(screen.contains("done, undo unknown"), "\(screen)")
    #expect(screen.contains("may be there too: do one; undo, by hand: undo one"), "\(screen)")
    #expect(screen.contains("    undo: undo two"), "\(screen)")
  }

  @Test func `the end says what failed and may be there by a sending before`() {
    func act(_ type: EventType, _ data: Value) -> Event { RunFixture.event(type, "a", data) }
    let events = [
      act(.actIntended, ["calls": ["do one"], "undo": ["undo one"], "target": "edge", "digest": "ab"]),
      act(.actStarted, ["position": 0, "call": "do one"]), act(.actFinished, ["position": 0, "state": "unknown"]),
      act(.actStarted, ["position": 0, "call": "do one"]), act(.actFinished, ["position": 0, "state": "failed"]),
      RunFixture.event(.runFinished, "", ["outcome": "completed", "failed": [], "changes": 1, "unverified": []]),
    ]
    let screen = RunFixture.screen(events, width: 100)
    #expect(screen.contains("failed, sent 2 times, may be there all the same"), "\(screen)")
    #expect(screen.contains("    undo: undo one"), "\(screen)")
  }
}
