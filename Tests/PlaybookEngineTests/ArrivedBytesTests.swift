import CEL
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// The size that is shown of evidence is that of what came, in whatever forms the outcome holds it.
@Suite struct ArrivedBytesTests {
  private func size(_ outcome: Value) -> Int? { outcome.mapValue?.arrivedBytes }

  @Test func `what an outcome holds in two forms counts once`() {
    let keys: Value = ["session:1", "session:2"]
    let bytes = keys.jsonBytes().count
    #expect(size(["value": keys, "keys": keys, "count": 2]) == bytes)
    #expect(size(["value": keys, "rows": [["id": "1"]]]) == bytes)
    #expect(size(["value": "id=1\n", "rows": [["id": 1]]]) == 5)
    #expect(size(["rows": [["id": 1]], "columns": ["id"]]) == nil)
    #expect(size(["value": keys]) == nil)
  }
}
