import CEL
import PlaybookRecord
import SourceText

/// Steps and what they found.
extension EventRenderer {
  mutating func lines(of step: StepStarted, _ path: StepPath, width: Int) -> [Line] {
    // These wait: a query and a check for their result, a confirm for its question.
    if ["query", "check", "confirm"].contains(step.kind) { return [] }
    var lines = stepLine(path, width: width) + (step.why.map { reason($0, width: width) } ?? [])
    // An act's text comes with its question.
    if step.kind == "document", let text = step.text {
      lines += Line.block(Prose.filled(text), indent: Self.indent, width: width, limit: 40)
    }
    return lines
  }

  /// Why a step is there, its paragraphs filled to the width.
  func reason(_ why: String, width: Int) -> [Line] {
    Line.block(Prose.filled(why), indent: Self.indent, width: width, style: .faint, limit: 20)
  }

  mutating func lines(of skipped: StepSkipped, _ path: StepPath, width: Int) -> [Line] {
    let step = state.steps[path] ?? ScreenState.StepState()
    let title = step.title.isEmpty ? skipped.title ?? path.text : step.title
    update(path) { $0.isShown = true }
    return Self.stepLines(
      step, text: "\(title): skipped, \(skipped.reason ?? "no reason given")", style: .faint, width: width)
  }

  mutating func lines(of step: StepFinished, _ path: StepPath, width: Int) -> [Line] {
    let failure = failure(of: step, width: width)
    switch step.kind ?? state.steps[path]?.kind {
    case "check": return check(step, path, width: width) + failure
    case "query": return evidence(step, path, width: width)
    case "act":
      if let planned = step.planned { return lines(of: planned, step, path, width: width) }
      let text = step.text.map { remark("of the loop", $0, nil, style: .careful, width: width) } ?? []
      return stepLine(path, width: width) + actSummary(path, width: width) + text + failure
    case "confirm":
      // Its line is the question, unless the answer was given beforehand.
      let answer = step.recorded.outcome?.text("answer") ?? step.text
      let title = (state.steps[path]?.title ?? path.text) + (answer.map { ": " + $0 } ?? "")
      return stepLine(path, text: title, width: width) + failure
    default: return failure
    }
  }

  private mutating func check(_ step: StepFinished, _ path: StepPath, width: Int) -> [Line] {
    let verdict = step.check.verdict ?? .unknown
    let name = path.text.split(separator: ".").last.map(String.init) ?? ""
    let text = "\(name): \(verdict.rawValue.uppercased())" + (step.text.map { "  " + $0 } ?? "")
    return stepLine(path, text: text, style: verdict == .unknown ? .careful : .strong, width: width)
  }

  private mutating func evidence(_ finished: StepFinished, _ path: StepPath, width: Int) -> [Line] {
    let step = state.steps[path] ?? ScreenState.StepState()
    let (outcome, file) = (finished.recorded.outcome, finished.recorded.file)
    var lines = stepLine(path, width: width)
    if let why = step.why { lines += reason(why, width: width) }
    var facts: [Line] = []
    var place = finished.source ?? step.call?.target
    let executor = step.call?.executor
    // A program's path is the same for all that it is asked; of a loop the last call says nothing of the others.
    if executor == "shell", outcome?["items"] == nil,
      let call = step.call?.text.split(separator: "\n").first
    {
      let mark = place?.hasSuffix(" (trusted)") == true ? " (trusted)" : ""
      place = TextLayout.cut(String(call), to: max(width - 30, 20)) + mark
    }
    // A target that has no name of its own is called like its executor.
    let isNamed = place.map { place in executor.map { place.hasPrefix($0) } ?? true } ?? false
    let source = [isNamed ? nil : executor, place].compactMap { $0 }.joined(separator: " ")
    if let number = finished.evidence.number {
      facts.append(Line([.init("[E\(number)] ", .strong), .init(source)]))
    } else {
      facts.append(Line(source))
    }
    let view = outcome.map {
      EvidenceView(
        outcome: $0, show: finished.evidence.show, rest: isInteractive ? "/all" : nil,
        // How many items there are of what the beginning in the event cuts.
        counts: isWhole ? nil : file.map { $0.counts ?? MapValue() },
        executor: executor)
    }
    if let amount = view?.amount { facts.append(Line(amount)) }
    if let bytes = file?.size ?? file?.bytes {
      facts.append(Line(TimeText.size(Int64(bytes))))
    }
    if let took = finished.evidence.took ?? outcome?.duration("duration") {
      facts.append(Line(TimeText.short(took), .faint))
    }
    if outcome?.flag("truncated") == true { facts.append(Line("cut: there is more", .careful)) }
    if outcome?.flag("met") == false { facts.append(Line("did not come true in time", .careful)) }
    facts = facts.filter { $0.width > 0 }
    if !facts.isEmpty { lines += indented(facts, width: width) }
    lines += failure(of: finished, width: width)
    if let view {
      let body = view.lines(indent: Self.indent + 2, width: width)
      lines += body
      if let name = finished.evidence.repeats, let outcome, let before = state.outcome(of: name, before: path) {
        lines += Differences(before: before, after: outcome).lines(indent: Self.indent + 2, width: width)
      }
    } else if file != nil {
      lines.append(Line("      kept in the run's folder" + (isInteractive ? ": /all" : ""), .faint))
    }
    return lines
  }

