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
    #expect(output == "start 1\npause 3\nresume 1\nresume 0\nchanged\n", "\(errors)")
    #expect(errors.ranges(of: "Read-only file system").count >= 2, "\(errors)")
  }
}
