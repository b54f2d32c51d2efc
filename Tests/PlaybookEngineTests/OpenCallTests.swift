import CEL
import PlaybookLanguage
import PlaybookTestSupport
import SourceText
import Testing
import YAMLTree

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// What was sent and not heard of is asked about, whatever else has become of the run since; and what a human said in
/// an earlier session counts for just what it was said of.
@Suite struct OpenCallTests {
  /// The same playbook, killed after the last of the first events that fit.
  private func killed(
    _ text: String, after whole: TestRun, _ isLast: (Event) -> Bool, _ executor: FakeExecutor = FakeExecutor()
  ) async throws -> TestRun {
    let run = try TestRun(text, executor: executor)
    let index = whole.sink.events.firstIndex(where: isLast)
    let end = try #require(index)
    for event in whole.sink.events[...end] { _ = try await run.sink.record(event, synced: true) }
    run.clock.advance(by: .seconds(2))
    return run
  }

  private func moved(_ run: TestRun) throws {
    var diagnostics: [Diagnostic] = []
    let node = try #require(YAML.parse(SourceFile(path: "e.yaml", text: "host: elsewhere")).root)
    run.environment.targets[0].settings = try #require(TemplateTree.parse(node, diagnostics: &diagnostics))
  }

  private static let wanted = """
    steps:
      - query: q
        fresh: 1s
        shell: q
      - act: a
        when: q.value == "q"
        shell: do
        undo: {shell: undo}
    """

  @Test func `a call that was sent is asked about before its condition is looked at again`() async throws {
    let whole = try TestRun(Self.wanted)
    await whole.sit(FakeOperator(["a": [.yes], "run!undo": [.said("keep")]]))
    let again = try await killed(Self.wanted, after: whole) { $0.type == .actStarted }
    again.executor.script("q", .value("something else"))
    let human = FakeOperator(["a!cut0.1": [.said("happened")], "run!fresh": [.yes], "run!undo": [.said("keep")]])
    #expect(await again.sit(human) == .completed)
    #expect(human.keys == ["a!cut0.1", "run!fresh", "run!undo"])
    #expect(again.outcome("a")?["ok"] == true && again.sink.events(.stepSkipped).isEmpty)
    #expect(again.sink.events.last?.data["changes"] == 1 && again.executor.acts.isEmpty)
  }

  @Test func `a call that was sent stays on record when the act is declined in its new form`() async throws {
    let whole = try TestRun(Self.wanted)
    await whole.sit(FakeOperator(["a": [.yes], "run!undo": [.said("keep")]]))
    for word in ["again", "skip"] {
      let again = try await killed(Self.wanted, after: whole) { $0.type == .actStarted }
      try moved(again)
      let human = FakeOperator([
        "a!cut0.1": [.said(.string(word))], "run!fresh": [.no], "a!fresh.q": [.no], "a": [.no],
        "run!undo": [.said("keep")],
      ])
      #expect(await again.sit(human) == .completed, "\(human.keys)")
      #expect(human.keys.contains("a") == (word == "again"))
      #expect(again.executor.acts.isEmpty && again.sink.events(.stepSkipped).isEmpty)
      let last = try #require(again.sink.events(.actFinished, "a").last)
      #expect(last.data["state"] == "unknown" && last.data["left"] == true)
    }
  }

  @Test func `an aborted run asks about the call that was cut`() async throws {
    let run = try TestRun("steps:\n  - act: a\n    shell: do\n  - act: never\n    shell: never\n")
    run.executor.script("do", .hang)
    let control = run.control
    run.executor.before { _ in
      control.request(.abort("the operator aborted (Ctrl-C)"))
      control.cut("twice")
    }
    await run.sit(FakeOperator(["a": [.yes]])) { runner in
      await runner.interrupted(by: "SIGINT", choice: .abort)
    }
    var events = run.sink.events
    events.append(
      Event(at: run.clock.now(), type: .interrupted, data: MapValue([("signal", "SIGINT"), ("choice", "abort")])))
    let again = try TestRun("steps:\n  - act: a\n    shell: do\n  - act: never\n    shell: never\n")
    for event in events { _ = try await again.sink.record(event, synced: true) }
    let human = FakeOperator(["a!cut0.1": [.said("happened")]])
    guard case .aborted = await again.sit(human) else {
      Issue.record("not aborted")
      return
    }
    #expect(human.keys == ["a!cut0.1"])
    guard case .option(let options, _) = human.asked[0].kind else { return }
    #expect(!options.contains { $0.name == "again" })
  }