  private func indented(_ facts: [Line], width: Int) -> [Line] {
    var lines: [Line] = []
    for fact in facts {
      if let last = lines.last, last.width + 2 + fact.width <= width {
        lines[lines.count - 1].append("  ")
        lines[lines.count - 1].spans += fact.spans
      } else {
        lines.append(
          Line(Self.blank(lines.isEmpty ? Self.indent : Self.indent + 2).spans + fact.spans).fitted(to: width))
      }
    }
    return lines
  }

  /// `✗ failed  timed-out: message`.
  func failure(of step: StepFinished, width: Int) -> [Line] {
    guard let error = step.error else { return step.state == .failed ? [Line("    ✗ failed", .bad)] : [] }
    return Line.paragraph(Self.text(of: error), lead: Line("    ✗ failed  ", .bad), width: width, limit: 12)
  }

  static func text(of error: ErrorTold) -> String {
    [error.code, error.message].compactMap { $0 }.joined(separator: ": ")
  }

  func lines(of loop: LoopStarted, _ path: StepPath, width: Int) -> [Line] {
    // An act's question and its intent say the same.
    if state.steps[path]?.kind == "act" { return [] }
    let left = (loop.leftOut ?? []).map { ($0.item, Optional($0.reason)) }
    return remark("loop", TimeText.count(loop.items?.count ?? 0, "item"), nil, width: width)
      + leftOut(left, width: width)
  }

  /// Items that an act is not given because the environment protects them.
  func leftOut(_ left: [(item: String, reason: String?)], width: Int) -> [Line] {
    let shown = left.prefix(Self.shownItems).flatMap { item, reason in
      remark("left out", TextLayout.cell(item, width: 60), reason, style: .careful, width: width)
    }
    guard left.count > Self.shownItems else { return shown }
    return shown + [Line("    … \(left.count - Self.shownItems) more left out", .careful)]
  }

  /// Which steps are walked again; each is shown anew as it is.
  func lines(of reopened: StepsReopened, width: Int) -> [Line] {
    let names = reopened.paths.map(\.text)
    let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", … \(names.count - 6) more" : "")
    let word = reopened.word == .back ? "back to \(reopened.target?.text ?? "")" : "taken again"
    return remark(word, shown, nil, style: .careful, width: width)
  }

  func lines(of repeated: CallRepeated, width: Int) -> [Line] {
    // A poll that goes on is progress, and shown as such.
    guard let error = repeated.error else { return [] }
    let attempt = repeated.attempt.map { "attempt \($0)" } ?? "attempt"
    return remark(attempt, Self.text(of: error) + "; trying again", nil, style: .careful, width: width)
  }

  func lines(of answer: QuestionAnswered, _ path: StepPath, width: Int) -> [Line] {
    let source = answer.source ?? "terminal"
    guard source != "terminal" || !isInteractive else { return [] }
    let value = TextLayout.cell(Self.said(answer.value), width: 200)
    return remark("answer to \(path.text.isEmpty ? answer.key.description : path.text)", value, source, width: width)
  }

  /// An answer as a person would say it.
  private static func said(_ value: Value) -> String {
    switch value {
    case .bool(let flag): return flag ? "yes" : "no"
    case .map(let map):
      guard let done = map["done"]?.boolValue else { break }
      let evidence = map["evidence"]?.stringValue ?? ""
      return (done ? "done" : "not done") + (evidence.isEmpty ? "" : ": \(evidence)")
    default: break
    }
    return value.rendered
  }
}
