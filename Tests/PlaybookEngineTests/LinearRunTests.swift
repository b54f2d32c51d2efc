import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

@Suite struct LinearRunTests {
  private static let whole = """
    steps:
      - query: ping
        shell: ping host
      - check: alive
        that: ping.value == "pong"
        yes: "it says ${ping.value}"
      - confirm: verdict
        ask: What is it?
        suggest: "${alive.yes ? 'fix' : 'leave'}"
        options:
          leave: Do nothing
          fix:
            text: Fix it
            steps:
              - act: repair
                shell: repair ${ping.value}
      - query: after
        shell: after ${repair.value}
      - document: impact
        ask: What happened?
    """

  @Test func `a playbook runs from top to bottom and every step leaves its record`() async throws {
    let run = try TestRun(Self.whole)
    run.executor.script("ping host", .value("pong"))
    let human = FakeOperator(["verdict": [.said("fix")], "repair": [.yes], "impact": [.said("little")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["ping host", "!repair pong", "after repair pong"])
    #expect(
      run.sink.story == [
        "run.started", "step.started ping", "call.sent ping", "step.finished ping", "step.started alive",
        "step.finished alive", "step.started verdict", "question.asked verdict", "question.answered verdict",
        "step.finished verdict", "step.started repair", "question.asked repair", "question.answered repair",
        "act.intended repair", "act.started repair", "act.finished repair", "step.finished repair",
        "step.started after", "call.sent after", "step.finished after", "step.started impact", "question.asked impact",
        "question.answered impact", "step.finished impact", "run.finished",
      ])
    #expect(run.sink.events(.stepFinished, "alive")[0].data["text"]?.stringValue == "it says pong")
    #expect(run.outcome("impact")?["answer"]?.stringValue == "little")
    #expect(human.seen.map(\.sequence) == Array(1...run.sink.events.count))
  }

  @Test func `the steps of the options not chosen are skipped and so is what needs them`() async throws {
    let run = try TestRun(Self.whole)
    run.executor.script("ping host", .value("lost"))
    let human = FakeOperator(["verdict": [.said("leave")], "impact": [.said("")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["ping host"])
    #expect(run.reason("after")?.contains("`repair` was skipped") == true)
    if case .option(_, let suggested) = human.asked[0].kind { #expect(suggested == "leave") }
  }

  @Test func `an unknown part is absorbed where the other side decides`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: a
          when: false
          shell: a
        - check: either
          that: a.value == "x" || true
        - check: open
          that: a.value == "x" || false
        - query: b
          when: a.value == "x"
          shell: b
      """)
    #expect(await run.sit() == .completed)
    #expect(run.outcome("either")?["verdict"]?.stringValue == "yes")
    #expect(run.outcome("open")?["verdict"]?.stringValue == "unknown")
    #expect(run.reason("a") == "`false` does not hold")
    #expect(run.reason("b")?.contains("`a` was skipped") == true)
    #expect(run.executor.calls.isEmpty)
  }

  @Test func `a gate answered no ends its own list of steps and no other`() async throws {
    let run = try TestRun(
      """
      steps:
        - group: inner
          steps:
            - confirm: sure
              ask: Sure?
            - query: within
              shell: within
        - query: behind
          shell: behind
      """)
    #expect(await run.sit(FakeOperator(["sure": [.no]])) == .completed)
    #expect(run.executor.calls == ["behind"])
    #expect(run.reason("within") == "the answer to `sure` was no")
  }

  @Test func `a group runs once for each item of its list`() async throws {
    let run = try TestRun(
      """
      steps:
        - group: each_host
          for_each: host in ["a", "b"]
          steps:
            - query: ping
              shell: ping ${host}
        - check: both
          that: each_host.items.all(i, i.ping.ok) && each_host.count == 2
      """)
    #expect(await run.sit() == .completed)
    #expect(run.executor.calls == ["ping a", "ping b"])
    #expect(run.outcome("both")?["verdict"]?.stringValue == "yes")
    #expect(run.sink.events(.stepFinished).map(\.path).contains("each_host[1].ping"))
  }

  @Test func `queries side by side are recorded in the order written`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: a
          shell: a
        - query: b
          shell: b
        - query: c
          shell: c
      """)
    run.executor.before { call in
      if call.arguments["args"]?.listValue?.first?.stringValue == "a" {
        for _ in 0..<200 { await Task.yield() }
      }
    }
    #expect(await run.sit() == .completed)
    #expect(run.sink.events(.stepFinished).map(\.path) == ["a", "b", "c"])
    #expect(run.sink.events(.stepFinished).map { $0.data["number"]?.intValue } == [1, 2, 3])
  }

  @Test func `a poll ends when its condition holds and running out is no error`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: soon
          shell: soon
          until: {that: "value == 3", every: 1ms, within: 60s}
        - query: never
          shell: never
          until: {that: "value == 3", every: 1ms, within: 20ms}
      """)
    run.executor.script("soon", .value(1), .value(2), .value(3))
    run.executor.script("never", .value(1))
    #expect(await run.sit() == .completed)
    #expect(run.outcome("soon")?["met"]?.boolValue == true)
    #expect(run.outcome("soon")?["polls"]?.intValue == 3)
    #expect(run.outcome("never")?["met"]?.boolValue == false)
    #expect(run.outcome("never")?["ok"]?.boolValue == true)
  }

  @Test func `a poll for each item of a list says of each and of all whether it came true in time`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: copied
          for_each: part in ["a", "b"]
          shell: copied ${part}
          until: {that: "value == 1", every: 1ms, within: 20ms}
        - check: every_part
          that: copied.items.all(i, i.met)
      """)
    run.executor.script("copied a", .value(1))
    run.executor.script("copied b", .value(0))
    #expect(await run.sit() == .completed)
    let items = run.outcome("copied")?["items"]?.listValue ?? []
    #expect(items.map { $0["met"]?.boolValue } == [true, false])
    #expect(items.first?["polls"]?.intValue == 1)
    #expect(run.outcome("copied")?["met"]?.boolValue == false)
    #expect(run.outcome("every_part")?["verdict"]?.stringValue == "no")
  }

  @Test func `an expected check that does not hold fails the run, at once where it says so`() async throws {
    let goesOn = try TestRun("steps:\n  - check: c\n    that: false\n    expect: yes\n  - query: q\n    shell: q\n")
    #expect(await goesOn.sit() == .failed("expected checks did not hold: `c`"))
    #expect(goesOn.executor.calls == ["q"])
    let stops = try TestRun(
      "steps:\n  - check: c\n    that: false\n    expect: yes\n    on_fail: stop\n  - query: q\n    shell: q\n")
    #expect(await stops.sit().exitCode == 1)
    #expect(stops.executor.calls.isEmpty)
  }

  @Test func `a used playbook has names of its own and gives its outcomes under one`() async throws {
    let run = try TestRun(
      "steps:\n  - use: other\n    with: {host: web}\n  - query: final\n    shell: final ${other.look.value}\n",
      used: [
        "other":
          "playbook: other\ntitle: Other\ninputs:\n  host: {type: string}\n"
          + "steps:\n  - query: look\n    shell: look ${inputs.host}\n"
      ])
    #expect(await run.sit() == .completed)
    #expect(run.executor.calls == ["look web", "final look web"])
    #expect(run.sink.events(.stepFinished).map(\.path).contains("other.look"))
  }
}
