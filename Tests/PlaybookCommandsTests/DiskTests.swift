import Foundation
import Testing

/// A disk that fills up, in a mount namespace of its own.
@Suite struct DiskTests {
  private static let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "none", "/mnt"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  @Test(.enabled(if: canMount, "no mount namespaces here"))
  func `a full disk stops the run before the change, and it goes on once there is room`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      playbook: full
      title: Full
      steps:
        - query: look
          shell: cat /proc/version
        - act: change
          shell: [touch, \(program.folder.path)/changed]
      """, to: "books/full/playbook.yaml")
    try program.write(
      "environments:\n  test:\n    shell: {path: [/bin, /usr/bin], read_only: [[cat, ...]]}\n", to: "env.yaml")
    try program.write(
      """
      mount -t tmpfs -o size=200k none small
      playbook() { '\(Program.path.path)' "$@" --runs small --env test --environments env.yaml; }
      digest=$(playbook plan full --playbooks books --output json 2>/dev/null | grep -o '"digest":"[0-9a-f]*"' | cut -d'"' -f4)
      rm -rf small/*
      playbook run full --playbooks books --approve "$digest" 2>errors; echo "run $?"
      [ -e changed ] && echo changed
      mount -o remount,size=2m small
      playbook resume last --approve "$digest" 2>>errors; echo "resume $?"
      [ -e changed ] && echo changed
      '\(Program.path.path)' verify last --runs small >/dev/null; echo "verify $?"
      """, to: "story")
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "small"), withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-rm", "sh", "story"]
    process.currentDirectoryURL = program.folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let errors = try String(contentsOf: program.folder.appending(path: "errors"), encoding: .utf8)
    #expect(output == "run 1\nresume 0\nchanged\nverify 0\n", "\(errors)")
    #expect(errors.contains("its journal can't be written any more") && errors.contains("No space left"))
  }

  /// A run whose second of three changes is `[find, RUNS, …, -delete]`.
  private func run(deleting words: String) throws -> (program: Program, result: Program.Result, approvals: [String]) {
    let program = try Program()
    try program.write(
      """
      playbook: lost
      title: Lost
      steps:
        - act: one
          shell: [touch, \(program.folder.path)/one]
        - act: two
          shell: [find, \(program.folder.path)/runs, \(words), -delete]
        - act: three
          shell: [touch, \(program.folder.path)/three]
      """, to: "lost.yaml")
    try program.write("environments:\n  test:\n    shell: {path: [/bin, /usr/bin]}\n", to: "env.yaml")
    let place = ["./lost.yaml", "--env", "test", "--environments", "env.yaml"]
    let plan = try program.run(all: ["plan"] + place + ["--output", "json", "--runs", "plans"])
    let digests = plan.output.matches(of: #/"digest":"([0-9a-f]+)"/#).map { String($0.output.1) }
    let approvals = Set(digests).sorted().flatMap { ["--approve", $0] }
    return (program, try program.run(all: ["run"] + place + approvals), approvals)
  }

  @Test func `a journal that is deleted in mid-run ends it, with the changes told on the screen`() throws {
    let (program, result, _) = try run(deleting: "-mindepth, '1'")
    defer { program.remove() }
    #expect(result.code == 1)
    let named = ["one", "two"].map { "- \($0) at shell this machine (" }
    #expect(named.allSatisfy { result.errors.contains($0) }, "\(result.errors)")
    #expect(result.errors.contains("without its journal it can't be resumed"), "\(result.errors)")
    #expect(!result.errors.contains("playbook resume"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "three").path))
  }

  @Test func `a lock that is deleted in mid-run ends it before the next change, and it can go on`() throws {
    let (program, result, approvals) = try run(deleting: "-name, lock")
    defer { program.remove() }
    let three = program.folder.appending(path: "three").path
    #expect(result.code == 1)
    #expect(result.errors.contains("its lock was deleted or replaced"), "\(result.errors)")
    #expect(result.errors.contains("resume it with  playbook resume"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: three))
    let resumed = try program.run(all: ["resume", "last"] + approvals)
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(FileManager.default.fileExists(atPath: three))
  }

  @Test func `a folder of runs that can't be written is met before anything ran`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write("playbook: small\ntitle: Small\nsteps:\n  - confirm: gate\n    ask: Go on?\n", to: "small.yaml")
    try program.write("environments:\n  test: {}\n", to: "env.yaml")
    let result = try program.run(
      "run", "./small.yaml", "--env", "test", "--environments", "env.yaml", "--runs", "/proc/none")
    #expect(result.code == 2 && result.errors.contains("nothing has run"), "\(result.errors)")
  }

  @Test(.enabled(if: canMount, "no mount namespaces here"))
  func `a run's folder that can't be written stops the run before the change, at its start and after a pause`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      playbook: locked
      title: Locked
      steps:
        - confirm: gate
          ask: Go on?
        - act: change
          shell: [touch, \(program.folder.path)/changed]
      """, to: "locked.yaml")
    try program.write(
      """
      environments:
        test:
          shell: {path: [/bin, /usr/bin]}
      """, to: "env.yaml")
    try program.write(
      """
      mount -t tmpfs -o size=2m none small
      playbook() { '\(Program.path.path)' "$@" --runs small --env test --environments env.yaml; }
      digest=$(playbook plan ./locked.yaml --output json 2>/dev/null | grep -o '"digest":"[0-9a-f]*"' | cut -d'"' -f4)
      mount -o remount,ro small
      playbook run ./locked.yaml --approve "$digest" --answer gate=yes 2>errors; echo "start $?"
      mount -o remount,rw small
      playbook run ./locked.yaml 2>/dev/null; echo "pause $?"
      mount -o remount,ro small
      playbook resume last --approve "$digest" --answer gate=yes 2>>errors; echo "resume $?"
      [ -e changed ] && echo changed
      mount -o remount,rw small
      playbook resume last --approve "$digest" --answer gate=yes 2>/dev/null; echo "resume $?"
      [ -e changed ] && echo changed
      exit 0
      """, to: "story")
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "small"), withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/unshare")
    process.arguments = ["-rm", "sh", "story"]
    process.currentDirectoryURL = program.folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let errors = try String(contentsOf: program.folder.appending(path: "errors"), encoding: .utf8)
    #expect(output == "start 2\npause 3\nresume 2\nresume 0\nchanged\n", "\(errors)")
    #expect(errors.ranges(of: "Read-only file system").count >= 2, "\(errors)")
  }
}
