import Foundation
import Testing

/// Numbers from an author, an operator and a program, through a run, its record and its transcripts.
@Suite struct NumbersTests {
  private static let playbook = #"""
    playbook: numbers
    title: Numbers
    inputs:
      rate: {type: number, default: 1.10, minimum: 0.5}
      amount: {type: number}
    steps:
      - query: stored
        value: {v: 1.10, whole: 100.00, n: 12345678901234567890123, e: 1e5, half: .5, zero: -0, i: 5, d: 0.5}
      - query: asked
        shell: [printf, '{"a":12345678901234567890123,"b":12345678901234567890124,"c":1.10}']
      - check: sound
        that:
          rate: inputs.rate == 1.1 && string(inputs.rate) == '1.10'
          amount: inputs.amount * 1.5 == 150 && string(inputs.amount) == '100.00'
          differ: asked.json.a != asked.json.b
          total: sum([stored.value.v, stored.value.i, stored.value.d]) == decimal('6.60')
      - check: nothing
        that: double('NaN') != stored.value.d
      - query: words
        shell: [echo, "${stored.value.v}", "${stored.value.n}", "${inputs.rate}", "${inputs.amount}"]
      - confirm: gate
        ask: Go on?
      - query: again
        shell: echo ${stored.value.whole} ${inputs.amount} ${asked.json.c}
    """#

  @Test func `a number keeps its digits from its source to a resumed run and a transcript`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.playbook, to: "numbers.yaml")
    try program.write(
      "environments: {test: {shell: {path: [/usr/bin, /bin], read_only: [[echo, ...], [printf, ...]]}}}",
      to: "environments.yaml")
    let environments = ["--environments", "environments.yaml"]
    let first = try program.run(
      all: ["run", "./numbers.yaml", "--set", "amount=100.00", "--env", "test"] + environments)
    #expect(first.code == 3, "\(first.errors)")
    #expect(first.errors.contains("1.10 12345678901234567890123 1.10 100.00"), "\(first.errors)")
    let resumed = try program.run(all: ["resume", "last", "--answer", "gate=yes"] + environments)
    #expect(resumed.code == 0 && resumed.errors.contains("100.00 100.00 1.10"), "\(resumed.errors)")
    for (expression, expected) in [
      (
        "stored.value",
        #"{"v":1.10,"whole":100.00,"n":12345678901234567890123,"e":1e5,"half":0.5,"zero":-0,"i":5,"d":0.5}"#
      ),
      ("sound.verdict", #""yes""#), ("nothing.verdict", #""unknown""#), ("inputs.rate + 1", "2.10"),
      ("type(stored.value.d) == double && type(stored.value.i) == int", "true"), ("asked.json.c", "1.10"),
    ] {
      #expect(try program.run("eval", expression, "--run", "last").output == expected + "\n", "\(expression)")
    }
    #expect(try program.run("evidence", "last", "stored", "--format", "json").output.contains(#""whole": 100.00"#))
    for format in ["markdown", "html", "json", "text"] {
      let transcript = try program.run("transcript", "last", "--format", format).output
      for text in ["100.00", "12345678901234567890123", "NaN is not a number"] {
        #expect(transcript.contains(text), "\(format): \(text)")
      }
    }
    let runs = program.folder.appending(path: "runs")
    let folder = try #require(
      try FileManager.default.contentsOfDirectory(atPath: runs.path).first { !$0.hasPrefix(".") })
    let journal = try String(
      contentsOf: runs.appending(path: folder).appending(path: "journal.jsonl"), encoding: .utf8)
    #expect(journal.contains(#"{"$decimal":"100.00"}"#) && journal.contains(#""d":0.5"#))
  }

  @Test func `a number that is none, or too small, is refused, and one of eval's file is exact`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.playbook, to: "numbers.yaml")
    try program.write("environments: {test: {shell: {path: [/bin]}}}", to: "environments.yaml")
    let options = ["--env", "test", "--environments", "environments.yaml"]
    try program.write(#"{"n": 12345678901234567890123, "v": 1.10}"#, to: "bindings.json")
    for (given, word) in [("amount=NaN", "a number such as"), ("amount=1,5", "a number such as")] {
      let result = try program.run(all: ["run", "./numbers.yaml", "--set", given] + options)
      #expect(result.code == 2 && result.errors.contains(word), "\(result.errors)")
    }
    let small = try program.run(
      all: ["run", "./numbers.yaml", "--set", "amount=1", "--set", "rate=0.49999999999999999999"] + options)
    #expect(small.code == 2 && small.errors.contains("`rate` is at least `0.5`"), "\(small.errors)")
    #expect(
      try program.run("eval", "[n + 1, v]", "--bindings", "bindings.json").output == "[12345678901234567890124,1.10]\n")
  }
}
