import CEL
import Foundation
import Testing

@testable import PlaybookRecord

/// Events and the fields that the journal has of them.
@Suite struct EventFieldsTests {
  private static func read(_ type: EventType, _ data: MapValue) throws(EventProblem) -> Event {
    try Event(reading: type, data, sequence: 7, at: Timestamp(seconds: 100), path: "block[3]")
  }

  @Test(arguments: EventBody.examples.indices)
  func `every kind of event is read as what was written`(_ index: Int) throws {
    let body = EventBody.examples[index]
    let again = try Self.read(body.type, body.data)
    #expect(again.type == body.type && Value.map(again.data) == Value.map(body.data))
    // Kinds that share a type are told apart.
    #expect("\(again.body)".prefix { $0 != "(" } == "\(body)".prefix { $0 != "(" })
  }

  @Test(arguments: EventBody.examples.indices)
  func `a field that is missing or of another type is named`(_ index: Int) throws {
    let body = EventBody.examples[index]
    let needed = FieldReference(body).fields.filter { !$0.isOptional && $0.type != Value.wireType && $0.name != "slip" }
    for name in needed.map(\.name) {
      var data = body.data
      data[name] = nil
      // A field that tells kinds of one type apart makes another kind where it is missing.
      if let other = try? Self.read(body.type, data) {
        #expect("\(other.body)".prefix { $0 != "(" } != "\(body)".prefix { $0 != "(" }, "\(name)")
      }
      data[name] = .bytes([255])
      let problem = #expect(throws: EventProblem.self) { try Self.read(body.type, data) }
      #expect(problem?.message.hasPrefix("event 7 (\(body.type.rawValue)): the field `\(name)` is no ") == true)
    }
  }

  @Test func `the page with the event reference is that of the types`() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let page = root.deletingLastPathComponent().appending(path: "docs/events.md")
    if ProcessInfo.processInfo.environment["PLAYBOOK_RECORD"] == "1" {
      try Data(EventReference.markdown.utf8).write(to: page)
    }
    #expect(try String(contentsOf: page, encoding: .utf8) == EventReference.markdown)
  }

  @Test func `a failed check of an older version is a map with its path`() throws {
    let failed: Value = [["path": "healthy", "text": "it is not"]]
    let event = try Self.read(.runFinished, MapValue([("outcome", "failed"), ("failed", failed)]))
    guard case .runFinished(let finished) = event.body else { throw EventProblem(message: "another kind") }
    #expect(finished.failed == ["healthy"])
  }

  @Test func `a field that this version does not know is left out`() throws {
    let event = try Self.read(.warning, MapValue([("text", "slow"), ("colour", "red")]))
    #expect(Value.map(event.data) == ["text": "slow"])
  }

  @Test func `masking changes texts of the world and leaves words, names, paths and numbers of ours`() throws {
    let sent: MapValue = MapValue([
      ("call", "GET s3cret"), ("executor", "redis"), ("target", "s3cret"), ("attempt", 1), ("by", "s3cret"),
    ])
    let event = try Self.read(.callSent, sent).masking { _, _ in "•••" }
    #expect(
      Value.map(event.data) == [
        "call": "•••", "executor": "redis", "target": "•••", "attempt": 1, "by": "•••",
      ])
    #expect(event.path == "block[3]")
    let nested = try Self.read(
      .stepFinished,
      MapValue([
        ("kind", "query"), ("state", "failed"), ("error", ["code": "timed-out", "message": "s3cret"]),
        ("show", ["style": "bars"]), ("outcome", ["state": "failed"]),
      ])
    ).masking { name, value in name == "outcome" ? ["done": "•••"] : "•••" }.data
    #expect(nested["error"] == ["code": "timed-out", "message": "•••"] && nested["show"] == ["style": "bars"])
    #expect(nested["state"] == "failed" && nested["outcome"] == ["done": "•••"])
  }

  @Test func `a call that is too long for a line is found wherever it stands`() throws {
    let long = String(repeating: "x", count: 100)
    var intent: EventBody = .changeIntended(
      ChangeIntended(ApprovedCalls(calls: ["short", long], digest: "d"), undo: [nil, long + "y"]))
    var calls = LongCalls { $0.utf8.count > 50 }
    calls.visit(&intent)
    #expect(calls.large == [long, long + "y"])
    calls.replacements = [long: "one", long + "y": "two"]
    calls.visit(&intent)
    #expect(intent.data["calls"] == ["short", "one"] && intent.data["undo"] == [.null, "two"])
  }
}
