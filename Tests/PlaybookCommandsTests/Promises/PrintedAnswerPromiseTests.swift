import Foundation
import Testing

/// Without a terminal a run goes on by the arguments that it printed at its pause, and by nothing else.
@Suite struct PrintedAnswerPromiseTests {
  private let program: Program

  init() throws {
    program = try Program()
    let bin = program.folder.appending(path: "bin")
    try program.write(
      """
      #!/bin/sh
      echo "$1" >>'\(program.folder.path)/log'
      case $1 in
      bad) exit 3 ;;
      slow) if ! [ -e '\(program.folder.path)/once' ]; then touch '\(program.folder.path)/once'; sleep 60; fi ;;
      esac
      """, to: "bin/change")
    for path in [bin.path, bin.path + "/change"] {
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    try program.write(
      """
      playbook: small
      title: Small
      inputs:
        word: {type: string}
      steps:
        - act: block
          shell: change ${inputs.word}
          irreversible: true
          timeout: 2s
        - query: last_look
          shell: echo end
      """, to: "small.yaml")
    try program.write(
      """
      environments:
        test:
          shell: {path: ['\(bin.path)', /usr/bin, /bin], read_only: [[echo, ...]]}
      """, to: "environments.yaml")
  }

  /// The arguments that a pause printed, with each choice and text filled in.
  private func printed(_ result: Program.Result, choosing words: [String] = []) throws -> [String] {
    let line = try #require(result.errors.split(separator: "\n").first { $0.contains("to go on:") }, "\(result.errors)")
    return line.matches(of: /--(answer|approve) (?:'([^=]+)=([^']+)'|([0-9a-f]+))/).flatMap { match -> [String] in
      if let digest = match.4 { return ["--approve", String(digest)] }
      let choices = (match.3 ?? "").split(separator: "|").map(String.init)
      let choice = words.first { choices.contains($0) || choices == ["…"] } ?? choices.first ?? ""
      return ["--answer", "\(match.2 ?? "")=\(choice)"]
    }
  }

  /// A change that fails, is edited to `word` and approved so.
  private func edited(to word: String) throws -> Program.Result {
    let first = try program.run(
      "run", "./small.yaml", "--set", "word=bad", "--environments", "environments.yaml", "--env", "test")
    let failed = try program.run(
      all: ["resume", "last", "--answer", "block!failure1=edit"] + printed(first))
    let approval = try program.run(all: ["resume", "last"] + printed(failed, choosing: [word]))
    return try program.run(all: ["resume", "last"] + printed(approval))
  }

  private var log: String { (try? String(contentsOf: program.folder.appending(path: "log"), encoding: .utf8)) ?? "" }

  @Test func `a change that failed and was edited is approved after the pause`() throws {
    defer { program.remove() }
    let end = try edited(to: "good")
    #expect(end.code == 0, "\(end.errors)")
    #expect(log == "bad\ngood\n")
  }

  @Test(arguments: ["happened", "skip", "again"])
  func `an edited change that is in doubt at a pause goes on as the operator says`(_ word: String) throws {
    defer { program.remove() }
    var result = try edited(to: "slow")
    #expect(result.code == 3 && result.errors.contains("block!cut0"), "\(result.errors)")
    for _ in 0..<3 where result.code == 3 {
      result = try program.run(all: ["resume", "last"] + printed(result, choosing: [word]))
    }
    #expect([0, 4].contains(result.code), "\(result.errors)")
    #expect(log == (word == "again" ? "bad\nslow\nslow\n" : "bad\nslow\n"))
  }
}
