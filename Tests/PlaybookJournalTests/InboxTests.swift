import CEL
import FoundationEssentials
import PlaybookRecord
import Testing

@testable import PlaybookJournal

@Suite struct InboxTests {
  private let runs = TemporaryRuns()

  private func remark(_ text: String, id: String = "20261123T171500-1") -> Remark {
    Remark(id: id, text: text, by: "alice", when: Timestamp(seconds: Timestamp.example.seconds - 600), made: .example)
  }

  private func put(_ text: String, as name: String, in folder: RunFolder) throws {
    try FileManager.default.createDirectory(
      atPath: folder.path + "/inbox", withIntermediateDirectories: true)
    try runs.write(Array(text.utf8), to: folder.path + "/inbox/" + name)
  }

  private func refusal(_ name: String, in folder: RunFolder) -> String? {
    for (found, what) in RunInbox(folder).look() where found == name {
      if case .refused(let reason) = what { return reason }
    }
    return nil
  }

  @Test func `a remark comes out as it was left, whatever is in it`() throws {
    let folder = try runs.folder()
    let inbox = RunInbox(folder)
    #expect(inbox.look().isEmpty)
    let text = "said \"no\"\n\u{1b}[31m\u{202e} ${inputs.x} </script> é"
    let left = remark(text)
    try inbox.leave(left)
    #expect(inbox.holds(left))
    guard case .remark(let found) = try #require(inbox.look().first).found else {
      Issue.record("no remark")
      return
    }
    #expect(found.text == text && found.id == left.id && found.when == left.when && found.made == left.made)
    // Whose file it is stands beside what the file claims.
    #expect(found.by.hasPrefix("alice"))
    inbox.remove(left.id + ".json")
    #expect(!inbox.holds(left) && inbox.look().isEmpty)
  }

  @Test func `a link in the inbox is refused and what it names is left alone`() throws {
    let folder = try runs.folder()
    let elsewhere = runs.root + "/elsewhere.json"
    try runs.write(Array(#"{"v":1,"text":"x","made":"2026-11-23T17:15:00Z"}"#.utf8), to: elsewhere)
    try put("", as: "a.json", in: folder)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/inbox/b.json", withDestinationPath: elsewhere)
    #expect(refusal("b.json", in: folder) == "it is a link")
    #expect(!runs.content(elsewhere).isEmpty)
  }

  @Test(arguments: [
    "", "no JSON", "[]", #"{"v":2,"text":"x","made":"2026-11-23T17:15:00Z"}"#,
    #"{"v":1,"text":" \n","made":"2026-11-23T17:15:00Z"}"#, #"{"v":1,"text":"x","made":"yesterday"}"#,
    #"{"v":1,"text":"x","made":"2026-11-23T17:15:00Z","when":"later"}"#,
    #"{"v":1,"text":"\#(String(repeating: "x", count: 5000))","made":"2026-11-23T17:15:00Z"}"#,
    String(repeating: "[", count: 20_000), String(repeating: "x", count: 40_000),
  ])
  func `a file without a remark is refused and stays where it is`(_ content: String) throws {
    let folder = try runs.folder()
    try put(content, as: "x.json", in: folder)
    #expect(refusal("x.json", in: folder) != nil)
    #expect(runs.content(folder.path + "/inbox/x.json").count == content.utf8.count)
  }

  @Test func `a remark is short and says something`() {
    #expect(Remark.problem(with: "x") == nil)
    #expect(Remark.problem(with: String(repeating: "é", count: 2048)) == nil)
    for text in ["", " \n\t", String(repeating: "é", count: 2049)] { #expect(Remark.problem(with: text) != nil) }
  }
}
