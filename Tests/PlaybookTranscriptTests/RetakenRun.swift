import CEL
import PlaybookRecord
import PlaybookTestSupport

/// A run in which little went straight: a loop of reads, a poll, a read taken again with another input, a way back, a
/// change approved item by item, one of its calls edited, and its undo, of which one failed and one did not help.
enum RetakenRun {
  static let events = [SmallRun.start] + reads + redo + back + change + undo + rest

  static func event(_ type: EventType, _ path: StepPath = "", at seconds: Int64, _ data: Value = [:]) -> Event {
    SmallRun.event(type, path, at: seconds, data)
  }

  static func asked(_ key: String, _ kind: String, _ text: String, at seconds: Int64, options: [String] = []) -> Event {
    event(
      .questionAsked, QuestionKey(key).step, at: seconds,
      [
        "key": .string(key), "kind": .string(kind), "text": .string(text),
        "options": options.isEmpty ? .null : .list(options.map { ["name": .string($0)] }),
      ])
  }

  static func answered(_ key: String, _ value: Value, _ text: String, at seconds: Int64, by name: String = "alice")
    -> Event
  {
    event(
      .questionAnswered, QuestionKey(key).step, at: seconds,
      [
        "key": .string(key), "value": value, "text": .string(text), "by": .string(name), "source": "terminal",
        "took": .duration(.seconds(2)),
      ])
  }

  private static func read(
    _ path: StepPath, _ number: Int64, at seconds: Int64, took: Duration, _ outcome: Value
  ) -> Event {
    event(
      .stepFinished, path, at: seconds,
      [
        "kind": "query", "state": "done", "number": .int(number), "source": "sql db", "took": .duration(took),
        "outcome": outcome,
      ])
  }

  private static func check(_ verdict: String, held: Bool, at seconds: Int64) -> [Event] {
    [
      event(.stepStarted, "healthy", at: seconds, ["kind": "check", "title": "Is it healthy?"]),
      event(
        .stepFinished, "healthy", at: seconds,
        [
          "kind": "check", "state": "done", "verdict": .string(verdict), "held": .bool(held),
          "outcome": ["verdict": .string(verdict)],
        ]),
    ]
  }

  private static let reads =
    [
      event(.stepStarted, "failures", at: 61, ["kind": "query", "title": "Who fails?"]),
      event(.callSent, "failures", at: 61, ["call": "SELECT ip FROM logs", "attempt": 1]),
      read("failures", 1, at: 62, took: .milliseconds(300), ["rows": [["ip": "203.0.113.7"]], "count": 1, "ok": true]),
      event(.stepStarted, "spread", at: 63, ["kind": "query", "title": "How many each?"]),
      event(.loopStarted, "spread", at: 63, ["items": ["a", "b"]]),
      event(.callSent, "spread[0]", at: 63, ["call": "GET a", "attempt": 1]),
      event(.callSent, "spread[1]", at: 65, ["call": "GET b", "attempt": 1]),
      read(
        "spread", 2, at: 67, took: .zero,
        ["items": [["item": "a", "value": 3], ["item": "b", "value": 4]], "count": 2, "ok": true]),
      event(.stepStarted, "drained", at: 67, ["kind": "query", "title": "Is the queue empty?"]),
      event(.callSent, "drained", at: 67, ["call": "LLEN queue", "attempt": 1]),
      read("drained", 3, at: 77, took: .milliseconds(200), ["value": 9, "met": false, "polls": 5, "ok": true]),
    ] + check("no", held: false, at: 77) + [
      event(.stepStarted, "verdict", at: 77, ["kind": "confirm"]),
      asked("verdict", "option", "What is this?", at: 77, options: ["attack", "benign"]),
    ]

