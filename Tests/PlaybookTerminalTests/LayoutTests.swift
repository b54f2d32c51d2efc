import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTerminal

@Suite struct LayoutTests {
  @Test(arguments: [
    ("abc", 3), ("é", 1), ("e\u{301}", 1), ("利用", 4), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2), ("😀", 2), ("✓", 1),
    ("█", 1),
    ("…", 1), ("🇩🇪", 2), ("ｱ", 1), ("Ａ", 2), ("❤\u{FE0F}", 1), ("\u{00AD}", 1), ("แม่", 2),
  ]) func `columns are counted as terminals do`(text: String, columns: Int) {
    #expect(CellWidth.of(text) == columns)
  }

  @Test func `a cut never ends within a wide character`() {
    #expect(TextLayout.cut("利用者", to: 6) == "利用者")
    #expect(TextLayout.cut("利用者", to: 5) == "利用…")
    #expect(TextLayout.cut("利用者", to: 4) == "利…")
    #expect(TextLayout.cut("abc", to: 1) == "…")
    #expect(TextLayout.cut("abc", to: 0) == "")
    #expect(TextLayout.cut("e\u{301}e\u{301}e\u{301}", to: 2) == "e\u{301}…")
  }

  @Test func `rows shown as fields are read one under the other`() {
    let row: Value = ["email": "u…@example.com", "phone": "…5417", "role": "user"]
    func text(_ rows: [Value]) -> [String] {
      let view = EvidenceView(outcome: MapValue([("rows", .list(rows))]), show: ShowTold(style: "fields"))
      return view.lines(indent: 2, width: 40).map { $0.spans.map(\.text).joined() }
    }
    #expect(text([row]) == ["  email  u…@example.com", "  phone  …5417", "  role   user"])
    #expect(text([row, row]).count == 6 && text([row, row])[3] == "  - email: u…@example.com")
  }

  @Test func `text is wrapped at spaces, and within words that are too long`() {
    #expect(TextLayout.wrap("one two three", width: 8) == ["one two", "three"])
    #expect(TextLayout.wrap("abcdefghij kl", width: 4) == ["abcd", "efgh", "ij", "kl"])
    #expect(TextLayout.wrap("", width: 8) == [""])
    #expect(TextLayout.wrap("  indented code", width: 40) == ["  indented code"])
    #expect(TextLayout.wrap("  indented code", width: 11) == ["  indented", "code"])
    #expect(TextLayout.wrap(" a  b cdef", width: 6) == [" a  b", "cdef"])
  }

  @Test func `wrapping keeps every character but blanks`() {
    let text = "SELECT  count(*) FROM audit_logs WHERE a = 'x  y' AND 利用者 = 'ééé' ORDER BY verylongcolumnname"
    for width in 4...60 {
      let lines = TextLayout.wrap(text, width: width)
      #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
      #expect(lines.allSatisfy { CellWidth.of($0) <= width })
    }
  }

  @Test func `lines beyond the limit are counted`() {
    #expect(TextLayout.lines("a\nb\nc\n", limit: 8).lines == ["a", "b", "c"])
    #expect(TextLayout.lines("a\r\nb\nc\nd\n", limit: 2).lines == ["a", "b"])
    #expect(TextLayout.lines("a\nb\nc\nd\n", limit: 2).more == 2)
    #expect(TextLayout.lines("a\nb\nc\nd", limit: 2).more == 2)
    #expect(TextLayout.lines("", limit: 2).lines == [""])
  }

  @Test func `numbers stand to the right, and what is missing is not null`() {
    let rows: [Value] = [["user": "alice", "n": 7], ["user": .null, "n": 1200], ["n": 3]]
    let lines = Table(rows: rows, chosen: []).lines(indent: 2, width: 80).map { $0.rendered(color: false) }
    #expect(lines == ["  user      n", "  alice     7", "  null   1200", "            3"])
  }

  @Test func `exact numbers stand to the right with all their digits`() throws {
    let rows = try ["1.10", "100.00", "12345678901234567890123"].map { text -> Value in
      ["n": .decimal(try #require(Decimal(text))), "a": "x"]
    }
    let lines = Table(rows: rows, chosen: []).lines(indent: 0, width: 80).map { $0.rendered(color: false) }
    #expect(lines[1] == "                   1.10  x" && lines[3] == "12345678901234567890123  x")
    let bars = Bars(rows: Array(rows.prefix(2)), column: "n", by: "a").lines(indent: 0, width: 80)
    #expect(bars.map { $0.rendered(color: false) } == ["x  ▎ 1.10", "x  ████████████████████ 100.00"])
  }

  @Test func `a wide table turns into blocks`() {
    let row: Value = ["first": "aaaaaaaaaaaaaaaaaa", "second": "bbbbbbbbbbbbbbbbbbb", "third": "cccccccccccccccccccc"]
    let lines = Table(rows: [row], chosen: []).lines(indent: 2, width: 30).map { $0.rendered(color: false) }
    #expect(
      lines == ["  - first: aaaaaaaaaaaaaaaaaa", "    second: bbbbbbbbbbbbbbbbb…", "    third: cccccccccccccccccc…"])
  }

  @Test func `a long column gives way to the others`() {
    let lines = Table(rows: [["id": 1, "text": .string(String(repeating: "x", count: 200))]], chosen: [])
      .lines(indent: 0, width: 40)
    #expect(lines.last?.rendered(color: false) == " 1  " + String(repeating: "x", count: 35) + "…")
  }

  @Test func `bars are as long as their numbers`() {
    let rows: [Value] = [
      ["n": 20, "a": "x"], ["n": 10, "a": "yy"], ["n": 0, "a": "z"], ["n": .null, "a": "w"], ["n": -5, "a": "v"],
    ]
    let lines = Bars(rows: rows, column: "n", by: "a").lines(indent: 0, width: 80).map { $0.rendered(color: false) }
    #expect(
      lines == [
        "x   ████████████████████ 20", "yy  ██████████ 10", "z   0", "w   null", "v   -5",
      ])
    let huge = Bars(rows: [["n": .double(.infinity)], ["n": .double(1e308)], ["n": .int(.max)]], column: "n", by: "a")
    #expect(huge.lines(indent: 0, width: 20).count == 3)
  }

  @Test(arguments: [
    (Duration.milliseconds(310), "0.31s"), (.seconds(2), "2s"), (.seconds(42), "42s"), (.seconds(90), "1m30s"),
    (.seconds(900), "15m"), (.seconds(3900), "1h05m"), (.seconds(86400), "1d"), (.seconds(90000), "1d1h"),
    (.seconds(-90), "-1m30s"), (.zero, "0.00s"),
  ]) func `durations read short`(duration: Duration, text: String) {
    #expect(TimeText.short(duration) == text)
  }

  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (1500, "1.5 kB"), (12_345_678, "12.3 MB"), (Int64.max, "9223372 TB"),
  ])
  func `sizes read short`(bytes: Int64, text: String) {
    #expect(TimeText.size(bytes).hasPrefix(text.prefix(7)))
  }

  @Test func `a table shows times with their fraction of a second`() throws {
    let time = try #require(Timestamp(rfc3339: "2026-11-23T23:38:15.509381Z"))
    let lines = Table(rows: [["at": .timestamp(time)]], chosen: []).lines(indent: 0, width: 80)
    #expect(lines.last?.rendered(color: false) == "2026-11-23 23:38:15.509381Z")
  }
}
