import PlaybookRecord

extension RunReport {
  private var isBroken: Bool { ["failed", "aborted"].contains(outcome) }

  /// Steps that had begun and not ended when the run failed or was aborted; of those within others the innermost.
  var notEnded: [Step] {
    if !isBroken { return [] }
    let open = steps.filter { $0.state == "begun" && $0.finished == nil && !$0.kind.isEmpty && !$0.isAdHoc }
    let paths = open.map(\.path)
    return open.sorted { $0.began < $1.began }.filter { step in
      !paths.contains { $0 != step.path && step.path.contains($0) }
    }
  }

  /// Steps that were undone by `/back` or `/redo` and that the run did not come to again.
  var notReached: [Step] {
    isBroken ? steps.filter { $0.state == "reopened" && $0.change == nil && !$0.isAdHoc } : []
  }

  /// Where a run that failed or was aborted ended, and what of it was under way.
  var endingFinding: Finding? {
    var parts: [String] = []
    let others = notEnded.filter { $0.path != endedAt }
    if !others.isEmpty { parts.append("begun and not ended: " + Self.names(others)) }
    if !notReached.isEmpty { parts.append("not reached: " + Self.names(notReached)) }
    guard isBroken, endedAt != nil || !parts.isEmpty else { return nil }
    let what = outcome == "aborted" ? "The run was aborted" : "The run failed"
    let place = endedAt.map { step -> String in
      let name = name(step)
      return " at " + name + (name == step.text ? "" : " (\(step))")
    }
    return Finding(kind: .unexpected, subject: what + (place ?? ""), text: parts.joined(separator: "; "))
  }

  private static func names(_ steps: [Step]) -> String {
    let most = 5
    let more = steps.count > most ? " and \(steps.count - most) more" : ""
    return steps.prefix(most).map(\.name).joined(separator: ", ") + more
  }

  /// Why a step was skipped; of one whose condition asks for what a step that had not ended would have given, that.
  func skipReason(of step: Step) -> String? {
    guard let reason = step.skipReason, isBroken, reason.hasPrefix("`"), let end = reason.firstRange(of: "`: ") else {
      return step.skipReason
    }
    let words = reason[..<end.lowerBound].dropFirst().split { !$0.isLetter && !$0.isNumber && $0 != "_" }
    let missing = words.lazy.compactMap { self.step(step.path.sibling($0)) }.first {
      !["done", "skipped", "planned"].contains($0.state) && $0.path != step.path
    }
    return missing.map { "not reached: \($0.name) had not ended" } ?? reason
  }

  /// Acts to which somebody was asked to say yes and nobody did, with the answer.
  var declined: [(step: Step, by: Decision)] {
    var refused: [StepPath: Decision] = [:]
    var approved: Set<StepPath> = []
    for decision in decisions where ["approval", "item"].contains(decision.kind) && decision.withdrawn == nil {
      let path = decision.key.base.place
      if ["yes", "all"].contains(decision.chosen) { approved.insert(path) } else { refused[path] = decision }
    }
    return steps.compactMap { step in
      guard step.state == "skipped", step.change?.isIntended != true, !approved.contains(step.path) else { return nil }
      return refused[step.path].map { (step, $0) }
    }
  }
}
