import CEL
import PlaybookRecord
import PlaybookTestSupport

/// A run whose calls people decided about: one done by hand, one that a human saw, two left as they were, one sent
/// again with another call; of their undos one by hand, one left alone.
enum HandledRun {
  static let events = [SmallRun.start] + Array(SmallRun.evidence) + approved + calls + undos + end

  static func item(_ type: EventType, _ position: Int64, at seconds: Int64, _ data: Value = [:]) -> Event {
    var event = SmallRun.event(type, "mend", at: seconds, data)
    event.fields["position"] = .int(position)
    return event
  }

  static let letters = ["a", "b", "c", "d", "e", "f"]

  private static func list(_ word: String) -> Value { .list(letters.map { .string("\(word) \($0)") }) }

  static let approved = [
    SmallRun.event(.stepStarted, "mend", at: 90, ["kind": "act", "title": "Mend them"]),
    RetakenRun.asked("mend", "approval", "Mend them", at: 90),
    RetakenRun.answered("mend", true, "Mend them", at: 100),
    SmallRun.event(.loopStarted, "mend", at: 100, ["items": .list(letters.map(Value.string)), "leftOut": []]),
    SmallRun.event(
      .actIntended, "mend", at: 100,
      [
        "calls": list("half"), "items": .list(letters.map(Value.string)), "undo": list("unhalf"), "target": "edge",
        "digest": "abcd", "approved": [0, 1, 2, 3, 4], "leftOut": ["z: protected"],
      ]),
  ]

  private static func failed(_ message: String) -> Value {
    [
      "state": "failed", "error": ["code": "rejected", "message": .string(message)], "took": .duration(.seconds(1)),
    ]
  }

  private static let cut: Value = [
    "state": "unknown", "error": ["code": "timeout", "message": "no answer in time"], "took": .duration(.seconds(1)),
  ]

  static let calls = [
    item(.actStarted, 0, at: 101, ["call": "half a"]),
    item(
      .actFinished, 0, at: 102,
      ["state": "done", "outcome": ["ok": true, "affected": 2], "took": .duration(.seconds(1))]),
    item(.actVerified, 0, at: 102, ["held": true, "text": "`n == 0` holds"]),
    item(.actStarted, 1, at: 103, ["call": "half b"]),
    item(.actFinished, 1, at: 104, failed("exited with 4")),
    item(.actStarted, 1, at: 105, ["call": "half b --more"]),
    item(.actFinished, 1, at: 106, failed("exited with 5")),
    item(
      .actFinished, 1, at: 107,
      ["state": "done", "word": "by_hand", "by": "bob", "reason": "restarted it by hand", "outcome": ["ok": true]]),
    item(.actStarted, 2, at: 108, ["call": "half c"]),
    item(.actFinished, 2, at: 109, cut),
    item(.actFinished, 2, at: 110, ["state": "done", "word": "happened", "by": "bob", "reason": "saw it"]),
    item(.actStarted, 3, at: 111, ["call": "half d"]),
    item(.actFinished, 3, at: 112, failed("exited with 4")),
    item(.actFinished, 3, at: 113, ["state": "failed", "left": true, "word": "skip", "by": "bob", "reason": "broken"]),
    item(.actStarted, 4, at: 114, ["call": "half e"]),
    item(.actFinished, 4, at: 115, ["state": "unknown", "left": true, "word": "skip", "by": "bob"]),
    SmallRun.event(
      .stepFinished, "mend", at: 116,
      [
        "kind": "act", "state": "skipped",
        "outcome": [
          "ok": false, "undone": false, "items": .list(letters.map { ["item": .string($0), "undone": false] }),
        ],
      ]),
  ]

  static let undos = [
    RetakenRun.asked("mend!undo1", "approval", "Take back `mend`?", at: 120),
    RetakenRun.answered("mend!undo1", true, "Take back `mend`?", at: 121),
    SmallRun.event(
      .actIntended, "mend!undo1", at: 121,
      ["undoes": "mend", "positions": [4, 2, 0], "calls": ["unhalf e", "unhalf c", "unhalf a"], "digest": "ef"]),
    item(.undoStarted, 4, at: 122, ["call": "unhalf e"]),
    item(.actUndone, 4, at: 123, ["call": "unhalf e", "state": "unknown", "error": ["message": "no answer in time"]]),
    item(.actUndone, 4, at: 124, ["call": "unhalf e", "state": "unknown", "word": "skip", "by": "carol"]),
    item(.undoStarted, 2, at: 125, ["call": "unhalf c"]),
    item(.actUndone, 2, at: 126, ["call": "unhalf c", "state": "failed", "error": ["message": "exited with 1"]]),
    item(
      .actUndone, 2, at: 127,
      ["call": "unhalf c", "state": "done", "word": "by_hand", "by": "carol", "reason": "by the console"]),
    item(.undoStarted, 0, at: 128, ["call": "unhalf a"]),
    item(.actUndone, 0, at: 129, ["call": "unhalf a", "state": "done", "verified": true, "text": "`n == 0` is false"]),
  ]

  static let end = [
    SmallRun.event(.runFinished, at: 130, ["outcome": "completed", "failed": [], "changes": 1, "unverified": []])
  ]
}
