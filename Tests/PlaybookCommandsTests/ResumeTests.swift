import Foundation
import Testing

@Suite struct ResumeTests {
  private static let playbook = """
    playbook: small
    title: Small
    inputs:
      token: {type: string, secret: true}
    steps:
      - query: look
        shell: echo seen
      - confirm: gate
        ask: Go on?
      - query: last_look
        shell: echo ${look.lines[0]} again
    """
  private static let environments = """
    environments:
      test:
        shell: {path: [/usr/bin, /bin], read_only: [[echo, ...]]}
    """

  @Test func `a single file's run goes on as it was recorded, the changed file is said and a secret input given again`()
    throws
  {
    let program = try Program()
    defer { program.remove() }
    let file = "./small.yaml"
    try program.write(Self.playbook, to: file)
    try program.write(Self.environments, to: "environments.yaml")
    let (option, environments) = ("--environments", "environments.yaml")
    let first = try program.run("run", file, "--set", "token=abcdefghij", option, environments, "--env", "test")
    #expect(first.code == 3)
    #expect(first.errors.contains("--answer 'gate=yes|no'"))
    #expect(first.errors.ranges(of: "playbook resume").count == 1)
    try program.write(Self.playbook.replacingOccurrences(of: "again", with: "changed"), to: file)
    let without = try program.run("resume", "last", "--answer", "gate=yes", option, environments)
    #expect(without.code == 2)
    #expect(without.errors.contains("secret input `token` is not in the record"))
    let whole = try program.run(
      "resume", "last", "--answer", "gate=yes", "--set", "token=abcdefghij", option, environments)
    #expect(whole.code == 0)
    #expect(whole.errors.contains("has changed since"))
    #expect(whole.errors.contains("no terminal"))
    #expect(try program.run("eval", "last_look.lines[0]", "--run", "last").output == "\"seen again\"\n")
  }

  @Test func `the environments are read from the file that the run began with, where none is named`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.playbook, to: "small.yaml")
    try program.write(Self.environments, to: "there/environments.yaml")
    let arguments = ["--set", "token=abcdefghij"]
    let first = try program.run(
      all: ["run", "./small.yaml", "--environments", "there/environments.yaml", "--env", "test"] + arguments)
    #expect(first.code == 3, "\(first.errors)")
    let answer = ["--answer", "gate=yes"] + arguments
    let file = program.folder.appending(path: "there/environments.yaml")
    try FileManager.default.moveItem(at: file, to: program.folder.appending(path: "moved.yaml"))
    let gone = try program.run(all: ["resume", "small"] + answer)
    #expect(gone.code == 2 && gone.errors.contains("there/environments.yaml, which is not there any more"))
    try FileManager.default.moveItem(at: program.folder.appending(path: "moved.yaml"), to: file)
    let whole = try program.run(all: ["resume", "small"] + answer)
    #expect(whole.code == 0, "\(whole.errors)")
    #expect(whole.errors.contains("note: the environments are those of /"))
  }
}
