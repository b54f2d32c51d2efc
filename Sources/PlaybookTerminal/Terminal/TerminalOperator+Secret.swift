import PlaybookRecord

extension TerminalOperator {
  /// A secret as it is typed, without echo and without a meaning of slashes. Nil where nobody gives one: no terminal,
  /// end of input, an interrupt that ends the run.
  public func secret(named name: String) async -> String? {
    guard isInteractive else { return nil }
    if !turns.take() { await withCheckedContinuation { turns.wait($0) } }
    defer { turns.leave() }
    while closedReason == nil {
      switch await readLine(Line("secret \(name) (not shown) >", .strong), isEchoed: false) {
      case .line(let text): return text.isEmpty ? nil : text
      case .cut: showCut(isSecret: true)
      case .endOfInput: return nil
      case .cancelled:
        guard interruption.isOpen else { continue }
        await withCheckedContinuation { interruption.waiting.append($0) }
        if interruption.choice != .goOn, interruption.choice != .finishStep { return nil }
      }
    }
    return nil
  }
}
