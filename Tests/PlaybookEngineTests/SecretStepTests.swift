import CEL
import PlaybookEngine
import Testing

@Suite struct SecretStepTests {
  @Test func `what a secret step returns is used and not recorded, and taken again after a resume`() async throws {
    let run = try TestRun(
      "steps:\n  - query: key\n    secret: true\n    shell: key\n  - confirm: c\n    ask: Go?\n"
        + "  - query: use_it\n    shell: use ${key.value}\n")
    run.executor.script("key", .value("made-by-the-run"))
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(await run.sit(FakeOperator(["c": [.yes]])) == .completed)
    #expect(run.executor.calls == ["key", "key", "use made-by-the-run"])
    #expect(!run.sink.events(.stepFinished, "key").contains { "\($0.data)".contains("made-by") })
    #expect(!run.sink.events(.callSent).contains { "\($0.data)".contains("made-by") })
    #expect(run.sink.secrets.contains("made-by-the-run"))
  }

  @Test func `a secret act that fails shows nothing of what came back`() async throws {
    let run = try TestRun("steps:\n  - act: key\n    secret: true\n    on_error: continue\n    shell: key\n")
    run.executor.script(
      "key", .failure(ExecutorError(.rejected, "exit 1", outcome: MapValue([("stdout", "half-a-secret")]))))
    #expect(await run.sit(FakeOperator(["key": [.yes]])) == .completed)
    #expect(!run.sink.events.contains { "\($0.data)".contains("half-a-secret") })
  }

  @Test func `a secret act is not done again after a resume`() async throws {
    let run = try TestRun("steps:\n  - act: key\n    secret: true\n    shell: key\n  - confirm: c\n    ask: Go?\n")
    #expect(await run.sit(FakeOperator(["key": [.yes]])).exitCode == 3)
    #expect(await run.sit(FakeOperator(["c": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!key"])
  }
}
