import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct ProcessTests {
  private let bench: Workbench
  /// Programs of the system, for the test programs' own use.
  private let tools: [(String, Value)]

  init() throws {
    bench = try Workbench()
    tools = [("path", [.string(bench.bin), "/usr/bin", "/bin"]), ("trusted", true)]
  }

  @Test func `of a hundred megabytes the first part is kept and the rest is read`() async throws {
    try bench.program("flood", #"head -c 100000000 /dev/zero | tr '\0' 'x'; echo end >&2"#)
    let outcome = try await bench.executor.perform(
      bench.call(["flood"]), context: bench.context(tools, bytes: 1_000_000))
    #expect(outcome.isTruncated)
    #expect(outcome.fields["stdout"]?.stringValue?.utf8.count == 1_000_000)
    #expect(outcome.fields["stderr"] == "end\n")
    #expect(outcome.fields["exit"] == 0)
    #expect(outcome.fields["json"] == .null)
  }

  @Test func `a cut within a character leaves text`() async throws {
    try bench.program("umlauts", "printf 'äöü'")
    let outcome = try await bench.executor.perform(bench.call(["umlauts"]), context: bench.context(tools, bytes: 3))
    #expect(outcome.fields["stdout"] == "ä")
    #expect(outcome.isTruncated)
  }

  @Test func `a line that was cut says so, on both outputs`() async throws {
    try bench.program("cutting", #"printf 'one\ntwo and more'; printf 'first\nan error and more' >&2; exit $1"#)
    let context = bench.context(tools, bytes: 10)
    let outcome = try await bench.executor.perform(bench.call(["cutting", "0"]), context: context)
    #expect(outcome.fields["lines"] == ["one", "two an…"])
    do {
      _ = try await bench.executor.perform(bench.call(["cutting", "3"]), context: context)
      Issue.record("no error")
    } catch {
      #expect(error.message.hasSuffix("exited with 3: an e…"), "\(error.message)")
    }
    let whole = try await bench.executor.perform(bench.call(["cutting", "0"]), context: bench.context(tools))
    #expect(whole.fields["lines"] == ["one", "two and more"])
  }

  @Test func `more lines than are kept mark the outcome as cut`() async throws {
    try bench.program("lines", #"yes "" | head -n 2000000"#)
    let outcome = try await bench.executor.perform(bench.call(["lines"]), context: bench.context(tools))
    #expect(outcome.fields["lines"]?.listValue?.count == 1_000_000)
    #expect(outcome.isTruncated)
  }

  @Test func `a program that ignores SIGTERM is killed at its deadline, with what it started`() async throws {
    try bench.program(
      "stubborn",
      """
      trap '' TERM; sleep 600 & echo $! > \(bench.folder)/child
      echo $$ > \(bench.folder)/own; echo part; wait; sleep 600
      """
    )
    let error = await bench.failure {
      try await bench.executor.perform(
        bench.call(["stubborn"]), context: bench.context(tools, within: .seconds(3)))
    }
    #expect(error?.code == .timedOut)
    #expect(error?.mayHaveTakenEffect == true)
    #expect(error?.outcome?["stdout"] == "part\n")
    #expect(await isGone(try bench.process(in: "own")))
    #expect(await isGone(try bench.process(in: "child")))
  }

  @Test func `a cancelled call leaves no process`() async throws {
    try bench.program(
      "slow", "sleep 600 & echo $! > \(bench.folder)/child; echo $$ > \(bench.folder)/own; wait")
    let running = Task { [bench, tools] in
      await bench.failure { try await bench.executor.perform(bench.call(["slow"]), context: bench.context(tools)) }
    }
    let (own, child) = (try await bench.process(in: "own"), try await bench.process(in: "child"))
    running.cancel()
    let error = await running.value
    #expect(error?.code == .cancelled)
    #expect(error?.mayHaveTakenEffect == true)
    #expect(await isGone(own))
    #expect(await isGone(child))
  }

  @Test func `a program may clean up when it is told to end, and is not asked twice`() async throws {
    try bench.program(
      "tidy",
      """
      trap 'echo term >> \(bench.folder)/log; sleep 0.3; exit 0' TERM
      echo $$ > \(bench.folder)/own; while :; do sleep 0.05; done
      """
    )
    let running = Task { [bench, tools] in
      await bench.failure { try await bench.executor.perform(bench.call(["tidy"]), context: bench.context(tools)) }
    }
    _ = try await bench.process(in: "own")
    running.cancel()
    #expect(await running.value?.code == .cancelled)
    #expect(bench.text(of: "log") == "term\n")
  }

  @Test func `a call of a cancelled task and one without time left start nothing`() async throws {
    try bench.program("mark", "touch \(bench.folder)/ran")
    let running = Task { [bench, tools] in
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return await bench.failure {
        try await bench.executor.perform(bench.call(["mark"]), context: bench.context(tools))
      }
    }
    let cancelled = await running.value
    #expect(cancelled?.code == .cancelled)
    #expect(cancelled?.mayHaveTakenEffect == false)
    let late = await bench.failure {
      try await bench.executor.perform(bench.call(["mark"]), context: bench.context(tools, within: .zero))
    }
    #expect(late?.code == .timedOut)
    #expect(late?.mayHaveTakenEffect == false)
    #expect(bench.text(of: "ran") == nil)
  }

  @Test func `a grandchild that holds the output does not hold up the call, and a query takes it along`() async throws {
    try bench.program("fork", "sleep 600 & echo $! > \(bench.folder)/child; echo now")
    let outcome = try await bench.executor.perform(bench.call(["fork"], .query), context: bench.context(tools))
    #expect(outcome.fields["stdout"] == "now\n")
    #expect(await isGone(try bench.process(in: "child")))
  }

  @Test func `what has made a session of its own is ended with a cancelled call, too`() async throws {
    try bench.program(
      "leave", "setsid sh -c 'echo $$ > \(bench.folder)/child; exec sleep 600' >/dev/null 2>&1 & sleep 600")
    let running = Task { [bench, tools] in
      await bench.failure { try await bench.executor.perform(bench.call(["leave"]), context: bench.context(tools)) }
    }
    let child = try await bench.process(in: "child")
    running.cancel()
    _ = await running.value
    #expect(await isGone(child))
  }

  @Test func `what an act started in the background lives on`() async throws {
    try bench.program("serve", "sleep 600 >/dev/null 2>&1 & echo $! > \(bench.folder)/child; echo now")
    let outcome = try await bench.executor.perform(bench.call(["serve"]), context: bench.context(tools))
    #expect(outcome.fields["stdout"] == "now\n")
    let child = try await bench.process(in: "child")
    #expect(kill(child, 0) == 0)
    // The shell's copy of itself becomes the program a little later.
    for _ in 0..<1000 where (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8)) != "sleep\n" {
      try await Task.sleep(for: .milliseconds(5))
    }
    // It bears the call's name, by which a later process knows it.
    let call = bench.call(["serve"])
    #expect(await bench.executor.remains(of: call, context: bench.context()) == ["process \(child) (sleep 600)"])
    var other = bench.context()
    other.callID += "0"
    #expect(await bench.executor.remains(of: call, context: other) == [])
    #expect(kill(child, SIGKILL) == 0)
  }

  @Test func `a grandchild that floods the output without end does not hold up the call`() async throws {
    try bench.program("spring", "yes & echo $! > \(bench.folder)/child")
    let outcome = try await bench.executor.perform(
      bench.call(["spring"]), context: bench.context(tools, bytes: 1000))
    #expect(outcome.fields["exit"] == 0)
    #expect(await isGone(try bench.process(in: "child")))
  }

  @Test func `a program that closes its output and goes on is waited for`() async throws {
    try bench.program("silent", "exec >&- 2>&- <&-; sleep 0.3; exit 4")
    let error = await bench.failure {
      try await bench.executor.perform(bench.call(["silent"]), context: bench.context(tools))
    }
    #expect(error?.outcome?["exit"] == 4)
    let stuck = await bench.failure {
      try await bench.executor.perform(
        bench.script("exec >&- 2>&-; sleep 600"), context: bench.context(tools, within: .milliseconds(300)))
    }
    #expect(stuck?.code == .timedOut)
  }

  @Test func `many programs at once each get their own answer`() async throws {
    try bench.program("echo-it", #"echo "$1""#)
    let answers = try await withThrowingTaskGroup(of: (Int, Value?).self) { group in
      for number in 0..<60 {
        group.addTask { [bench, tools] in
          let call = bench.call(["echo-it", .int(Int64(number))])
          return (number, try await bench.executor.perform(call, context: bench.context(tools)).fields["json"])
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(answers.count == 60)
    for (number, value) in answers { #expect(value == .int(Int64(number))) }
  }
}
