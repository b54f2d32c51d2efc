import CEL

extension RunReport {
  /// Points in time and durations that a post-mortem asks for; nil where the run has none.
  struct Measures {
    var alerted: Timestamp?
    var firstEvidence: Timestamp?
    var decided: Timestamp?
    var firstChange: Timestamp?
    var lastVerified: Timestamp?
    /// How long people were waited for and how long calls were under way; what overlaps counts once.
    var humanTime: Duration
    var machineTime: Duration
    /// From the first event to the last.
    var whole: Duration?
    var clock: ResponseClock?
  }

  /// The severity's promise: somebody answers within a time.
  struct ResponseClock {
    var contact: String
    var limit: Duration
    /// From the alert to the run's start; nil: it is not known when the alert came.
    var answered: Duration?

    var isKept: Bool? { answered.map { $0 <= limit } }

    /// `kept: answered after 1m00s of 15m00s`.
    var text: String {
      let limit = TimeText.short(limit)
      guard let answered, let isKept else { return "not measured: the time of the alert is not known (limit \(limit))" }
      return (isKept ? "kept" : "not kept") + ": answered after \(TimeText.short(answered)) of \(limit)"
    }
  }

  var measures: Measures {
    var alerted: Timestamp?
    if case .timestamp(let time) = facts["alerted"] { alerted = time }
    return Measures(
      alerted: alerted, firstEvidence: timeline.first { $0.number != nil }?.at,
      decided: decisions.first { step($0.path)?.kind == "confirm" }?.at,
      firstChange: steps.compactMap { $0.change?.intended }.min(),
      lastVerified: timeline.last { $0.kind == "verify" && $0.result == "holds" }?.at,
      humanTime: Self.joined(human).map(\.length).reduce(.zero, +),
      machineTime: Self.joined(machine).map(\.length).reduce(.zero, +),
      whole: started.flatMap { started in last.map { $0.since(started) } }, clock: clock(alerted))
  }

  private func clock(_ alerted: Timestamp?) -> ResponseClock? {
    guard let contact = facts["contact"], case .duration(let limit) = contact["response"] else { return nil }
    return ResponseClock(
      contact: contact["contact"]?.rendered ?? "", limit: limit,
      answered: alerted.flatMap { alerted in started.map { $0.since(alerted) } })
  }

  /// The same times without overlaps, in order.
  static func joined(_ spans: [Span]) -> [Span] {
    var joined: [Span] = []
    for span in spans.sorted(by: { $0.from < $1.from }) {
      if let last = joined.last, span.from <= last.to {
        joined[joined.count - 1].to = max(last.to, span.to)
      } else {
        joined.append(span)
      }
    }
    return joined
  }
}

extension RunReport.Span {
  var length: Duration { to.since(from) }
}
