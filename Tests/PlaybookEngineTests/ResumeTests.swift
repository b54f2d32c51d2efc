import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Testing

@Suite struct ResumeTests {
  private static let text = """
    steps:
      - query: found
        shell: found
      - confirm: verdict
        ask: What is it?
        options:
          leave: Leave it
          block:
            text: Block
            steps:
              - act: block
                for_each: row in found.rows
                shell: block ${row}
      - query: after
        shell: after ${block.count}
      - use: closing
      - query: end
        shell: end ${closing.look.value}
    """
  private static let used = ["closing": "playbook: closing\ntitle: Closing\nsteps:\n  - query: look\n    shell: look\n"]

  private func run(_ sink: MemorySink = MemorySink()) throws -> TestRun {
    let run = try TestRun(Self.text, used: Self.used, sink: sink)
    run.executor.script("found", .rows(["a", "b"]))
    return run
  }

  private static let human: [String: [Reply]] = ["verdict": [.said("block")], "block": [.yes]]

  @Test func `an unanswered question pauses the run, which goes on with the answer`() async throws {
    let run = try run()
    let first = await run.sit(FakeOperator(isInteractive: false))
    #expect(first.exitCode == 3)
    #expect(run.sink.events.last?.data["question"]?["key"]?.stringValue == "verdict")
    #expect(await run.sit(FakeOperator(Self.human)) == .completed)
    #expect(run.executor.calls == ["found", "!block a", "!block b", "after 2", "look", "end look"])
    #expect(run.sink.events(.runStarted).count == 1)
    #expect(run.sink.events(.runResumed).count == 1)
  }

  @Test func `what was scrubbed from the record is never fed to a call after a resume`() async throws {
    let text = """
      steps:
        - query: token
          shell: token
        - confirm: gate
          ask: Go on?
        - query: use
          shell: use ${token.rows[0]}
      """
    let run = try TestRun(text, sink: MemorySink())
    run.executor.script("token", .rows(["•••"]))
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(await run.sit(FakeOperator(["gate": [.yes]], isInteractive: false)).exitCode != 0)
    #expect(run.executor.calls == ["token"])
  }

  /// Killed after each event in turn: the end is the same, and no act that is known to be done is done again.
  @Test func `killed after any event a run resumes to the same end and repeats no act`() async throws {
    let whole = try run()
    #expect(await whole.sit(FakeOperator(Self.human)) == .completed)
    let events = whole.sink.events
    for count in 1..<events.count {
      let sink = MemorySink()
      for event in events.prefix(count) { _ = try await sink.record(event, synced: true) }
      let resumed = try run(sink)
      let done = events.prefix(count).count { $0.type == .actFinished }
      let cut = events.prefix(count).last?.type == .actStarted
      var answers = Self.human
      answers["block!cut\(done).1"] = [.said("happened")]
      let human = FakeOperator(answers, name: "bob")
      #expect(await resumed.sit(human) == .completed, "after event \(count)")
      #expect(resumed.executor.acts.count == 2 - done - (cut ? 1 : 0), "after event \(count)")
      #expect(human.keys.contains { $0.contains("!cut") } == cut, "after event \(count)")
      #expect(resumed.outcome("end")?["value"]?.stringValue == "end look", "after event \(count)")
    }
  }

  @Test func `an act cut off is sent again only on a human's word`() async throws {
    let sink = MemorySink(refuses: { $0.type == .actFinished })
    let cut = try TestRun("steps:\n  - act: fix\n    shell: fix it\n", sink: sink)
    await cut.sit(FakeOperator(["fix": [.yes]]))
    #expect(cut.executor.acts.count == 1)
    let later = MemorySink()
    for event in sink.events { _ = try await later.record(event, synced: true) }
    cut.sink = later
    let nobody = FakeOperator(isInteractive: false)
    #expect(await cut.sit(nobody).exitCode == 3)
    #expect(cut.executor.acts.count == 1)
    #expect(await cut.sit(FakeOperator(["fix!cut0.1": [.said("again")]])) == .completed)
    #expect(cut.executor.acts.count == 2)
  }

