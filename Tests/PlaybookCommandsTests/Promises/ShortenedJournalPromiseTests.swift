import Foundation
import Testing

/// A journal that is shortened or written to while its run goes on: no further change is sent.
@Suite struct ShortenedJournalPromiseTests {
  @Test(arguments: [
    ": > $J", "truncate -s 100 $J", "head -n 3 $J > /tmp/x.$$; cat /tmp/x.$$ > $J; rm /tmp/x.$$", "echo {} >> $J",
  ])
  func `a run whose journal is changed stops before its next change`(_ meddling: String) throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      playbook: cut
      title: Cut
      steps:
        - act: many
          for_each: n in [1, 2, 3, 4, 5, 6]
          limit: 6
          shell:
            script: |
              echo "$N" >> '\(program.folder.path)/done'
              J=$(echo '\(program.folder.path)'/runs/*/journal.jsonl)
              [ "$N" = 2 ] && { \(meddling); }
              exit 0
            env: {N: "${n}"}
          idempotent: true
        - act: after
          shell: [touch, \(program.folder.path)/after]
      """, to: "cut.yaml")
    try program.write("environments:\n  test:\n    shell: {path: [/bin, /usr/bin]}\n", to: "env.yaml")
    let place = ["./cut.yaml", "--env", "test", "--environments", "env.yaml"]
    let plan = try program.run(all: ["plan"] + place + ["--output", "json", "--runs", "plans"])
    let digests = plan.output.matches(of: #/"digest":"([0-9a-f]+)"/#).map { String($0.output.1) }
    let result = try program.run(all: ["run"] + place + Set(digests).sorted().flatMap { ["--approve", $0] })
    let done = try String(contentsOf: program.folder.appending(path: "done"), encoding: .utf8)
    #expect(done == "1\n2\n", "\(result.errors)")
    #expect(result.code == 1)
    #expect(result.errors.contains("nothing was sent after that"), "\(result.errors)")
    #expect(!result.errors.contains("playbook resume"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "after").path))
  }
}
