import Foundation
import Testing

/// Where data goes: standard output and the file of `--out`.
@Suite struct OutputTests {
  private let program: Program

  init() throws {
    program = try Program()
    try program.write(
      "playbook: small\ntitle: Small\nsteps:\n  - query: look\n    value: \"${[{'n': 3}]}\"\n",
      to: "playbooks/small/playbook.yaml")
    try program.write("environments:\n  t: {}\n", to: "e.yaml")
    let run = try program.run("run", "small", "--env", "t", "--environments", "e.yaml")
    try #require(run.code == 0, "\(run.errors)")
  }

  /// What a shell says, in which `playbook` is the program.
  private func shell(_ script: String) throws -> String {
    let process = Process()
    let output = try program.configure(
      process, ["-c", "playbook() { '\(Program.path.path)' \"$@\"; }\n" + script], name: "sh")
    process.executableURL = URL(filePath: "/bin/sh")
    process.standardError = process.standardOutput
    try process.run()
    process.waitUntilExit()
    return try String(contentsOf: output, encoding: .utf8)
  }

  @Test(arguments: [
    "transcript last", "transcript last --budget github", "transcript last --out /dev/full", "evidence last look",
    "sitrep last", "runs", "list", "show small", "find small", "eval 1+1", "eval --reference", "schema playbook",
    "verify last", "help run", "run small --env t --environments e.yaml --output json",
  ])
  func `a write that fails is said and ends with 1`(line: String) throws {
    defer { program.remove() }
    let said = try shell("playbook \(line) > /dev/full; echo \"code $?\"")
    #expect(said.contains("No space left on device") && said.hasSuffix("code 1\n"), "\(said)")
  }

  @Test func `a reader that has enough is no failure`() throws {
    defer { program.remove() }
    let said = try shell("{ playbook schema playbook; echo \"code $?\" >&2; } | head -c 1 > first")
    #expect(said == "code 0\n")
  }

  @Test func `a pipe or device is written to, and a symbolic link is followed`() throws {
    defer { program.remove() }
    let said = try shell(
      """
      mkfifo pipe; cat pipe > read & playbook sitrep last > wanted; playbook evidence last look --out pipe; wait
      [ -p pipe ] && [ -s read ] && echo pipe
      playbook evidence last look --out /dev/null && [ -c /dev/null ] && echo device
      mkdir far; ln -s far/new link; playbook evidence last look --out link
      [ -L link ] && cmp far/new read && echo dangling
      echo old > far/new; playbook evidence last look --out link; [ -L link ] && cmp far/new read && echo link
      { playbook evidence last look --out /dev/stdout; echo more; } > both; grep -c more both
      ls far
      """)
    #expect(said == "pipe\ndevice\ndangling\nlink\n1\nnew\n")
  }

  @Test func `a file keeps its mode and its other names, and a new one is its owner's alone`() throws {
    defer { program.remove() }
    let said = try shell(
      """
      umask 022; playbook evidence last look --out fresh; stat -c %a fresh
      echo old > open; chmod 664 open; playbook evidence last look --out open; stat -c %a open; cmp open fresh
      seq 10000 > one; chmod 640 one; ln one two; playbook evidence last look --out one
      stat -c '%a %h' two; cmp two fresh; ls
      """)
    #expect(said.hasPrefix("600\n664\n640 2\n") && !said.contains("differ") && !said.contains(".part"), "\(said)")
  }

  @Test func `nothing is left beside the old file where the program is killed in writing`() throws {
    defer { program.remove() }
    let said = try shell(
      """
      mkdir far; echo old > far/one
      '\(Program.path.path)' transcript last --format html --out far/one & writer=$!
      while kill -0 $writer && ! ls -l /proc/$writer/fd | grep -q '/far/'; do :; done 2>/dev/null
      kill -9 $writer; wait $writer 2>/dev/null
      ls far
      """)
    #expect(said.hasSuffix("one\n") && !said.contains(".part"), "\(said)")
  }

  @Test func `the old file stays whole where the new one fails`() throws {
    defer { program.remove() }
    let said = try shell(
      """
      echo old > one; ln one two
      (trap '' XFSZ; ulimit -f 0; playbook evidence last look --out one); echo "code $?"
      playbook evidence last look --out missing/one; echo "code $?"
      cat one; ls
      """)
    #expect(said.ranges(of: "code 1\n").count == 2 && said.contains("\nold\n") && !said.contains(".part"), "\(said)")
  }
}
