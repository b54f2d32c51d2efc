import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

@Suite struct SlashWordTests {
  private static let text = """
    steps:
      - query: found
        shell: found
      - check: many
        that: found.rows.size() > 1
      - confirm: verdict
        ask: Block?
        options:
          no: No
          yes:
            text: Yes
            steps:
              - act: block
                for_each: row in found.rows
                shell: block ${row}
      - query: later
        shell: later ${many.verdict}
    """

  private func run() throws -> TestRun {
    let run = try TestRun(Self.text)
    run.executor.script("found", .rows(["a"]), .rows(["a", "b"]))
    return run
  }

  @Test(arguments: ["found", "E1", "e1"])
  func `redo asks a query again, and what is judged by it is judged anew`(_ name: String) async throws {
    let run = try run()
    let human = FakeOperator(["verdict": [.command(.redo(name)), .said("no")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["found", "found", "later yes"])
    #expect(run.sink.events(.stepsReopened)[0].data["paths"]?.listValue?.map(\.rendered) == ["found", "many"])
    #expect(run.sink.events(.stepFinished, "found").map { $0.data["number"]?.intValue } == [1, 2])
  }

  @Test func `redo at the yes to a change plans the change anew`() async throws {
    let run = try run()
    let human = FakeOperator(["verdict": [.said("yes")], "block": [.command(.redo("found")), .yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b"])
    let calls = human.asked.filter { $0.key == "block" }.map { question -> Int in
      if case .approval(let approval) = question.kind { approval.calls.count } else { 0 }
    }
    #expect(calls == [1, 2])
    #expect(human.keys.filter { $0 == "verdict" }.count == 1)
  }

  @Test func `back walks a step and all after it again, and changes stay`() async throws {
    let text = Self.text.replacing(
      "shell: later ${many.verdict}", with: "shell: later\n  - confirm: end\n    ask: End?")
    let run = try TestRun(text)
    run.executor.script("found", .rows(["a"]), .rows(["a", "b"]))
    let human = FakeOperator([
      "verdict": [.said("yes"), .said("no")], "block": [.yes], "end": [.command(.back("E1")), .yes],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["found", "!block a", "later", "found", "later"])
    #expect(human.keys == ["verdict", "block", "end", "verdict", "end"])
    // A killed run that had gone back comes to the same end.
    let events = run.sink.events
    for count in 1..<events.count {
      let again = try TestRun(text)
      for event in events.prefix(count) { _ = try await again.sink.record(event, synced: true) }
      let isBack = events.prefix(count).contains { $0.type == .stepsReopened }
      again.executor.script("found", .rows(isBack ? ["a", "b"] : ["a"]), .rows(["a", "b"]))
      let sitting = FakeOperator([
        "verdict": isBack ? [.said("no")] : [.said("yes"), .said("no")], "block": [.yes],
        "block!cut0.1": [.said("happened")], "end": isBack ? [.yes] : [.command(.back("E1")), .yes],
      ])
      let result = await again.sit(sitting)
      #expect(result == .completed, "after event \(count)")
      let sent = events.prefix(count).count { $0.type == .actStarted } + again.executor.acts.count
      #expect(sent == 1, "after event \(count)")
    }
  }

  @Test func `back into a loop in which something was changed keeps the loop's list`() async throws {
    let text = """
      steps:
        - query: found
          shell: found
        - group: each
          for_each: row in found.rows
          steps:
            - act: block
              shell: block ${row}
            - confirm: sure
              ask: Sure?
      """
    let run = try TestRun(text)
    run.executor.script("found", .rows(["a", "b"]), .rows(["b", "a"]))
    let human = FakeOperator([
      "each[0].block": [.yes], "each[0].sure": [.command(.back("E1")), .yes], "each[1].block": [.yes],
      "each[1].sure": [.yes],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b"])
  }

  @Test func `skip leaves the step with its reason, whatever it asks`() async throws {
    let run = try TestRun(
      "steps:\n  - confirm: verdict\n    ask: What?\n    options: {a: A, b: B}\n  - act: fix\n    shell: fix\n"
        + "  - document: doc\n    fields:\n      users: {type: integer}\n  - query: later\n    shell: later ${fix.ok}\n"
    )
    let skip = Reply.command(.skip(reason: "no time"))
    let human = FakeOperator(["verdict": [skip], "fix": [skip], "doc.users": [skip]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["later false"])
    #expect(run.reason("verdict") == "no time")
    #expect(run.reason("fix") == "the answer was no: no time")
    #expect(run.reason("doc") == "no time")
  }

  @Test func `skip at a failed step is the menu's skip`() async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n  - query: later\n    shell: later\n")
    run.executor.script("q", .rejected())
    #expect(await run.sit(FakeOperator(["q!failure1": [.command(.skip(reason: "gone"))]])) == .completed)
    #expect(run.reason("q") == "gone")
  }

  @Test func `words at the question of a manual step leave it like any other`() async throws {
    let text = "steps:\n  - query: found\n    shell: found\n  - query: ask\n    manual: Look\n"
    let redone = try TestRun(text)
    let human = FakeOperator(["ask": [.command(.redo("E1")), .said("seen")]])
    #expect(await redone.sit(human) == .completed)
    #expect(redone.executor.calls == ["found", "found"])
    let skipped = try TestRun(text)
    #expect(await skipped.sit(FakeOperator(["ask": [.command(.skip(reason: "dark"))]])) == .completed)
    #expect(skipped.reason("ask") == "dark")
  }

  @Test func `an ad-hoc read is evidence, and one that can't be made is said`() async throws {
    let run = try run()
    let human = FakeOperator([
      "verdict": [
        .command(.query("shell look at it")), .command(.query("shell")), .command(.query("nothing here")), .said("no"),
      ]
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["found", "look at it", "later no"])
    #expect(run.sink.events(.stepFinished, "verdict!query1").count == 1)
    let warnings = run.sink.events(.warning)
    #expect(
      warnings.map { $0.data["text"]?.stringValue } == [
        "/query shell CALL: the call is missing, as in /query redis TTL key",
        "`nothing` can't be asked: /query EXECUTOR CALL takes shell",
      ])
    #expect(warnings.allSatisfy { $0.data["slip"]?.boolValue == true })
  }

  @Test(arguments: [OperatorCommand.redo("nothing"), .back("E9"), .redo("verdict"), .undo])
  func `what makes no sense is said and the question stands`(_ command: OperatorCommand) async throws {
    let run = try run()
    #expect(await run.sit(FakeOperator(["verdict": [.command(command), .said("no")]])) == .completed)
    #expect(run.sink.events(.warning).count == 1)
    #expect(run.executor.calls == ["found", "later no"])
  }

  @Test func `an abort is on record, and a run killed in its finally ends aborted`() async throws {
    let text =
      "steps:\n  - confirm: c\n    ask: Go?\n  - query: q\n    shell: q\nfinally:\n  - query: look\n    shell: look\n"
    let run = try TestRun(text)
    let result = await run.sit(FakeOperator(["c": [.command(.abort)]]))
    #expect(result.exitCode == 4)
    let aborted = try #require(run.sink.events.firstIndex { $0.type == .interrupted })
    for count in (aborted + 1)..<run.sink.events.count {
      let again = try TestRun(text)
      for event in run.sink.events.prefix(count) { _ = try await again.sink.record(event, synced: true) }
      #expect(await again.sit(FakeOperator()) == result)
      #expect(!again.executor.calls.contains("q"))
    }
  }
}
