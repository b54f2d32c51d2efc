import CEL
import PlaybookDrill
import PlaybookEngine
import PlaybookJournal
import PlaybookRecord
import SourceText

/// A test's finished run, as its expectations ask for it.
struct RunRecord {
  var result: RunResult
  var events: [Event]
  /// The values that expressions see.
  var names: [String: Value]
  private let state: RunState

  init(_ result: RunResult, _ folder: RunFolder, steps: [String]) throws {
    self.result = result
    events = try RecordedRun(folder: folder).contents().events
    state = RunState(events)
    names = try PastRun(RecordedRun(folder: folder)).names
    names["now"] = .timestamp(state.last ?? .now())
    for path in steps { fill(path) }
  }

  /// Gives a step that nothing was recorded of (its option not chosen, the run over before it) an outcome that says so.
  private mutating func fill(_ path: String) {
    var skipped: MapValue = MapValue([("ok", false), ("state", "skipped"), ("error", .null)])
    skipped.absent = Unknown(["`\(path)` did not run"])
    let parts = path.split(separator: ".").map(String.init)
    if parts.count == 1 {
      if names[path] == nil { names[path] = .map(skipped) }
    } else if parts.count == 2, case .map(var outer)? = names[parts[0]], outer[parts[1]] == nil {
      outer[parts[1]] = .map(skipped)
      names[parts[0]] = .map(outer)
    }
  }

  /// The conditions of a test's `expect` that do not hold.
  func failures(of test: ScenarioTest) -> [Diagnostic] {
    var failures: [Diagnostic] = []
    let expected = test.expect.outcome?.value ?? .completed
    if result.outcome != expected.rawValue {
      failures.append(
        Diagnostic(
          code: "expectation", "expected the run to be \(expected.rawValue), and it is \(result.outcome)",
          at: test.expect.outcome?.span ?? test.titleSpan, help: reason))
    }
    for step in test.expect.steps {
      let actual = facts(of: step.path)
      let isMet = !actual.isEmpty && actual.allSatisfy { $0.contains { $0.1 == step.expected } }
      if isMet { continue }
      let found = actual.map { facts in facts.map { "\($0.0) is \($0.1)" }.joined(separator: ", ") }
      failures.append(
        Diagnostic(
          code: "expectation", "expected `\(step.path)` to be \(step.expected)", at: step.span,
          help: found.isEmpty ? "it did not run" : Set(found).sorted().joined(separator: "; ")))
    }
    return failures + test.expect.that.compactMap { $0.failure(over: names) }
  }

  /// Why it ended as it did, and which steps failed.
  private var reason: String? {
    var lines: [String] = []
    switch result {
    case .failed(let text), .paused(let text), .aborted(let text): lines.append(text)
    case .interrupted: lines.append("it was interrupted")
    case .completed: break
    }
    for (path, finished) in state.finished.sorted(by: { $0.value.at < $1.value.at }) where finished.state == .failed {
      lines.append("`\(path)` failed: \(finished.outcome["error"]?.rendered ?? "")")
    }
    return lines.isEmpty ? nil : lines.joined(separator: "; ")
  }

  /// State, answer and verdict of each time that the step at `path` ran.
  private func facts(of path: String) -> [[(String, String)]] {
    var found: [[(String, String)]] = []
    for (recorded, finished) in state.finished.sorted(by: { $0.key < $1.key })
    where recorded.withoutItems.text == path {
      var facts = [("its state", finished.state.rawValue)]
      switch finished.outcome["answer"] {
      case .bool(let flag)?: facts.append(("its answer", flag ? "yes" : "no"))
      case let answer? where answer != .null: facts.append(("its answer", answer.rendered))
      default: break
      }
      if let verdict = finished.outcome["verdict"]?.stringValue { facts.append(("its verdict", verdict)) }
      found.append(facts)
    }
    for (recorded, reason) in state.skipped.sorted(by: { $0.key < $1.key })
    where recorded.withoutItems.text == path {
      found.append([("its state", "skipped")] + (reason.isEmpty ? [] : [("the reason", reason)]))
    }
    return found.isEmpty ? [[("its state", "skipped")]] : found
  }
}
