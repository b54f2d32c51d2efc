import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTerminal

/// What the screen shows of evidence and of a change's answer: what was printed and stored, not a reading of it.
@Suite struct EvidenceViewTests {
  private func view(
    _ outcome: Value, _ style: String? = nil, columns: [String]? = nil, counts: Value? = nil, executor: String? = nil
  ) -> EvidenceView {
    EvidenceView(
      outcome: outcome.mapValue ?? MapValue(), show: ShowTold(style: style, columns: columns), counts: counts?.mapValue,
      executor: executor)
  }

  private func shown(
    _ outcome: Value, _ style: String? = nil, columns: [String]? = nil, counts: Value? = nil, executor: String? = nil
  ) -> [String] {
    view(outcome, style, columns: columns, counts: counts, executor: executor).lines(indent: 0, width: 80).map {
      $0.rendered(color: false)
    }
  }

  private func program(_ output: String, json: Value = .null, errors: String = "") -> Value {
    [
      "exit": 0, "stdout": .string(output), "stderr": .string(errors),
      "lines": .list(output.split(separator: "\n").map { .string(String($0)) }), "json": json, "ok": true,
    ]
  }

  @Test(arguments: [
    ("1.10", Value.double(1.1)), ("0.50", .double(0.5)), ("1e5", .double(100000)), ("007", .null), ("true", true),
    ("12345678901234567890123", .double(1.2345678901234568e22)), ("\"quoted\"", "quoted"), ("null", .null),
  ])
  func `a program's number or text alone is shown as printed`(printed: String, json: Value) {
    #expect(shown(program(printed + "\n", json: json)) == [printed])
    #expect(shown(program(printed + "\n", json: json), "text") == [printed])
  }

  @Test func `only an object or a list is shown as what it holds`() {
    #expect(shown(program("{\"a\": 1}\n", json: ["a": 1])) == ["a  1"])
    #expect(shown(program("[1, 2]\n", json: [1, 2])) == ["1", "2"])
    #expect(shown(program("[{\"a\": 1}]", json: [["a": 1]])) == ["a", "1"])
  }

  @Test func `an answer over HTTP that is one value is shown as it came`() {
    #expect(shown(["status": 200, "body": .double(1.1), "text": "1.10"]) == ["1.10"])
    #expect(shown(["status": 200, "body": "x", "text": "\"x\""]) == ["\"x\""])
    #expect(shown(["status": 200, "body": .null, "text": .bytes([0x5A, 0xFC, 0x72])]) == ["Z\\xFCr"])
    #expect(shown(["status": 200, "body": ["a": .null], "text": "{}"]) == ["a  null"])
  }

  @Test func `of redrawn lines the last state is shown, colours are not, and what moves the cursor is`() {
    let progress = (0...5000).map { "copied \($0) of 5000\r" }.joined() + "\ndone\n"
    #expect(shown(program(progress)) == ["copied 5000 of 5000", "done"])
    #expect(shown(program("\u{1B}[1mcache\u{1B}[0m active\n\u{1B}[2Jx\n")) == ["cache active", "␛[2Jx"])
    #expect(shown(program("\u{FEFF}one\n")) == ["one"])
    #expect(shown(["exit": 0, "stdout": .bytes([0x53, 0xF6, 0x0A, 0x0D, 0x78]), "stderr": ""]) == ["S\\xF6", "x"])
  }

