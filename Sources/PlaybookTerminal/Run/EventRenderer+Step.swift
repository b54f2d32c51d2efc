import CEL
import PlaybookRecord
import SourceText

/// Steps and what they found.
extension EventRenderer {
  mutating func started(_ event: Event, width: Int) -> [Line] {
    // These wait: a query and a check for their result, a confirm for its question.
    if ["query", "check", "confirm"].contains(event.data.text("kind")) { return [] }
    let why = event.data.text("why")
    var lines = stepLine(event.path, width: width) + (why.map { reason($0, width: width) } ?? [])
    // What a document says: an act's text comes with its question.
    if event.data.text("kind") == "document", let text = event.data.text("text") {
      lines += Line.block(Prose.filled(text), indent: Self.indent, width: width, limit: 40)
    }
    return lines
  }

  /// Why a step is there, its paragraphs filled to the width.
  func reason(_ why: String, width: Int) -> [Line] {
    Line.block(Prose.filled(why), indent: Self.indent, width: width, style: .faint, limit: 20)
  }

  mutating func skipped(_ event: Event, width: Int) -> [Line] {
    let step = state.steps[event.path] ?? RunState.StepState()
    let title = step.title.isEmpty ? event.data.text("title") ?? event.path.text : step.title
    let reason = event.data.text("reason") ?? "no reason given"
    update(event.path) { $0.isShown = true }
    return Self.stepLines(step, text: "\(title): skipped, \(reason)", style: .faint, width: width)
  }

  mutating func finished(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    switch data.text("kind") ?? state.steps[event.path]?.kind {
    case "check": return check(event, width: width)
    case "query": return evidence(event, width: width)
    case "act" where data["calls"] != nil: return planned(event, width: width)
    case "act":
      let text = data.text("text").map { remark("of the loop", $0, nil, style: .careful, width: width) } ?? []
      return stepLine(event.path, width: width) + actSummary(event, width: width) + text + failure(event, width: width)
    case "confirm":
      // Its line is the question, unless the answer was given beforehand.
      let answer = data.map("outcome")?.text("answer") ?? data.text("text")
      let title = (state.steps[event.path]?.title ?? event.path.text) + (answer.map { ": " + $0 } ?? "")
      return stepLine(event.path, text: title, width: width) + failure(event, width: width)
    default: return failure(event, width: width)
    }
  }

  private mutating func check(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    var verdict = data.map("outcome")?.text("verdict")
    if verdict == nil, let flag = data.map("outcome")?.flag("yes") { verdict = flag ? "yes" : "no" }
    let name = event.path.text.split(separator: ".").last.map(String.init) ?? ""
    var text = "\(name): \((verdict ?? "unknown").uppercased())"
    if let meaning = data.text("text") { text += "  " + meaning }
    return stepLine(event.path, text: text, style: verdict == "unknown" ? .careful : .strong, width: width)
      + failure(event, width: width)
  }

  private mutating func evidence(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    let step = state.steps[event.path] ?? RunState.StepState()
    var lines = stepLine(event.path, width: width)
    if let why = step.why { lines += reason(why, width: width) }
    var facts: [Line] = []
    var place = data.text("source") ?? step.call?.target
    let executor = step.call?.executor
    // A program's path is the same for all that it is asked; of a loop the last call says nothing of the others.
    if executor == "shell", data.map("outcome")?["items"] == nil,
      let call = step.call?.text.split(separator: "\n").first
    {
      let mark = place?.hasSuffix(" (trusted)") == true ? " (trusted)" : ""
      place = TextLayout.cut(String(call), to: max(width - 30, 20)) + mark
    }
    // A target that has no name of its own is called like its executor.
    let isNamed = place.map { place in executor.map { place.hasPrefix($0) } ?? true } ?? false
    let source = [isNamed ? nil : executor, place].compactMap { $0 }.joined(separator: " ")
    if let number = data.int("number") {
      facts.append(Line([.init("[E\(number)] ", .strong), .init(source)]))
    } else {
      facts.append(Line(source))
    }
    let outcome = data.map("outcome")
    let view = outcome.map {
      EvidenceView(
        outcome: $0, show: data.map("show"), rest: isInteractive ? "/all" : nil, counts: counts(data),
        executor: executor)
    }
    if let amount = view?.amount { facts.append(Line(amount)) }
    if let file = data.map("evidence"), let bytes = file.int("size") ?? file.int("bytes") {
      facts.append(Line(TimeText.size(Int64(bytes))))
    }
    if let took = data.duration("took") ?? outcome?.duration("duration") {
      facts.append(Line(TimeText.short(took), .faint))
    }
    if outcome?.flag("truncated") == true { facts.append(Line("cut: there is more", .careful)) }
    if outcome?.flag("met") == false { facts.append(Line("did not come true in time", .careful)) }
    facts = facts.filter { $0.width > 0 }
    if !facts.isEmpty { lines += indented(facts, width: width) }
    lines += failure(event, width: width)
    if let view {
      let body = view.lines(indent: Self.indent + 2, width: width)
      lines += body
      if let name = data.text("repeats"), let outcome,
        let before = state.outcome(of: name, before: event.path)
      {
        lines += Differences(before: before, after: outcome).lines(indent: Self.indent + 2, width: width)
      }
    } else if data.map("evidence") != nil {
      lines.append(Line("      kept in the run's folder" + (isInteractive ? ": /all" : ""), .faint))
    }
    return lines
  }

