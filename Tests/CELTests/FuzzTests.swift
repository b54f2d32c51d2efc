import CEL
import FoundationEssentials
import Testing

/// Damaged expressions of the specification: `PLAYBOOK_FUZZ` is how many, with another seed for each run of more than usual.
@Suite struct FuzzTests {
  @Test func `a damaged expression is refused with its place, or has the same value twice`() throws {
    let variables = ProcessInfo.processInfo.environment
    let asked = variables["PLAYBOOK_FUZZ"].flatMap { Int($0) }
    let seed = asked == nil ? 1 : UInt64.random(in: 0...UInt64.max)
    var random = Numbers(state: seed)
    let texts = try Self.texts()
    var (parsed, values) = (0, 0)
    for _ in 0..<(asked ?? 4000) {
      let text = Self.damaged(texts, &random)
      let outcome = Self.outcome(of: text)
      if let wrong = outcome.wrong { Issue.record("seed \(seed): \(wrong): \(text.debugDescription)") }
      parsed += outcome.isParsed ? 1 : 0
      values += outcome.hasValue ? 1 : 0
    }
    print("CEL damaged: \(asked ?? 4000) expressions, \(parsed) parsed, \(values) with a value, seed \(seed)")
    #expect(parsed > 0 && values > 0)
  }

  private static func texts() throws -> [[Unicode.Scalar]] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases/conformance.jsonl")
    return try Data(contentsOf: file).split(separator: 0x0a).map {
      Array(try #require(Value(json: Array($0))["expr"]?.stringValue).unicodeScalars)
    }
  }

  /// What came of `text`, and what is wrong with that.
  private static func outcome(of text: String) -> (isParsed: Bool, hasValue: Bool, wrong: String?) {
    let bytes = Array(text.utf8)
    func misplaced(_ range: Range<Int>) -> Bool { range.lowerBound < 0 || range.upperBound > bytes.count }
    let expression: CEL.Expression
    do throws(CEL.Expression.Problem) {
      expression = try CEL.Expression(parsing: text)
    } catch {
      return (false, false, misplaced(error.range) || error.message.isEmpty ? "misplaced: \(error)" : nil)
    }
    if CEL.Expression.end(in: bytes + Array("} }".utf8), from: 0) != bytes.count, !text.utf8.contains(UInt8(ascii: "/"))
    {
      return (true, false, "its end within a text is not found")
    }
    if expression.references.contains(where: { misplaced($0.range) }) { return (true, false, "a misplaced name") }
    if expression.check(Scope()).problems.contains(where: { misplaced($0.range) }) {
      return (true, false, "a misplaced finding")
    }
    var limits = Limits()
    limits.steps = 20_000
    let bindings = Bindings(
      ["x": [1, 2], "a": ["b": 1.5]], now: Timestamp(seconds: 1_800_000_000, nanoseconds: 0), limits: limits)
    let outcomes = (0..<2).map { _ in Result { () throws(CEL.Expression.Problem) in try expression.evaluate(bindings) }
    }
    switch (outcomes[0], outcomes[1]) {
    case (.success(let one), .success(let other)):
      return (true, true, one.jsonText() == other.jsonText() ? nil : "\(one), then \(other)")
    case (.failure(let one), .failure(let other)):
      return (true, false, misplaced(one.range) || one != other ? "\(one), then \(other)" : nil)
    default: return (true, false, "a value once and an error once")
    }
  }

  private static let pieces = [
    "(", ")", "[", "]", "{", "}", "?", ":", ".", ",", "'", "\"", "'''", "\\", "r'", "b'", "\\u", "\\777", "0x", "1e",
    "u", "-", "!", "&&",
    "||", " in ", "==", "<=", "%", "1", "9223372036854775808", ".?", "[?", "has(", ".map(x, ", ".all(x, ",
    "cel.bind(x, 1, ", "null", "true",
    "//", "\n", "\u{0}", "\u{301}", "\u{1F600}", "\u{2028}", "é", "`", "#", "size(", ".size()", "x", "a.b", "type",
    "duration('1s')",
  ]

  private static func damaged(_ texts: [[Unicode.Scalar]], _ random: inout Numbers) -> String {
    var text = texts.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...text.count, using: &random)
      let end = min(text.count, place + Int.random(in: 0...6, using: &random))
      switch Int.random(in: 0..<5, using: &random) {
      case 0: text.removeSubrange(place..<end)
      case 1: text.insert(contentsOf: text[place..<end], at: place)
      case 2:
        let other = texts.randomElement(using: &random) ?? []
        text.replaceSubrange(place..., with: other.suffix(Int.random(in: 0...other.count, using: &random)))
      default: text.replaceSubrange(place..<end, with: (pieces.randomElement(using: &random) ?? "").unicodeScalars)
      }
    }
    return String(String.UnicodeScalarView(text))
  }

  /// The same numbers for the same seed.
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }
}
