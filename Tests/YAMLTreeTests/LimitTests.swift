import SourceText
import Testing
import YAMLTree

@Suite struct `Limits of YAML` {
  private func codes(_ text: String) -> [String] {
    YAML.parse(SourceFile(path: "p.yaml", text: text)).diagnostics.map(\.code)
  }

  @Test func `a bomb of aliases is refused`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(codes(text) == ["yaml-size"])
  }

  @Test func `a chain of aliases can't go deeper than lists may`() {
    let nested = { (inner: String) in String(repeating: "[", count: 40) + inner + String(repeating: "]", count: 40) }
    #expect(codes("a: &a \(nested("x"))\nb: \(nested("*a"))") == ["yaml-depth"])
  }

  @Test(arguments: ["[", "{a: ", "- ", "? "])
  func `deep nesting is refused`(_ opening: String) {
    #expect(codes(String(repeating: opening, count: 100_000)).count == 1)
    #expect(codes(String(repeating: opening, count: 63)).contains("yaml-depth") == false)
  }

  @Test func `lists may lie sixty-four deep, and no deeper`() {
    #expect(codes(String(repeating: "[", count: 64) + String(repeating: "]", count: 64)) == [])
    #expect(codes(String(repeating: "[", count: 65) + String(repeating: "]", count: 65)) == ["yaml-depth"])
  }

  @Test func `a huge file is refused unread`() {
    #expect(codes(String(repeating: "#", count: (4 << 20) + 1)) == ["yaml-size"])
  }

  @Test func `too many values are refused`() {
    #expect(codes("[" + String(repeating: "1,", count: 200_001) + "]") == ["yaml-size"])
    #expect(codes("[" + String(repeating: "1,", count: 150_000) + "]") == [])
  }

  @Test func `damaged files end in diagnostics, and places within scalars stay right`() throws {
    let sample = Array(
      """
      playbook: x # é
      steps:
        - query: "a \\"b\\" ü"
          sql: |
            SELECT 'x'

              FROM y
          show: {bars: a, by: [b, 'c''d']}
        - &n check: >-
            folded text

              more
            text
          that: *n
      ? plain over
        lines
      : ~
      """.utf8)
    let tokens =
      "\t|>&*!%@`'\"[]{},:?-#\n\r \u{0}\u{1}é\u{2028}0~".utf8.map { [$0] } + [
        [0xFF], Array(": ".utf8), Array("\n  - ".utf8),
      ]
    var random = SplitMix(state: 20_261_123)
    for _ in 0..<4000 {
      var bytes = sample
      for _ in 0...random.below(4) {
        let place = random.below(bytes.count)
        switch random.below(4) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(contentsOf: tokens[random.below(tokens.count)], at: place)
        case 2: bytes.removeSubrange(place..<min(bytes.count, place + random.below(20)))
        default:
          bytes.insert(
            contentsOf: bytes[place..<min(bytes.count, place + random.below(30))], at: random.below(bytes.count))
        }
        if bytes.isEmpty { bytes = [0x61] }
      }
      let file = SourceFile(path: "p.yaml", bytes: bytes)
      let (root, diagnostics) = YAML.parse(file)
      #expect(root != nil || diagnostics.hasErrors)
      _ = DiagnosticRenderer().render(diagnostics)
      if let root { try check(root, file) }
    }
  }

  private func check(_ node: YAMLNode, _ file: SourceFile) throws {
    #expect(node.span.end.offset <= file.bytes.count)
    switch node.content {
    case .sequence(let items): for item in items { try check(item, file) }
    case .mapping(let entries): for entry in entries { try check(entry.value, file) }
    case .scalar(let scalar):
      let text = Array(scalar.text.utf8)
      for (position, anchor) in scalar.lines.enumerated() {
        let end = position + 1 < scalar.lines.count ? scalar.lines[position + 1].text : text.count
        // The last character before the next place may be a line break or an escape.
        for offset in anchor.text..<max(anchor.text, end - 1) where text[offset] != UInt8(ascii: "\n") {
          try #require(anchor.file + offset - anchor.text < file.bytes.count)
          try #require(file.bytes[anchor.file + offset - anchor.text] == text[offset])
        }
      }
    }
  }
}

/// The same numbers each time.
struct SplitMix {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(max(bound, 1)))
  }
}
