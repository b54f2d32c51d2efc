import CEL

extension RunReport {
  /// A line of the summary.
  struct Finding {
    enum Kind { case found, changed, unexpected, warning }

    var kind: Kind
    var subject: String
    var text: String
    /// Where more is said: a step's path.
    var path: String?
  }

  /// What was found, what was changed, what was expected and did not hold, what somebody must know.
  var findings: [Finding] {
    var findings: [Finding] = []
    for step in steps where step.kind == "check" && step.verdict != nil {
      let text = (step.verdict ?? "") + (step.text.map { ". " + $0 } ?? "")
      let expected = step.held == false ? " (expected otherwise)" : ""
      findings.append(
        Finding(
          kind: step.held == false ? .unexpected : .found, subject: step.name, text: text + expected, path: step.path))
    }
    for step in changes {
      findings.append(Finding(kind: .changed, subject: step.name, text: step.change?.tally ?? "", path: step.path))
    }
    if changes.isEmpty { findings.append(Finding(kind: .changed, subject: "Nothing was changed", text: "")) }
    let shown = Set(findings.compactMap { $0.kind == .unexpected ? $0.path : nil })
    for path in failedChecks where !shown.contains(path) {
      findings.append(Finding(kind: .unexpected, subject: name(path), text: "did not hold", path: path))
    }
    for step in steps where step.state == "failed" && step.kind != "check" && !step.isAdHoc {
      findings.append(
        Finding(
          kind: .unexpected, subject: step.name, text: "failed" + (step.error.map { ": " + $0 } ?? ""), path: step.path)
      )
    }
    return findings + warnings.map { Finding(kind: .warning, subject: "Warning", text: $0.text) }
  }
}

extension RunReport.Change {
  /// `8 of 8 done, 8 verified, 1 taken back`.
  var tally: String {
    var parts = ["\(items.count { $0.state == "done" }) of \(items.count) done"]
    for (state, word) in [("failed", "failed"), ("unknown", "unknown"), ("sent, nothing heard", "without an answer")] {
      let count = items.count { $0.state == state }
      if count > 0 { parts.append("\(count) \(word)") }
    }
    let verified = items.count { $0.verified == true }
    if verified > 0 { parts.append("\(verified) verified") }
    let wrong = items.count { $0.verified == false }
    if wrong > 0 { parts.append("\(wrong) not as expected after it") }
    let undone = items.count(where: \.isUndone)
    if undone > 0 { parts.append("\(undone) taken back") }
    return parts.joined(separator: ", ")
  }
}
