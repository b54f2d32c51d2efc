import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
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

  private static let handedOver = """
    steps:
      - query: key
        secret: true
        shell: key
      - query: mark
        shell: mark ${fingerprint(key.value)}
      - act: hand
        shell: hand ${key.value}
      - confirm: c
        ask: Go?
      - check: same
        that: mark.value == 'mark ' + fingerprint('one-secret')
    """

  @Test func `the fingerprint of a secret is recorded, and its call is no secret`() async throws {
    let run = try TestRun(Self.handedOver)
    run.executor.script("key", .value("one-secret"))
    #expect(await run.sit(FakeOperator(["hand": [.yes], "c": [.yes]])) == .completed)
    #expect(run.outcome("same")?["verdict"] == "yes")
    #expect(run.outcome("mark")?["value"]?.stringValue?.hasPrefix("mark sha256:") == true)
    #expect(!run.sink.secrets.contains { $0.contains("sha256:") })
  }

  @Test func `a secret lost before it was handed over is made anew, and so is its fingerprint`() async throws {
    let run = try TestRun(Self.handedOver)
    run.executor.script("key", .value("lost-secret"), .value("one-secret"))
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(await run.sit(FakeOperator(["hand": [.yes], "c": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!hand one-secret"])
    #expect(run.outcome("same")?["verdict"] == "yes")
  }

  @Test func `a secret that was handed over is not made anew and is known by its fingerprint`() async throws {
    let run = try TestRun(Self.handedOver)
    run.executor.script("key", .value("one-secret"), .value("another-secret"))
    #expect(await run.sit(FakeOperator(["hand": [.yes]])).exitCode == 3)
    #expect(await run.sit(FakeOperator(["c": [.yes]])) == .completed)
    #expect(run.executor.calls.filter { $0 == "key" }.count == 1)
    #expect(run.executor.acts == ["!hand one-secret"])
    #expect(run.outcome("same")?["verdict"] == "yes")
  }

  @Test func `killed after any event the fingerprint on record is that of the secret handed over`() async throws {
    let whole = try TestRun(Self.handedOver)
    whole.executor.script("key", .value("one-secret"))
    #expect(await whole.sit(FakeOperator(["hand": [.yes], "c": [.yes]])) == .completed)
    let events = whole.sink.events
    for count in 1..<events.count {
      let sink = MemorySink()
      for event in events.prefix(count) { _ = try await sink.record(event, synced: true) }
      let run = try TestRun(Self.handedOver, sink: sink)
      run.executor.script("key", .value("new-secret"))
      let human = FakeOperator(["hand": [.yes], "c": [.yes], "hand!cut0.1": [.said("again")]])
      #expect(await run.sit(human) == .completed, "after event \(count)")
      let handed = run.executor.acts.last.map { String($0.dropFirst("!hand ".count)) } ?? "one-secret"
      let mark = run.outcome("mark")?["value"]?.stringValue
      #expect(mark == "mark " + fingerprint(.string(handed)), "after event \(count)")
    }
  }
}
