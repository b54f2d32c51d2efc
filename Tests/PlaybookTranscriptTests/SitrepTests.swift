import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

@Suite struct SitrepTests {
  @Test func `a run that waits says for what`() {
    let sitrep = SmallRun.transcript(Array(SmallRun.events.prefix(8))).sitrep()
    #expect(sitrep.contains("Next: waiting for an answer: What is this? (attack, benign)"))
    #expect(sitrep.contains("Done: nothing was changed"))
  }

  @Test func `the worst and what was decided come first, what holds and reads that the run did without last`() throws {
    var events = SmallRun.events
    events.removeLast()
    func check(_ path: StepPath, _ verdict: String, held: Bool?, _ text: String) -> Event {
      SmallRun.event(
        .stepFinished, path, at: 103,
        [
          "kind": "check", "state": "done", "verdict": .string(verdict), "text": .string(text),
          "held": held.map(Value.bool) ?? .null,
        ])
    }
    events += [
      SmallRun.event(
        .stepFinished, "extra", at: 103, ["kind": "query", "state": "failed", "error": ["message": "refused"]]),
      check("up", "yes", held: true, "it answers"),
      check("broken_into", "yes", held: nil, "3 accounts were logged into"),
      check("drained", "no", held: false, "the queue stands"), SmallRun.event(.runFinished, at: 106),
    ]
    let sitrep = SmallRun.transcript(events).sitrep()
    let places = [
      "the queue stands", "What is this?: attack, by alice", "3 accounts were logged into", "it answers",
      "extra: failed: refused",
    ].map { sitrep.firstRange(of: $0)?.lowerBound }
    #expect(!places.contains(nil) && places.compactMap { $0 } == places.compactMap { $0 }.sorted())
  }

  @Test(arguments: HostileTextTests.nasty) func `it is five lines whatever is in it, and calls nobody`(
    _ hostile: HostileTextTests.Hostile
  ) {
    let sitrep = SmallRun.transcript(HostileTextTests.events(hostile.text)).sitrep()
    #expect(sitrep.split(separator: "\n").count == 5 && sitrep.hasSuffix("\n"))
    // What stands as code calls nobody and leads nowhere.
    let prose = sitrep.replacing(#/`[^`\n]*`/#, with: "")
    #expect(!prose.contains("@everyone") && !prose.contains("://evil") && !sitrep.unicodeScalars.contains("\u{202e}"))
    #expect(!sitrep.unicodeScalars.contains("\u{2060}"))
    #expect(sitrep.utf8.count < 12_000)
  }

  @Test func `no domain in it becomes a link`() {
    let line = ChatText.line("evil.example, www.evil.example/x, 203.0.113.7, :tada: v1.2 end.")
    #expect(
      line == "`evil.example`, `www.evil.example/x`, 203.0.113.7, `:tada`: v1.2 end.")
  }

