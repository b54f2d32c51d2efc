extension Transcript {
  /// What is cut, in this order, until it fits: evidence shortens first; changes and decisions stay longest.
  private static let cuts: [(role: Piece.Role, detail: Piece.Detail)] = [
    (.evidence, .short), (.document, .short), (.evidence, .line), (.timeline, .short), (.document, .line),
    (.remark, .short), (.heading, .gone), (.skipped, .gone), (.timeline, .line), (.evidence, .gone), (.head, .short),
    (.decision, .short), (.change, .short), (.timeline, .gone), (.document, .gone), (.summary, .short),
    (.remark, .gone), (.followUp, .gone), (.decision, .line), (.change, .line), (.summary, .line), (.decision, .gone),
    (.change, .gone), (.head, .line), (.summary, .gone),
  ]

  /// The Markdown within `budget`: cut at the borders of steps, with what was cut and where the whole is.
  public func markdown(within budget: Budget) throws(Budget.TooSmall) -> String {
    let pieces = markdownPieces
    var details = pieces.map { _ in Piece.Detail.whole }
    var sizes = pieces.map { MarkdownPage.size(of: $0, .whole) }
    var total = sizes.reduce(0, +)
    if total > budget.limit {
      let room = budget.limit - min(1500, max(budget.limit / 8, 300))
      for cut in Self.cuts where total > room {
        let candidates = pieces.indices.filter { pieces[$0].role == cut.role && details[$0] > cut.detail }
        // The largest go first, so that few are cut; of equal ones the later.
        for position in candidates.sorted(by: { (sizes[$0], $0) > (sizes[$1], $1) }) where total > room {
          let size = MarkdownPage.size(of: pieces[position], cut.detail)
          guard size < sizes[position] else { continue }
          total += size - sizes[position]
          (sizes[position], details[position]) = (size, cut.detail)
        }
      }
    }
    let text = assembled(pieces, details, budget)
    let size = text.utf16.count
    guard size <= budget.limit else { throw Budget.TooSmall(least: size) }
    return text
  }

  private func assembled(_ pieces: [Piece], _ details: [Piece.Detail], _ budget: Budget) -> String {
    var text = ""
    var page = MarkdownPage()
    for (piece, detail) in zip(pieces, details) where detail != .gone {
      text += page.text(of: piece, detail)
      if piece.role == .head { text += notice(pieces, details, budget) }
    }
    return text
  }

  private func notice(_ pieces: [Piece], _ details: [Piece.Detail], _ budget: Budget) -> String {
    let room = min(1000, max(budget.limit / 10, 150))
    func names(_ matches: (Piece.Detail) -> Bool) -> String? {
      let cut = zip(pieces, details).filter { matches($1) }.map { $0.0.name }
      if cut.isEmpty { return nil }
      var shown: [String] = []
      var length = 0
      for name in cut where !shown.contains(name) {
        length += name.utf16.count + 4
        if length > room / 2 { break }
        shown.append(MarkdownText.inline(name))
      }
      let distinct = Set(cut).count
      return shown.joined(separator: ", ") + (shown.count < distinct ? " and \(distinct - shown.count) more" : "")
    }
    let shortened = names { $0 == .short || $0 == .line }
    let left = names { $0 == .gone }
    if shortened == nil, left == nil { return "" }
    var text = "\n> Cut to \(budget.limit) characters."
    if let shortened { text += " Shortened: \(shortened)." }
    if let left { text += " Left out: \(left)." }
    return text + " The whole: `playbook transcript \(runID)`.\n"
  }
}
