import CEL

extension Transcript {
  /// The version of the JSON form.
  static let jsonVersion: Int64 = 1

  /// The stable form for machines: one object, pretty-printed, keys in a fixed order.
  public func json() -> String {
    let measures = report.measures
    let document: Value = [
      "version": .int(Self.jsonVersion), "run": .string(runID), "head": .string(head),
      "outcome": .string(report.outcome), "reason": Self.text(report.reason), "facts": .map(report.facts),
      "operators": .list(report.operators.map(Value.string)),
      "times": [
        "alerted": Self.time(measures.alerted), "started": Self.time(report.started),
        "firstEvidence": Self.time(measures.firstEvidence), "decided": Self.time(measures.decided),
        "firstChange": Self.time(measures.firstChange), "lastVerified": Self.time(measures.lastVerified),
        "ended": Self.time(report.ended), "human": .duration(measures.humanTime),
      ],
      "failedChecks": .list(report.failedChecks.map(Value.string)), "steps": .list(report.steps.map(json)),
      "decisions": .list(report.decisions.map(Self.json)),
      "timeline": .list(
        report.timeline.map { entry in
          [
            "seq": .int(Int64(entry.sequence)), "at": .timestamp(entry.at), "path": .string(entry.path),
            "kind": .string(entry.kind), "text": .string(entry.text),
            "evidence": entry.number.map { .int(Int64($0)) } ?? .null,
          ]
        }),
      "notes": .list(report.notes.map(Self.json)), "outside": .list(report.outside.map(Self.json)),
      "warnings": .list(report.warnings.map(Self.json)),
      "followUps": .list(
        report.followUps.map { item in
          [
            "text": .string(item.text), "due": Self.time(item.due), "owner": Self.text(item.owner),
            "from": .string(item.path),
          ]
        }),
    ]
    return document.jsonText(pretty: true) + "\n"
  }

  private func json(_ step: RunReport.StepReport) -> Value {
    [
      "path": .string(step.path), "kind": .string(step.kind), "title": Self.text(step.title),
      "began": .timestamp(step.began), "state": .string(step.state), "reason": Self.text(step.reason),
      "text": Self.text(step.text), "error": Self.text(step.error), "source": Self.text(step.source),
      "evidence": step.number.map { .int(Int64($0)) } ?? .null, "call": Self.text(step.call),
      "took": step.took.map(Value.duration) ?? .null, "verdict": Self.text(step.verdict),
      "held": step.held.map(Value.bool) ?? .null, "outcome": outcome(of: step).map(Value.map) ?? .null,
      "sha256": Self.text(step.evidence?.digest), "change": step.change.map(Self.json) ?? .null,
    ]
  }

  private static func json(_ change: RunReport.Change) -> Value {
    [
      "target": text(change.target), "digest": .string(change.digest), "approvedBy": text(change.approvedBy),
      "approvedAt": time(change.approvedAt), "intendedAt": time(change.intended),
      "leftOut": .list(change.leftOut.map(Value.string)),
      "items": .list(
        change.items.map { item in
          [
            "label": .string(item.label),
            "call": change.calls.indices.contains(item.position) ? .string(change.calls[item.position]) : .null,
            "state": .string(item.state), "error": text(item.error), "took": item.took.map(Value.duration) ?? .null,
            "verified": item.verified.map(Value.bool) ?? .null,
            "undo": change.undo.indices.contains(item.position) ? text(change.undo[item.position]) : .null,
            "undone": .bool(item.isUndone),
          ]
        }),
    ]
  }

  private static func json(_ decision: RunReport.Decision) -> Value {
    [
      "at": .timestamp(decision.at), "key": .string(decision.key), "question": .string(decision.question),
      "options": .list(decision.options.map(Value.string)), "suggested": text(decision.suggested),
      "chosen": .string(decision.chosen), "reason": text(decision.reason), "by": .string(decision.by),
      "ticket": text(decision.ticket), "source": .string(decision.source),
      "took": decision.took.map(Value.duration) ?? .null,
    ]
  }

  private static func json(_ remark: RunReport.Remark) -> Value {
    ["at": .timestamp(remark.at), "path": .string(remark.path), "text": .string(remark.text), "by": .string(remark.by)]
  }

  private static func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }

  private static func time(_ time: Timestamp?) -> Value { time.map(Value.timestamp) ?? .null }
}
