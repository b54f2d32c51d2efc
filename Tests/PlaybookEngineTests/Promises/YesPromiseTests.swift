import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Testing

/// A yes is for one thing, once: whatever else is shown with it, wherever else it stands, is another yes.
@Suite struct YesPromiseTests {
  private static let nobody = FakeOperator(isInteractive: false)

  private static func digests(_ run: TestRun) async -> [String] {
    run.mode = .plan
    await run.sit()
    return run.sink.events(.stepFinished).compactMap { $0.data["digest"]?.stringValue }
  }

  /// What is done to the plan's playbook and environment before the run.
  struct Change: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var steps = base
    var apply: @Sendable (TestRun) throws -> Void = { _ in }

    static let base = """
      inputs:
        pw: {type: string, secret: true}
        host: {type: string}
      steps:
        - act: fix
          for_each: n in ['a', 'b']
          shell: [fix, "${n}", "${inputs.host}"]
          undo: {shell: [unfix, "${n}"]}
      """

    static func text(_ name: String, _ old: String, _ new: String) -> Change {
      Change(testDescription: name, steps: base.replacing(old, with: new))
    }
  }

  private static let changes: [Change] = [
    .text("another call", "[fix,", "[other,"), .text("another undo", "[unfix,", "[other,"),
    .text("no undo", "\n    undo: {shell: [unfix, \"${n}\"]}", ""),
    .text("it can't be taken back any more", "undo: {shell: [unfix, \"${n}\"]}", "irreversible: true"),
    .text("a limit", "[unfix, \"${n}\"]}", "[unfix, \"${n}\"]}\n    limit: 5"),
    .text("it may be repeated", "act: fix", "act: fix\n    idempotent: true"),
    .text("another name of the step", "act: fix", "act: mend"), .text("one item more", "'b']", "'b', 'c']"),
    .text("another order", "['a', 'b']", "['b', 'a']"),
    .text("within a group", "  - act: fix", "  - group: g\n    for_each: x in [1]\n    steps:\n    - act: fix")
      .indented,
    Change(testDescription: "a red environment") { $0.environment.color = "red" },
    Change(testDescription: "another environment") { $0.environment.name = "production" },
    Change(testDescription: "another input") { $0.inputs["host"] = "b" },
    Change(testDescription: "a server that is found") { $0.executor.goes { _ in CallServer("db-2", isFound: true) } },
    Change(testDescription: "other settings of the target") {
      let span = $0.environment.targets[0].span
      $0.environment.targets[0].settings = .map([.init(key: "cwd", keySpan: span, value: .value("/x", span))], span)
    },
  ]

  private static func run(_ change: Change?) throws -> TestRun {
    let run = try TestRun((change?.steps ?? Change.base) + "\n")
    run.inputs = ["pw": "first-password", "host": "a"]
    try change?.apply(run)
    return run
  }

  @Test(arguments: changes)
  func `a digest is of all that an approval shows`(_ change: Change) async throws {
    let digest = try #require(await Self.digests(try Self.run(nil)).first)
    #expect(digest.count == 32)
    let same = try Self.run(nil)
    same.approvals = [digest]
    #expect(await same.sit(Self.nobody) == .completed && same.executor.acts.count == 2)
    let run = try Self.run(change)
    run.approvals = [digest]
    #expect(await run.sit(Self.nobody).exitCode == 3)
    #expect(run.executor.acts.isEmpty)
  }

  @Test func `a digest is of the text to be typed`() async throws {
    var digests: Set<String> = []
    for typed in ["", "    typed: fix\n", "    typed: mend\n", "    typed: \"${inputs.host}\"\n"] {
      let run = try TestRun(
        "inputs:\n  host: {type: string}\nsteps:\n  - act: fix\n    shell: [fix]\n    irreversible: true\n" + typed)
      run.inputs = ["host": "fix"]
      digests.formUnion(await Self.digests(run))
    }
    #expect(digests.count == 4)
  }

  @Test(arguments: [
    "shell: [set, \"${inputs.pw}\"]", "shell: [set, \"user:${inputs.pw}@\"]",
    "shell: [set, a]\n    undo: {shell: [set, \"${inputs.pw}\"]}", "shell: [set, \"${inputs.pw.substring(0, 3)}\"]",
  ])
  func `two values of a secret have two digests, and a digest does not tell one`(call: String) async throws {
    let text = "inputs:\n  pw: {type: string, secret: true}\nsteps:\n  - act: fix\n    \(call)\n"
    var digests: [String] = []
    for (value, key) in [("first-password", 1), ("first-password", 1), ("other-password", 1), ("first-password", 2)] {
      let run = try TestRun(text)
      run.inputs = ["pw": .string(value)]
      run.approvalKey = [UInt8(key)]
      digests += await Self.digests(run)
    }
    #expect(digests.count == 4 && digests[0] == digests[1] && Set(digests).count == 3)
  }

  @Test func `a secret that is renewed, and how one logs in, are no part of a digest`() async throws {
    var digests: [String] = []
    for token in ["first-token-x", "second-token-x"] {
      let run = try TestRun("steps:\n  - act: fix\n    shell: fix it\n")
      try run.useSecret()
      run.secrets = ["token": token]
      digests += await Self.digests(run)
    }
    #expect(digests.count == 2 && digests[0] == digests[1])
  }

  @Test(arguments: [
    "  - {act: a, shell: INCR x}\n  - {act: b, shell: INCR x}\n",
    "  - group: g\n    for_each: n in [1, 2, 3]\n    steps:\n    - {act: a, shell: INCR x}\n",
    "  - {use: once}\n  - {use: once, as: twice}\n",
  ])
  func `one digest lets one change be made, however many have the same call`(steps: String) async throws {
    let used = ["once": "playbook: once\ntitle: Once\nsteps:\n  - {act: a, shell: INCR x}\n"]
    let plan = try TestRun("steps:\n" + steps, used: used)
    let digests = await Self.digests(plan)
    #expect(digests.count >= 2 && Set(digests).count == digests.count)
    let run = try TestRun("steps:\n" + steps, used: used)
    run.approvals = [digests[0]]
    #expect(await run.sit(Self.nobody).exitCode == 3)
    #expect(run.executor.acts == ["!INCR x"])
    run.approvals = Set(digests)
    #expect(await run.sit(Self.nobody) == .completed && run.executor.acts.count == digests.count)
  }

  @Test func `a digest is used up: a change that is made anew asks for another`() async throws {
    let text = "steps:\n  - act: fix\n    shell: fix it\n    undo: {shell: unfix}\n  - {confirm: c, ask: Go?}\n"
    let digest = try #require(await Self.digests(try TestRun(text)).first)
    let run = try TestRun(text)
    run.approvals = [digest]
    let human = FakeOperator([
      "c": [.command(.undo), .command(.back("fix"))], "fix!undo1": [.yes], "fix": [.unanswered(reason: "away")],
    ])
    #expect(await run.sit(human).exitCode == 3)
    #expect(human.keys.last == "fix" && run.executor.acts == ["!fix it", "!unfix"])
    // In another session it is none the less used.
    #expect(await run.sit(Self.nobody).exitCode == 3)
    #expect(run.executor.acts == ["!fix it", "!unfix"])
    let named = try #require(run.sink.events(.runPaused).last?.data["how"]?.stringValue?.split(separator: " ").last)
    run.approvals = [String(named)]
    _ = await run.sit(FakeOperator(["c": [.yes]]))
    #expect(run.executor.acts == ["!fix it", "!unfix", "!fix it"])
  }

  @Test func `one digest is the yes to the undo of a whole loop, and to that alone`() async throws {
    let text =
      "steps:\n  - act: fix\n    for_each: n in ['a', 'b', 'c']\n    shell: fix ${n}\n"
      + "    undo: {shell: 'unfix ${n}'}\n"
    let run = try TestRun(text)
    run.answers = ["run!undo": "undo"]
    run.approvals = Set(await Self.digests(try TestRun(text)))
    #expect(await run.sit(Self.nobody).exitCode == 3)
    #expect(run.executor.acts == ["!fix a", "!fix b", "!fix c"])
    let how = try #require(run.sink.events(.runPaused).last?.data["how"]?.stringValue)
    let digest = try #require(how.split(separator: " ").last.map(String.init))
    #expect(how.hasSuffix(" --approve \(digest)") && digest.count == 32)
    (run.answers, run.approvals) = ([:], [digest])
    #expect(await run.sit(Self.nobody) == .completed)
    #expect(run.executor.acts.suffix(3) == ["!unfix c", "!unfix b", "!unfix a"])
  }

  @Test func `a digest that fits nothing is said at the end`() async throws {
    let run = try TestRun("steps:\n  - {query: look, shell: look}\n")
    run.approvals = [String(repeating: "0", count: 32)]
    #expect(await run.sit(Self.nobody) == .completed)
    #expect(run.sink.events(.warning).last?.data["text"]?.stringValue?.contains("no change that this run") == true)
  }
}

extension YesPromiseTests.Change {
  /// With what follows the group's head two columns further in.
  fileprivate var indented: Self {
    guard let mark = steps.firstRange(of: "    - act: fix\n") else { return self }
    var change = self
    let rest = steps[mark.upperBound...].split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    change.steps = steps[..<mark.upperBound] + rest
    return change
  }
}
