import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import SourceText
import Testing
import YAMLTree

@Suite struct FailureMenuTests {
  private static let act = "steps:\n  - act: fix\n    shell: fix it\n    undo: {shell: unfix}\n"
  private static let query =
    "inputs:\n  host: {type: string, default: a}\nsteps:\n  - query: q\n    shell: ping ${inputs.host}\n"

  private func offered(_ human: FakeOperator, _ key: QuestionKey) -> [String] {
    guard let question = human.asked.first(where: { $0.key == key }), case .option(let options, _) = question.kind
    else {
      return []
    }
    return options.map(\.name)
  }

  @Test func `what can be done is offered, and no more`() async throws {
    let query = try TestRun(Self.query)
    query.inputs = ["host": "a"]
    query.executor.script("ping a", .rejected())
    let human = FakeOperator(["q!failure1": [.said("pause")]])
    #expect(await query.sit(human).exitCode == 3)
    #expect(offered(human, "q!failure1") == ["retry", "edit", "skip", "by_hand", "note", "pause", "abort"])
    let act = try TestRun(Self.act + "  - act: more\n    shell: more\n")
    act.executor.script("more", .rejected())
    let other = FakeOperator(["fix": [.yes], "more": [.yes], "more!failure1": [.said("pause")]])
    #expect(await act.sit(other).exitCode == 3)
    #expect(offered(other, "more!failure1") == ["retry", "skip", "by_hand", "undo", "note", "pause", "abort"])
  }

