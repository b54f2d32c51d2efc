import CEL
import PlaybookRecord
import PlaybookTestSupport

@testable import PlaybookTerminal

/// A run of the mass lockout as its events tell it.
enum RunFixture {
  /// 2026-11-23T02:51:00Z, when the alert came.
  static let alerted = Timestamp(seconds: 1_795_402_260)

  static func at(_ seconds: Int64) -> Timestamp { Timestamp(seconds: alerted.seconds + seconds) }

  static func event(_ type: EventType, _ path: StepPath = "", at seconds: Int64 = 600, _ data: Value = [:]) -> Event {
    Event(at: at(seconds), path: path, type: type, data: data.mapValue ?? MapValue())
  }

  static let started = event(
    .runStarted, "", at: 540,
    [
      "run": "7f3k", "playbook": "mass-lockout", "title": "Mass account lockouts", "severity": "critical",
      "environment": "production", "color": "red", "operator": "alice",
      "inputs": ["window": .duration(.seconds(3600)), "spread": 5], "git": ["commit": "4f2a91c0aa", "dirty": false],
      "alerted": .timestamp(alerted), "contact": ["contact": "On-call engineer", "response": .duration(.seconds(900))],
      "mode": "run", "steps": 9, "path": "playbooks/mass-lockout/playbook.yaml",
    ])

  static let rows: Value = .list(
    (0..<10).map { number in
      ["ip_address": .string("203.0.113.\(7 + number)"), "attempts": .int(Int64(22500 - 2400 * number))]
    })

  static let evidence: [Event] = [
    event(
      .stepStarted, "attempts",
      ["kind": "query", "name": "attempts", "title": "Check for an attack pattern", "place": "1/9"]),
    event(
      .stepStarted, "spraying",
      ["kind": "query", "name": "spraying", "title": "Does one address target many accounts?", "place": "2/9"]),
    event(.callSent, "attempts", ["call": "SELECT ip_address,\n  COUNT(*) …", "executor": "sql", "target": "sql"]),
    event(.callSent, "spraying", ["call": "SELECT 2", "executor": "sql", "target": "sql"]),
    event(
      .stepFinished, "attempts",
      [
        "kind": "query", "state": "done", "number": 1, "source": "db (replica, lag 0s)",
        "show": ["style": "bars", "column": "attempts", "by": "ip_address"],
        "outcome": ["rows": rows, "count": 10, "duration": .duration(.milliseconds(310))],
      ]),
    event(
      .stepFinished, "spraying",
      [
        "kind": "query", "state": "done", "number": 2, "source": "db (replica, lag 0s)",
        "outcome": [
          "rows": [
            ["ip_address": "203.0.113.7", "accounts": 3000, "first_seen": "2026-11-23T02:00:00Z", "country": "利用者の国"],
            ["ip_address": "203.0.113.8", "accounts": 12, "first_seen": "2026-11-23T02:41:07Z", "country": .null],
          ], "columns": ["ip_address", "accounts", "first_seen", "country"], "truncated": true,
          "duration": "0.02s",
        ],
      ]),
    event(.stepStarted, "attack", ["kind": "check", "name": "attack", "place": "3/9"]),
    event(
      .stepFinished, "attack",
      [
        "kind": "check", "state": "done", "verdict": "yes", "outcome": ["yes": true, "verdict": "yes"],
        "text": "2 addresses each failed on more than 5 accounts",
      ]),
    event(
      .stepSkipped, "lookup",
      ["kind": "query", "title": "Who owns the address?", "state": "skipped", "reason": "`when` is no"]),
  ]

  static let change: [Event] = [
    event(
      .stepStarted, "block",
      ["kind": "act", "name": "block", "title": "Block the attacking addresses at the firewall", "place": "5/9"]),
    event(
      .loopStarted, "block",
      [
        "items": ["203.0.113.7", "203.0.113.8"],
        "leftOut": [["item": "10.0.0.4", "reason": "in the protected network 10.0.0.0/8"]],
      ]),
    event(
      .actIntended, "block",
      [
        "calls": ["firewall block 203.0.113.7", "firewall block 203.0.113.8"], "executor": "shell", "target": "shell",
        "items": ["203.0.113.7", "203.0.113.8"],
        "leftOut": ["10.0.0.4: in the protected network 10.0.0.0/8"],
        "undo": ["firewall unblock 203.0.113.7", "firewall unblock 203.0.113.8"], "digest": "sha256:ab12",
        "idempotent": false,
      ]),
    event(.actStarted, "block", ["position": 0, "item": "203.0.113.7", "call": "firewall block 203.0.113.7"]),
    event(
      .actFinished, "block",
      ["position": 0, "item": "203.0.113.7", "state": "done", "took": .duration(.milliseconds(20))]),
    event(.actVerified, "block", ["position": 0, "item": "203.0.113.7", "held": true, "text": "it is on the list"]),
    event(
      .actFinished, "block",
      [
        "position": 1, "item": "203.0.113.8", "state": "unknown",
        "error": ["code": "timed-out", "message": "firewall did not answer within 30s"],
      ]),
    event(.stepFinished, "block", ["kind": "act", "state": "failed"]),
    event(.failureHandled, "block", ["choice": "by_hand", "reason": "blocked at the router"]),
  ]

  static let end: [Event] = [
    event(.noteAdded, "", ["text": "CDN team is informed", "by": "alice"]),
    event(.doneOutside, "", ["text": "Opened a bridge call", "by": "alice"]),
    event(.warning, "", ["text": "the replica lags 42s"]),
    event(.interrupted, "", ["signal": "SIGINT", "choice": "go on"]),
    event(
      .followUpAdded, "post_incident.review",
      ["text": "Hold the review", "due": .timestamp(at(86400 * 7)), "owner": "bob"]),
    event(
      .runFinished, "", at: 1500,
      [
        "outcome": "failed", "reason": "an expected check did not hold",
        "failed": ["stopped"], "changes": 2, "unverified": ["block[2]"],
      ]),
  ]

  static let all = [started] + evidence + change + end

  /// What a screen of that width shows of these events.
  static func screen(_ events: [Event] = all, width: Int, color: Bool = false) -> String {
    var renderer = EventRenderer()
    let lines = events.flatMap { renderer.lines(for: $0, width: width) }
    return lines.map { $0.rendered(color: color) }.joined(separator: "\n")
  }
}
