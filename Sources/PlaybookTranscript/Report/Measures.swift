import CEL

extension RunReport {
  /// Points in time that a post-mortem asks for; nil where the run has none.
  struct Measures {
    var alerted: Timestamp?
    var firstEvidence: Timestamp?
    var decided: Timestamp?
    var firstChange: Timestamp?
    var lastVerified: Timestamp?
    /// What humans took to answer, in all.
    var humanTime: Duration
  }

  var measures: Measures {
    var alerted: Timestamp?
    if case .timestamp(let time) = facts["alerted"] { alerted = time }
    let decisionSteps = Set(steps.filter { $0.kind == "confirm" }.map(\.path))
    return Measures(
      alerted: alerted, firstEvidence: timeline.first { $0.number != nil }?.at,
      decided: decisions.first { decisionSteps.contains($0.path) }?.at,
      firstChange: steps.compactMap { $0.change?.intended }.min(),
      lastVerified: timeline.last {
        $0.kind == "verify" && $0.text.hasSuffix("holds") && !$0.text.hasSuffix("not hold")
      }?.at,
      humanTime: decisions.compactMap(\.took).reduce(.zero, +))
  }
}
