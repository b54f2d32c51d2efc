import CEL
import Testing

@testable import PlaybookTerminal

@Suite struct DifferencesTests {
  @Test func `a row with other values is one line`() {
    let (old, new): (Value, Value) = ([["k": "alpha", "n": 1, "m": 2]], [["k": "alpha", "n": 11, "m": 12]])
    let lines = Differences(before: MapValue([("rows", old)]), after: MapValue([("rows", new)])).lines(
      indent: 2, width: 80)
    #expect(lines.map(\.text) == ["  changed since:", "  ~ alpha: n: 1 → 11, m: 2 → 12"])
  }
}
