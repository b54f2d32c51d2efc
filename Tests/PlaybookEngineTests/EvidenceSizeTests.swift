import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

@Suite struct EvidenceSizeTests {
  static let text = String(repeating: "x", count: 100_000)
  static let outcomes: [(Value, Int64?)] = [
    (["status": 200, "text": .string(text), "body": .string(text)], 100_000),
    (["status": 200, "text": .string("[\"\(text)\"]"), "body": [.string(text)]], 100_004),
    (
      ["status": 200, "text": .unknown(Unknown(["x"])), "body": .bytes([UInt8](repeating: 255, count: 70_000))], 70_000
    ),
    (["exit": 0, "stdout": .string(text), "stderr": "ok", "lines": [.string(text)], "json": .null], 100_002),
    (["value": ["a", .string(text)], "fields": ["a": .string(text)]], 100_008),
    // What is there once is as large as its file.
    (["rows": [["a": .string(text)]]], nil),
  ]

  @Test(arguments: outcomes.indices)
  func `the size of evidence is that of what came, counted once`(_ index: Int) async throws {
    let (outcome, size) = Self.outcomes[index]
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n")
    run.executor.script("q", .fields(outcome))
    #expect(await run.sit() == .completed)
    let evidence = run.sink.events(.stepFinished, "q").first?.data["evidence"]
    #expect(evidence?["size"]?.intValue == size)
    #expect(evidence?["bytes"]?.intValue ?? 0 > 65_536)
  }
}
