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

  @Test func `lint takes a folder of scenarios with drills, tests and environments`() throws {
    let program = try Program()
    defer { program.remove() }
    let playbook = """
      playbook: NAME
      title: Name
      steps:
        - confirm: c
          ask: What is this?
          options: {attack: An attack, benign: Ours}
        - query: q
          when: c.answer == 'atack'
          redis: GET ${secrets.token}
          on: replica
      """
    for name in ["one", "two"] {
      try program.write(playbook.replacing("NAME", with: name), to: "books/\(name)/playbook.yaml")
    }
    try program.write("environments: {drill: {redis: {url: [}}\n", to: "books/one/drill/environment.yaml")
    let good = playbook.replacing("NAME", with: "three").replacing("atack", with: "attack")
    try program.write(good, to: "books/three/playbook.yaml")
    try program.write(
      "environments: {drill: {redis: {url: \"${world.redis}\"}}}\n", to: "books/three/drill/environment.yaml")
    try program.write(
      """
      test: answers what is not there
      answers: {d: attack, c: atack, "run!undo": keep, "q[1]": "yes"}
      expect: {steps: {c: false}, that: "c.answer == 'bening'"}
      """, to: "books/three/tests/wrong.yaml")
    try program.write("environments:\n  staging: {redes: {}}\n", to: "books/environments.yaml")
    try program.write("highest: {contact: x, response_time: 1h}\n", to: "books/escalation.yaml")
    let result = try program.run("lint", "books")
    #expect(result.code == 2 && result.errors.contains("3 playbooks"), "\(result.errors)")
    for place in [
      "books/one/playbook.yaml:8:23: error: `c` has no option `atack`", "books/two/playbook.yaml:8:23: error: `c` has",
      "books/one/drill/environment.yaml:1:", "books/environments.yaml:2:13: error:",
      "books/escalation.yaml:1:1: error:",
      "books/three/tests/wrong.yaml:2:11: error: `three` asks nothing called `d`",
      "books/three/tests/wrong.yaml:2:25: error: `atack` is not an answer to `c`",
      "books/three/tests/wrong.yaml:3:21: error: `c` never is `false`",
      "books/three/tests/wrong.yaml:3:48: error: `c` has no option `bening`",
    ] {
      #expect(result.output.contains(place), "\(place) in \(result.output)")
    }
    #expect(!result.output.contains("called `run!undo`") && !result.output.contains("called `q[1]`"))
    let test = try program.run("lint", "books/three/tests/wrong.yaml")
    #expect(test.code == 2 && !test.output.contains("playbook.yaml:"), "\(test.output)")
    #expect(try program.run("lint", "books/three/drill/environment.yaml").code == 0)
    #expect(try program.run("lint", "books/three/playbook.yaml", "books/environments.yaml").code == 2)
    try program.write("environments:\n  staging: {redis: {url: \"redis://a\"}}\n", to: "env.yaml")
    let held = try program.run("lint", "books/two", "--environments", "env.yaml")
    #expect(held.output.contains("the environment `staging` has no target `redis.replica`"), "\(held.output)")
    #expect(held.output.contains("the environment `staging` has no secret `token`"))
    #expect(try program.run("lint", "books/none").errors.contains("books/none"))
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "empty"), withIntermediateDirectories: true)
    #expect(try program.run("lint", "empty").errors.contains("is not a scenario and holds none"))
  }

  @Test func `lint of a test knows the playbooks beside its scenario, and tells what is wrong in its own`() throws {
    let program = try Program()
    defer { program.remove() }
    let playbook = "playbook: NAME\ntitle: Name\nsteps:\n  - STEP\n"
    try program.write(
      playbook.replacing("NAME", with: "one").replacing("STEP", with: "use: two"), to: "books/one/playbook.yaml")
    try program.write(
      playbook.replacing("NAME", with: "two").replacing("STEP", with: "{confirm: c, ask: Go?}"),
      to: "books/two/playbook.yaml")
    try program.write("test: t\nanswers: {d: \"yes\"}\n", to: "books/one/tests/t.yaml")
    try program.write(
      "environments: {drill: {redis: {url: \"${world.redis}\"}}}\n", to: "books/one/drill/environment.yaml")
    for path in ["books/one/tests/t.yaml", "books/one/tests", "books/one/tests/"] {
      let result = try program.run("lint", path)
      #expect(result.code == 2 && result.output.contains("asks nothing called `d`"), "\(path): \(result.output)")
    }
    #expect(try program.run("lint", "books/one/playbook.yaml").output.contains("called `d`"))
    try program.write(
      playbook.replacing("NAME", with: "one").replacing("STEP", with: "use: nothing"), to: "books/one/playbook.yaml")
    let broken = try program.run("lint", "books/one/tests/t.yaml")
    #expect(broken.code == 2 && broken.output.contains("there is no playbook `nothing`"), "\(broken.output)")
  }

  @Test func `what ended before it began leaves no folder, and an empty one is not listed`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      "playbook: small\ntitle: Small\ninputs: {n: {type: integer}}\nsteps:\n  - query: q\n    shell: echo ${secrets.token}\n"
        .replacing("echo ${secrets.token}", with: "{args: [cat], stdin: \"${secrets.token}\"}"), to: "small.yaml")
    try program.write(
      "environments:\n  test:\n    shell: {path: [/bin], trusted: true}\n    secrets: {token: {env: NO_SUCH_VARIABLE}}\n",
      to: "env.yaml")
    let run = ["run", "./small.yaml", "--environments", "env.yaml", "--env", "test"]
    for more in [["--set", "n=many"], [], ["--set", "n=1"], ["--set", "n=1", "--env", "none"]] {
      let result = try program.run(all: run + more)
      #expect(result.code == 2, "\(more): \(result.errors)")
      let left = (try? FileManager.default.contentsOfDirectory(atPath: program.folder.path + "/runs")) ?? []
      #expect(left == [], "\(more)")
    }
    let old = program.folder.appending(path: "runs/20261123T171500Z-small-abcd/sources")
    try FileManager.default.createDirectory(at: old, withIntermediateDirectories: true)
    for command in [["runs"], ["followups"], ["sitrep", "last"]] {
      let result = try program.run(all: command)
      #expect(!(result.output + result.errors).contains("20261123T171500Z"), "\(command): \(result.errors)")
    }
    let good = try program.run(all: run + ["--set", "n=1"], variables: ["NO_SUCH_VARIABLE": "a-long-secret"])
    #expect(good.code == 0, "\(good.errors)")
    #expect(try program.run("runs").output.contains("completed"))
  }

  @Test func `a plan of a call that would not work ends with 1`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write("environments:\n  test:\n    shell: {path: [/bin]}\n", to: "env.yaml")
    for (call, undo, code) in [
      ("nosuchprogram --now", "true", 1), ("true", "nosuchprogram", 1), ("true", "true", 0),
    ] {
      try program.write(
        "playbook: small\ntitle: Small\nsteps:\n  - act: a\n    shell: \(call)\n    undo: {shell: \(undo) x}\n",
        to: "small.yaml")
      let result = try program.run("plan", "./small.yaml", "--environments", "env.yaml", "--env", "test")
      #expect(result.code == Int32(code) && result.errors.contains("would not work") == (code == 1), "\(result.errors)")
    }
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
