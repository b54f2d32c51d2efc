import Foundation
import Testing

/// The wrong-yes matrix: whatever looks like a yes and is none changes nothing. Each row runs the program itself; a change
/// leaves a file, and there must be none.
@Suite struct WrongYesTests {
  private static let environments = """
    environments:
      test: &test
        shell: {path: [/usr/bin, /bin], read_only: [[sleep, ...], [seq, ...], [cat, ...]], cwd: FOLDER/world}
        protected: {networks: [10.0.0.0/8], accounts: [ci-bot]}
      other: *test
      production:
        color: red
        shell: {path: [/usr/bin, /bin], cwd: FOLDER/world}
    """

  private static let head = "playbook: small\ntitle: Small\ninputs:\n  host: {type: string, default: a}\n"
  private static let change = "  - act: change\n    shell: touch changed-${inputs.host}\n"
  private static let simple = head + "steps:\n" + change

  private let program: Program

  init() throws {
    program = try Program()
    try FileManager.default.createDirectory(at: world, withIntermediateDirectories: true)
    try write(environments: Self.environments)
  }

  private var world: URL { program.folder.appending(path: "world") }

  private func write(environments: String) throws {
    try program.write(environments.replacing("FOLDER", with: program.folder.path), to: "env.yaml")
  }

  /// What was changed.
  private var changes: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: world.path).sorted() }
  }

  private func run(
    _ playbook: String, env: String = "test", _ more: String..., input: String? = nil, kill: String? = nil
  ) throws -> Program.Result {
    try program.write(playbook, to: "small.yaml")
    return try program.run(
      all: ["run", "./small.yaml", "--environments", "env.yaml", "--env", env] + more, input: input,
      variables: kill.map { ["PLAYBOOK_KILL": $0] } ?? [:])
  }

  private func resume(_ more: String...) throws -> Program.Result {
    try program.run(all: ["resume", "last", "--environments", "env.yaml"] + more)
  }

  /// The digests that a plan shows.
  private func digest(of playbook: String, env: String = "test", _ more: String...) throws -> String {
    try program.write(playbook, to: "small.yaml")
    let plan = try program.run(
      all: ["plan", "./small.yaml", "--environments", "env.yaml", "--env", env, "--output", "json"] + more)
    let digest = try #require(plan.output.firstMatch(of: /"digest":"([0-9a-f]+)"/)?.1, "\(plan.errors)")
    return String(digest)
  }

  @Test func `a right yes makes the change, so that these tests can fail`() throws {
    defer { program.remove() }
    let digest = try digest(of: Self.simple)
    #expect(try changes.isEmpty)
    #expect(try run(Self.simple, "--approve", digest).code == 0)
    #expect(try changes == ["changed-a"])
  }

  @Test func `keys typed ahead`() throws {
    defer { program.remove() }
    try program.write(
      Self.head + "steps:\n  - query: look\n    shell: sleep 2\n" + Self.change, to: "small.yaml")
    let session = try Typescript(
      program, command: "exec \(Program.path.path) run ./small.yaml --environments env.yaml --env test",
      variables: [:])
    defer { session.end() }
    try session.wait(for: "Small")
    session.type("y\nyes\ny\n\ny")
    try session.wait(for: "digest:")
    try session.wait(for: ">")
    #expect(try changes.isEmpty)
    session.type("n\n")
    try session.waitForExit()
    #expect(try changes.isEmpty)
  }

  @Test func `a yes given beforehand, outside a drill`() throws {
    defer { program.remove() }
    try program.write("change: yes\n", to: "answers.yaml")
    for (name, result) in [
      ("a file", try run(Self.simple, "--answers", "answers.yaml")),
      ("an answer", try run(Self.simple, "--answer", "change=yes")),
      ("a pipe", try run(Self.simple, input: "y\ny\n")), ("resume", try resume("--answer", "change=yes")),
      ("resume with a file", try resume("--answers", "answers.yaml")),
    ] {
      #expect(result.code == 3, "\(name): \(result.errors)")
      #expect(result.errors.contains("--approve") || name == "a pipe", "\(name): \(result.errors)")
    }
    #expect(try changes.isEmpty)
  }

  @Test func `an approval whose calls have changed since`() throws {
    defer { program.remove() }
    let digest = try digest(of: Self.simple)
    #expect(try run(Self.simple, "--approve", digest, "--set", "host=b").code == 3)
    #expect(try run(Self.simple.replacing("touch", with: "touch -a"), "--approve", digest).code == 3)
    #expect(try changes.isEmpty)
  }

  @Test func `an approval whose target is another place since, before and after a kill`() throws {
    defer { program.remove() }
    let digest = try digest(of: Self.simple)
    #expect(try run(Self.simple, "--approve", digest, kill: "after:act.intended:1").code != 0)
    try write(environments: Self.environments.replacing("FOLDER/world", with: "FOLDER/world/."))
    let resumed = try resume("--approve", digest)
    #expect(resumed.code == 3, "\(resumed.errors)")
    let said = resumed.errors.replacing(/\s+/, with: " ")
    #expect(said.contains("not those that were approved: `change` is asked about anew"), "\(said)")
    #expect(try run(Self.simple, "--approve", digest).code == 3)
    #expect(try changes.isEmpty)
  }

  @Test func `evidence that is too old`() throws {
    defer { program.remove() }
    let text =
      Self.head + "steps:\n  - query: found\n    fresh: 1s\n    shell: seq 1 2\n"
      + "  - query: wait\n    when: size(found.lines) > 0\n    shell: sleep 3\n"
      + "  - act: change\n    for_each: line in found.lines\n    shell: touch ${line}\n"
    let digest = try digest(of: text)
    let result = try run(text, "--approve", digest)
    #expect(result.code == 3 && result.errors.contains("change!fresh.found"), "\(result.errors)")
    // The same for the rest of a change that was approved in time and cut off by a kill.
    let quick = text.replacing("sleep 3", with: "sleep 0")
    #expect(try run(quick, "--approve", digest, kill: "after:act.intended:1").code != 0)
    Thread.sleep(forTimeInterval: 3)
    let resumed = try resume("--approve", digest)
    #expect(resumed.code == 3 && resumed.errors.contains("change!fresh.found"), "\(resumed.errors)")
    #expect(try changes.isEmpty)
  }

  @Test func `evidence that was cut`() throws {
    defer { program.remove() }
    let text =
      Self.head + "steps:\n  - query: found\n    shell: seq 1 2000000\n"
      + "  - act: change\n    for_each: line in found.lines.filter(l, l == \"1\")\n    shell: touch ${line}\n"
    let result = try run(text, "--answer", "change=yes")
    #expect(result.code == 1 && result.errors.contains("its evidence is not whole"), "\(result.errors)")
    #expect(try changes.isEmpty)
  }

  @Test(arguments: ["10.0.0.4", "x/10.0.0.4", "blocked:10.0.0.4", "10.0.0.4:6379", "v-10.0.0.4-v", "user:ci-bot:tries"])
  func `a protected target`(host: String) throws {
    defer { program.remove() }
    let text = Self.simple.replacing("touch changed-${", with: "sh -c \"touch changed\" ${")
    let digest = try digest(of: text, "--set", "host=192.0.2.1")
    let result = try run(text, "--approve", digest, "--set", "host=\(host)")
    #expect(result.code == 0 && result.errors.contains("protected"), "\(result.errors)")
    #expect(try changes.isEmpty)
  }

  @Test func `the wrong environment`() throws {
    defer { program.remove() }
    let digest = try digest(of: Self.simple)
    for env in ["other", "production"] {
      let result = try run(Self.simple, env: env, "--approve", digest)
      #expect(result.code == 3, "\(env): \(result.errors)")
    }
    // None is guessed where there are several.
    let none = try program.run("run", "./small.yaml", "--environments", "env.yaml", "--approve", digest)
    #expect(none.code == 2, "\(none.errors)")
    // A run goes on where it began.
    #expect(try run(Self.simple).code == 3)
    #expect(try resume("--env", "other", "--approve", digest).code == 2)
    #expect(try changes.isEmpty)
  }

  @Test func `a y where the environment is red`() throws {
    defer { program.remove() }
    try program.write(Self.simple, to: "small.yaml")
    let session = try Typescript(
      program, command: "exec \(Program.path.path) run ./small.yaml --environments env.yaml --env production",
      variables: [:])
    defer { session.end() }
    for (text, key) in [
      ("digest:", "\n"), ("Enter alone", "y\n"), ("A y is not enough", "a\n"), ("is no answer", "change\n"),
      ("is no answer", ""),
    ] {
      try session.wait(for: text)
      try session.wait(for: ">")
      session.type(key)
    }
    session.type("n\n")
    try session.waitForExit()
    #expect(try changes.isEmpty)
  }
}
