import CEL
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// Which branches of the playbooks no test takes: an option of a decision, the yes or no of a check, a change that is
/// never made or never undone, a `when` that never holds or always does. Steps of a used playbook belong to that
/// playbook's own tests.
struct BranchCoverage {
  /// The branches that no test takes, in the playbooks' order.
  private(set) var missing: [(span: SourceSpan, what: String)] = []
  /// How many branches there are.
  private(set) var count = 0

  init(_ scenarios: [TestedScenario], _ results: [TestResult]) {
    for scenario in scenarios {
      let events = results.filter { $0.name.hasPrefix(scenario.name + "/") }.flatMap(\.events)
      add(scenario.playbook.steps + scenario.playbook.finally, prefix: "", Taken(events))
    }
  }

  /// The branches that the runs of a scenario's tests took, by a step's path without the positions of loops.
  private struct Taken {
    var answers: [String: Set<String>] = [:]
    var verdicts: [String: Set<String>] = [:]
    var ran: Set<String> = []
    var skipped: Set<String> = []
    var changed: Set<String> = []
    var undone: Set<String> = []

    init(_ events: [Event]) {
      for event in events {
        let path = event.path.withoutItems.text
        switch event.body {
        case .stepStarted: ran.insert(path)
        case .stepSkipped: skipped.insert(path)
        case .actStarted: changed.insert(path)
        case .undoStarted, .actUndone: undone.insert(path)
        case .stepFinished(let step):
          ran.insert(path)
          if let verdict = step.check.verdict { verdicts[path, default: []].insert(verdict.rawValue) }
          switch step.recorded.outcome?["answer"] {
          case .bool(let flag)?: answers[path, default: []].insert(flag ? "yes" : "no")
          case .string(let text)?: answers[path, default: []].insert(text)
          default: break
          }
        default: break
        }
      }
    }
  }

  private mutating func add(_ steps: [Step], prefix: String, _ taken: Taken) {
    for step in steps {
      let path = prefix + step.name
      if step.when != nil {
        branch(taken.ran.contains(path), "`\(path)` never runs: its `when` never holds", step.nameSpan)
        branch(taken.skipped.contains(path), "`\(path)` is never skipped: its `when` always holds", step.nameSpan)
      }
      switch step.kind {
      case .confirm(let confirm):
        if confirm.options.isEmpty {
          for answer in ["yes", "no"] {
            branch(
              taken.answers[path]?.contains(answer) ?? false, "`\(path)` is never answered \(answer)", step.nameSpan)
          }
        }
        for option in confirm.options {
          branch(
            taken.answers[path]?.contains(option.name) ?? false, "`\(path)` is never answered \(option.name)",
            option.nameSpan)
        }
      case .check:
        for verdict in ["yes", "no"] {
          branch(taken.verdicts[path]?.contains(verdict) ?? false, "`\(path)` is never \(verdict)", step.nameSpan)
        }
      case .act(let act):
        branch(taken.changed.contains(path), "`\(path)` is never carried out", step.nameSpan)
        if let undo = act.undos.first {
          branch(taken.undone.contains(path), "`\(path)` is never undone", undo.call.span)
        }
      case .query, .document, .group, .use: break
      }
      add(step.innerSteps, prefix: step.forEach == nil ? prefix : path + ".", taken)
    }
  }

  private mutating func branch(_ isTaken: Bool, _ what: String, _ span: SourceSpan) {
    count += 1
    if !isTaken { missing.append((span, what)) }
  }

  /// For the end of the report.
  var text: String {
    guard !missing.isEmpty else {
      return count == 0 ? "" : "\nEvery one of the \(count) branches is taken by a test.\n\n"
    }
    let lines = missing.map { "  \($0.span.location): \($0.what)\n" }
    return "\nBranches that no test takes (\(missing.count) of \(count)):\n" + lines.joined() + "\n"
  }
}