  @Test func `items that were not approved stay unsent after a resume`() async throws {
    let sink = MemorySink(refuses: { $0.type == .actStarted })
    let run = try TestRun(
      "steps:\n  - act: block\n    approve: each\n    for_each: h in [\"a\", \"b\"]\n    shell: block ${h}\n",
      sink: sink)
    await run.sit(FakeOperator(["block[0]": [.said("no")], "block[1]": [.said("yes")]]))
    #expect(run.executor.calls.isEmpty)
    run.sink = MemorySink()
    for event in sink.events { _ = try await run.sink.record(event, synced: true) }
    let human = FakeOperator(["block!rest": [.yes]], name: "bob")
    #expect(await run.sit(human) == .completed)
    guard case .approval(let approval)? = human.asked.first?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.calls == ["block b"])
    #expect(run.executor.acts == ["!block b"])
  }

  @Test func `who goes on at a terminal sees what is left of an approved change and says yes to it once more`()
    async throws
  {
    let text = """
      steps:
        - act: block
          for_each: h in ["a", "b", "c"]
          shell: block ${h}
        - act: single
          shell: do
      """
    func stopped(isRed: Bool = false) async throws -> TestRun {
      let run = try TestRun(text)
      if isRed { run.environment.color = "red" }
      let control = run.control
      run.executor.before { _ in control.request(.pause("SIGTERM")) }
      #expect(await run.sit(FakeOperator(["block": [.yes]])).exitCode == 3)
      run.control = RunControl()
      run.executor.before { _ in }
      return run
    }
    // Somebody else, who says nothing: nothing more is sent.
    let run = try await stopped()
    let silent = FakeOperator(name: "bob")
    #expect(await run.sit(silent).exitCode == 3)
    #expect(silent.keys == ["block!rest"] && run.executor.acts == ["!block a"])
    #expect(silent.asked.first?.text == "block (approved before, 2 of 3 left)")
    guard case .approval(let approval)? = silent.asked.first?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.calls == ["block b", "block c"])
    #expect(approval.digest == run.sink.events(.actIntended, "block").first?.data["digest"]?.stringValue)
    #expect(await run.sit(FakeOperator(["block!rest": [.yes], "single": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b", "!block c", "!do"])
    #expect(run.sink.events(.actIntended, "block").count == 1)
    // A no leaves the rest, and the run goes on.
    let declined = try await stopped()
    #expect(await declined.sit(FakeOperator(["block!rest": [.no], "single": [.yes]])) == .completed)
    #expect(declined.executor.acts == ["!block a", "!do"])
    let states = declined.outcome("block")?["items"]?.listValue?.map { $0["state"] }
    #expect(states == ["done", "skipped", "skipped"])
    // Killed, and gone on with by the same person: the yes holds, but in a red environment.
    for (isRed, name) in [(false, "alice"), (true, "alice"), (false, "bob")] {
      let run = try await stopped(isRed: isRed)
      let events = run.sink.events.dropLast()
      run.sink = MemorySink()
      for event in events { _ = try await run.sink.record(event, synced: true) }
      let human = FakeOperator(["single": [.yes]], name: name)
      let isAsked = isRed || name == "bob"
      #expect(await run.sit(human).exitCode == (isAsked ? 3 : 0))
      #expect(human.keys == (isAsked ? ["block!rest"] : ["single"]))
    }
    // Nobody there: the yes holds.
    let alone = try await stopped()
    alone.answers = ["single": "no"]
    #expect(await alone.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(alone.executor.acts == ["!block a", "!block b", "!block c"])
  }

  @Test func `a failure that ended the run stands after a kill before its end`() async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n  - query: later\n    shell: later ${q.ok}\n")
    run.executor.script("q", .rejected("gone"), .value(1))
    await run.sit(FakeOperator(isInteractive: false))
    let events = run.sink.events.filter { $0.type != .runFinished }
    run.sink = MemorySink()
    for event in events { _ = try await run.sink.record(event, synced: true) }
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .failed("`q`: gone"))
    #expect(run.executor.calls == ["q"])
  }

  @Test func `a run paused at a failed act asks about the failure again`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    run.executor.script("fix it", .rejected(), .value(1))
    #expect(await run.sit(FakeOperator(["fix": [.yes], "fix!failure1": [.said("pause")]])).exitCode == 3)
    #expect(await run.sit(FakeOperator(["fix!failure2": [.said("retry")]])) == .completed)
    #expect(run.executor.acts.count == 2)
    #expect(run.outcome("fix")?["ok"]?.boolValue == true)
  }

  @Test func `a large outcome is kept in a file and read again`() async throws {
    let run = try TestRun(
      "steps:\n  - query: big\n    shell: big\n  - confirm: c\n    ask: Go?\n"
        + "  - query: n\n    shell: n ${size(big.value)}\n"
    )
    run.executor.script("big", .value(.string(String(repeating: "x", count: 100_000))))
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(run.sink.events(.stepFinished, "big")[0].data["evidence"]?["sha256"] != nil)
    #expect(await run.sit(FakeOperator(["c": [.yes]])) == .completed)
    #expect(run.executor.calls == ["big", "n 100000"])
  }

  @Test func `an act cut by a second Ctrl-C is asked about when the run goes on`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    run.executor.script("fix it", .hang)
    let control = run.control
    run.executor.before { _ in Task { control.cut("Ctrl-C") } }
    #expect(await run.sit(FakeOperator(["fix": [.yes]])) == .interrupted)
    #expect(run.sink.events(.actFinished).map { $0.data["state"]?.stringValue } == ["unknown"])
    run.control = RunControl()
    #expect(await run.sit(FakeOperator(["fix!cut0.1": [.said("happened")]])) == .completed)
    #expect(run.executor.acts.count == 1)
  }

  @Test func `a pause that was asked for comes between two items, and the rest follows after the resume`() async throws
  {
    let run = try TestRun("steps:\n  - act: block\n    for_each: h in [\"a\", \"b\"]\n    shell: block ${h}\n")
    let control = run.control
    run.executor.before { _ in control.request(.pause("SIGTERM")) }
    #expect(await run.sit(FakeOperator(["block": [.yes]])) == .paused("SIGTERM"))
    #expect(run.executor.acts == ["!block a"])
    run.control = RunControl()
    run.executor.before { _ in }
    #expect(await run.sit(FakeOperator(["block!rest": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b"])
  }

  /// What a kill left on record, taken up by a run with the same fakes and the same clock.
  private func cut(_ run: TestRun, after type: EventType, times: Int = 1) async throws {
    var seen = 0
    let events = run.sink.events.prefix { event in
      defer { if event.type == type { seen += 1 } }
      return seen < times
    }
    run.sink = MemorySink()
    for event in events { _ = try await run.sink.record(event, synced: true) }
  }

  private static let onEvidence = """
    steps:
      - query: found
        shell: found
      - act: block
        for_each: row in found.rows
        shell: block ${row}
    """

  @Test func `an approved change of which nothing was sent is made of fresh evidence after a resume, and asked about`()
    async throws
  {
    for point in [EventType.loopStarted, .actIntended] {
      let run = try TestRun(Self.onEvidence)
      run.executor.script("found", .rows(["a", "b"]), .rows(["c"]))
      #expect(await run.sit(FakeOperator(["block": [.yes]])) == .completed)
      try await cut(run, after: point)
      run.clock.advance(by: .seconds(601))
      // Nobody there: it waits at the question and sends nothing.
      #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
      #expect(run.executor.acts.count == 2)
      let human = FakeOperator(["run!fresh": [.yes], "block": [.yes]])
      #expect(await run.sit(human) == .completed)
      #expect(human.keys == ["run!fresh", "block"])
      #expect(run.executor.calls == ["found", "!block a", "!block b", "found", "!block c"])
    }
  }

  @Test func `the rest of a loop waits for a word about old evidence after a resume, and what was sent stays sent`()
    async throws
  {
    for isAgain in [true, false] {
      let run = try TestRun(Self.onEvidence)
      run.executor.script("found", .rows(["a", "b"]), .rows(["c"]))
      #expect(await run.sit(FakeOperator(["block": [.yes]])) == .completed)
      try await cut(run, after: .actFinished)
      run.clock.advance(by: .seconds(601))
      #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
      #expect(run.executor.acts == ["!block a", "!block b"])
      let human = FakeOperator(["run!fresh": [.answer(Answer(.bool(isAgain)))], "block!rest": [.yes]])
      #expect(await run.sit(human) == .completed)
      #expect(human.keys == ["run!fresh", "block!rest"])
      // The list that the yes was given to stays, whatever the evidence says now.
      #expect(run.executor.acts == ["!block a", "!block b", "!block b"])
      #expect(run.executor.calls.count { $0 == "found" } == (isAgain ? 2 : 1))
    }
  }

  @Test
  func
    `evidence that was old enough to be asked about and will do is asked about again once it has aged as much again`()
    async throws
  {
    for minutes in [5, 11] {
      let run = try TestRun(
        "steps:\n  - query: found\n    shell: found\n  - confirm: gate\n    ask: Go?\n"
          + "  - act: fix\n    when: found.rows.size() == 1\n    shell: fix\n")
      run.executor.script("found", .rows(["a"]))
      #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
      run.clock.advance(by: .seconds(601))
      let clock = run.clock
      let human = FakeOperator(["run!fresh": [.no], "gate": [.yes], "fix!fresh.found": [.no], "fix": [.yes]]) {
        if $0.key == "gate" { clock.advance(by: .seconds(60 * minutes)) }
      }
      #expect(await run.sit(human) == .completed)
      let again = minutes > 10 ? ["fix!fresh.found"] : []
      #expect(human.keys == ["run!fresh", "gate"] + again + ["fix"])
    }
  }

  @Test func `what a failed item does not have is as unknown after a resume as before`() async throws {
    let text = """
      steps:
        - query: looks
          on_error: continue
          for_each: host in ["a", "b"]
          shell: look ${host}
        - act: fix
          on_error: continue
          for_each: host in ["a", "b"]
          shell: fix ${host}
        - confirm: gate
          ask: Go on?
        - check: looked
          that: looks.items.all(i, i.exit == 0)
        - check: fixed
          that: fix.items.all(i, i.exit == 0)
      """
    let reasons = { (run: TestRun) in ["looked", "fixed"].map { run.outcome($0)?["verdict"]?.rendered } }
    var verdicts: [[String?]] = []
    for answers in [["gate": [Reply.yes]], [:]] {
      let run = try TestRun(text)
      run.executor.script("look a", .rejected())
      run.executor.script("fix a", .rejected())
      var human: [String: [Reply]] = ["fix": [.yes]]
      for (key, reply) in answers { human[key] = reply }
      let first = await run.sit(FakeOperator(human))
      if answers.isEmpty {
        #expect(first.exitCode == 3)
        // Killed within the loop too: its items come from the acts' own records.
        try await cut(run, after: .actFinished, times: 2)
        #expect(await run.sit(FakeOperator(["gate": [.yes]])) == .completed)
      }
      verdicts.append(reasons(run))
    }
    #expect(verdicts == [["unknown", "unknown"], ["unknown", "unknown"]])
  }
}
