import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@Suite struct PerformTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.program("show", #"for word in "$@"; do printf '<%s>' "$word"; done"#)
  }

  @Test(arguments: [
    "$(touch pwned)", "`touch pwned`", "; rm -rf /", "a b", "a\nb", "'", "\"", "*", "~", "$HOME", "&& touch pwned",
    "| touch pwned", "> pwned", "", " ", "\\", "-n", "--", "é\u{301}", "😀", "\u{1B}[31m", "\t", "!!", "{a,b}", "%s%n",
  ])
  func `a hostile value reaches the program as one argument, unchanged`(value: String) async throws {
    let fields = try await bench.run(["show", .string(value), "end"], [("cwd", .string(bench.folder + "/work"))])
    let output = try #require(fields["stdout"]?.stringValue)
    #expect(Array(output.utf8) == Array("<\(value)><end>".utf8))
    #expect(bench.text(of: "work/pwned") == nil)
  }

  @Test func `values of other types become their text`() async throws {
    let fields = try await bench.run([
      "show", 7, 1.5, true, .duration(.seconds(90)), .timestamp(Timestamp(seconds: 0)), .uint(.max),
      .bytes([104, 105]),
    ])
    let expected = "<7><1.5><true><90s><1970-01-01T00:00:00Z><18446744073709551615><hi>"
    #expect(fields["stdout"]?.stringValue == expected)
  }

  @Test(arguments: [
    Value.list(["a"]), .map(MapValue()), .null, .unknown(Unknown(["x"])), "a\0b", .bytes([0xFF]), .optional(nil),
  ])
  func `a value other than text is not an argument`(value: Value) async throws {
    let error = await bench.failure { try await bench.run(["show", value]) }
    #expect(error?.code == .invalid)
    #expect(error?.mayHaveTakenEffect == false)
  }

  @Test func `an argument of a megabyte is refused by the system and reported, one of 100 kB arrives`() async throws {
    let error = await bench.failure { try await bench.run(["show", .string(String(repeating: "x", count: 1 << 20))]) }
    #expect(error?.code == .unreachable)
    let fields = try await bench.run(["show", .string(String(repeating: "x", count: 100_000))])
    #expect(fields["stdout"]?.stringValue?.count == 100_002)
  }

  @Test func `exit, output and lines are the outcome`() async throws {
    try bench.program("speak", #"printf 'one\r\ntwo\n\nlast'; printf 'oops\n' >&2"#)
    let fields = try await bench.run(["speak"])
    #expect(fields["exit"] == 0)
    #expect(fields["stdout"] == "one\r\ntwo\n\nlast")
    #expect(fields["stderr"] == "oops\n")
    #expect(fields["lines"] == ["one", "two", "", "last"])
    #expect(fields["json"] == .null)
  }

  @Test func `output that is JSON is parsed`() async throws {
    try bench.program("json", #"printf '\n {"a": [1, 2.5, null]}\n'"#)
    let fields = try await bench.run(["json"])
    #expect(fields["json"]?["a"] == [1, 2.5, .null])
    try bench.program("ids", #"printf '{"a":12345678901234567890123,"b":12345678901234567890124,"c":1.10}'"#)
    let ids = try #require(try await bench.run(["ids"])["json"])
    #expect(ids["a"] != ids["b"])
    let shown = try await bench.run(["show", ids["a"] ?? .null, ids["c"] ?? .null])
    #expect(shown["stdout"]?.stringValue == "<12345678901234567890123><1.10>")
  }

  @Test func `output that is not UTF-8 is bytes`() async throws {
    try bench.program("raw", #"printf 'ok\n\377\n'"#)
    let fields = try await bench.run(["raw"])
    #expect(fields["stdout"] == .bytes([111, 107, 10, 0xFF, 10]))
    #expect(fields["lines"] == ["ok", .bytes([0xFF])])
  }

  @Test func `another exit code is a rejection that carries the outcome`() async throws {
    try bench.program("fail", "echo half; echo first >&2; echo 'no such rule' >&2; exit 3")
    let error = await bench.failure { try await bench.run(["fail"]) }
    #expect(error?.code == .rejected)
    #expect(error?.message == "`fail` (shell, test) exited with 3: no such rule")
    #expect(error?.outcome?["exit"] == 3)
    #expect(error?.outcome?["stdout"] == "half\n")
    #expect(error?.mayHaveTakenEffect == false)
  }

  @Test func `expected exit codes are success, others are not, zero included`() async throws {
    try bench.program("code", #"exit "$1""#)
    let fields = try await bench.run(["code", 3], [("expect", [1, 3])])
    #expect(fields["exit"] == 3)
    #expect(await bench.failure { try await bench.run(["code", 0], [("expect", 3)]) }?.code == .rejected)
    #expect(await bench.failure { try await bench.run(["code", 0], [("expect", 300)]) }?.code == .invalid)
    #expect(await bench.failure { try await bench.run(["code", 0], [("expect", [])]) }?.code == .invalid)
  }

  @Test func `death by a signal is reported by name`() async throws {
    try bench.program("die", "kill -SEGV $$")
    let error = await bench.failure { try await bench.run(["die"]) }
    #expect(error?.code == .rejected)
    #expect(error?.message == "`die` (shell, test) was ended by the signal SIGSEGV (11)")
    #expect(error?.outcome?["exit"] == 139)
    #expect(error?.mayHaveTakenEffect == true)
  }

  @Test func `standard input arrives whole and ends`() async throws {
    try bench.program("count", "wc -c | tr -d ' '")
    let target: [(String, Value)] = [("path", [.string(bench.bin), "/usr/bin", "/bin"])]
    let text = String(repeating: "0123456789", count: 200_000)
    let outcome = try await bench.executor.perform(
      bench.call(["count"], .act, [("stdin", .string(text))]), context: bench.context(target))
    #expect(outcome.fields["stdout"] == "2000000\n")
    let empty = try await bench.executor.perform(bench.call(["count"]), context: bench.context(target))
    #expect(empty.fields["stdout"] == "0\n")
  }

  @Test func `a program that does not read its standard input does no harm`() async throws {
    try bench.program("deaf", "exec <&-; echo fine")
    let text = String(repeating: "x", count: 4 << 20)
    for _ in 0..<5 {
      let fields = try await bench.run(["deaf"], [("stdin", .string(text))])
      #expect(fields["stdout"] == "fine\n")
    }
  }

  @Test func `a script gets its values through the environment alone`() async throws {
    let call = bench.script(
      #"printf '<%s>' "$VALUE""#, .act, [("env", ["VALUE": "$(touch pwned); `id`\n'\""])])
    let outcome = try await bench.executor.perform(call, context: bench.context())
    #expect(outcome.fields["stdout"] == "<$(touch pwned); `id`\n'\">")
  }

  @Test func `programs of the path are found by scripts, others are not`() async throws {
    let outcome = try await bench.executor.perform(bench.script("show a; ls / || true"), context: bench.context())
    #expect(outcome.fields["stdout"] == "<a>")
  }

  @Test func `the environment holds what the target gives, and of ours the call's name`() async throws {
    try bench.program("vars", "/usr/bin/env")
    let settings: [(String, Value)] = [("env", ["TARGET": "t", "TZ": "Europe/Berlin"]), ("cwd", "/tmp")]
    let outcome = try await bench.executor.perform(
      bench.call(["vars"], .act, [("env", ["OWN": "o", "TARGET": "call"])]), context: bench.context(settings))
    let names = (outcome.fields["lines"]?.listValue ?? []).compactMap { $0.stringValue?.split(separator: "=").first }
    // The shell that runs the program adds the last two or three itself.
    #expect(
      Set(names).subtracting(["PWD", "_", "OLDPWD", "SHLVL"]) == [
        "PATH", "LANG", "HOME", "TZ", "TARGET", "OWN", "PLAYBOOK_CALL",
      ])
    let lines = outcome.fields["lines"]?.listValue ?? []
    #expect(lines.contains("TARGET=call"))
    #expect(lines.contains("TZ=Europe/Berlin"))
    #expect(lines.contains(.string("PATH=" + bench.bin)))
    #expect(lines.contains("PWD=/tmp"))
  }

  @Test(arguments: ["PATH", "LD_PRELOAD", "PLAYBOOK_CALL", "BASH_ENV", "IFS", "1A", "A-B", "", "A=B", "É"])
  func `a call can't set a variable that decides what runs`(name: String) async throws {
    let error = await bench.failure { try await bench.run(["show"], [("env", .map(MapValue([(name, "x")])))]) }
    #expect(error?.code == .invalid)
  }

  @Test func `a program has no terminal and no file of ours`() async throws {
    try bench.program("tty", "(exec </dev/tty) 2>/dev/null && echo tty; ls /proc/self/fd | wc -l | tr -d ' '")
    let settings: [(String, Value)] = [("path", [.string(bench.bin), "/usr/bin", "/bin"])]
    let outcome = try await bench.executor.perform(bench.call(["tty"]), context: bench.context(settings))
    // Standard input, output, error, and the folder that `ls` reads.
    #expect(outcome.fields["stdout"] == "4\n")
  }
}
