import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

@Suite struct ApprovalTests {
  private func run() throws -> TestRun { try TestRun("steps:\n  - act: fix\n    shell: fix it\n") }

  @Test func `a yes given beforehand does not count outside a drill`() async throws {
    let run = try run()
    run.answers = ["fix": "yes"]
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(run.executor.calls.isEmpty)
    #expect(run.sink.events(.warning)[0].data["text"]?.stringValue?.contains("--approve") == true)
  }

  @Test func `a yes counts for the calls whose digest was approved and for no others`() async throws {
    let planned = try run()
    planned.mode = .plan
    #expect(await planned.sit() == .completed)
    let digest = try #require(planned.sink.events(.stepFinished, "fix")[0].data["digest"]?.stringValue)
    let run = try run()
    run.approvals = [digest]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!fix it"])
    let source = run.sink.events(.questionAnswered)[0].data["source"]?.stringValue
    #expect(source == "--approve \(digest)")
    let other = try TestRun("steps:\n  - act: fix\n    shell: fix other\n")
    other.approvals = [digest]
    other.answers = ["fix": "yes"]
    #expect(await other.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(other.executor.calls.isEmpty)
  }

  @Test func `under "each" a digest that fits is not called another one`() async throws {
    let text = "steps:\n  - act: fix\n    for_each: x in ['a', 'b']\n    approve: each\n    shell: fix ${x}\n"
    let run = try TestRun(text)
    run.approvals = ["beef"]
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    let first = try #require(run.sink.events(.warning).last?.data["text"]?.stringValue)
    let digest = try #require(first.split(separator: " ").last.map(String.init))
    let again = try TestRun(text)
    again.approvals = [digest]
    #expect(await again.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    let second = try #require(again.sink.events(.warning).last?.data["text"]?.stringValue)
    #expect(second.hasPrefix("--approve \(digest) is of these calls") && again.executor.acts.isEmpty, "\(second)")
  }

  @Test func `in a drill a yes given beforehand counts and a no counts anywhere`() async throws {
    let drill = try run()
    drill.mode = .drill
    drill.answers = ["fix": "yes"]
    #expect(await drill.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(drill.executor.acts == ["!fix it"])
    let refused = try run()
    refused.answers = ["fix": "no"]
    #expect(await refused.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(refused.executor.calls.isEmpty)
  }

  @Test func `an answer that fits no option pauses the run at its question`() async throws {
    let run = try TestRun("steps:\n  - confirm: c\n    ask: What?\n    options: {a: A, b: B}\n")
    run.answers = ["c": "x"]
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    let paused = try #require(run.sink.events(.runPaused).last)
    #expect(paused.data["reason"]?.stringValue?.contains("is no answer to `c`") == true)
    #expect(paused.data["how"]?.stringValue?.hasSuffix("--answer 'c=a|b'") == true)
    run.answers = ["c": "a"]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
  }

  @Test func `an approver and a ticket are recorded where they are required`() async throws {
    let run = try TestRun("steps:\n  - confirm: c\n    ask: Go?\n    approver: required\n")
    let human = FakeOperator(["c": [.yes], "c!approver": [.said("carol")], "c!ticket": [.said("INC-7")]])
    #expect(await run.sit(human) == .completed)
    #expect(run.outcome("c")?["by"]?.stringValue == "carol")
  }

  @Test func `a plan reads, shows every act of every option and sends none`() async throws {
    let run = try TestRun(
      """
      steps:
        - query: look
          shell: look
        - query: told
          manual: Look at the screen
        - confirm: c
          ask: What?
          options:
            a: {text: A, steps: [{act: one, shell: one}]}
            b: {text: B, steps: [{act: two, shell: "two ${look.value}"}]}
        - document: d
          ask: Why?
      """)
    run.mode = .plan
    let human = FakeOperator(["one": [.yes], "two": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.calls == ["look"])
    #expect(human.asked.isEmpty)
    let two = run.sink.events(.stepFinished, "two")[0].data
    #expect(two["calls"]?.listValue?.compactMap(\.stringValue) == ["two look"])
    #expect(two["plan"]?.listValue?.compactMap(\.stringValue) == ["would run two look"])
    #expect(run.sink.events(.actIntended).isEmpty)
  }

  @Test func `a plan follows the answers that it is given`() async throws {
    let run = try TestRun(
      "steps:\n  - confirm: c\n    ask: What?\n    options: {a: A, b: {text: B, steps: [{act: two, shell: two}]}}\n")
    run.mode = .plan
    run.answers = ["c": "a"]
    #expect(await run.sit() == .completed)
    #expect(run.sink.events(.stepFinished, "two").isEmpty)
  }

  @Test func `a pause at an item names what was said of those before it`() async throws {
    let run = try TestRun(
      """
      steps:
        - act: m
          for_each: host in ["a", "b", "c"]
          approve: each
          shell: do ${host}
      """)
    run.mode = .drill
    run.answers = ["m[0]": "yes", "m[1]": "no"]
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    let how = try #require(run.sink.events(.runPaused).last?.data["how"]?.stringValue)
    #expect(how.hasSuffix(" --answer 'm[0]=yes' --answer 'm[1]=no' --answer 'm[2]=yes|no'"))
  }
}
