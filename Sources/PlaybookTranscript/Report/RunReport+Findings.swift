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
    /// Whether its text is a sentence of the playbook's or of the run's own: `code` in it is code.
    var isProse = false
  }

  /// What was found, what was changed, what was expected and did not hold, what somebody must know.
  var findings: [Finding] {
    var findings: [Finding] = []
    for step in steps where step.kind == "check" && step.verdict != nil {
      let text = (step.verdict ?? "") + (step.text.map { ". " + $0 } ?? "")
      let expected = step.held == false ? " (expected otherwise)" : ""
      findings.append(
        Finding(
          kind: step.held == false ? .unexpected : .found, subject: step.name, text: text + expected, path: step.path,
          isProse: true))
    }
    for step in changes {
      findings.append(Finding(kind: .changed, subject: step.name, text: step.change?.tally ?? "", path: step.path))
    }
    let isChanged = changes.contains { $0.change?.isPlanned == false }
    if damagedLine != nil {
      let what = isChanged ? "What else was changed is not known" : "What was changed is not known"
      findings.append(Finding(kind: .unexpected, subject: what, text: damageCause))
    } else if !isChanged {
      findings.append(Finding(kind: .changed, subject: "Nothing was changed", text: ""))
    }
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
    for step in steps {
      guard let polls = step.unmetPolls, !step.isAdHoc else { continue }
      findings.append(
        Finding(kind: .unexpected, subject: step.name, text: Summary.unmet(polls), path: step.path))
    }
    return findings + openUndos + warningFindings
  }

  /// Each warning once, with how often it was given.
  private var warningFindings: [Finding] {
    var texts: [String] = []
    var counts: [String: Int] = [:]
    for warning in warnings {
      if counts[warning.text] == nil { texts.append(warning.text) }
      counts[warning.text, default: 0] += 1
    }
    return texts.map { text in
      let count = counts[text] ?? 1
      return Finding(
        kind: .warning, subject: "Warning", text: text + (count > 1 ? " (\(count) times)" : ""), isProse: true)
    }
  }

  /// Changes that somebody tried to take back and that may still be there.
  private var openUndos: [Finding] {
    changes.flatMap { step in
      (step.change?.items ?? []).filter { $0.undo?.isOpen == true }.map { item in
        let label = step.change?.items.count == 1 ? "it" : item.label
        return Finding(
          kind: .unexpected, subject: step.name, text: "taking \(label) back: \(item.undo?.text ?? "")", path: step.path
        )
      }
    }
  }
}
