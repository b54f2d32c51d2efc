import CEL
import PlaybookRecord

/// A run that failed: a read that did not work, a check that did not hold, a change of which nothing was heard.
enum FailedRun {
  static let events =
    [SmallRun.start] + Array(SmallRun.evidence.dropLast(2)) + [
      SmallRun.event(.stepStarted, "replica", at: 63, ["kind": "query", "title": "Is the replica there?"]),
      SmallRun.event(.callSent, "replica", at: 63, ["call": "SELECT 1", "attempt": 1]),
      SmallRun.event(
        .callRepeated, "replica", at: 64, ["attempt": 1, "error": ["code": "unreachable", "message": "refused"]]),
      SmallRun.event(
        .stepFinished, "replica", at: 65,
        [
          "kind": "query", "state": "failed", "error": ["code": "unreachable", "message": "refused"],
          "outcome": ["ok": false, "error": "refused"],
        ]),
      SmallRun.event(
        .stepFinished, "healthy", at: 66,
        ["kind": "check", "verdict": "no", "text": "the load stays", "held": false, "outcome": ["yes": false]]),
      SmallRun.event(.stepStarted, "block", at: 67, ["kind": "act", "title": "Block them"]),
      SmallRun.event(.questionAsked, "block", at: 67, ["key": "block", "kind": "approval", "text": "Block them"]),
      SmallRun.event(
        .questionAnswered, "block", at: 70,
        [
          "key": "block", "text": "Block them", "value": true, "by": "alice", "source": "terminal",
          "took": .duration(.seconds(3)),
        ]),
      SmallRun.event(
        .actIntended, "block", at: 70,
        [
          "calls": ["firewall block a", "firewall block b", "firewall block c"], "target": "shell", "digest": "beef",
          "items": ["a", "b", "c"], "undo": ["firewall unblock a", "firewall unblock b", "firewall unblock c"],
        ]),
      SmallRun.event(.actStarted, "block", at: 70, ["position": 0]),
      SmallRun.event(
        .actFinished, "block", at: 71,
        ["position": 0, "state": "failed", "error": ["code": "rejected", "message": "no such chain"]]),
      SmallRun.event(.actStarted, "block", at: 72, ["position": 1]),
      SmallRun.event(.warning, at: 73, ["text": "the connection was lost"]),
      SmallRun.event(
        .runFinished, at: 74, ["outcome": "failed", "reason": "`block`: no such chain", "failed": ["healthy"]]),
    ]
}

/// A run of many steps, much evidence and a long loop.
enum LargeRun {
  static func events(_ queries: Int, rows: Int, items: Int) -> [Event] {
    var events = [SmallRun.start]
    for number in 1...queries {
      let list: [Value] = (0..<rows).map { ["name": .string("row \(number).\($0)"), "n": .int(Int64(rows - $0))] }
      events += [
        SmallRun.event(.stepStarted, "q\(number)", at: 61, ["kind": "query", "title": .string("Question \(number)?")]),
        SmallRun.event(.callSent, "q\(number)", at: 61, ["call": "SELECT name, n FROM things", "attempt": 1]),
        SmallRun.event(
          .stepFinished, "q\(number)", at: 62,
          [
            "kind": "query", "number": .int(Int64(number)), "source": "sql db", "took": .duration(.milliseconds(20)),
            "show": ["style": "bars", "column": "n", "by": "name"],
            "outcome": ["rows": .list(list), "count": .int(Int64(rows)), "ok": true],
          ]),
      ]
    }
    let labels: [Value] = (0..<items).map { .string("item \($0)") }
    events += SmallRun.decision
    events.append(
      SmallRun.event(
        .actIntended, "block", at: 100, ["calls": .list(labels), "items": .list(labels), "target": "shell"]))
    for position in 0..<items {
      let place: Value = .int(Int64(position))
      events.append(SmallRun.event(.actStarted, "block", at: 101, ["position": place]))
      events.append(SmallRun.event(.actFinished, "block", at: 101, ["position": place, "state": "done"]))
    }
    return events + SmallRun.rest
  }
}
