import CEL
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// What is said to have changed between two outcomes of one call.
@Suite struct DifferencesTests {
  private static func told(_ old: Value, _ new: Value) -> [String] {
    OutcomeDifferences(before: MapValue([("rows", old)]), after: MapValue([("rows", new)])).changes.map { change in
      switch change {
      case .went(let row): "-" + row.rendered
      case .came(let row): "+" + row.rendered
      case .row(let name, let fields): "~\(name)" + fields.map(text).joined()
      case .field(let field): text(field)
      }
    }
  }

  private static func text(_ field: OutcomeDifferences.Field) -> String {
    " \(field.name) \(field.from?.rendered ?? "-") \(field.to?.rendered ?? "-")"
  }

  @Test func `rows are paired by the first column that tells them apart`() {
    let old: Value = [["k": "alpha", "n": 1], ["k": "beta", "n": 2], ["k": "c", "n": 3]]
    let new: Value = [["k": "alpha", "n": 11], ["k": "beta", "n": 2], ["k": "c", "n": 13]]
    #expect(Self.told(old, new) == ["~alpha n 1 11", "~c n 3 13"])
    let changes = OutcomeDifferences(before: MapValue([("rows", old)]), after: MapValue([("rows", new)])).changes
    #expect(changes.tally == "2 rows changed")
  }

  @Test func `what went and what came stands behind what changed`() {
    let told = Self.told(
      [["k": "a", "n": 1], ["k": "b", "n": 2], ["k": "c", "n": 3]],
      [["k": "d", "n": 4], ["k": "b", "n": 5], ["k": "c", "n": 3]])
    #expect(told.count == 3 && told[0] == "~b n 2 5" && told[1].hasPrefix("-") && told[2].hasPrefix("+"))
  }

  @Test(
    arguments: [
      ([["k": "a", "n": 1], ["k": "a", "n": 2]], [["k": "a", "n": 3], ["k": "a", "n": 4]]),
      ([["k": "a"], ["k": "b"]], [["k": "c"], ["k": "d"]]), (["a", "b"], ["a", "c"]),
      ([["n": 1.5]], [["n": 2.5]]),
    ] as [(Value, Value)])
  func `rows that nothing tells apart, or that are all others, are not paired`(_ old: Value, _ new: Value) {
    #expect(Self.told(old, new).allSatisfy { $0.hasPrefix("-") || $0.hasPrefix("+") })
  }

  @Test func `a number with other digits is another one, and a number may be the key`() throws {
    func number(_ text: String) throws -> Value { .decimal(try #require(Decimal(text))) }
    let old: Value = [
      ["k": try number("7"), "n": try number("1.10")], ["k": try number("8"), "n": try number("2.0")],
    ]
    let new: Value = [["k": try number("7"), "n": try number("1.1")], ["k": try number("8"), "n": try number("2.0")]]
    #expect(Self.told(old, new) == ["~7 n 1.10 1.1"])
    #expect(Self.told(old, old) == [])
  }

  @Test func `a column with the name of a time is compared as well`() {
    #expect(Self.told([["k": "a", "started": 1]], [["k": "a", "started": 2]]) == ["~a started 1 2"])
  }
}
