import CEL
import PlaybookRecord

extension RunReport {
  /// Steps that are walked again: what was read stays as an earlier reading, what was said of them counts no more, what
  /// was sent stays.
  mutating func reopen(_ event: Event, _ reopened: StepsReopened) {
    let (paths, word, who) = (reopened.paths, reopened.word.rawValue, reopened.author?.name)
    note(event, word, name(event.path), "taken again: \(paths.map(\.text).joined(separator: ", "))", who: who)
    // Whoever goes back or asks again waits for the run, until it asks.
    stopWaiting(event.at)
    for key in asked.keys { asked[key]?.shown = nil }
    for path in paths {
      archive(path)
      closeQuestions(of: path, at: event.at)
      if let position = index[path] { steps[position] = steps[position].reopened }
    }
    let again = Set(paths)
    withdraw(again, Withdrawal(at: event.at, word: word, by: who))
    followUps.removeAll { again.contains($0.path) }
    for path in reopened.containers ?? [] {
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