  private static let redo =
    [
      event(
        .stepsReopened, "failures", at: 85,
        ["paths": ["failures", "healthy"], "containers": [], "word": "redo", "target": "failures", "by": "alice"]),
      event(.stepStarted, "failures", at: 85, ["kind": "query", "title": "Who fails?"]),
      event(.callSent, "failures", at: 85, ["call": "SELECT ip FROM logs WHERE n > 1", "attempt": 1]),
      asked("failures!failure1", "option", "failures failed: no such column", at: 86, options: ["retry", "edit"]),
      answered("failures!failure1", "edit", "failures failed: no such column", at: 90),
      event(.failureHandled, "failures", at: 90, ["choice": "edit", "inputs": ["n": 5], "by": "alice"]),
      event(.callSent, "failures", at: 90, ["call": "SELECT ip FROM logs WHERE n > 5", "attempt": 1]),
      read("failures", 4, at: 91, took: .milliseconds(500), ["rows": [["ip": "203.0.113.9"]], "count": 1, "ok": true]),
    ] + check("no", held: false, at: 91) + [
      asked("verdict", "option", "What is this?", at: 91, options: ["attack", "benign"])
    ]

  private static let back = [
    event(
      .followUpAdded, "verdict", at: 92, ["text": "Ask the queue's owner", "from": "verdict"]),
    event(.warning, "verdict", at: 93, ["text": "the clock was set back"]),
    event(
      .stepsReopened, "drained", at: 93,
      [
        "paths": ["drained", "healthy", "verdict"], "containers": [], "word": "back", "target": "drained",
        "by": "alice",
      ]),
    event(.stepStarted, "drained", at: 93, ["kind": "query", "title": "Is the queue empty?"]),
    event(.callSent, "drained", at: 93, ["call": "LLEN queue", "attempt": 1]),
    read("drained", 5, at: 95, took: .milliseconds(200), ["value": 0, "met": true, "polls": 2, "ok": true]),
    event(
      .stepSkipped, "healthy", at: 95,
      ["kind": "check", "title": "Is it healthy?", "state": "skipped", "reason": "`drained.value > 0` does not hold"]),
    event(.stepStarted, "verdict", at: 95, ["kind": "confirm"]),
    asked("verdict", "option", "What is this?", at: 95, options: ["attack", "benign"]),
    answered("verdict", "attack", "What is this?", at: 100),
    event(.followUpAdded, "verdict", at: 100, ["text": "Ask the queue's owner", "from": "verdict"]),
    event(
      .stepFinished, "verdict", at: 100, ["kind": "confirm", "state": "done", "outcome": ["answer": "attack"]]),
  ]

  private static func item(_ type: EventType, _ position: Int64, at seconds: Int64, _ data: Value = [:]) -> Event {
    var event = event(type, "block", at: seconds, data)
    event.fields["position"] = .int(position)
    return event
  }

  private static let change = [
    event(.stepStarted, "block", at: 100, ["kind": "act", "title": "Block them"]),
    asked("block[0]", "item", "Block them", at: 100),
    answered("block[0]", "yes", "Block them", at: 104, by: "bob"),
    asked("block[1]", "item", "Block them", at: 104),
    answered("block[1]", "all", "Block them", at: 106, by: "carol"),
    event(.loopStarted, "block", at: 106, ["items": ["a", "b", "c"], "leftOut": []]),
    event(
      .actIntended, "block", at: 106,
      [
        "calls": ["deny a", "deny b", "deny c"], "items": ["a", "b", "c"], "approved": [0, 1, 2], "target": "edge",
        "digest": "abcd", "undo": [.null, .null, .null], "leftOut": [],
      ]),
    item(.actStarted, 0, at: 106, ["call": "deny a"]),
    item(
      .actFinished, 0, at: 107,
      [
        "state": "failed", "error": ["code": "rejected", "message": "no chain"], "took": .duration(.seconds(1)),
      ]),
    asked("block!failure2", "option", "a failed: no chain", at: 107, options: ["retry", "edit"]),
    answered("block!failure2", "edit", "a failed: no chain", at: 110),
    event(.failureHandled, "block", at: 110, ["choice": "edit", "position": 0, "inputs": ["chain": "in"]]),
    asked("block!edit2", "approval", "Block them, with other inputs", at: 110),
    answered("block!edit2", true, "Block them, with other inputs", at: 112, by: "dave"),
    event(
      .actIntended, "block!edit2", at: 112,
      [
        "edits": "block", "position": 0, "inputs": ["chain": "in"], "calls": ["deny a in"], "undo": ["allow a in"],
        "digest": "ef01", "replaces": ["call": "deny a", "undo": "allow a"],
      ]),
    item(.actStarted, 0, at: 112, ["call": "deny a in"]),
    item(.actFinished, 0, at: 113, ["state": "done", "took": .duration(.seconds(1))]),
    item(.actVerified, 0, at: 114, ["held": true, "text": "`deny` holds"]),
    item(.actStarted, 1, at: 114, ["call": "deny b"]),
    item(.actFinished, 1, at: 115, ["state": "done", "took": .duration(.seconds(1))]),
    item(.actVerified, 1, at: 116, ["held": true, "text": "`deny` holds"]),
    item(.actStarted, 2, at: 116, ["call": "deny c"]),
    item(.actFinished, 2, at: 117, ["state": "done", "took": .duration(.seconds(1))]),
    item(.actVerified, 2, at: 118, ["held": true, "text": "`deny` holds"]),
    event(.stepFinished, "block", at: 118, ["kind": "act", "state": "done", "outcome": ["ok": true]]),
  ]

