import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// Bounds: an outcome beyond 64 MiB is truncated and says so, and no call holds more.
@Suite struct BulkPromiseTests {
  /// By name: a test's arguments are printed.
  enum Large: String, CaseIterable {
    case nuls, bytes, smallValues, nestedTrees

    var value: Value {
      switch self {
      case .nuls: .string(String(repeating: "\0", count: 11 << 20))
      case .bytes: .bytes([UInt8](repeating: 0, count: 60 << 20))
      case .smallValues: .list(Array(repeating: .int(1), count: 2_200_000))
      case .nestedTrees: BulkPromiseTests.nested(of: 8)
      }
    }
  }

  /// Ten of each, so many times over, all of them the same ones in memory.
  fileprivate static func nested(of depth: Int) -> Value {
    var value: Value = "leaf"
    for _ in 0..<depth { value = .list(Array(repeating: value, count: 10)) }
    return value
  }

  @Test(arguments: Large.allCases)
  func `a large outcome is truncated and says so`(_ large: Large) async throws {
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n  - check: c\n    that: q.value != null\n")
    run.executor.script("q", .fields(["value": large.value]))
    await run.sit()
    let isTruncated = run.outcome("q")?["truncated"]?.boolValue
    let notice = run.outcome("q")?["notices"]?.listValue?.first?.stringValue
    let verdict = run.outcome("c")?["verdict"]?.stringValue
    #expect(isTruncated == true)
    #expect(notice?.contains("more than 64 MiB") == true)
    #expect(verdict == "unknown")
  }

  @Test func `an outcome that fits is left as it is`() async throws {
    let value = Value.string(String(repeating: "é\n", count: 1 << 18))
    let run = try TestRun("steps:\n  - query: q\n    shell: q\n")
    run.executor.script("q", .fields(["value": value]))
    await run.sit()
    let (isTruncated, notices) = (run.outcome("q")?["truncated"]?.boolValue, run.outcome("q")?["notices"])
    #expect(isTruncated == false && notices == nil)
  }

  @Test func `JSON of more than a million values is not read, and a record of any number is`() throws {
    let text = "[" + String(repeating: "1,", count: 1_000_000) + "1]"
    do {
      _ = try Value(json: text)
      Issue.record("it was read")
    } catch {
      #expect(error.hasTooManyValues && error.message.contains("more than 1000000 values"))
    }
    let count = try Value(json: text, numbers: .recorded).listValue?.count
    #expect(count == 1_000_001)
    #expect(try Value(json: "[1, [2, {\"a\": 3}]]", count: 6).listValue?.count == 2)
    #expect(throws: JSONProblem.self) { try Value(json: "[1, [2, {\"a\": 3}]]", count: 5) }
  }
}
