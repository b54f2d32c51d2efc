import CEL
import PlaybookJournal
import PlaybookRecord
import PlaybookTestSupport

@testable import PlaybookTranscript

/// A run as its journal tells it: one query, one check, one decision, one change.
enum SmallRun {
  /// 2026-11-23T02:51:00Z, when the alert came.
  static let alerted = Timestamp(seconds: 1_795_402_260)

  static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: alerted.seconds + seconds) }

  static func event(_ type: EventType, _ path: StepPath = "", at seconds: Int64, _ data: Value = [:]) -> Event {
    Event(at: at(seconds), path: path, type: type, data: data.mapValue ?? MapValue())
  }

  static let start = event(
    .runStarted, at: 60,
    [
      "run": "20261123T025200Z-lockout-7f3k", "mode": "run", "playbook": "lockout", "title": "Account lockout",
      "severity": "high", "environment": "staging", "operator": "alice", "alerted": .timestamp(alerted),
      "inputs": ["window": .duration(.seconds(3600))], "steps": 4, "path": "playbooks/lockout/playbook.yaml",
      "engine": "0.1.0", "contact": ["contact": "On call", "response": .duration(.seconds(900))],
    ])

  static let evidence = [
    event(.stepStarted, "failures", at: 61, ["kind": "query", "name": "failures", "title": "Who fails?"]),
    event(.callSent, "failures", at: 61, ["call": "SELECT ip, n\nFROM logs", "executor": "sql", "attempt": 1]),
    event(
      .stepFinished, "failures", at: 62,
      [
        "kind": "query", "name": "failures", "state": "done", "number": 1, "source": "sql db (replica, lag 0s)",
        "took": .duration(.milliseconds(310)),
        "outcome": [
          "rows": [["ip": "203.0.113.7", "n": 22500], ["ip": "203.0.113.8", "n": 3]], "count": 2, "ok": true,
          "truncated": false,
        ],
      ]),
    event(.stepStarted, "attack", at: 62, ["kind": "check", "name": "attack"]),
    event(
      .stepFinished, "attack", at: 62,
      [
        "kind": "check", "name": "attack", "state": "done", "verdict": "yes", "text": "1 address stands out",
        "outcome": ["yes": true, "verdict": "yes", "ok": true],
      ]),
  ]

  static let decision = [
    event(.stepStarted, "verdict", at: 62, ["kind": "confirm", "name": "verdict"]),
    event(
      .questionAsked, "verdict", at: 62,
      [
        "key": "verdict", "kind": "option", "text": "What is this?", "suggested": "attack",
        "options": [["name": "attack", "text": "Block it"], ["name": "benign", "text": "Leave it"]],
      ]),
    event(
      .questionAnswered, "verdict", at: 90,
      [
        "key": "verdict", "text": "What is this?", "value": "attack", "reason": "many accounts", "by": "alice",
        "source": "terminal", "took": .duration(.seconds(28)), "suggested": "attack",
      ]),
    event(
      .stepFinished, "verdict", at: 90,
      ["kind": "confirm", "name": "verdict", "state": "done", "outcome": ["answer": "attack", "ok": true]]),
  ]

  static let change = [
    event(.stepStarted, "block", at: 90, ["kind": "act", "name": "block", "title": "Block it"]),
    event(.questionAsked, "block", at: 90, ["key": "block", "kind": "approval", "text": "Block it", "digest": "abcd"]),
    event(
      .questionAnswered, "block", at: 100,
      [
        "key": "block", "text": "Block it", "value": true, "by": "alice", "source": "terminal",
        "took": .duration(.seconds(10)),
      ]),
    event(
      .actIntended, "block", at: 100,
      [
        "calls": ["firewall block 203.0.113.7"], "executor": "shell", "target": "shell", "digest": "abcd",
        "items": ["203.0.113.7"], "undo": ["firewall unblock 203.0.113.7"], "leftOut": ["10.0.0.4: protected"],
      ]),
    event(.actStarted, "block", at: 100, ["position": 0, "item": "203.0.113.7", "call": "firewall block 203.0.113.7"]),
    event(
      .actFinished, "block", at: 101,
      ["position": 0, "item": "203.0.113.7", "state": "done", "took": .duration(.milliseconds(500))]),
    event(.actVerified, "block", at: 102, ["position": 0, "item": "203.0.113.7", "held": true, "text": "holds"]),
    event(.stepFinished, "block", at: 102, ["kind": "act", "name": "block", "state": "done", "outcome": ["ok": true]]),
  ]

  static let rest = [
    event(
      .stepSkipped, "unlock", at: 102,
      ["kind": "act", "name": "unlock", "state": "skipped", "reason": "`verdict` was attack"]),
    event(.noteAdded, at: 103, ["text": "the load fell", "by": "bob"]),
    event(.doneOutside, at: 104, ["text": "called the provider", "by": "alice"]),
    event(
      .followUpAdded, "block", at: 105,
      ["text": "Review the rule", "due": .timestamp(at(86_400)), "owner": "net", "from": "block"]),
    event(.runFinished, at: 106, ["outcome": "completed", "failed": [], "changes": 1, "unverified": []]),
  ]

  static let events = [start] + evidence + decision + change + rest

  /// The transcript of `events`, with the evidence that lies in files by digest.
  static func transcript(
    _ events: [Event], evidence: [String: Value] = [:], problem: (line: Int, message: String)? = nil
  ) -> Transcript {
    var head = JournalLine.start
    var numbered: [Event] = []
    for (index, event) in events.enumerated() {
      var event = event
      event.sequence = index + 1
      head = JournalLine(event, after: head).hash
      numbered.append(event)
    }
    let known = numbered
    return Transcript(
      RunReport(known), runID: "20261123T025200Z-lockout-7f3k", head: head, problem: problem,
      record: RunRecord(
        event: { known.indices.contains($0 - 1) ? known[$0 - 1] : nil }, evidence: { evidence[$0] }))
  }
}
