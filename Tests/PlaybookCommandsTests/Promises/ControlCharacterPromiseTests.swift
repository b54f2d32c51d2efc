import Foundation
import Testing

/// Promise 3 for the terminal and for pages: nothing that moves a cursor, rings or turns the text around is sent.
@Suite struct ControlCharacterPromiseTests {
  private static let evil = "\u{1B}[2J\u{07}\u{9B}2J\u{202E}\u{2066}"

  private func isClean(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n" || scalar == "\t"
        || !(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || (0x202A...0x202E).contains(scalar.value)
          || (0x2066...0x2069).contains(scalar.value))
    }
  }

  private func playbook(_ program: Program, _ name: String = "p.yaml") throws {
    try program.write(
      """
      playbook: p
      title: "T \\e[2J \\a \\u202e"
      summary: "S \\e]0;x\\a \\u2066"
      steps:
        - query: q
          title: "Q \\e[31m"
          shell: [printf, 'a,b\\n\\033[2J']
        - query: v
          value: {rows: [{a: "x\\e[2J"}]}
      """, to: name)
    try program.write(
      "environments:\n  test:\n    shell: {path: [/bin, /usr/bin], read_only: [[printf, {match: '(?s).*'}]]}\n",
      to: "env.yaml")
  }

  @Test func `no page and no error has control characters`() throws {
    let program = try Program()
    defer { program.remove() }
    try playbook(program)
    for format in ["text", "markdown", "html"] {
      let shown = try program.run("show", "./p.yaml", "--format", format)
      #expect(shown.code == 0 && isClean(shown.output), "\(format): \(shown.output.debugDescription)")
    }
    for arguments in [
      ["run", "x", "--no-such\(Self.evil)"], ["show", "no\(Self.evil)"], ["lint", "no\(Self.evil)"],
      ["test", "a\(Self.evil)"],
      ["runs", "--limit", "x\(Self.evil)"], ["eval", "1 + \(Self.evil)"], ["verify", Self.evil], [Self.evil],
      ["run", "./p.yaml", "--environments", Self.evil], ["list", "--playbooks", Self.evil],
      ["runs", "--runs", "/tmp/\(Self.evil)"],
    ] {
      let result = try program.run(all: arguments)
      #expect(isClean(result.errors) && isClean(result.output), "\(arguments): \(result.errors.debugDescription)")
    }
  }

  @Test func `eval and JSON lines escape what turns a text around, and mean the same`() throws {
    let program = try Program()
    defer { program.remove() }
    let result = try program.run("eval", "'a\\u2066b\\u202ec\\u009bd' + '\\U000E0041'")
    #expect(result.output == "\"a\\u2066b\\u202Ec\\u009Bd\\uDB40\\uDC41\"\n")
  }

  @Test func `the end of a run shows a folder's name and sends none of it`() throws {
    let program = try Program()
    defer { program.remove() }
    try playbook(program)
    let result = try program.run(
      "run", "./p.yaml", "--env", "test", "--environments", "env.yaml", "--runs", "runs\u{1B}[2J\u{07}")
    #expect(result.code == 0, "\(result.errors)")
    #expect(isClean(result.errors), "\(result.errors.debugDescription)")
    #expect(result.errors.contains("runs␛[2J␇"))
  }

  @Test func `an annotation of a workflow has its delimiters escaped`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      "playbook: p\ntitle: P\nsteps:\n  - query: q\n    \"x\\e[2J%0A::warning::y\": 1\n", to: "a,b:c%d.yaml")
    let result = try program.run("lint", "./a,b:c%d.yaml", "--format", "github")
    #expect(result.code == 2 && isClean(result.output), "\(result.output.debugDescription)")
    let lines = result.output.split(separator: "\n")
    #expect(lines.allSatisfy { $0.hasPrefix("::error file=./a%2Cb%3Ac%25d.yaml,line=") }, "\(lines)")
    #expect(result.output.contains("%250A"))
  }

  @Test func `CSV keeps its bytes in a file and is shown on a pipe`() throws {
    let program = try Program()
    defer { program.remove() }
    try playbook(program)
    let done = try program.run("run", "./p.yaml", "--env", "test", "--environments", "env.yaml")
    #expect(done.code == 0, "\(done.errors)")
    // The program's output goes to a file here.
    #expect(try program.run("evidence", "last", "v", "--format", "json").output.contains("\\u001b[2J"))
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    let line = "'\(Program.path.path)' evidence last q --runs '\(program.folder.path)/runs' --format"
    process.arguments = ["-c", "\(line) csv | cat; \(line) csv > '\(program.folder.path)/kept'; \(line) text | cat"]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(isClean(output.replacing("\r\n", with: "\n")), "\(output.debugDescription)")
    _ = try program.run("evidence", "last", "q", "--format", "csv", "--out", "out")
    let kept = try? String(contentsOf: program.folder.appending(path: "kept"), encoding: .utf8)
    #expect(kept == (try? String(contentsOf: program.folder.appending(path: "out"), encoding: .utf8)))
  }
}
