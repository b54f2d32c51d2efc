import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import Testing

/// What of a program's output expressions read, and what is said of it.
@Suite struct OutputTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  /// What a program that prints `format`, as printf(1) reads it, gives.
  private func printed(_ format: String) async throws -> MapValue {
    try bench.program("print", "printf '\(format)'")
    return try await bench.run(["print"])
  }

  private func notices(_ fields: MapValue) -> [String] { CallAnswer.notices(fields) }

  @Test func `lines are read without colours, links and titles, and stdout keeps them`() async throws {
    let fields = try await printed(
      #"\033[1mcache\033[0m \033[32mactive\033[0m\n\033]8;;http://e/x\033\\link\033]8;;\033\\\n\033]0;t\007x\n\302\2331my\n"#
    )
    #expect(fields["lines"] == ["cache active", "link", "x", "y"])
    #expect(fields["stdout"]?.stringValue?.hasPrefix("\u{1B}[1mcache\u{1B}[0m") == true)
    #expect(notices(fields) == [])
  }

  @Test func `of a line that is redrawn the last state is read`() async throws {
    #expect(try await printed(#"  0%%\r 50%%\r100%%\r\nok\r\n"#)["lines"] == ["100%", "ok"])
    #expect(try await printed(#"copied 1 of 2\rcopied 2 of 2\r"#)["lines"] == ["copied 2 of 2"])
  }

  @Test(arguments: [
    #"\033[32m{"ok":true}\033[0m\n"#, #"\357\273\277{"ok": true}\n"#, #"working\r\033[K{"ok": true}\n"#,
    #"{\n  \033[34m"ok"\033[0m: \033[33mtrue\033[0m\n}\r\n"#,
  ])
  func `JSON is read without colours, marks and what was drawn over`(format: String) async throws {
    let fields = try await printed(format)
    #expect(fields["json"]?["ok"] == true)
    #expect(notices(fields) == [])
  }

  @Test func `a byte order mark is no part of the first line`() async throws {
    let fields = try await printed(#"\357\273\277one\n\357\273\277two\n"#)
    #expect(fields["lines"] == ["one", "\u{FEFF}two"])
    #expect(fields["stdout"] == "\u{FEFF}one\n\u{FEFF}two\n")
  }

  @Test func `text in another encoding is bytes, which is said`() async throws {
    let latin = try await printed(#"St\366rung\nok\n"#)
    #expect(latin["stdout"]?.stringValue == nil)
    #expect(latin["lines"] == [.bytes([0x53, 0x74, 0xF6, 0x72, 0x75, 0x6E, 0x67]), "ok"])
    #expect(notices(latin) == ["standard output is not UTF-8 text, so that it is kept as bytes"])
    #expect(notices(try await printed(#"\377\376o\000k\000"#))[0].contains("UTF-16"))
  }

  @Test func `why JSON is null is said where the output looks like it`() async throws {
    let lines = notices(try await printed(#"{"a":1}\n{"a":2}\n\n"#))
    #expect(lines == ["the output is one JSON text a line, so `json` is null: `lines.map(l, json(l))` reads them"])
    let broken = notices(try await printed(#"{"a": 1,}\n"#))
    #expect(broken.count == 1 && broken[0].hasPrefix("the output begins like JSON and is none, so `json` is null: "))
    let doubled = try await printed(#"{"a":1,"b":{"a":2},"a":3}\n"#)
    #expect(doubled["json"]?["a"] == 3)
    #expect(notices(doubled) == ["a key is there twice in one object of its JSON, and the last one counts: `a`"])
    for plain in [#"[2026-11-29 03:00] started\n"#, #"{ echo; }\n"#, "1\\n2\\n", "ok\\n", "", "[ ok ] nginx\\n"] {
      #expect(notices(try await printed(plain)) == [], "\(plain)")
    }
  }

  @Test(arguments: [
    "nosuchtool --list | wc -l", #"n=$(nosuchtool | wc -l); echo "$n""#, "nosuchtool || true; echo 0",
    "[[ 1 == 1 ]] && echo yes || echo no", "/usr/bin/env nosuchtool || echo 0", "echo x | xargs nosuchtool || true",
    "#!/bin/bash\nnosuchtool | wc -l",
  ])
  func `a program that is missing within a script is said`(script: String) async throws {
    let tools: [(String, Value)] = [("path", ["/usr/bin", "/bin"])]
    let outcome = try await bench.executor.perform(bench.script(script), context: bench.context(tools))
    let notices = notices(outcome.fields)
    #expect(notices.count == 1 && notices[0].hasPrefix("a program was not found ("), "\(notices)")
    #expect(notices.first?.contains("nosuchtool") == true || notices.first?.contains("[[") == true)
    #expect(outcome.fields["stderr"]?.stringValue?.isEmpty == false)
  }

  @Test(arguments: ["user alice: not found", "error: page not found", "key: No such file or directory", "not found"])
  func `what a program does not find is no missing program`(line: String) async throws {
    try bench.program("look", "echo '\(line)' >&2; echo 0")
    #expect(notices(try await bench.run(["look"])) == [])
  }

  @Test func `a program that asks for a password is told how not to`() async throws {
    try bench.program(
      "sudo",
      "echo 'sudo: a terminal is required to read the password' >&2; echo 'sudo: a password is required' >&2; exit 1")
    let error = await bench.failure { try await bench.run(["sudo", "systemctl", "restart", "x"]) }
    #expect(
      error?.message == """
        `sudo` (shell, test) exited with 1: sudo: a password is required; no terminal is given to a program: allow it without a \
        password (NOPASSWD), or call `sudo -n`
        """)
  }

  @Test func `a message is the last state of its line`() async throws {
    try bench.program("copy", #"printf 'copied 1\rcopied 2\r\033[31mno space\033[0m\n' >&2; exit 1"#)
    let error = await bench.failure { try await bench.run(["copy"]) }
    #expect(error?.message.hasSuffix("exited with 1: no space") == true, "\(error?.message ?? "")")
  }

  @Test func `ten megabytes of standard error are kept and looked through`() async throws {
    let tools: [(String, Value)] = [("path", [.string(bench.bin), "/usr/bin", "/bin"])]
    try bench.program("noise", #"head -c 10000000 /dev/zero | tr '\0' 'x' >&2; printf '\rlast' >&2; exit 1"#)
    let error = await bench.failure {
      try await bench.executor.perform(bench.call(["noise"]), context: bench.context(tools))
    }
    #expect(error?.message.hasSuffix("exited with 1: last") == true)
  }
}
