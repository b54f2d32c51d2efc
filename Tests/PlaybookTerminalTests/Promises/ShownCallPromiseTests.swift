import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTerminal

/// Whoever is asked for a yes sees the calls as they are: no end of one is missing without a word, and nothing in it is
/// unseen.
@Suite struct ShownCallPromiseTests {
  private func question(_ call: String, undo: String? = nil) -> [Line] {
    let approval = Approval(
      calls: [call], target: "shell", environment: "test", isRed: false, undos: [undo], digest: "0")
    let question = Question(key: "fix", text: "Fix", kind: .approval(approval))
    return QuestionView(question: question, state: ScreenState()).lines(width: 80)
  }

  private func text(_ lines: [Line]) -> String { lines.map(\.text).joined(separator: "\n") }

  @Test func `two long values that begin alike are told apart`() {
    let beginning = String(repeating: "a", count: 5000)
    let shown = ["x", "y"].map { text(question("tool \(beginning)\($0)")) }
    #expect(shown[0] != shown[1])
    #expect(shown.allSatisfy { $0.contains("this line has 5006 bytes (sha256:") && $0.contains("/all shows it") })
    #expect(shown.allSatisfy { $0.utf8.count < 3000 })
  }

  @Test func `of many lines the rest is counted, and its digest is another one where it is`() {
    let beginning = String(repeating: "line\n", count: 200)
    let shown = ["x", "y"].map { text(question(beginning + $0)) }
    #expect(shown[0] != shown[1])
    #expect(shown.allSatisfy { $0.contains("141 more lines of this call") })
  }

  @Test func `all of it is all, and so is an undo`() {
    let call = String(repeating: "line\n", count: 200) + String(repeating: "b", count: 5000) + "x"
    let approval = Approval(
      calls: [call], target: "shell", environment: "test", isRed: false, undos: [call], digest: "0")
    for lines in [QuestionView.calls(of: approval, width: 80), QuestionView.undos(of: approval, width: 80)] {
      #expect(lines.count > 260 && text(lines).hasSuffix("bx"))
    }
  }

  @Test(arguments: [
    "a\u{AD}b", "a\u{34F}b", "a\u{3164}b", "a\u{2800}b", "a\u{FE0F}b", "a\u{202E}b", "a\u{A0}b", "a\rb",
  ])
  func `what can't be seen in a call or its undo is shown`(call: String) {
    let plain = text(question("ab", undo: "ab"))
    let shown = text(question(call, undo: call))
    #expect(shown != plain && !shown.contains(call))
    #expect(shown.unicodeScalars.allSatisfy { $0.isASCII || ["…", "␍"].contains($0) }, "\(shown)")
  }
}