  @Test func `what people copy from it is as it was, and still calls nobody`() {
    let names = "RATE_LIMIT_REQUESTS, JWT_SECRET, user-502@example.com, 2001:db8:bad::17, fe80::1."
    #expect(ChatText.line(names) == names)
    for (call, expected) in [
      ("x@here", "`x@here`"), ("x@everyone.example", "`x@everyone.example`"), ("_so_", "`_so_`"), ("a:b:c", "`a:b:c`"),
      ("<@U1@x.example>", "`<@U1@x.example>`"), ("a `@here` b", "a `'@here'` b"), ("*a* b.", "`*a*` b."),
    ] { #expect(ChatText.line(call) == expected) }
  }

  @Test func `a command in it can be copied as it is`() {
    let how = "playbook resume 7f3k --runs /srv/my.team/x_y/runs --approve block=ab.cd"
    let paused = SmallRun.event(.runPaused, at: 70, ["reason": "no answer", "how": .string(how)])
    #expect(SmallRun.transcript([SmallRun.start, paused]).sitrep().hasSuffix("Next: paused: no answer; `\(how)`\n"))
    #expect(ChatText.line("see /var/log/app.log, //evil.example") == "see /var/log/app.log, `//evil.example`")
    let long = ChatText.line(String(repeating: "x", count: 900), command: how)
    #expect(long.hasSuffix("…; `\(how)`"))
  }

  @Test func `a paused run says the question that it waits with, shown or not`() {
    let paused = SmallRun.event(
      .runPaused, at: 70,
      ["reason": "no answer", "how": "playbook resume x", "question": ["key": "verdict", "text": "What is this?"]])
    #expect(
      SmallRun.transcript([SmallRun.start, paused]).sitrep()
        .contains("Next: waiting for an answer: What is this?; `playbook resume x`\n"))
    #expect(
      SmallRun.transcript(Array(SmallRun.events.prefix(8)) + [paused]).sitrep()
        .contains("Next: waiting for an answer: What is this? (attack, benign); `playbook resume x`\n"))
  }

  @Test func `what is not known or not as expected of changes is to be looked at first`() {
    func act(_ name: StepPath, _ states: [String], _ more: [Event] = []) -> [Event] {
      func data(_ position: Int, _ state: String? = nil) -> Value {
        var map = MapValue([("position", .int(Int64(position))), ("call", .string("\(name) \(position)"))])
        if let state { map["state"] = .string(state) }
        return .map(map)
      }
      let calls = Value.list(states.indices.map { .string("\(name) \($0)") })
      return [
        SmallRun.event(.stepStarted, name, at: 70, ["kind": "act", "name": .string(name.text)]),
        SmallRun.event(
          .actIntended, name, at: 70,
          ["calls": calls, "undo": calls, "executor": "shell", "digest": "ab", "approved": [0, 1]]),
      ]
        + states.enumerated().flatMap { position, state in
          [
            SmallRun.event(.actStarted, name, at: 71, data(position)),
            SmallRun.event(.actFinished, name, at: 72, data(position, state)),
          ]
        } + more
        + [SmallRun.event(.stepFinished, name, at: 74, ["kind": "act", "name": .string(name.text), "state": "done"])]
    }
    func next(_ events: [Event], _ outcome: Value = "completed") -> String {
      let end = SmallRun.event(.runFinished, at: 106, ["outcome": outcome])
      let sitrep = SmallRun.transcript([SmallRun.start] + events + [end]).sitrep()
      return sitrep.split(separator: "\n").last.map(String.init) ?? ""
    }
    let undone = SmallRun.event(.actUndone, "a", at: 73, ["position": 0, "call": "undo", "state": "done"])
    let open = SmallRun.event(.actUndone, "b", at: 73, ["position": 0, "call": "undo", "state": "unknown"])
    let wrong = SmallRun.event(.actVerified, "b", at: 73, ["position": 1, "held": false, "text": "2"])
    let followUp = SmallRun.event(.followUpAdded, at: 105, ["text": "tell the team"])
    #expect(next(act("a", ["done", "failed"])) == "Next: nothing is open")
    #expect(next(act("a", ["unknown", "done"], [undone])) == "Next: nothing is open")
    #expect(next(act("a", ["unknown", "done"])) == "Next: look at a (1 unknown)")
    #expect(
      next(act("a", ["unknown", "unknown"]) + act("b", ["done", "done"], [open, wrong]) + [followUp])
        == "Next: look at a (2 unknown); b (1 not as expected, 1 with an undo of which it is not known); then tell the team"
    )
    #expect(
      next(act("a", ["unknown", "done"]), "aborted")
        == "Next: look at a (1 unknown); then decide how to go on: the run aborted")
  }

  @Test func `follow-ups are overdue from their date on`() throws {
    let item = try #require(SmallRun.transcript(SmallRun.events).openFollowUps.first)
    #expect(item.owner == "net" && item.mode == "run" && item.step == "block")
    #expect(!item.isOverdue(at: SmallRun.at(86_400)) && item.isOverdue(at: SmallRun.at(86_401)))
  }
}