  private static let undo = [
    event(.stepStarted, "tell", at: 118, ["kind": "confirm", "title": "Told them?"]),
    asked("tell", "yes-no", "Told them?", at: 118),
    asked("block!undo1[0]", "item", "Take back `block`?", at: 119),
    answered("block!undo1[0]", "all", "Take back `block`?", at: 121, by: "erin"),
    event(
      .actIntended, "block!undo1", at: 121,
      [
        "undoes": "block", "positions": [2, 1, 0], "calls": ["allow c 12", "allow b 11", "allow a in"],
        "executor": "shell", "digest": "2345",
      ]),
    item(.undoStarted, 2, at: 121, ["call": "allow c 12"]),
    item(
      .actUndone, 2, at: 122,
      ["call": "allow c 12", "state": "failed", "error": ["code": "rejected", "message": "no such rule"]]),
    item(.undoStarted, 1, at: 122, ["call": "allow b 11"]),
    item(
      .actUndone, 1, at: 124, ["call": "allow b 11", "state": "done", "verified": false, "text": "`deny` is 3"]),
    item(.undoStarted, 0, at: 124, ["call": "allow a in"]),
    item(.actUndone, 0, at: 125, ["call": "allow a in", "state": "done", "verified": true, "text": "`deny` is 0"]),
  ]

  private static let rest = [
    event(
      .stepSkipped, "tell", at: 126,
      ["kind": "confirm", "title": "Told them?", "state": "skipped", "reason": "they called\nus"]),
    event(.noteAdded, at: 127, ["text": "an alert of the day before", "by": "bob", "when": .timestamp(day(-1))]),
    event(.runFinished, at: 128, ["outcome": "completed", "failed": [], "changes": 3, "unverified": []]),
    event(.noteAdded, at: 86_400 * 3, ["text": "it came again", "by": "bob"]),
  ]

  private static func day(_ offset: Int64) -> Timestamp { SmallRun.at(offset * 86_400) }
}

/// A plan: what would be asked and sent.
enum PlannedRun {
  static let events: [Event] = {
    var start = SmallRun.start
    start.fields["mode"] = "plan"
    return [start] + Array(SmallRun.evidence.prefix(3)) + [
      SmallRun.event(.stepStarted, "verdict", at: 63, ["kind": "confirm", "title": "What is this?"]),
      SmallRun.event(
        .stepFinished, "verdict", at: 63,
        [
          "kind": "confirm", "state": "planned", "text": "would be asked: attack, benign",
          "outcome": ["state": "planned"],
        ]),
      SmallRun.event(.stepStarted, "block", at: 63, ["kind": "act", "title": "Block them"]),
      SmallRun.event(
        .stepFinished, "block", at: 64,
        [
          "kind": "act", "state": "planned", "text": "would be asked; nothing was sent",
          "outcome": ["state": "planned"], "calls": ["deny a", "deny b"], "digest": "abcd",
          "leftOut": ["10.0.0.4: protected"], "undo": "allow a", "plan": ["would run deny a", "/close"],
        ]),
      SmallRun.event(.runFinished, at: 64, ["outcome": "completed", "failed": [], "changes": 0, "unverified": []]),
    ]
  }()
}