  @Test func `standard error stands below, its first and last lines, whatever is shown of the rest`() {
    let missing = "/bin/sh: 1: nosuchtool: not found\n"
    #expect(shown(program("0\n", errors: missing)) == ["0", "stderr: /bin/sh: 1: nosuchtool: not found"])
    #expect(shown(program("", errors: missing)) == ["stderr: /bin/sh: 1: nosuchtool: not found"])
    #expect(shown(program("0\n", errors: missing), "none").count == 1)
    #expect(shown(program("{}", json: ["a": 1], errors: "a\rb\n")).last == "stderr: b")
    let many = (1...100).map { "line \($0)\n" }.joined()
    let lines = shown(program("0\n", errors: many))
    #expect(
      lines == [
        "0", "stderr: line 1", "        line 2", "        line 3", "        line 4", "… 92 lines left out",
        "        line 97", "        line 98", "        line 99", "        line 100",
      ])
  }

  @Test func `notices stand with it, of a loop with the item`() {
    var outcome = program("0\n").mapValue ?? MapValue()
    outcome["notices"] = ["a program was not found"]
    #expect(shown(.map(outcome)) == ["0", "notice: a program was not found"])
    let item: Value = .map(MapValue([("item", "web-1"), ("notices", ["WARNING: late"]), ("stderr", "slow\n")]))
    let lines = shown(["items": [item], "ok": true], columns: ["item"])
    #expect(lines == ["item", "web-1", "notice: web-1: WARNING: late", "stderr: web-1: slow"])
  }

  @Test func `a null, bytes and fractions of a second are told from texts`() {
    let rows: Value = [["v": .null], ["v": "null"], ["v": "NULL"], ["v": ""]]
    #expect(shown(["rows": rows, "columns": ["v"]]) == ["v", "NULL", "null", "\"NULL\"", ""])
    #expect(shown(["rows": [["v": .bytes([0xDE, 0xAD])]]]) == ["v", "\\xdead"])
    #expect(shown(["rows": [["v": .bytes([UInt8](repeating: 1, count: 100))]]])[1].hasSuffix("01… (100 bytes)"))
    let times = ["2026-11-29T12:00:00.123456Z", "2026-11-29T12:00:00.9Z", "2026-11-29T12:00:00Z"].compactMap {
      Timestamp(rfc3339: $0).map { Value.map(MapValue([("at", .timestamp($0))])) }
    }
    let lines = shown(["rows": .list(times)])
    #expect(lines[1].hasPrefix("2026-11-29 12:00:00.123456"))
    #expect(lines[2].hasPrefix("2026-11-29 12:00:00.9") && lines[3] == "2026-11-29 12:00:00Z")
    #expect(shown(["value": .null], executor: "redis") == ["(nil)"])
    #expect(shown(["value": "(nil)"], executor: "redis") == ["\"(nil)\""])
    #expect(shown(["value": ""], executor: "redis") == ["\"\""])
    let alike: Value = ["value": [.bytes([0xFF]), "\\xff", "\\xyz"]]
    #expect(shown(alike, executor: "redis") == ["\\xff", "\"\\xff\"", "\\xyz"])
    #expect(shown(["value": ["a", .null, "(nil)", ""]], executor: "redis") == ["a", "(nil)", "\"(nil)\"", "\"\""])
  }

  @Test func `of evidence in a file the counts are those of the whole`() {
    let keys: [Value] = (1...8).map { .string("key:\($0)") }
    let scan = view(["keys": .list(keys), "count": 1_000_000], counts: ["keys": 1_000_000])
    #expect(scan.amount == "1000000 keys")
    #expect(scan.lines(indent: 0, width: 80).last?.text == "… 999992 more keys")
    #expect(view(["keys": .list(keys), "count": 1_000_000], counts: [:]).amount == "1000000 keys")
    let values = view(["value": .list(keys)], counts: ["value": 30])
    #expect(values.amount == "30 values" && values.lines(indent: 0, width: 80).last?.text == "… 22 more values")
    let program: Value = ["exit": 0, "stdout": "copied 1\rcop", "lines": ["copied 5000 of 5000", "done"]]
    #expect(shown(program, counts: [:]) == ["copied 5000 of 5000", "done"])
  }

  private func screen(_ outcome: Value, state: Value = "done", call: String = "block x", error: Value = .null) -> String
  {
    RunFixture.screen(
      [
        RunFixture.event(.stepStarted, "block", ["kind": "act", "title": "Block", "place": "1/1"]),
        RunFixture.event(.actIntended, "block", ["calls": [.string(call)], "target": "t"]),
        RunFixture.event(
          .actFinished, "block",
          [
            "position": 0, "state": state, "label": "x", "took": .duration(.milliseconds(10)), "outcome": outcome,
            "error": error,
          ]),
      ], width: 80)
  }

  /// What the line of a change that is done says behind its time.
  private func answered(_ outcome: Value, _ call: String = "block x") -> String {
    let text = screen(outcome, call: call)
    let line = text.split(separator: "\n").last { $0.contains("✓ done     x  0.01s") } ?? ""
    return String(line.dropFirst("      ✓ done     x  0.01s  ".count))
  }

  @Test func `a change that is done says in its line what it answered`() {
    #expect(answered(["ok": true, "affected": 0], "UPDATE t") == "0 rows")
    #expect(answered(["ok": true, "affected": 1], "UPDATE t") == "1 row")
    #expect(answered(["ok": true, "value": 0], "DEL k") == "0")
    #expect(answered(["ok": true, "value": "OK"], "SET k v") == "OK")
    #expect(answered(["ok": true, "value": .null], "SET k v NX") == "nil: not set")
    #expect(answered(["ok": true, "value": .null], "LPOP k") == "nil")
    #expect(answered(["ok": true, "value": ["OK", 1, .null]], "PIPELINE") == "OK, 1, nil")
    #expect(answered(["ok": true, "status": 202, "text": "{}"], "POST /x") == "status 202")
    #expect(answered(["ok": true, "exit": 0, "lines": ["already blocked"]]) == "already blocked")
    #expect(answered(["ok": true, "exit": 3, "lines": []]) == "exit 3")
    #expect(answered(["ok": true, "exit": 0, "lines": ["a", "b"]]) == "2 lines")
  }

  @Test func `a change with nothing to say takes one line`() {
    let text = screen(["ok": true, "exit": 0, "lines": [], "stderr": "", "stdout": ""])
    #expect(text.hasSuffix("      ✓ done     x  0.01s\n") || text.hasSuffix("      ✓ done     x  0.01s"))
  }

  @Test func `what was said beside the answer stands below it`() {
    let outcome: Value = [
      "ok": true, "exit": 0, "stderr": "warning: nothing to do\n", "notices": ["WARNING:  skipped"],
    ]
    let text = screen(outcome)
    #expect(text.contains("        stderr: warning: nothing to do"))
    #expect(text.contains("        notice: WARNING:  skipped"))
  }

  @Test func `the body of a refusal stands beside its status`() {
    let text = screen(
      ["ok": false, "status": 409, "text": "{\"error\": \"a partner of ours\"}"], state: "failed",
      error: ["code": "rejected", "message": "POST /x: 409 Conflict"])
    #expect(text.contains("✗ failed   x  0.01s  rejected: POST /x: 409 Conflict"))
    #expect(text.contains("        body: {\"error\": \"a partner of ours\"}"))
  }

  @Test func `an undo shows what it was answered`() {
    func undone(_ data: Value) -> String {
      var renderer = EventRenderer()
      let event = RunFixture.event(.actUndone, "x", data)
      return renderer.lines(for: event, width: 120).map(\.text).joined(separator: "\n")
    }
    let none = undone([
      "position": 0, "call": "UPDATE u", "state": "done", "outcome": ["ok": true, "affected": 0, "notices": ["odd"]],
    ])
    #expect(none.contains("✓ undone   UPDATE u  0 rows"), "\(none)")
    #expect(none.contains("        notice: odd"), "\(none)")
    let refused = undone([
      "position": 0, "call": "POST /x", "state": "failed", "error": ["code": "rejected", "message": "409 Conflict"],
      "outcome": ["ok": false, "status": 409, "text": "{\"error\": \"a partner of ours\"}"],
    ])
    #expect(refused.contains("✗ NOT undone  POST /x  rejected: 409 Conflict"), "\(refused)")
    #expect(refused.contains("        body: {\"error\": \"a partner of ours\"}"), "\(refused)")
  }

  @Test func `the line that sums a long loop up counts the answers`() {
    var renderer = EventRenderer()
    var lines: [Line] = []
    let calls = (1...30).map { Value.string("UPDATE \($0)") }
    func see(_ event: Event) { lines += renderer.lines(for: event, width: 120) }
    see(RunFixture.event(.stepStarted, "u", ["kind": "act", "title": "U", "place": "1/1"]))
    see(RunFixture.event(.actIntended, "u", ["calls": .list(calls), "items": .list(calls)]))
    for position in 0..<30 {
      let notices: Value = position == 20 ? ["WARNING: odd"] : []
      let outcome: Value = ["ok": true, "affected": position < 28 ? 1 : 0, "notices": notices]
      see(
        RunFixture.event(.actFinished, "u", ["position": .int(Int64(position)), "state": "done", "outcome": outcome]))
    }
    see(RunFixture.event(.stepFinished, "u", ["kind": "act", "state": "done"]))
    #expect(lines.last?.text == "      of 30: 30 done; answers: 28 × 1 row, 2 × 0 rows; 1 said more")
  }
}
