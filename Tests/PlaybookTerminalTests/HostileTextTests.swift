import CEL
import PlaybookLanguage
import PlaybookRecord
import PlaybookTestSupport
import Testing

@testable import PlaybookTerminal

/// What comes from the world is data: shown, never obeyed.
@Suite struct HostileTextTests {
  static let texts = [
    "\u{1B}[2J\u{1B}[31mred", "\u{1B}]0;owned\u{07}", "\u{9B}31m", "a\u{202E}b\u{2066}c", "line\nbreak\r\rback",
    "nul\u{0}nul",
    "\u{8}\u{8}\u{8}rm -rf", "zero\u{200B}width\u{FEFF}", "\u{E0041}tag", String(repeating: "A", count: 1 << 14),
    "a" + String(repeating: "\u{301}", count: 1 << 14), String(repeating: "\u{1B}[A", count: 1 << 13),
    "\u{7F}\u{85}\u{2028}",
  ]

  private func expectSafe(_ lines: [Line], width: Int, limit: Int = 1 << 16) {
    var size = 0
    for line in lines {
      let text = line.rendered(color: false)
      size += text.utf8.count
      #expect(
        !text.unicodeScalars.contains { scalar in
          scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.properties.isBidiControl
            || scalar.value == 0x200B || scalar.value == 0xFEFF || (0xE0000...0xE007F).contains(scalar.value)
        })
    }
    #expect(size < limit)
  }

  @Test(arguments: texts.indices) func `in any field of any event`(position: Int) {
    for event in Event.all(of: Self.texts[position], at: RunFixture.at(0), path: "p") where event.type != .runPaused {
      var renderer = EventRenderer()
      expectSafe(renderer.lines(for: event, width: 80), width: 80, limit: 4 << 20)
    }
  }

  @Test(arguments: texts.indices) func `in every form of evidence`(position: Int) {
    let text = Value.string(Self.texts[position])
    let outcomes: [Value] = [
      ["rows": [["a": text, "b": 1], ["a": text, "b": 2]]], ["value": text], ["fields": ["a": text]], ["stdout": text],
      ["body": ["a": [text]]], ["keys": [text, text]], ["value": [text]],
      ["rows": .list(Array(repeating: text, count: 50))],
    ]
    let shows =
      [nil, "table", "fields", "text", "json", "none"].map { ShowTold(style: $0) }
      + [ShowTold(style: "bars", column: "b", by: "a"), ShowTold(style: "bars", column: "a", by: "b")]
    for outcome in outcomes {
      for show in shows {
        for width in [20, 40, 80] {
          let view = EvidenceView(outcome: outcome.mapValue ?? MapValue(), show: show)
          let lines = view.lines(indent: 6, width: width)
          expectSafe(lines, width: width)
          #expect(lines.allSatisfy { $0.width <= width })
        }
      }
    }
  }

  @Test func `a value of a megabyte takes no more room than another`() {
    let text = Value.string(String(repeating: "A\u{1B}[31m", count: 1 << 18))
    let outcomes: [Value] = [
      ["rows": [["a": text, "b": 1]]], ["value": text], ["stdout": text], ["fields": ["a": text]],
    ]
    for outcome in outcomes {
      let view = EvidenceView(outcome: outcome.mapValue ?? MapValue(), show: nil)
      expectSafe(view.lines(indent: 6, width: 80), width: 80, limit: 4096)
    }
  }

  @Test(arguments: texts.indices) func `in a question`(position: Int) {
    let text = Self.texts[position]
    let approval = Approval(
      calls: [text], items: [text], target: text, environment: text, isRed: true, leftOut: [text], undos: [text],
      typed: text,
      digest: text, warnings: [text])
    let kinds: [Question.Kind] = [
      .option([.init(name: text, text: text)], suggested: text), .yesNo, .approval(approval),
      .item(approval, position: 1, count: 2), .text(isOptional: true), .checkpoint,
    ]
    for kind in kinds {
      let question = Question(key: QuestionKey(text), place: text, text: text, why: text, kind: kind)
      expectSafe(QuestionView(question: question, state: ScreenState()).lines(width: 80), width: 80, limit: 16 << 20)
      expectSafe(Explanation.lines(of: kind, width: 80), width: 80, limit: 16 << 20)
      if case .wrong(let why) = PromptParser(kind: kind, parse: { .success(.string($1)) }).entry(text + "x") {
        #expect(why.utf8.count < 4 << 20)
      }
    }
  }
}
