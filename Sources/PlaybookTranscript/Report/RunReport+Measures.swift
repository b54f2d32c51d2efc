import CEL
import PlaybookRecord

extension RunReport {
  /// Points in time and durations that a post-mortem asks for; nil where the run has none.
  struct Measures {
    var alerted: Timestamp?
    var firstEvidence: Timestamp?
    var decided: Timestamp?
    var firstChange: Timestamp?
    var lastVerified: Timestamp?
    /// When people were waited for, and when calls were under way while nobody was: in order, without overlaps.
    var human: [Span]
    var machine: [Span]
    /// From the first event to the run's end, or to the last event of one that is going on.
    var whole: Duration?
    var clock: ResponseClock?

    var humanTime: Duration { human.map(\.length).reduce(.zero, +) }
    var machineTime: Duration { machine.map(\.length).reduce(.zero, +) }
  }

  /// The severity's promise: somebody answers within a time.
  struct ResponseClock {
    var contact: String
    var limit: Duration
    /// From the alert to the run's start; nil: it is not known when the alert came, or it came later.
    var answered: Duration?
    var isLate = false

    var isKept: Bool? { answered.map { $0 <= limit } }

    /// `kept: answered after 1m00s of 15m00s`.
    var text: String {
      let limit = TimeText.short(limit)
      guard let answered, let isKept else {
        let why = isLate ? "the alert is later than the start" : "the time of the alert is not known"
        return "not measured: \(why) (limit \(limit))"
      }
      return (isKept ? "kept" : "not kept") + ": answered after \(TimeText.short(answered)) of \(limit)"
    }
  }

  var measures: Measures {
    var alerted: Timestamp?
    alerted = begun?.alerted
    let human = Self.joined(human + Self.cut(Self.joined(standing), by: Self.joined(machine)))
    return Measures(
      alerted: alerted, firstEvidence: timeline.first { $0.number != nil }?.at,
      decided: decisions.first {
        $0.withdrawn == nil && $0.key == QuestionKey($0.path) && step($0.path)?.kind == "confirm"
      }?.at,
      firstChange: changes.compactMap { $0.change?.sent }.min(),
      lastVerified: lastVerified,
      human: human, machine: Self.cut(Self.joined(machine), by: human),
      whole: started.flatMap { started in (ended ?? last).map { $0.since(started) } }, clock: clock(alerted))
  }

  private func clock(_ alerted: Timestamp?) -> ResponseClock? {
    guard let contact = begun?.contact, let limit = contact.response else { return nil }
    let answered = alerted.flatMap { alerted in started.map { $0.since(alerted) } }
    let isLate = answered.map { $0 < .zero } ?? false
    return ResponseClock(
      contact: contact.contact, limit: limit, answered: isLate ? nil : answered, isLate: isLate)
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

extension RunReport {
  /// What of `spans` lies in none of `others`; both in order and without overlaps.
  static func cut(_ spans: [Span], by others: [Span]) -> [Span] {
    var left: [Span] = []
    var next = others[...]
    for span in spans {
      while let other = next.first, other.to <= span.from { next.removeFirst() }
      var from = span.from
      for other in next {
        if other.from >= span.to { break }
        if other.from > from { left.append(Span(from: from, to: other.from)) }
        from = max(from, other.to)
      }
      if from < span.to { left.append(Span(from: from, to: span.to)) }
    }
    return left
  }
}

extension RunReport.Span {
  var length: Duration { to.since(from) }
}
