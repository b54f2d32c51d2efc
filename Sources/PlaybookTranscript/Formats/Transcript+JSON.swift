import CEL
import PlaybookRecord

extension Transcript {
  /// The version of the JSON form.
  static let jsonVersion: Int64 = 1

  /// The stable form for machines: one object, pretty-printed, keys in a fixed order, as `TranscriptSchema` has it.
  func json<Failure: Error>(_ write: (String) throws(Failure) -> Void) throws(Failure) {
    try write("{\n")
    for (name, value) in jsonHead { try write("  \(Value.string(name).jsonText()): \(Self.indented(value, by: 2)),\n") }
    try json(report.superseded, as: "superseded", write)
    try write(",\n")
    try json(report.steps, as: "steps", write)
    try write("\n}\n")
  }

  private func json<Failure: Error>(
    _ steps: [RunReport.Step], as name: String, _ write: (String) throws(Failure) -> Void
  ) throws(Failure) {
    try write("  \"\(name)\": [")
    // One at a time: a step has its evidence with it.
    for (position, step) in steps.enumerated() {
      try write((position == 0 ? "\n    " : ",\n    ") + Self.indented(json(step), by: 4))
    }
    try write(steps.isEmpty ? "]" : "\n  ]")
  }

  private static func indented(_ value: Value, by columns: Int) -> String {
    // Line breaks within texts are escaped, so that these are all of the layout.
    value.jsonText(pretty: true).replacing("\n", with: "\n" + String(repeating: " ", count: columns))
  }

  private var jsonHead: [(String, Value)] {
    return [
      ("version", .int(Self.jsonVersion)), ("run", .string(runID)), ("head", .string(head)),
      ("redacted", Self.text(redacted?.statement)), ("torn", .bool(isTorn)),
      ("problem", problem.map { ["line": .int(Int64($0.line)), "message": .string($0.message)] } ?? .null),
      ("outcome", .string(report.outcome)), ("reason", Self.text(report.reason)),
      ("openQuestion", Self.json(report.openQuestion)), ("facts", .map(report.facts)),
      ("operators", .list(report.operators.map(Value.string))),
      (
        "times",
        [
          "alerted": Self.time(measures.alerted), "started": Self.time(report.started),
          "firstEvidence": Self.time(measures.firstEvidence), "decided": Self.time(measures.decided),
          "firstChange": Self.time(measures.firstChange), "lastVerified": Self.time(measures.lastVerified),
          "ended": Self.time(report.ended), "last": Self.time(report.last), "human": .duration(measures.humanTime),
          "machine": .duration(measures.machineTime),
        ]
      ),
      ("responseClock", Self.json(measures.clock)),
      ("failedChecks", .list(report.failedChecks.map { .string($0.text) })),
      ("unreached", report.unreached.map { .int(Int64($0)) } ?? .null), ("endedAt", Self.text(report.endedAt?.text)),
      ("notEnded", .list(report.notEnded.map { .string($0.path.text) })),
      ("notReached", .list(report.notReached.map { .string($0.path.text) })),
      ("declined", .list(report.declined.map { .string($0.step.path.text) })),
      ("decisions", .list(report.decisions.map(Self.json))), ("timeline", .list(report.timeline.map(Self.json))),
      ("notes", .list(report.notes.map(Self.json))), ("outside", .list(report.outside.map(Self.json))),
      ("warnings", .list(report.warnings.map(Self.json))), ("followUps", .list(report.followUps.map(Self.json))),
    ]
  }

  private func json(_ step: RunReport.Step) -> Value {
    let reading = reading(of: step)
    return [
      "path": .string(step.path.text), "kind": .string(step.kind), "title": Self.text(step.title),
      "why": Self.text(step.why), "began": .timestamp(step.began), "state": .string(step.state),
      "reason": Self.text(step.reason), "text": Self.text(step.text), "error": Self.text(step.error),
      "source": Self.text(step.source), "evidence": step.number.map { .int(Int64($0)) } ?? .null,
      "call": Self.text(call(of: step)), "attempts": .int(Int64(step.attempts)),
      "took": step.took.map(Value.duration) ?? .null, "verdict": Self.text(step.verdict),
      "held": step.held.map(Value.bool) ?? .null,
      "met": Self.met(reading?.outcome),
      "outcome": (reading?.outcome).map { .map(Self.updated($0, by: step.change)) } ?? .null,
      "evidenceMissing": .bool(reading?.isBeginning == true),
      "sha256": Self.text(step.evidence?.digest), "repeats": Self.text(step.repeats),
      "change": step.change.map(Self.json) ?? .null,
    ]
  }

  /// Whether what a read waited for came true in time; null: it waited for nothing.
  private static func met(_ outcome: MapValue?) -> Value { outcome?["met"]?.boolValue.map(Value.bool) ?? .null }