  /// Where the outcome lies in a file and the event has its beginning: how many items there are of what that cuts.
  private func counts(_ data: MapValue) -> MapValue? {
    guard let file = data.map("evidence"), !isWhole else { return nil }
    return file.map("counts") ?? MapValue()
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
  func failure(_ event: Event, width: Int) -> [Line] {
    guard let error = event.data["error"], error.mapValue != nil || error.stringValue != nil else {
      return event.data.text("state") == "failed" ? [Line("    ✗ failed", .bad)] : []
    }
    return Line.paragraph(Self.text(ofError: error), lead: Line("    ✗ failed  ", .bad), width: width, limit: 12)
  }

  static func text(ofError error: Value?) -> String {
    guard let map = error?.mapValue else { return error?.stringValue ?? "no reason given" }
    return [map.text("code"), map.text("message")].compactMap { $0 }.joined(separator: ": ")
  }

  func loop(_ event: Event, width: Int) -> [Line] {
    // An act's question and its intent say the same.
    if state.steps[event.path]?.kind == "act" { return [] }
    let items = event.data.list("items").count
    return remark("loop", TimeText.count(items, "item"), nil, width: width) + leftOut(event.data, width: width)
  }

  /// What an act is not given because the environment protects it.
  func leftOut(_ data: MapValue, width: Int) -> [Line] {
    let left = data.list("leftOut")
    let shown = left.prefix(Self.shownItems).flatMap { entry in
      let item = entry["item"].map(\.rendered) ?? entry.rendered
      let reason = entry["reason"]?.stringValue
      return remark("left out", TextLayout.cell(item, width: 60), reason, style: .careful, width: width)
    }
    guard left.count > Self.shownItems else { return shown }
    return shown + [Line("    … \(left.count - Self.shownItems) more left out", .careful)]
  }

  /// Which steps are walked again; each is shown anew as it is.
  func reopened(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    let names = data.texts("paths")
    let shown = names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", … \(names.count - 6) more" : "")
    let word = data.text("word") == "back" ? "back to \(data.text("target") ?? "")" : "taken again"
    return remark(word, shown, nil, style: .careful, width: width)
  }

  func repeated(_ event: Event, width: Int) -> [Line] {
    // A poll that goes on is progress, and shown as such.
    guard let error = event.data["error"] else { return [] }
    let attempt = event.data.int("attempt").map { "attempt \($0)" } ?? "attempt"
    return remark(attempt, Self.text(ofError: error) + "; trying again", nil, style: .careful, width: width)
  }

  func answered(_ event: Event, width: Int) -> [Line] {
    let data = event.data
    let source = data.text("source") ?? "terminal"
    guard source != "terminal" || !isInteractive else { return [] }
    let value = TextLayout.cell(Self.said(data["value"]), width: 200)
    return remark(
      "answer to \(event.path.text.isEmpty ? data.text("key") ?? "" : event.path.text)", value, source, width: width)
  }

  /// An answer as a person would say it.
  private static func said(_ value: Value?) -> String {
    switch value {
    case .bool(let flag): return flag ? "yes" : "no"
    case .map(let map):
      guard let done = map["done"]?.boolValue else { break }
      let evidence = map["evidence"]?.stringValue ?? ""
      return (done ? "done" : "not done") + (evidence.isEmpty ? "" : ": \(evidence)")
    default: break
    }
    return value?.rendered ?? ""
  }
}
