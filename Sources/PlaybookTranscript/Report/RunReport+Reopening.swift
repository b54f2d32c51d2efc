import CEL
import PlaybookRecord

extension RunReport {
  /// Steps that are walked again: what was read stays as an earlier reading, what was said of them counts no more, what
  /// was sent stays.
  mutating func reopen(_ event: Event) {
    let paths = (event.data["paths"]?.listValue ?? []).map { StepPath($0.rendered) }
    let word = event.data["word"]?.stringValue ?? "again"
    note(
      event, word, name(event.path), "taken again: \(paths.map(\.text).joined(separator: ", "))",
      who: event.data["by"]?.stringValue)
    // Whoever goes back or asks again waits for the run, until it asks.
    stopWaiting(event.at)
    for key in asked.keys { asked[key]?.shown = nil }
    for path in paths {
      archive(path)
      closeQuestions(of: path, at: event.at)
      if let position = index[path] { steps[position] = steps[position].reopened }
    }
    let reopened = Set(paths)
    withdraw(reopened, Withdrawal(at: event.at, word: word, by: event.data["by"]?.stringValue))
    followUps.removeAll { reopened.contains($0.path) }
    for path in (event.data["containers"]?.listValue ?? []).map({ StepPath($0.rendered) }) {
      if let position = index[path] { steps[position].state = "begun" }
    }
  }

  /// Keeps a reading before another of the same step takes its place.
  mutating func archive(_ path: StepPath) {
    guard let position = index[path], steps[position].isReading else { return }
    var earlier = steps[position]
    earlier.isSuperseded = true
    earlier.change = nil
    superseded.append(earlier)
  }

  /// Nobody waits any more for an answer to what a step that has ended asked.
  mutating func closeQuestions(of path: StepPath, at time: Timestamp) {
    for (key, question) in asked where path.contains(key.step) {
      waited(for: question, until: time)
      asked[key] = nil
    }
  }
}

extension RunReport.Step {
  /// As it was before it ran, but for what was sent.
  fileprivate var reopened: RunReport.Step {
    var fresh = RunReport.Step(path: path, item: item, began: began)
    (fresh.kind, fresh.title, fresh.why, fresh.links, fresh.place) = (kind, title, why, links, place)
    fresh.state = "reopened"
    if change?.items.contains(where: { !$0.isUnsent }) == true { fresh.change = change }
    return fresh
  }
}
