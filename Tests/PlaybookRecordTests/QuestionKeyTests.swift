import Foundation
import PlaybookRecord
import Testing

/// The texts of questions' keys are in journals, in answer files and in people's scripts: they stay as they are.
@Suite struct QuestionKeyTests {
  @Test(
    arguments: [
      ("verdict", .answer), ("verdict!approver", .approver), ("verdict!ticket", .ticket), ("block!limit", .limit),
      ("block!pace", .pace), ("block!errors", .errors), ("block!unverified", .unverified), ("block!rest", .rest),
      ("run!fresh", .fresh(query: nil)), ("block!fresh.found", .fresh(query: "found")), ("block!server", .server(1)),
      ("block!server2", .server(2)), ("block!edit3", .edited(3)), ("b!failure2", .failure(2, .choice)),
      ("b!failure2!reason", .failure(2, .reason)), ("b!failure2!edit", .failure(2, .edit)),
      ("b!failure2!value", .failure(2, .value)), ("b!cut0.3", .callInDoubt(item: 0, 3)),
      ("b!again", .sendAgain(item: nil, nil)), ("b!again.2", .sendAgain(item: nil, 2)),
      ("b!again1", .sendAgain(item: 1, nil)), ("b!again1.2", .sendAgain(item: 1, 2)),
      ("run!undo", .undo(offer: nil, item: nil)), ("b!undo0", .undo(offer: 0, item: nil)),
      ("b!undo2[3]", .undo(offer: 2, item: 3)), ("b!undo[3]", .undo(offer: nil, item: 3)),
      ("b!undocut4.1", .undoInDoubt(item: 4, 1)), ("b!undoagain4", .undoAgain(item: 4, nil)),
      ("b!undoagain4.2", .undoAgain(item: 4, 2)), ("b[1]!done", .done(1)), ("b!done2", .done(2)),
      ("b!undone", .undone(1)),
      ("b[0]!undone3", .undone(3)), ("b!verify0.1", .look(isUndo: false, item: 0, 1, look: 1)),
      ("b!verify2.4.3", .look(isUndo: false, item: 2, 4, look: 3)),
      ("b!undoverify0.1.2", .look(isUndo: true, item: 0, 1, look: 2)), ("q!poll2.", .poll(2, time: 1)),
      ("q!poll2.3", .poll(2, time: 3)), ("b!later7", .other("!later7")), ("b!cut+1.2", .other("!cut+1.2")),
    ] as [(String, Purpose)])
  func `a key's text is its step's and its purpose's`(text: String, purpose: Purpose) {
    let key = QuestionKey(text)
    #expect(key.purpose == purpose)
    #expect(key.step.text == text.prefix { $0 != "!" })
    #expect(key.description == text)
    #expect(QuestionKey(key.step, purpose) == key)
  }

  @Test func `a part of a person's answer has its name at the end`() {
    #expect(QuestionKey("ask").asking(for: "evidence") == "ask.evidence")
    for text in ["b!done2.evidence", "b!undone.evidence", "b!verify0.1.evidence", "q!poll2..evidence"] {
      let key = QuestionKey(text)
      #expect(key.part == "evidence" && key.description == text)
      #expect(QuestionKey(key.step, key.purpose).asking(for: "evidence") == key)
    }
  }

  @Test func `items are told`() {
    #expect(QuestionKey("b").item(3) == "b[3]" && QuestionKey("b!undo2").item(3) == "b!undo2[3]")
    #expect(QuestionKey("b!undo2[3]").item == 3 && QuestionKey("b!undo2[3]").base == "b!undo2")
    #expect(QuestionKey("b[3]").item == 3 && QuestionKey("b[3]").base == "b")
    #expect(QuestionKey("b[3]!done").item == nil && QuestionKey("b[3]!done").base == "b[3]!done")
    #expect(QuestionKey("a[1].b!undo2[3]").withoutItems == "a.b!undo2")
    #expect(QuestionKey("b!again1").numbered(4) == "b!again1.4" && QuestionKey("b!again").numbered(4) == "b!again.4")
  }

  /// Whether nothing typed ahead answers it, and whether it is about a call and about an undo.
  @Test(arguments: [
    ("b!limit", true, false, false), ("b!pace", true, false, false), ("b!fresh.q", true, false, false),
    ("b!errors", true, false, false), ("b!unverified", true, false, false), ("b!failure1", false, true, false),
    ("b!failure1!value", false, true, false), ("b!cut0.1", false, true, false), ("b!undocut0.1", false, true, true),
    ("run!undo", false, false, true), ("b!undo1", true, false, true), ("b!undoagain0.1", true, false, true),
    ("b!undone", false, false, true), ("b!undoverify0.1", false, false, true), ("b!done", false, false, false),
    ("verdict", false, false, false), ("b!later7", true, true, false),
  ])
  func `the safety of each is said`(key: QuestionKey, changes: Bool, isAboutCall: Bool, isAboutUndo: Bool) {
    #expect(key.purpose.changesSomething == changes)
    #expect(key.purpose.isAboutCall == isAboutCall)
    #expect(key.purpose.isAboutUndo == isAboutUndo)
  }

  @Test func `every key on record is known`() throws {
    let journals = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Journals/v1")
    var count = 0
    for name in try FileManager.default.contentsOfDirectory(atPath: journals.path) {
      let text = try String(contentsOf: journals.appending(path: name + "/journal.jsonl"), encoding: .utf8)
      for match in text.matches(of: /"key":"([^"\\]+)"/) {
        let key = QuestionKey(match.1)
        count += 1
        #expect(key.description == match.1)
        if case .other = key.purpose { Issue.record("\(match.1) is not known") }
      }
    }
    #expect(count > 100)
  }
}