  private static let paced = """
    steps:
      - act: block
        for_each: host in ["a", "b", "c", "d"]
        pace: {first: 1}
        shell: block ${host}
    """

  @Test func `the look after the first items stands until it is answered`() async throws {
    let run = try TestRun(Self.paced)
    #expect(await run.sit(FakeOperator(["block": [.yes]])).exitCode == 3)
    #expect(run.executor.acts == ["!block a"])
    let nobody = FakeOperator(isInteractive: false)
    #expect(await run.sit(nobody).exitCode == 3)
    #expect(run.executor.acts == ["!block a"] && nobody.keys == ["block!pace"])
    run.answers = ["block!pace": "no"]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!block a"])
  }

  @Test func `items that were declined are none of the first`() async throws {
    let run = try TestRun(Self.paced.replacing("shell:", with: "approve: each\n    shell:"))
    let human = FakeOperator([
      "block[0]": [.said("no")], "block[1]": [.said("yes")], "block[2]": [.said("yes")], "block[3]": [.said("no")],
      "block!pace": [.no],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block b"])
  }

  @Test func `an item is asked about by its own call, also where another is protected since`() async throws {
    let text = Self.paced.replacing("shell:", with: "approve: each\n    undo: {shell: \"unblock ${host}\"}\n    shell:")
    let run = try TestRun(text)
    let yes: [String: [Reply]] = Dictionary(
      uniqueKeysWithValues: (0..<4).map { ("block[\($0)]", [.said("yes")]) })
    #expect(await run.sit(FakeOperator(yes)).exitCode == 3)
    run.environment.protected.accounts = ["b"]
    let human = FakeOperator(["block[2]": [.said("all")], "block!pace": [.yes], "run!undo": [.said("keep")]])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(human.keys.filter { $0.hasPrefix("block[") } == ["block[2]"])
    guard case .item(let approval, let position, let count) = human.asked[0].kind else {
      Issue.record("no item")
      return
    }
    #expect(approval.calls[position] == "block c" && approval.undos[position] == "unblock c" && count == 2)
    #expect(run.executor.acts == ["!block a", "!block c", "!block d"])
    let intent = try #require(run.sink.events(.actIntended, "block").last)
    #expect(intent.data["calls"]?.listValue?.map(\.stringValue) == ["block a", "block b", "block c", "block d"])
  }

  @Test(arguments: [true, false]) func `errors of items sent side by side are decided after a resume`(
    _ isInteractive: Bool
  ) async throws {
    let text = """
      steps:
        - act: block
          for_each: host in ["a", "b", "c", "d", "e"]
          on_error: ask
          pace: {at_once: 3, stop_after_errors: 1}
          shell: block ${host}
      """
    let run = try TestRun(text)
    run.executor.script("block a", .rejected())
    #expect(await run.sit(FakeOperator(["block": [.yes]])).exitCode == 3)
    #expect(await run.sit(FakeOperator(isInteractive: isInteractive)).exitCode == 3)
    #expect(run.executor.acts.count == 3)
    let human = FakeOperator(["block!errors": [.said("go_on")], "block!rest": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts.sorted() == ["!block a", "!block b", "!block c", "!block d", "!block e"])
    #expect(await run.sit(FakeOperator(), from: run.sink.events) == .completed)
  }

  @Test func `what a loop's items came to is kept where another of them ends the run`() async throws {
    let text = """
      steps:
        - act: block
          for_each: host in ["a", "b", "c", "d"]
          on_error: stop
          pace: {at_once: 3, stop_after_errors: 1}
          shell: block ${host}
      """
    let whole = try TestRun(text)
    whole.executor.script("block a", .rejected())
    await whole.sit(FakeOperator(["block": [.yes]]))
    let again = try await killed(text, after: whole) { $0.type == .actFinished && $0.data["position"] == 2 }
    #expect(await again.sit(FakeOperator()).exitCode == 1)
    let states = again.outcome("block")?["items"]?.listValue?.map { $0["state"]?.stringValue }
    #expect(states == ["failed", "done", "done", "skipped"])
    let cut = try await killed(text, after: whole) { $0.type == .actFinished && $0.data["position"] == 0 }
    let human = FakeOperator(["block!cut1.1": [.said("happened")], "block!cut2.2": [.said("happened")]])
    #expect(await cut.sit(human).exitCode == 1)
    #expect(human.keys == ["block!cut1.1", "block!cut2.2"])
  }

  @Test func `a large outcome of an act is whole after a crash`() async throws {
    let text = """
      steps:
        - act: a
          shell: do
        - check: many
          that: a.lines.size() > 1000
          expect: yes
      """
    let whole = try TestRun(text)
    let lines = Value.list((0..<20_000).map { .string("line \($0)") })
    whole.executor.script("do", .fields(["lines": lines]))
    #expect(await whole.sit(FakeOperator(["a": [.yes]])) == .completed)
    let end = try #require(whole.sink.events.firstIndex { $0.type == .actFinished })
    let history = Array(whole.sink.events[...end])
    #expect(await whole.sit(FakeOperator(), from: history) == .completed)
  }

  @Test func `an unknown check is unknown after a resume as well`() async throws {
    let text = """
      steps:
        - query: q
          on_error: continue
          shell: q
        - check: c
          that: q.value == "x"
        - confirm: go
          ask: Go?
        - act: a
          when: c.yes != true
          shell: do
      """
    let run = try TestRun(text)
    run.executor.script("q", .rejected())
    #expect(await run.sit(FakeOperator()).exitCode == 3)
    #expect(await run.sit(FakeOperator(["go": [.yes], "a": [.yes]])) == .completed)
    #expect(run.executor.acts.isEmpty && run.reason("a") != nil)
  }

  @Test func `a group in which something was sent is not skipped for its condition`() async throws {
    let text = """
      steps:
        - query: q
          fresh: 1s
          shell: q
        - group: part
          when: q.value == "q"
          steps:
            - act: a
              shell: do
      """
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes]]))
    let again = try await killed(text, after: whole) { $0.type == .actStarted }
    again.executor.script("q", .value("something else"))
    let human = FakeOperator(["a!cut0.1": [.said("again")], "run!fresh": [.yes]])
    #expect(await again.sit(human) == .completed)
    #expect(again.executor.acts == ["!do"] && again.outcome("a")?["ok"] == true)
  }

  @Test func `what is made again after it was taken back is not taken back`() async throws {
    let text = "steps:\n  - act: a\n    shell: do\n    undo: {shell: undo}\n"
    let whole = try TestRun(text)
    await whole.sit(FakeOperator(["a": [.yes], "run!undo": [.said("keep")]]))
    let again = try await killed(text, after: whole) { $0.type == .actStarted }
    let human = FakeOperator([
      "a!cut0.1": [.command(.undo), .said("again")], "a!undo1": [.yes], "run!undo": [.said("keep")],
    ])
    #expect(await again.sit(human) == .completed, "\(human.keys)")
    #expect(again.executor.acts == ["!undo", "!do"] && human.keys.last == "run!undo")
    #expect(RunState(again.sink.events).acts["a"]?.items[0]?.isUndone == false)
  }

  @Test func `skip at one item of a loop leaves the rest of it`() async throws {
    let text = "steps:\n  - act: block\n    for_each: h in [\"a\", \"b\", \"c\"]\n    shell: block ${h}\n"
    let unknown = try TestRun(text)
    unknown.executor.script("block b", .timedOut)
    let human = FakeOperator(["block": [.yes], "block!cut1.1": [.command(.skip(reason: "enough"))]])
    #expect(await unknown.sit(human) == .completed, "\(human.keys)")
    #expect(unknown.executor.acts == ["!block a", "!block b"])
    let failed = try TestRun(text)
    failed.executor.script("block b", .rejected())
    let other = FakeOperator(["block": [.yes], "block!failure1": [.command(.skip(reason: "enough"))]])
    #expect(await failed.sit(other) == .completed, "\(other.keys)")
    #expect(failed.executor.acts == ["!block a", "!block b"])
    let states = failed.outcome("block")?["items"]?.listValue?.map { $0["state"] }
    #expect(states == ["done", "skipped", "skipped"])
    // The option of that name is about the item alone.
    let item = try TestRun(text)
    item.executor.script("block b", .timedOut)
    #expect(await item.sit(FakeOperator(["block": [.yes], "block!cut1.1": [.said("skip")]])) == .completed)
    #expect(item.executor.acts == ["!block a", "!block b", "!block c"])
    // What sends stands last but for a look.
    guard case .option(let options, _)? = human.asked.first(where: { $0.key == "block!cut1.1" })?.kind else {
      Issue.record("no options")
      return
    }
    #expect(options.map(\.name) == ["happened", "skip", "again"])
  }

  @Test func `after too many errors what failed can be tried again`() async throws {
    let text = """
      steps:
        - act: block
          for_each: h in ["a", "b", "c"]
          pace: {stop_after_errors: 1}
          shell: block ${h}
      """
    let run = try TestRun(text)
    run.executor.script("block b", .rejected(), .value("ok"))
    let human = FakeOperator(["block": [.yes], "block!errors": [.said("retry")]])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!block a", "!block b", "!block b", "!block c"])
    #expect(run.outcome("block")?["ok"] == true)
    // Said beforehand it is no yes without the digest.
    let preset = try TestRun(text)
    preset.executor.script("block b", .rejected())
    preset.answers = ["block!errors": "retry"]
    let alone = FakeOperator(["block": [.yes]])
    #expect(await preset.sit(alone).exitCode == 3)
    #expect(alone.keys.last?.hasPrefix("block!again") == true && preset.executor.acts == ["!block a", "!block b"])
  }

  private static let three =
    "steps:\n  - act: block\n    for_each: h in [\"a\", \"b\", \"c\"]\n    shell: block ${h}\n  - confirm: ok\n    ask: ok?\n"

  @Test func `that the rest of a loop was skipped holds over a kill, and not for a new yes`() async throws {
    let run = try TestRun(Self.three)
    run.executor.script("block a", .rejected(), .value("ok"))
    let human = FakeOperator([
      "block": [.yes], "block!failure1": [.command(.skip(reason: "wrong list"))],
      "ok": [.command(.back("block")), .yes],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    // All of it failed, so it was asked about like a new one, and sent whole.
    #expect(run.executor.acts == ["!block a", "!block a", "!block b", "!block c"])
    let end = try #require(run.sink.events.firstIndex { $0.type == .actFinished && $0.data["left"] == true })
    let again = try TestRun(Self.three)
    for event in run.sink.events[...end] { _ = try await again.sink.record(event, synced: true) }
    again.answers = ["ok": "yes"]
    #expect(await again.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(again.executor.acts.isEmpty)
  }

  @Test func `skip at the new value of an input leaves no rest`() async throws {
    let run = try TestRun(Self.three)
    run.executor.script("block a", .rejected(), .value("ok"))
    let human = FakeOperator([
      "block": [.yes], "block!failure1": [.said("edit")], "block!failure1!value": [.command(.skip(reason: "no"))],
      "block!failure2": [.said("retry")], "ok": [.yes],
    ])
    #expect(await run.sit(human) == .completed, "\(human.keys)")
    #expect(run.executor.acts == ["!block a", "!block a", "!block b", "!block c"])
  }

  @Test func `what was to be tried again is tried again after a kill`() async throws {
    let text = """
      steps:
        - act: block
          for_each: h in ["a", "b", "c", "d"]
          pace: {stop_after_errors: 2}
          shell: block ${h}
      """
    let run = try TestRun(text)
    run.executor.script("block a", .rejected(), .value("ok"))
    run.executor.script("block b", .rejected(), .value("ok"))
    await run.sit(FakeOperator(["block": [.yes], "block!errors": [.said("retry")]]))
    #expect(run.executor.acts == ["!block a", "!block b", "!block a", "!block b", "!block c", "!block d"])
    let start = try #require(run.sink.events.firstIndex { $0.type == .failureHandled })
    let ends = run.sink.events.indices.filter { $0 >= start && run.sink.events[$0].type != .actStarted }
    for end in ends {
      let again = try TestRun(text)
      for event in run.sink.events[...end] { _ = try await again.sink.record(event, synced: true) }
      #expect(await again.sit(FakeOperator(["block": [.yes]])) == .completed)
      #expect(again.outcome("block")?["ok"] == true, "\(again.sink.story)")
      let sent = run.sink.events[...end].count { $0.type == .actStarted } + again.executor.acts.count
      #expect(sent == 6, "\(again.executor.acts)")
    }
    // Where the rest is not gone on with, what failed is no mere skip.
    let declined = try TestRun(text)
    for event in run.sink.events[...start] { _ = try await declined.sink.record(event, synced: true) }
    declined.executor.script("block a", .rejected())
    declined.executor.script("block b", .rejected())
    let human = FakeOperator(["block!errors": [.said("go_on")], "block!rest": [.no]], name: "bob")
    #expect(await declined.sit(human) == .completed, "\(human.keys)")
    let states = declined.outcome("block")?["items"]?.listValue?.map { $0["state"] }
    #expect(states == ["failed", "failed", "skipped", "skipped"])
  }
}