  private static func json(_ change: RunReport.Change) -> Value {
    [
      "target": text(change.target),
      "servers": .list(ServerText.distinct(change.items.map(change.server)).map(Value.string)),
      "digest": .string(change.digest), "irreversible": .bool(change.isIrreversible),
      "approvedBy": text(change.approvedBy),
      "approvedAt": time(change.approvedAt), "intendedAt": time(change.intended),
      "comparisons": .list(
        change.comparisons.map { ["before": .int(Int64($0.before)), "after": .int(Int64($0.after))] }),
      "leftOut": .list(change.leftOut.map(Value.string)), "plan": .list(change.plan.map(Value.string)),
      "items": .list(
        change.items.map { item in
          [
            "label": .string(item.label), "call": .string(change.call(of: item)), "state": .string(item.state),
            "server": text(change.server(of: item)), "source": text(item.sent.source),
            "error": text(item.sent.error), "word": text(item.sent.word?.kind.rawValue), "by": text(item.sent.word?.by),
            "reason": text(item.sent.word?.reason), "earlier": json(item.sent.earlier), "effect": text(item.effect),
            "notices": .list(item.notices.map(Value.string)),
            "said": .list(item.said.map { ["name": .string($0.name), "text": .string($0.text)] }),
            "started": time(item.started), "took": item.took.map(Value.duration) ?? .null,
            "verified": item.verified.map(Value.bool) ?? .null, "verification": text(item.verification),
            "undo": text(change.undo(of: item)), "undone": .bool(item.isUndone), "undoAttempt": json(item.undo),
          ]
        }),
    ]
  }

  private static func json(_ sendings: [RunReport.Sendings.Sending]) -> Value {
    .list(
      sendings.map {
        [
          "call": .string($0.call), "state": .string($0.state), "error": text($0.error),
          "leftBehind": text($0.leftBehind),
        ]
      })
  }

  /// An act's outcome with what has been undone of it: that was recorded before anything was.
  private static func updated(_ outcome: MapValue, by change: RunReport.Change?) -> MapValue {
    guard let change, change.items.contains(where: \.isUndone) else { return outcome }
    var outcome = outcome
    if var items = outcome["items"]?.listValue {
      for item in change.items where items.indices.contains(item.position) {
        guard var map = items[item.position].mapValue else { continue }
        map["undone"] = .bool(item.isUndone)
        items[item.position] = .map(map)
      }
      outcome["items"] = .list(items)
    }
    outcome["undone"] = .bool(change.items.allSatisfy { $0.isUndone || !$0.isTakeable })
    return outcome
  }

  private static func json(_ undo: RunReport.Change.Undo?) -> Value {
    guard let undo else { return .null }
    return [
      "state": .string(undo.state), "call": text(undo.sent.call), "server": text(undo.sent.server),
      "source": text(undo.sent.source), "error": text(undo.sent.error),
      "word": text(undo.sent.word?.kind.rawValue), "by": text(undo.sent.word?.by),
      "reason": text(undo.sent.word?.reason), "earlier": json(undo.sent.earlier),
      "verified": undo.verified.map(Value.bool) ?? .null, "verification": text(undo.verification),
    ]
  }

  private static func json(_ question: RunReport.Asked?) -> Value {
    guard let question else { return .null }
    return [
      "seq": .int(Int64(question.sequence)), "key": .string(question.key.description), "kind": .string(question.kind),
      "text": .string(question.text), "options": .list(question.options.map(Value.string)),
    ]
  }

  private static func json(_ clock: RunReport.ResponseClock?) -> Value {
    guard let clock else { return .null }
    return [
      "contact": .string(clock.contact), "limit": .duration(clock.limit),
      "answered": clock.answered.map(Value.duration) ?? .null, "kept": clock.isKept.map(Value.bool) ?? .null,
    ]
  }

  private static func json(_ moment: RunReport.Moment) -> Value {
    [
      "seq": .int(Int64(moment.sequence)), "at": .timestamp(moment.at), "path": .string(moment.path.text),
      "kind": .string(moment.kind), "who": text(moment.who), "what": .string(moment.what),
      "result": text(moment.result), "evidence": moment.number.map { .int(Int64($0)) } ?? .null,
    ]
  }

  private static func json(_ decision: RunReport.Decision) -> Value {
    [
      "seq": .int(Int64(decision.sequence)), "at": .timestamp(decision.at), "key": .string(decision.key.description),
      "kind": .string(decision.kind), "question": .string(decision.question), "item": text(decision.item),
      "options": .list(decision.options.map(Value.string)),
      "optionTexts": .list(decision.optionTexts.map(Value.string)), "suggested": text(decision.suggested),
      "chosen": .string(decision.chosen), "meaning": text(decision.meaning), "reason": text(decision.reason),
      "by": .string(decision.by),
      "approver": text(decision.approver), "ticket": text(decision.ticket),
      "withdrawn": json(decision.withdrawn), "carriedOut": .bool(!decision.isUnused),
      "source": .string(decision.source),
      "took": decision.took.map(Value.duration) ?? .null,
    ]
  }

  private static func json(_ withdrawal: RunReport.Withdrawal?) -> Value {
    guard let withdrawal else { return .null }
    return ["at": .timestamp(withdrawal.at), "word": .string(withdrawal.word), "by": text(withdrawal.by)]
  }

  private static func json(_ remark: RunReport.Remark) -> Value {
    [
      "at": .timestamp(remark.at), "path": .string(remark.path.text), "text": .string(remark.text),
      "by": .string(remark.by),
    ]
  }

  private static func json(_ item: RunReport.FollowUp) -> Value {
    [
      "event": .int(Int64(item.event)), "text": .string(item.text), "due": time(item.due), "owner": text(item.owner),
      "from": .string(item.path.text), "done": item.done.map(json) ?? .null,
    ]
  }

  private static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }

  private static func time(_ time: Timestamp?) -> Value { time.map(Value.timestamp) ?? .null }
}
