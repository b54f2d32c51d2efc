import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Testing

@Suite struct ActTests {
  private static func loop(_ more: String = "", items: String = #"["a", "b", "c"]"#) -> String {
    "steps:\n  - act: block\n    for_each: host in \(items)\n    shell: block ${host}\n\(more)"
  }

  @Test func `the intent is on disk before the call is sent`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    let sink = run.sink
    run.executor.before { _ in
      let intent = sink.records.last { $0.event.type == .actIntended }
      #expect(intent?.synced == true)
      #expect(intent?.event.data["calls"]?.listValue?.compactMap(\.stringValue) == ["fix it"])
      #expect(sink.events.last?.type == .actStarted)
    }
    #expect(await run.sit(FakeOperator(["fix": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!fix it"])
  }

  @Test(arguments: [EventType.questionAnswered, .actIntended, .actStarted])
  func `a journal that can't be written keeps the act from being sent`(_ type: EventType) async throws {
    let run = try TestRun(
      "steps:\n  - act: fix\n    shell: fix it\nfinally:\n  - query: after\n    shell: after\n",
      sink: MemorySink(refuses: { $0.type == type }))
    let result = await run.sit(FakeOperator(["fix": [.yes]]))
    #expect(result == .failed("the journal can't be written: disk full"))
    #expect(run.executor.calls.isEmpty)
  }

  @Test func `an act answered no is not sent`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    #expect(await run.sit(FakeOperator(["fix": [.answer(Answer(false, reason: "too early"))]])) == .completed)
    #expect(run.executor.calls.isEmpty)
    #expect(run.reason("fix") == "the answer was no: too early")
  }

  @Test func `a loop sends each item and counts what became of them`() async throws {
    let run = try TestRun(Self.loop("  - check: whole\n    that: block.items.all(i, i.ok) && block.count == 3\n"))
    #expect(await run.sit(FakeOperator(["block": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b", "!block c"])
    #expect(run.outcome("whole")?["verdict"]?.stringValue == "yes")
    #expect(run.sink.events(.loopStarted)[0].data["items"]?.listValue?.count == 3)
  }

  @Test func `item by item only what was approved is sent`() async throws {
    let run = try TestRun(Self.loop("    approve: each\n"))
    let human = FakeOperator(["block[0]": [.said("no")], "block[1]": [.said("yes")], "block[2]": [.said("done")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block b"])
  }

  @Test func `more items than the limit are refused without a terminal and asked about at one`() async throws {
    let alone = try TestRun(Self.loop("    limit: 2\n"))
    #expect(await alone.sit(FakeOperator(isInteractive: false)).exitCode == 1)
    #expect(alone.executor.calls.isEmpty)
    let asked = try TestRun(Self.loop("    limit: 2\n"))
    #expect(await asked.sit(FakeOperator(["block!limit": [.yes], "block": [.yes]])) == .completed)
    #expect(asked.executor.acts.count == 3)
  }

  @Test func `the pace does the first, shows them and asks before the rest`() async throws {
    let stopped = try TestRun(Self.loop("    pace: {first: 1}\n"))
    let human = FakeOperator(["block": [.yes], "block!pace": [.no]])
    #expect(await stopped.sit(human) == .completed)
    #expect(stopped.executor.acts == ["!block a"])
    let end = stopped.sink.events(.stepFinished, "block")[0].data
    #expect(end["text"]?.stringValue == "1 of 3 done, 2 left out: the operator looked at the first and stopped")
    #expect(end["state"]?.stringValue == "done")
    #expect(end["outcome"]?["ok"]?.boolValue == false)
    #expect(human.asked.last?.text == "1 of 3 done, 0 failed. Go on with the other 2?")
    let whole = try TestRun(Self.loop("    pace: {first: 1, at_once: 2}\n"))
    #expect(await whole.sit(FakeOperator(["block": [.yes], "block!pace": [.yes]])) == .completed)
    #expect(whole.executor.acts.sorted() == ["!block a", "!block b", "!block c"])
  }

  @Test func `a loop ends after so many errors`() async throws {
    let run = try TestRun(Self.loop("    pace: {stop_after_errors: 1}\n"))
    run.executor.script("block b", .rejected())
    run.mode = .drill
    run.answers = ["block": "yes"]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .failed("`block`: 1 item failed"))
    #expect(run.executor.acts == ["!block a", "!block b"])
    let states = run.outcome("block")?["items"]?.listValue?.map { $0["state"]?.stringValue }
    #expect(states == ["done", "failed", "skipped"])
  }

  @Test(arguments: [true, false])
  func `what must hold after the change is looked at`(_ holds: Bool) async throws {
    let run = try TestRun(
      "steps:\n  - act: fix\n    shell: fix it\n    verify: {shell: look, that: value == \"good\"}\n")
    run.executor.script("look", .value(holds ? "good" : "bad"))
    let human = FakeOperator(["fix": [.yes], "fix!unverified": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["!fix it", "look"])
    #expect(run.outcome("fix")?["verified"]?.boolValue == holds)
    #expect(human.keys.contains("fix!unverified") == !holds)
    #expect(run.sink.events(.runFinished)[0].data["unverified"]?.listValue?.count == (holds ? 0 : 1))
  }

  @Test func `evidence that was cut makes a check unknown and feeds no act`() async throws {
    let text = """
      steps:
        - query: found
          shell: found
        - check: many
          that: found.rows.size() > 1
        - act: block
          on_error: stop
          for_each: row in found.rows
          shell: block ${row.ip}
      """
    let run = try TestRun(text)
    run.executor.script("found", .rows([["ip": "192.0.2.1"], ["ip": "192.0.2.2"]], truncated: true))
    #expect(await run.sit(FakeOperator(["block": [.yes]])).exitCode == 1)
    #expect(run.outcome("many")?["verdict"]?.stringValue == "unknown")
    #expect(run.executor.acts.isEmpty)
    let allowed = try TestRun(text.replacing("shell: found", with: "shell: found\n    partial: ok"))
    allowed.executor.script("found", .rows([["ip": "192.0.2.1"], ["ip": "192.0.2.2"]], truncated: true))
    #expect(await allowed.sit(FakeOperator(["block": [.yes]])) == .completed)
    #expect(allowed.executor.acts.count == 2)
  }

  @Test(arguments: [
    // a query asked with it; a list that a group loops over; a playbook that is given it
    "- query: more\n    shell: more ${found.rows.size()}\n  - act: block\n    for_each: row in more.rows\n    shell: block ${row.ip}",
    "- group: each\n    for_each: row in found.rows\n    steps:\n      - act: block\n        shell: block ${row.ip}",
    "- group: each\n    for_each: row in found.rows\n    steps:\n      - act: block\n        shell: block",
    "- group: each\n    for_each: n in [1]\n    steps:\n      - query: again\n        shell: more ${found.rows[0].ip}\n"
      + "  - act: block\n    for_each: item in each.items\n    shell: block ${item.again.rows[0].ip}",
  ])
  func `what rests on cut evidence feeds no act either`(steps: String) async throws {
    let text =
      "steps:\n  - query: found\n    shell: found\n  \(steps.replacing("act: block", with: "act: block\n    on_error: stop"))\n"
      .replacing(
        "act: block\n    on_error: stop\n        shell", with: "act: block\n        on_error: stop\n        shell")
    for isAllowed in [false, true] {
      let run = try TestRun(
        isAllowed ? text.replacing("shell: found\n", with: "shell: found\n    partial: ok\n") : text)
      run.executor.script("found", .rows([["ip": "192.0.2.1"]], truncated: true))
      run.executor.script("more", .rows([["ip": "192.0.2.1"]]))
      run.executor.script("more 1", .rows([["ip": "192.0.2.1"]]))
      run.executor.script("more 192.0.2.1", .rows([["ip": "192.0.2.1"]]))
      let operators = FakeOperator(["block": [.yes], "each[0].block": [.yes]])
      _ = await run.sit(operators)
      #expect(run.executor.acts.count == (isAllowed ? 1 : 0), "\(steps)")
    }
  }

  @Test func `old evidence is offered to be taken anew before an act`() async throws {
    let run = try TestRun(
      "steps:\n  - query: found\n    shell: found\n  - confirm: wait\n    ask: Wait?\n"
        + "  - act: block\n    for_each: row in found.rows\n    shell: block ${row}\n")
    run.executor.script("found", .rows(["old"]), .rows(["new"]))
    let clock = run.clock
    run.executor.before { _ in clock.advance(by: .seconds(601)) }
    let human = FakeOperator(["wait": [.yes], "block!fresh.found": [.yes], "block": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["found", "found", "!block new"])
    #expect(run.sink.events(.stepFinished, "found").compactMap { $0.data["number"]?.intValue } == [1, 2])
  }

  @Test func `what is protected is left out and the operator is told`() async throws {
    let run = try TestRun(Self.loop(items: #"["10.0.0.4", "192.0.2.1", "x/10.0.0.5/y"]"#))
    run.environment.protected.networks = [try #require(CIDRBlock("10.0.0.0/8"))]
    let human = FakeOperator(["block": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block 192.0.2.1"])
    guard case .approval(let approval) = human.asked[0].kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.leftOut.count == 2)
    #expect(approval.items == ["192.0.2.1"])
  }

  @Test func `a failed act is tried again, skipped or stops, as the operator says`() async throws {
    let again = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    again.executor.script("fix it", .rejected(), .value(1))
    #expect(await again.sit(FakeOperator(["fix": [.yes], "fix!failure1": [.said("retry")]])) == .completed)
    #expect(again.executor.acts.count == 2)
    let skipped = try TestRun("steps:\n  - act: fix\n    shell: fix it\n  - query: q\n    shell: q\n")
    skipped.executor.script("fix it", .rejected())
    let human = FakeOperator(["fix": [.yes], "fix!failure1": [.answer(Answer("skip", reason: "done elsewhere"))]])
    #expect(await skipped.sit(human) == .completed)
    #expect(skipped.executor.calls == ["!fix it", "q"])
    let alone = try TestRun("steps:\n  - act: fix\n    shell: fix it\n  - query: q\n    shell: q\n")
    alone.mode = .drill
    alone.answers = ["fix": "yes"]
    alone.executor.script("fix it", .rejected("no such thing"))
    #expect(await alone.sit(FakeOperator(isInteractive: false)) == .failed("`fix`: no such thing"))
    #expect(alone.executor.calls == ["!fix it"])
  }

  @Test func `an idempotent act is retried by itself and no other is`() async throws {
    let run = try TestRun(
      "steps:\n  - act: fix\n    shell: fix it\n    idempotent: true\n    retry: {times: 2, wait: 1s}\n")
    run.executor.script("fix it", .timedOut, .rejected(), .value(1))
    #expect(await run.sit(FakeOperator(["fix": [.yes]])) == .completed)
    #expect(run.executor.acts.count == 3)
  }

  @Test func `an act whose answer never came is asked about and not repeated by itself`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    run.executor.script("fix it", .timedOut)
    let human = FakeOperator(["fix": [.yes], "fix!cut0.1": [.said("happened")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!fix it"])
    #expect(run.sink.events(.actFinished).map { $0.data["state"]?.stringValue } == ["unknown", "done"])
  }

  @Test func `an act whose answer never came and that is left alone stays unknown on record`() async throws {
    let run = try TestRun(
      "steps:\n  - act: fix\n    shell: fix it\n    undo: {shell: unfix it}\n  - confirm: after\n    ask: x\n")
    run.executor.script("fix it", .timedOut)
    let human = FakeOperator(["fix": [.yes], "fix!cut0.1": [.said("skip")]])
    #expect(await run.sit(human).exitCode == 3)
    let ends = run.sink.events(.actFinished)
    #expect(ends.map { $0.data["state"]?.stringValue } == ["unknown", "unknown"])
    #expect(ends.map { $0.data["left"]?.boolValue } == [nil, true])
    let state = RunState(run.sink.events)
    #expect(state.changes == 1 && state.acts["fix"]?.items[0]?.isLeft == true)
    // It is not asked about again, and at the end it can be taken back.
    let next = FakeOperator(["after": [.yes]])
    _ = await run.sit(next)
    #expect(next.keys == ["after", "run!undo"])
    #expect(run.executor.acts == ["!fix it"])
  }

  @Test func `without a terminal an act whose answer never came pauses the run at the question`() async throws {
    let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
    run.mode = .drill
    run.answers = ["fix": "yes"]
    run.executor.script("fix it", .timedOut)
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(run.sink.events.last?.data["question"]?["key"]?.stringValue == "fix!cut0.1")
    run.answers["fix!cut0.1"] = "happened"
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!fix it"])
  }

  @Test func `where the author says so an unheard act stops the run or is a finding`() async throws {
    for (handling, exitCode) in [("stop", 1), ("continue", 0)] as [(String, Int32)] {
      let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n    on_error: \(handling)\n")
      run.mode = .drill
      run.answers = ["fix": "yes"]
      run.executor.script("fix it", .timedOut)
      #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == exitCode)
      #expect(run.executor.acts == ["!fix it"])
    }
  }

  @Test func `a change is taken back on the operator's word and a second yes`() async throws {
    let run = try TestRun(
      Self.loop("    undo: {shell: \"unblock ${host}\"}\n  - confirm: fine\n    ask: Fine?\n"))
    let human = FakeOperator([
      "block": [.yes], "fine": [.command(.undo), .yes], "block!undo1[2]": [.said("all")],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts.suffix(3) == ["!unblock c", "!unblock b", "!unblock a"])
    let intents = run.sink.records.filter { $0.event.type == .actIntended }
    #expect(intents.map(\.synced) == [true, true])
  }

  @Test func `in a red environment a text is typed`() async throws {
    let run = try TestRun(Self.loop())
    run.environment.color = "red"
    let human = FakeOperator(["block": [.no]])
    await run.sit(human)
    if case .approval(let approval) = human.asked[0].kind { #expect(approval.typed == "block 3") }
  }
}
