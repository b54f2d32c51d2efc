public import PlaybookRecord

/// An interrupt being asked about, and who waits for it.
struct Interruption {
  var isOpen = false
  var choice = InterruptChoice.goOn
  /// Questions that wait for the choice.
  var waiting: [CheckedContinuation<Void, Never>] = []
  /// The interrupt menu, waiting for the open prompt to be given up.
  var beforeMenu: [CheckedContinuation<Void, Never>] = []

  mutating func readEnded() {
    let resumed = beforeMenu
    beforeMenu = []
    for continuation in resumed { continuation.resume() }
  }

  mutating func close(_ choice: InterruptChoice) {
    self.choice = choice
    isOpen = false
    let resumed = waiting
    waiting = []
    for continuation in resumed { continuation.resume() }
  }
}

extension TerminalOperator {
  /// Asks what an interrupt (SIGINT, caught by the caller) shall mean.
  ///
  /// An open prompt is given up: it stands there again afterwards, or its question is replied to with the choice
  /// (`.command(.pause)`, `.command(.abort)`). An interrupt while this menu is open answers it with `cancelCall`; nil: it was
  /// that one, and the call whose menu it answered has the choice, or `endQuestions` ended the menu, so that nothing was
  /// chosen. Without a terminal it is `pause`.
  ///
  /// - Parameter decided: Called with the choice before any question hears of it.
  public func interrupted(_ decided: @Sendable (InterruptChoice) -> Void = { _ in }) async -> InterruptChoice? {
    guard isInteractive, closedReason == nil else {
      decided(.pause)
      return .pause
    }
    if interruption.isOpen {
      interruption.choice = .cancelCall
      reader.cancel()
      return nil
    }
    interruption.isOpen = true
    interruption.choice = .goOn
    if isPrompting {
      reader.cancel()
      await withCheckedContinuation { interruption.beforeMenu.append($0) }
    }
    mode.discardInput()
    reader.discard(keepingText: false)
    let choice = await menu()
    if let choice { decided(choice) }
    interruption.close(choice ?? .goOn)
    return choice
  }

  /// What was chosen; nil: nobody answers any more.
  private func menu() async -> InterruptChoice? {
    guard closedReason == nil else { return nil }
    let rows = [
      ("f", "finish this step, then stop"), ("p", "stop here; the run can be resumed"), ("a", "abort the run"),
      ("Enter", "go on"), ("Ctrl-C", "again: cancel the call under way"),
    ]
    let lines = rows.flatMap { key, meaning in
      let lead = Line([.init("      "), .init(TextLayout.pad(key, to: 8), .strong)])
      return Line.paragraph(meaning, lead: lead, width: screen.width)
    }
    screen.write([Line("Interrupted. What now?", .careful)] + lines)
    while interruption.choice != .cancelCall {
      let input = await readLine(Line("f, p, a or Enter >", .strong))
      guard closedReason == nil else { return nil }
      switch input {
      case .endOfInput: return .pause
      case .cancelled: return interruption.choice == .cancelCall ? .cancelCall : .pause
      case .cut: showCut(isFreeText: false)
      case .line(let line):
        switch PromptParser.trimmed(line).lowercased() {
        case "": return .goOn
        case "f", "finish": return .finishStep
        case "p", "q", "pause", "/pause": return .pause
        case "a", "abort", "/abort": return .abort
        default: screen.write([Line("    Type f, p or a; Enter alone goes on", .careful)])
        }
      }
    }
    return .cancelCall
  }
}
