import Foundation
import Testing

@Suite struct CommandLineTests {
  @Test func `a wrong command line ends with 2 and says what to do`() throws {
    let program = try Program()
    defer { program.remove() }
    let result = try program.run("run", "mass-lockout", "--no-such-option")
    #expect(result.code == 2)
    #expect(result.errors.contains("--no-such-option"))
    #expect(try program.run("run", "nothing-here", "--playbooks", ".").code == 2)
  }

  @Test func `eval prints JSON on one line and an error with its caret`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(#"{"rows": [{"n": 9007199254740993}], "x": 4}"#, to: "b.json")
    let good = try program.run("eval", "rows[0].n + 1", "--bindings", "b.json")
    #expect(good.code == 0)
    #expect(good.output == "9007199254740994\n")
    for (arguments, value) in [(["-1 + 2"], "1"), (["-x", "--bindings", "b.json"], "-4"), (["--", "-1"], "-1")] {
      #expect(try program.run(all: ["eval"] + arguments).output == value + "\n")
    }
    let misspelt = try program.run("eval", "x", "--binding", "b.json")
    #expect(misspelt.code == 2)
    #expect(misspelt.errors.contains("there is no option `--binding`"))
    #expect(try program.run("eval", "1", "2").errors.contains("put it in quotes"))
    let bad = try program.run("eval", "1 +")
    #expect(bad.code == 1)
    #expect(bad.output.isEmpty)
    #expect(bad.errors.contains("^"))
  }

  @Test func `a file may be a pipe, and one that can't be read is named with the reason`() throws {
    let program = try Program()
    defer { program.remove() }
    for path in ["-", "/dev/stdin"] {
      let result = try program.run("eval", "x + 1", "--bindings", path, input: #"{"x": 1}"#)
      #expect(result.output == "2\n" && result.code == 0, "\(path): \(result.errors)")
    }
    for (path, reason) in [("missing.json", "No such file"), (".", "Is a directory")] {
      let result = try program.run("eval", "1", "--bindings", path)
      #expect(result.code == 2 && result.errors.contains(reason), "\(path): \(result.errors)")
    }
    let endless = try program.run("eval", "1", "--bindings", "/dev/zero")
    #expect(endless.code == 2 && endless.errors.contains("larger than 256 MiB"))
  }

  @Test func `lint names every problem with its place and a way out`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      playbook: broken
      title: Broken
      steps:
        - query: keys
          redis: GET a
          forEach: x in y
        - check: later
          that: nothere.rows.size() > 0
      """, to: "books/broken/playbook.yaml")
    let result = try program.run("lint", "broken", "--playbooks", "books")
    #expect(result.code == 2)
    #expect(result.output.contains("books/broken/playbook.yaml:6:5: error:"))
    #expect(result.output.contains("did you mean `for_each`?"))
  }

  @Test func `the paper's scenarios lint without an error`() throws {
    let program = try Program()
    defer { program.remove() }
    let result = try program.run("lint", "--playbooks", Program.root.appending(path: "playbooks").path)
    #expect(result.code == 0, "\(result.output)")
  }

  @Test func `an input that does not fit ends with 2 before anything runs`() throws {
    let program = try Program()
    defer { program.remove() }
    let playbooks = Program.root.appending(path: "playbooks").path
    try program.write("environments:\n  test:\n    shell: {path: [/bin]}\n", to: "env.yaml")
    let result = try program.run(
      "run", "mass-lockout", "--playbooks", playbooks, "--environments", "env.yaml", "--env", "test", "--set",
      "spread=many")
    #expect(result.code == 2)
    #expect(result.errors.contains("spread"))
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "runs").path))
  }

  @Test(arguments: ["locked-account", "token-compromise", "lost-2fa-device", "totp-time-sync"])
  func `an id that is none is refused by every scenario before its world is up`(scenario: String) throws {
    let program = try Program()
    defer { program.remove() }
    let playbooks = Program.root.appending(path: "playbooks").path
    let ids = [
      "1; DROP TABLE users; --", "$(touch pwned)", "../admin", "*", "", "a\nb", "\u{1B}[2Jx", "<script>",
      String(repeating: "x", count: 100_000),
    ]
    for id in ids {
      let result = try program.run("drill", scenario, "--playbooks", playbooks, "--set", "user_id=\(id)")
      #expect(result.code == 2 && result.errors.contains("`user_id` matches"), "\(id): \(result.errors.prefix(500))")
      #expect(result.errors.utf8.count < 500 && !result.errors.contains("\u{1B}") && !result.errors.contains("a\nb"))
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
    #expect(Set(left) == ["said.out", "said.err"])
  }

  @Test func `a secret comes from a program given by its path, and one that can't be had is said`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      playbook: closed
      title: Closed
      steps:
        - query: port
          http: GET /x
          on_error: continue
      """, to: "books/closed/playbook.yaml")
    func run(_ command: String) throws -> Program.Result {
      try program.write(
        """
        environments:
          test:
            http: {url: "http://127.0.0.1:1", headers: {A: "${secrets.a}"}}
            secrets: {a: {command: [\(command)]}}
        """, to: "env.yaml")
      return try program.run(
        "run", "closed", "--playbooks", "books", "--environments", "env.yaml", "--env", "test")
    }
    let good = try run("/bin/echo, made-by-echo")
    #expect(good.code == 0, "\(good.errors)")
    #expect(good.errors.contains("COMPLETED"))
    let bad = try run("/bin/false")
    #expect(bad.code == 2)
    #expect(bad.errors.contains("the secret `a`"))
    #expect(bad.errors.contains("nothing was sent"))
  }
}
