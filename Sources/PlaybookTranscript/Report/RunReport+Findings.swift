import CEL
import PlaybookRecord

extension RunReport {
  /// A line of the summary.
  struct Finding {
    enum Kind { case found, changed, declined, unexpected, warning }

    var kind: Kind
    var subject: String
    var text: String
    /// Where more is said: a step's path.
    var path: StepPath?
    /// Whether its text is a sentence of the playbook's or of the run's own: `code` in it is code.
    var isProse = false
    /// Whether it is a read that failed and that the run went on without.
    var isMinor = false
  }

  /// The same without the changes that are among what was not as expected, which says as much of them.
  var distinctFindings: [Finding] {
    let amiss = Set(findings.compactMap { $0.kind == .unexpected ? $0.path : nil })
    return findings.filter { finding in finding.kind != .changed || finding.path.map { !amiss.contains($0) } ?? true }
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
    findings += declined.map { step, answer in
      let reason = answer.reason.flatMap { $0.isEmpty ? nil : ": " + $0 } ?? ""
      return Finding(
        kind: .declined, subject: step.name, text: "not approved by \(answer.by)\(reason)", path: step.path)
    }
    for step in steps where step.kind != "check" && !step.isAdHoc {
      if let text = step.change?.amiss(step.state == "failed" ? step.error ?? "failed" : nil) {
        findings.append(Finding(kind: .unexpected, subject: step.name, text: text, path: step.path))
      } else if step.state == "failed" {
        findings.append(
          Finding(
            kind: .unexpected, subject: step.name, text: "failed" + (step.error.map { ": " + $0 } ?? ""),
            path: step.path, isMinor: step.kind == "query" && !step.isEnd))
      }
    }
    for step in steps {
      guard let polls = step.unmetPolls, !step.isAdHoc else { continue }
      findings.append(
        Finding(kind: .unexpected, subject: step.name, text: Summary.unmet(polls), path: step.path))
    }
    return findings + [endingFinding].compactMap { $0 } + warningFindings
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
}

extension RunReport.Change {
  /// What of it failed, is not known or did not hold, and what `error` its step ended with; nil: nothing of it.
  fileprivate func amiss(_ error: String?) -> String? {
    let items = items.filter(\.isAmiss)
    if items.isEmpty { return error.map { isIntended ? "\(tally); \($0)" : "failed: \($0)" } }
    let most = 5
    let calls = items.prefix(most).map { item in
      let label = self.items.count == 1 ? "it" : item.label
      let isUndo = item.undo?.isOpen == true
      return isUndo
        ? "taking \(label) back: \(item.undo?.text ?? "")" : "\(label): \(EvidenceBody.shortened(item.told))"
    }
    let more = items.count > most ? "; and \(items.count - most) more" : ""
    return tally + "; " + calls.joined(separator: "; ") + more
  }
}
