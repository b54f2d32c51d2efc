import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// The fault matrix, the run's side: what each fault of a server comes to as a finding. That each executor tells these
/// faults apart is in the `FailureTests` of its own module; docs/testing.md has the whole table.
@Suite struct FaultTests {
  struct Fault: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var code: ExecutorError.Code
    /// Whether the change may have been made although no answer came.
    var isOpen: Bool
  }

  static let faults = [
    Fault(testDescription: "down before the call", code: .unreachable, isOpen: false),
    Fault(testDescription: "down during the call", code: .disconnected, isOpen: true),
    Fault(testDescription: "slow beyond the timeout", code: .timedOut, isOpen: true),
    Fault(testDescription: "reset in mid-reply", code: .malformed, isOpen: true),
    Fault(testDescription: "a replica since a failover", code: .rejected, isOpen: false),
  ]

  private static let text = """
    steps:
      - query: look
        on_error: continue
        shell: look
      - check: fine
        that: look.value == "fine"
      - act: fix
        shell: fix it
        verify: {shell: seen, that: value == "fixed"}
    """

  @Test(arguments: faults) func `a read that fails is a finding, and a check on it is unknown`(_ fault: Fault)
    async throws
  {
    let run = try TestRun(Self.text)
    run.executor.script("look", .failure(ExecutorError(fault.code, "the fault")))
    #expect(await run.sit(FakeOperator(["fix": [.no]])) == .completed)
    #expect(run.outcome("look")?["state"] == "failed" && run.outcome("look")?["error"] == "the fault")
    #expect(run.sink.events(.stepFinished, "look")[0].data["error"]?["code"]?.stringValue == fault.code.rawValue)
    #expect(run.outcome("fine")?["verdict"] == "unknown")
  }

  /// A change that may have been made is never called failed and never sent again by itself; one that was not is.
  @Test(arguments: faults) func `a change that fails is failed or unknown, and is sent once`(_ fault: Fault)
    async throws
  {
    let run = try TestRun(Self.text)
    run.executor.script(
      "fix it", .failure(ExecutorError(fault.code, "the fault", mayHaveTakenEffect: fault.isOpen)), .value(1))
    let human = FakeOperator(["fix": [.yes]])
    #expect(await run.sit(human).exitCode == 3)
    #expect(run.executor.acts == ["!fix it"])
    #expect(run.sink.events(.actFinished).map { $0.data["state"] } == [fault.isOpen ? "unknown" : "failed"])
    #expect(run.sink.events(.actFinished)[0].data["error"]?["code"]?.stringValue == fault.code.rawValue)
    #expect(human.keys.last == (fault.isOpen ? "fix!cut0.1" : "fix!failure1"))
    // Of one that is open it is looked whether it shows, before anybody is asked.
    #expect(run.executor.calls.last == (fault.isOpen ? "seen" : "!fix it"))
  }

  @Test(arguments: faults) func `a server that fails after the change leaves it done and not verified`(
    _ fault: Fault
  ) async throws {
    let run = try TestRun(Self.text)
    run.executor.script("seen", .failure(ExecutorError(fault.code, "the fault")))
    let human = FakeOperator(["fix": [.yes], "fix!unverified": [.yes]])
    #expect(await run.sit(human) == .completed)
    #expect(run.executor.acts == ["!fix it"])
    #expect(run.sink.events(.actFinished).map { $0.data["state"] } == ["done"])
    #expect(run.sink.events(.actVerified)[0].data["text"] == "the fault")
    #expect(run.sink.events(.runFinished)[0].data["unverified"]?.listValue?.count == 1)
  }

  @Test func `a clock that was set back makes evidence old, and the run ends all the same`() async throws {
    let run = try TestRun(
      "steps:\n  - query: found\n    shell: found\n  - confirm: gate\n    ask: Go on?\n"
        + "  - act: block\n    for_each: row in found.rows\n    shell: block ${row}\n")
    run.executor.script("found", .rows(["a"]))
    #expect(await run.sit(FakeOperator()).exitCode == 3)
    run.clock.advance(by: .seconds(-86400))
    let human = FakeOperator([
      "run!fresh": [.no], "gate": [.yes], "block!fresh.found": [.no], "block": [.yes],
    ])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["run!fresh", "gate", "block"])
    #expect(human.asked[0].text.contains("later time than the clock shows"))
    #expect(run.executor.acts == ["!block a"])
  }
}
