import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import PlaybookTestSupport
import Testing

/// Who goes on with a run lets nothing be sent by a yes that is not known to be his, or that an older version recorded.
@Suite struct ForeignYesPromiseTests {
  private static let loop = "steps:\n  - act: fix\n    for_each: n in ['a', 'b']\n    shell: fix ${n}\n"
  private static let single = "steps:\n  - act: fix\n    shell: fix it\n    on_error: ask\n"

  /// A run of alice's that ends after its `count`-th event of a type.
  private func run(_ text: String, endedAfter type: EventType, _ count: Int = 1) async throws -> TestRun {
    let run = try TestRun(text)
    run.uid = 1000
    await run.sit(FakeOperator(["fix": [.yes]]))
    let ends = run.sink.events.indices.filter { run.sink.events[$0].type == type }
    let end = try #require(ends.dropFirst(count - 1).first)
    let again = try TestRun(text)
    again.uid = 1000
    for event in run.sink.events[...end] { _ = try await again.sink.record(event, synced: true) }
    return again
  }

  private func isForeign(_ run: TestRun) {
    run.foreign = Set(run.sink.events.map(\.sequence))
  }

  @Test func `one's own yes holds, so that these tests can fail`() async throws {
    let run = try await run(Self.loop, endedAfter: .actIntended)
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!fix a", "!fix b"])
  }

  @Test(arguments: [EventType.actIntended, .actFinished], [true, false])
  func `somebody else's is asked about, at a terminal and without one`(end: EventType, isInteractive: Bool) async throws
  {
    let run = try await run(Self.loop, endedAfter: end)
    isForeign(run)
    let human = FakeOperator(isInteractive: isInteractive)
    #expect(await run.sit(human).exitCode == 3)
    #expect(human.keys == ["fix!rest"] && run.executor.acts.isEmpty)
    #expect(human.asked.first?.text.contains("by somebody else: alice, uid 1000, as the record says") == true)
    let how = try #require(run.sink.events(.runPaused).last?.data["how"]?.stringValue)
    let digest = String(how.split(separator: " ").last ?? "")
    if !isInteractive { #expect(how.hasSuffix(" --approve \(digest)") && digest.count == 32) }
    // No digest that the record names is a yes, and an answer is none.
    run.answers = ["fix!rest": "yes", "fix": "yes"]
    run.approvals = [String(repeating: "1", count: 32)]
    #expect(await run.sit(human).exitCode == 3)
    #expect(run.executor.acts.isEmpty)
    guard !isInteractive else { return }
    run.approvals = [digest]
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts.last == "!fix b")
  }

  @Test func `the yes that takes its place is one's own from then on`() async throws {
    let run = try await run(Self.loop, endedAfter: .actIntended)
    isForeign(run)
    run.executor.script("fix a", .timedOut)
    #expect(await run.sit(FakeOperator(["fix!rest": [.yes]])).exitCode == 3)
    run.executor.script("fix a", .value(1))
    #expect(await run.sit(FakeOperator(["fix!cut0.1": [.said("happened")]], isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!fix a", "!fix b"])
  }

  @Test func `a no to it sends nothing`() async throws {
    let run = try await run(Self.loop, endedAfter: .actIntended)
    isForeign(run)
    #expect(await run.sit(FakeOperator(["fix!rest": [.no]])) == .completed)
    #expect(run.executor.acts.isEmpty)
  }

  @Test func `an answer of somebody else's sends no call again`() async throws {
    let run = try await run(Self.single, endedAfter: .actStarted)
    for (type, data) in [
      (EventType.questionAsked, ["key": "fix!cut0.1", "kind": "option", "text": "?"] as Value),
      (.questionAnswered, ["key": "fix!cut0.1", "value": "again", "source": "terminal", "by": "alice"]),
      (.failureHandled, ["choice": "again", "position": 0, "by": "alice"]),
    ] {
      let event = Event(at: run.clock.now(), path: "fix", type: type, data: data.mapValue ?? MapValue())
      let sequence = try await run.sink.record(event, synced: true).sequence
      run.foreign.insert(sequence)
    }
    let human = FakeOperator(isInteractive: false)
    #expect(await run.sit(human).exitCode == 3)
    #expect(human.keys.first?.hasPrefix("fix!cut0.") == true && run.executor.acts.isEmpty)
  }

  @Test func `a call that is said to be sent, and to which nobody said yes, is shown before it goes out again`()
    async throws
  {
    let run = try await run(Self.single, endedAfter: .stepStarted)
    _ = try await run.sink.record(
      Event(at: run.clock.now(), path: "fix", type: .actStarted, data: MapValue([("position", 0)])), synced: true)
    let human = FakeOperator(["fix!cut0.1": [.said("again")]])
    #expect(await run.sit(human).exitCode == 3)
    #expect(human.keys == ["fix!cut0.1", "fix!again0.1"] && run.executor.acts.isEmpty)
  }

  @Test(arguments: ["again", "retry"])
  func `at a terminal a call under somebody else's yes is shown before it goes out again`(choice: String) async throws {
    let run = try await run(Self.single, endedAfter: .actStarted)
    if choice == "retry" {
      let data: Value = ["position": 0, "state": "failed", "error": ["code": "rejected", "message": "no"]]
      _ = try await run.sink.record(
        Event(at: run.clock.now(), path: "fix", type: .actFinished, data: data.mapValue ?? MapValue()), synced: true)
    }
    isForeign(run)
    let key = choice == "again" ? "fix!cut0.1" : "fix!failure1"
    let human = FakeOperator([key: [.said(.string(choice))]])
    #expect(await run.sit(human).exitCode == 3)
    #expect(human.keys == [key, "fix!again0.1"] && run.executor.acts.isEmpty)
    let willing = FakeOperator([key: [.said(.string(choice))], "fix!again0.1": [.yes]])
    #expect(await run.sit(willing) == .completed)
    #expect(run.executor.acts == ["!fix it"])
  }

  @Test func `a yes that an older version recorded is asked for again, and names the digest that counts`() async throws
  {
    let run = try await run(Self.loop, endedAfter: .loopStarted)
    let known = try await self.run(Self.loop, endedAfter: .actIntended)
    var intent = try #require(known.sink.events.last)
    intent.fields["digest"] = "0123456789abcdef"
    _ = try await run.sink.record(intent, synced: true)
    let human = FakeOperator(isInteractive: false)
    #expect(await run.sit(human).exitCode == 3)
    #expect(human.asked.first?.text.contains("approved by an older version") == true && run.executor.acts.isEmpty)
    let plan = try TestRun(Self.loop)
    plan.mode = .plan
    await plan.sit()
    run.approvals = [try #require(plan.sink.events(.stepFinished, "fix").first?.data["digest"]?.stringValue)]
    #expect(await run.sit(human) == .completed && run.executor.acts == ["!fix a", "!fix b"])
  }

  @Test func `another user of the same name is somebody else, and a user stands beside the name`() async throws {
    let run = try await run(Self.loop, endedAfter: .actIntended)
    #expect(run.sink.events(.questionAnswered).allSatisfy { $0.data["uid"] == 1000 })
    run.uid = 1001
    let human = FakeOperator(["fix!rest": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["fix!rest"] && run.sink.events(.runResumed).last?.data["uid"] == 1001)
  }
}
