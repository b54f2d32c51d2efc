import CEL
public import PlaybookRecord

/// What is under way, for the line that is rewritten in place.
struct Work {
  var path: StepPath
  var text: String
  var began: ContinuousClock.Instant
}

extension TerminalOperator {
  public func progress(_ progress: Progress?) async {
    guard let progress else { return endWork() }
    setWork(progress.path, progress.text, began: ContinuousClock.now - progress.elapsed)
  }

  /// Follows calls as they go out and come back, so that each that takes long is seen to.
  func follow(_ event: Event) {
    switch event.body {
    case .callSent(let sent):
      setWork(
        event.path, [sent.executor, sent.target].compactMap { $0 }.joined(separator: " "), began: ContinuousClock.now)
    case .actStarted, .undoStarted: setWork(event.path, "", began: ContinuousClock.now)
    case .callRepeated(let repeated):
      guard let current = work.first(where: { $0.path == event.path }) else { break }
      let text = [repeated.attempt.map { "attempt \($0)" }, repeated.text].compactMap { $0 }.joined(separator: ", ")
      setWork(event.path, text, began: current.began)
    case .stepFinished, .stepSkipped, .actFinished, .actUndone: endWork(event.path)
    case .runPaused, .runFinished: endWork()
    default: break
    }
  }

  private func setWork(_ path: StepPath, _ text: String, began: ContinuousClock.Instant) {
    work.removeAll { $0.path == path }
    if work.isEmpty { lastReport = began }
    work.append(Work(path: path, text: text, began: began))
    guard ticker == nil else { return }
    ticker = Task { [weak self] in
      while !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(500))
        guard await self?.tick() ?? false else { return }
      }
    }
  }

  private func endWork(_ path: StepPath? = nil) {
    if let path { work.removeAll { $0.path == path } } else { work = [] }
    guard work.isEmpty else { return }
    ticker?.cancel()
    ticker = nil
    if !isPrompting { screen.clearStatus() }
  }

  /// Draws; false when there is nothing left to draw.
  private func tick() -> Bool {
    guard let latest = work.last, !Task.isCancelled else { return false }
    let now = ContinuousClock.now
    guard !isPrompting, now - latest.began >= .milliseconds(500) else { return true }
    if screen.isRewritable {
      screen.status(statusLine(latest, elapsed: now - latest.began))
    } else if now - lastReport >= .seconds(10) {
      lastReport = now
      screen.write([statusLine(latest, elapsed: now - latest.began).fitted(to: screen.width)])
    }
    return true
  }

  /// `    12s  spraying: attempt 3, attempts = 12  (+1 more)`
  private func statusLine(_ work: Work, elapsed: Duration) -> Line {
    let whole = max(elapsed.components.seconds, 0)
    var text =
      "    \(whole == 0 ? "0s" : TimeText.short(.seconds(whole)))  " + TextLayout.cell(work.path.text, width: 30)
    if !work.text.isEmpty { text += ": " + TextLayout.cell(work.text, width: 200) }
    if self.work.count > 1 { text += "  (+\(self.work.count - 1) more)" }
    return Line(text, .faint)
  }
}
