import CEL
import Testing

@testable import PlaybookTranscript

@Suite struct SchemaTests {
  @Test(arguments: FoldTests.runs.indices, [0, 9, 40, 500])
  func `every transcript is as the schema says`(_ index: Int, _ count: Int) throws {
    let transcript = SmallRun.transcript(Array(FoldTests.runs[index].events.prefix(count)))
    let json = try Value(json: transcript.text(.json))
    #expect(Self.problems(json, TranscriptSchema.document, "") == [])
  }

  @Test func `what is not in the schema is found`() throws {
    var json = try #require(Value(json: SmallRun.transcript([]).text(.json)).mapValue)
    json["more"] = 1
    json["run"] = nil
    json["torn"] = "no"
    #expect(Self.problems(.map(json), TranscriptSchema.document, "").count == 3)
  }

  /// As much of a validator as the schema uses.
  private static func problems(_ value: Value, _ schema: Value, _ path: String) -> [String] {
    if let choices = schema["anyOf"]?.listValue {
      return choices.contains { problems(value, $0, path).isEmpty } ? [] : ["\(path) fits none"]
    }
    if let choices = schema["enum"]?.listValue {
      return choices.contains { $0.rendered == value.rendered } ? [] : ["\(path) is \(value.rendered)"]
    }
    if let constant = schema["const"] { return constant.rendered == value.rendered ? [] : ["\(path) is another"] }
    switch (schema["type"]?.stringValue, value) {
    case ("string", .string), ("integer", .int), ("boolean", .bool), ("null", .null): return []
    case ("array", .list(let items)): return items.flatMap { problems($0, schema["items"] ?? [:], path + "[]") }
    case ("object", .map(let map)):
      guard let fields = schema["properties"]?.mapValue else { return [] }
      let missing = (schema["required"]?.listValue ?? []).filter { map[$0.rendered] == nil }
      return missing.map { "\(path).\($0.rendered) is missing" }
        + map.entries.flatMap { key, inner in
          fields[key.rendered].map { problems(inner, $0, "\(path).\(key.rendered)") } ?? [
            "\(path).\(key.rendered) is unknown"
          ]
        }
    default: return ["\(path) is no \(schema["type"]?.rendered ?? "?")"]
    }
  }
}