  @Test func `a query is tried again with another input, of the input's type`() async throws {
    let run = try TestRun(
      "inputs:\n  n: {type: integer, default: 1}\nsteps:\n  - query: q\n    shell: ping ${inputs.n}\n"
        + "  - query: after\n    when: q.ok\n    shell: after ${inputs.n}\n")
    run.inputs = ["n": 1]
    run.executor.script("ping 1", .rejected())
    let human = FakeOperator([
      "q!failure1": [.said("edit")], "q!failure1!value": [.said("two")], "q!failure2": [.said("edit")],
      "q!failure2!value": [.said("2")],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["ping 1", "ping 2", "after 1"])
    let handled = run.sink.events(.failureHandled)
    #expect(handled.count == 2)
    #expect(handled.last?.data["inputs"]?["inputs.n"]?.intValue == 2)
    #expect(run.sink.events(.warning).count == 1)
  }

  @Test(arguments: [
    Reply.said(""), .command(.skip(reason: "never mind")), .command(.back("")), .command(.back("E1")),
  ])
  func `the new value of an input may be left without a change, and the choice comes again`(leave: Reply) async throws {
    let run = try TestRun(Self.query)
    run.inputs = ["host": "a"]
    run.executor.script("ping a", .rejected("no route"))
    let human = FakeOperator([
      "q!failure1": [.said("edit")], "q!failure1!value": [leave], "q!failure2": [.said("skip")],
      "q!failure2!reason": [.said("gone")],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["q!failure1", "q!failure1!value", "q!failure2", "q!failure2!reason"])
    #expect(run.executor.calls == ["ping a"])
    let handled = run.sink.events(.failureHandled)
    #expect(handled.first?.data["reason"]?.stringValue == "nothing was changed")
    #expect(handled.first?.data["inputs"] == nil && run.sink.events(.warning).isEmpty)
  }

  @Test func `of several inputs none may be chosen, and after a pause the question says what failed`() async throws {
    let text =
      "inputs:\n  host: {type: string, default: a}\n  port: {type: integer, default: 1}\nsteps:\n"
      + "  - query: q\n    shell: ping ${inputs.host} ${inputs.port}\n"
    let run = try TestRun(text)
    run.inputs = ["host": "a", "port": 1]
    run.executor.script("ping a 1", .rejected("no route"))
    let human = FakeOperator(["q!failure1": [.said("edit")], "q!failure1!edit": [.command(.pause)]])
    #expect(await run.sit(human).exitCode == 3)
    #expect(offered(human, "q!failure1!edit") == ["inputs.host", "inputs.port", "none of them"])
    #expect(human.asked.last?.why == nil)
    let other = FakeOperator(["q!failure1!edit": [.said("none of them")], "q!failure2": [.said("pause")]])
    #expect(await run.sit(other).exitCode == 3)
    #expect(other.keys == ["q!failure1!edit", "q!failure2"])
    #expect(other.asked[0].why == "q failed: no route")
  }

  private static let loop =
    "steps:\n  - query: found\n    shell: found\n  - act: block\n    for_each: row in found.rows\n"
    + "    shell: block ${row.ip}\n    undo: {shell: \"unblock ${row.ip}\"}\n"
    + "    verify: {shell: list, that: row.ip in lines}\n"

  private func looped() throws -> TestRun {
    let run = try TestRun(Self.loop)
    run.executor.script("found", .rows([["ip": "a"], ["ip": "b"]]))
    run.executor.script("block b", .rejected("no such address"))
    run.executor.script("list", .fields(["lines": ["a", "c"]]))
    return run
  }

  @Test func `an act is sent with another input only after a yes of its own, with its intent on disk`() async throws {
    let run = try looped()
    let human = FakeOperator([
      "block": [.yes], "block!failure1": [.said("edit")], "block!failure1!value": [.said("c")], "block!edit1": [.yes],
      "run!undo": [.said("undo")], "block!undo0[1]": [.said("all")],
    ])
    #expect(await run.sit(human) == .completed)
    // What takes it back, and what verifies it, go by the new input too.
    #expect(run.executor.acts == ["!block a", "!block b", "!block c", "!unblock c", "!unblock a"])
    #expect(run.sink.events(.actVerified).allSatisfy { $0.data["held"]?.boolValue == true })
    let intent = run.sink.records.first { $0.event.path == "block!edit1" && $0.event.type == .actIntended }
    #expect(intent?.synced == true)
    guard case .approval(let approval) = human.asked.first(where: { $0.key == "block!edit1" })?.kind else {
      Issue.record("no approval")
      return
    }
    #expect(approval.calls == ["block c"])
    #expect(approval.undos.first == "unblock c")
  }

  @Test func `an edited call that is protected or answered no is not sent`() async throws {
    let run = try looped()
    run.environment.protected.accounts = ["c"]
    let human = FakeOperator([
      "block": [.yes], "block!failure1": [.said("edit")], "block!failure1!value": [.said("c")],
      "block!failure2": [.said("edit")], "block!failure2!value": [.said("d")], "block!edit2": [.no],
      "block!failure3": [.answer(Answer("skip", reason: "enough"))], "run!undo": [.said("keep")],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b"])
  }

  @Test func `killed after any event an edited act goes on with the inputs that were approved`() async throws {
    let answers: [String: [Reply]] = [
      "block": [.yes], "block!failure1": [.said("edit")], "block!failure1!value": [.said("c")], "block!edit1": [.yes],
      "block!failure2": [.said("edit")], "block!failure2!value": [.said("c")], "block!edit2": [.yes],
      "block!failure3": [.said("retry")], "run!undo": [.said("keep")],
    ]
    let whole = try looped()
    #expect(await whole.sit(FakeOperator(answers)) == .completed)
    let events = whole.sink.events
    for count in 1..<events.count {
      let resumed = try looped()
      for event in events.prefix(count) { _ = try await resumed.sink.record(event, synced: true) }
      var human = answers
      for (position, call) in ["a", "b"].enumerated() {
        let again = call == "b" && events.prefix(count).contains { $0.type == .actFinished && $0.data["position"] == 1 }
        for number in 1...3 {
          human["block!cut\(position).\(number)"] = [.said(call == "b" && !again ? "again" : "happened")]
        }
      }
      let operation = FakeOperator(human)
      #expect(await resumed.sit(operation) == .completed, "after event \(count)")
      let sent = events.prefix(count).filter { $0.type == .actStarted }.map { $0.data["call"]?.stringValue ?? "" }
      let all = sent + resumed.executor.acts.map { String($0.dropFirst()) }
      #expect(all.count { $0 == "block a" } == 1, "after event \(count): \(all)")
      #expect(all.count { $0 == "block c" } == 1, "after event \(count): \(all)")
    }
  }

  @Test func `a yes to an edited call is none for the same call at another place`() async throws {
    let first = try looped()
    let answers: [String: [Reply]] = [
      "block": [.yes], "block!failure1": [.said("edit")], "block!failure1!value": [.said("c")], "block!edit1": [.yes],
      "run!undo": [.said("keep")],
    ]
    #expect(await first.sit(FakeOperator(answers)) == .completed)
    let events = first.sink.events
    let intent = try #require(events.firstIndex { $0.path == "block!edit1" && $0.type == .actIntended })
    for isMoved in [false, true] {
      let resumed = try looped()
      for event in events[...intent] { _ = try await resumed.sink.record(event, synced: true) }
      if isMoved {
        var diagnostics: [Diagnostic] = []
        let node = try #require(YAML.parse(SourceFile(path: "e.yaml", text: "host: elsewhere")).root)
        resumed.environment.targets[0].settings = try #require(TemplateTree.parse(node, diagnostics: &diagnostics))
      }
      let human = FakeOperator(["block!failure2": [.said("retry")], "run!undo": [.said("keep")]])
      let result = await resumed.sit(human)
      #expect(human.keys.contains("block") == isMoved, "\(human.keys)")
      #expect(resumed.executor.acts == (isMoved ? [] : ["!block c"]))
      #expect(result.exitCode == (isMoved ? 3 : 0), "\(human.keys)")
    }
  }

  @Test func `a remark and an undo come back to the menu`() async throws {
    let run = try TestRun(Self.act + "  - act: more\n    shell: more\n")
    run.executor.script("more", .rejected())
    let human = FakeOperator([
      "fix": [.yes], "more": [.yes], "more!failure1": [.answer(Answer("note", reason: "odd"))],
      "more!failure2": [.said("undo")], "fix!undo1": [.yes], "more!failure3": [.said("by_hand")],
      "more!failure3!reason": [.said("Bob did it")], "run!undo": [.said("keep")],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!fix it", "!more", "!unfix"])
    #expect(run.sink.events(.noteAdded)[0].data["text"]?.stringValue == "odd")
    #expect(run.sink.events(.failureHandled).map { $0.data["choice"]?.stringValue } == ["note", "undo", "by_hand"])
    #expect(run.outcome("more")?["state"]?.stringValue == "by hand")
    #expect(run.outcome("more")?["ok"]?.boolValue == true)
  }

  @Test(arguments: [("go_on", 3, 0), ("skip", 2, 0), ("abort", 2, 4), ("pause", 2, 3)] as [(String, Int, Int32)])
  func `after too many errors in a loop the operator decides about the rest`(
    _ choice: String, _ sent: Int, _ exitCode: Int32
  ) async throws {
    let run = try TestRun(
      "steps:\n  - act: block\n    for_each: host in [\"a\", \"b\", \"c\"]\n    pace: {stop_after_errors: 1}\n"
        + "    shell: block ${host}\n")
    run.executor.script("block b", .rejected())
    let human = FakeOperator(["block": [.yes], "block!errors": [.said(.string(choice))]])
    #expect(await run.sit(human).exitCode == exitCode)
    #expect(run.executor.acts.count == sent)
  }
}
