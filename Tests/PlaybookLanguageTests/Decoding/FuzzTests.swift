import PlaybookLanguage
import SourceText
import Testing

@Suite struct FuzzTests {
  /// A generator that gives the same numbers each time, so that a failure can be looked at.
  struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
  }

  @Test(arguments: 0..<8) func `a playbook with random damage is read to its end`(_ seed: Int) {
    var random = Random(state: UInt64(seed + 1) &* 0x9E37_79B9_7F4A_7C15)
    for _ in 0..<250 {
      let text = Self.damaged(MassLockout.text, &random)
      let (_, diagnostics) = MassLockout.reading.load(text)
      _ = diagnostics.rendered
    }
  }

  @Test func `a playbook of thousands of steps is read`() {
    var text = LintRules.exampleHead + "steps:\n"
    for index in 0..<3000 {
      text += "  - query: q\(index)\n    sql: SELECT 1 AS n\n"
      if index > 0 { text += "    when: q\(index - 1).count > 0 && q0.ok\n" }
    }
    #expect(Reading().load(text).diagnostics.isEmpty)
  }

  @Test func `groups within groups are read to the depth that YAML allows`() {
    var text = LintRules.exampleHead
    for index in 0..<60 {
      let indent = String(repeating: "  ", count: index)
      text += "\(indent)steps:\n\(indent)- group: g\(index)\n"
      if index % 2 == 0 { text += "\(indent)  for_each: i\(index) in [1]\n" }
    }
    _ = Reading().load(text).diagnostics.rendered
  }

  @Test func `playbooks that use one another many times are each read once`() {
    var reading = Reading()
    for index in 0..<40 {
      let next = index < 39 ? "  - use: p\(index + 1)\n    as: one\n  - use: p\(index + 1)\n    as: two\n" : ""
      reading.playbooks["p\(index)"] =
        "playbook: p\(index)\ntitle: P\nsteps:\n  - document: told\n    ask: What?\n\(next)"
    }
    #expect(reading.findings("steps:\n  - use: p0\n  - check: a\n    that: p0.one.two.told.answer == ''\n") == "")
  }

  private static let pieces = [
    "${", "}", ": ", "- ", "  ", "\"", "'", "[", "]", "{", "}", "#", "|\n", "&a ", "*a", "!t ", "\u{0}", "\t", "é",
    "null", "",
    "for_each: x in x", "query: ", "when: ", "steps:", "-1", "1e999", "in", ":window", "$${", "\\", "\u{202E}", "?",
    "rows[",
  ]

  private static func damaged(_ text: String, _ random: inout Random) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let line = Int.random(in: 0..<lines.count, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0 where lines.count > 1: lines.remove(at: line)
      case 1: lines.insert(lines[line], at: line)
      case 2: lines.swapAt(line, Int.random(in: 0..<lines.count, using: &random))
      case 3: lines[line] = String(lines[line].dropFirst(Int.random(in: 0...3, using: &random)))
      default:
        var characters = Array(lines[line])
        let position = Int.random(in: 0...characters.count, using: &random)
        let piece = pieces.randomElement(using: &random) ?? ""
        if position < characters.count, Bool.random(using: &random) { characters.remove(at: position) }
        characters.insert(contentsOf: piece, at: position)
        lines[line] = String(characters)
      }
    }
    return lines.joined(separator: "\n")
  }
}
