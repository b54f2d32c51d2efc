import CEL
import PlaybookLanguage
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// The undo of a change as it is known before the change, and which of several counts.
@Suite struct UndoPlanTests {
  private func approval(_ text: String, values: [String: Value] = [:]) async throws -> (Approval, TestRun) {
    let run = try TestRun(text)
    run.inputs = values
    run.environment.protected.accounts = ["root"]
    let human = FakeOperator(["block": [.no]])
    _ = await run.sit(human)
    let question = try #require(human.asked.first { $0.key == "block" })
    guard case .approval(let approval) = question.kind else { throw ExecutorError(.malformed, "no approval") }
    return (approval, run)
  }

  @Test(arguments: [
    ("{shell: undo it}", "undo it", nil),
    ("[{when: \"inputs.n > 1\", shell: restore}, {shell: remove}]", "restore", nil),
    ("[{when: \"inputs.n > 2\", shell: restore}, {shell: remove}]", "remove", nil),
    (
      "[{when: \"inputs.n > 2\", shell: restore}]", "can't be made: no `when` of its undos holds",
      "the undo of `block` can't be made: no `when` of its undos holds"
    ),
    ("{shell: \"undo ${block.value}\"}", "known once the call has returned", nil),
    ("{when: \"block.exit == 0\", shell: undo}", "known once the call has returned", nil),
    (
      "{shell: \"undo ${[1][inputs.n]}\"}", "can't be made: there is no element 2 in a list of 1",
      "the undo of `block` can't be made: there is no element 2 in a list of 1"
    ),
    (
      "{shell: undo root}", "can't be made: account root is protected",
      "the undo of `block` can't be made: account root is protected"
    ),
    ("{shell: {args: \"${['undo', 'a b']}\"}}", "undo a b", nil),
  ])
  func `stands with the approval`(undo: String, shown: String, warning: String?) async throws {
    let text = "inputs: {n: {type: integer}}\nsteps:\n  - act: block\n    shell: block\n    undo: \(undo)\n"
    let (approval, _) = try await approval(text, values: ["n": 2])
    #expect(approval.undos == [shown])
    #expect(approval.warnings == (warning.map { [$0] } ?? []))
  }

  @Test func `the one whose condition held by what the call returned is sent`() async throws {
    let text = """
      steps:
        - act: block
          shell: block
          undo:
            - {when: "block.value == 'was there'", shell: restore}
            - {shell: "remove ${block.value}"}
      """
    for (value, undo) in [("was there", "!restore"), ("new", "!remove new")] {
      let run = try TestRun(text)
      run.executor.script("block", .value(.string(value)))
      let human = FakeOperator(["block": [.yes], "run!undo": [.said("undo")], "block!undo0": [.yes]])
      #expect(await run.sit(human) == .completed)
      #expect(run.executor.acts == ["!block", undo])
    }
  }

  @Test func `what is protected is not undone`() async throws {
    let run = try TestRun("steps:\n  - act: block\n    shell: block\n    undo: {shell: undo root}\n")
    run.environment.protected.accounts = ["root"]
    let human = FakeOperator(["block": [.yes], "run!undo": [.said("undo")], "block!undo0": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!block"])
    #expect(run.sink.events(.warning, "block").contains { $0.data["text"]?.rendered.contains("is protected") == true })
  }

  @Test func `a list as the only word of a call is its arguments`() async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: {args: \"${['list', 'a b', 7]}\"}\n")
    #expect(await run.sit() == .completed)
    #expect(run.executor.calls == ["list a b 7"])
  }

  @Test func `a plan of an undo that can't be made fails`() async throws {
    let run = try TestRun("steps:\n  - act: block\n    shell: block\n    undo: {shell: \"undo ${[1][2]}\"}\n")
    run.mode = .plan
    let result = await run.sit()
    #expect(result.exitCode == 1)
    #expect(result == .failed("this would not work as things are: `block`"))
    let fine = try TestRun("steps:\n  - act: block\n    shell: block\n    undo: {shell: undo}\n")
    fine.mode = .plan
    #expect(await fine.sit() == .completed)
  }

  @Test func `answers given beforehand undo at the end, all of it or single items`() async throws {
    let text = """
      steps:
        - act: block
          for_each: host in ["a", "b"]
          shell: block ${host}
          undo: {shell: "undo ${host}"}
      """
    let run = try TestRun(text)
    run.mode = .drill
    run.answers = ["block": "yes", "run!undo": "undo", "block!undo": "yes", "block!undo[0]": "no"]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!block a", "!block b", "!undo b"])
  }

  @Test func `a looped step's texts use its item`() async throws {
    let text = """
      steps:
        - act: fix
          for_each: 'pod in [{"name": "web-1", "zone": "a"}, {"name": "web-2", "zone": "b"}]'
          title: Restart ${pod.name}
          why: It stopped, ${pod.name} in ${run.environment}
          label: ${pod.zone}/${pod.name}
          approve: each
          irreversible: true
          typed: restart ${pod.name}
          shell: restart ${pod.name}
      """
    let run = try TestRun(text)
    let human = FakeOperator(["fix[0]": [.said("yes")], "fix[1]": [.said("no")]])
    #expect(await run.sit(human) == .completed)
    #expect(human.asked.prefix(2).map(\.text) == ["Restart web-1", "Restart web-2"])
    let shown = human.asked.prefix(2).compactMap { question in
      if case .item(let approval, let position, _) = question.kind {
        [approval.items[position], approval.rows[position], approval.typed ?? ""]
      } else {
        [String]?.none
      }
    }
    #expect(
      shown == [
        ["a/web-1", "name: web-1, zone: a", "restart web-1"], ["b/web-2", "name: web-2, zone: b", "restart web-2"],
      ])
    let begun = try #require(run.sink.events(.stepStarted, "fix").first)
    #expect(begun.data["title"]?.stringValue == "Restart each pod")
    #expect(begun.data["why"]?.stringValue == "It stopped, each pod in staging")
    #expect(run.sink.events(.actFinished, "fix").first?.data["label"]?.stringValue == "a/web-1")
  }
}
