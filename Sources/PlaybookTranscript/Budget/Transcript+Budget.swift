extension Transcript {
  /// What is cut, in this order, until it fits: evidence shortens first; changes and decisions stay longest.
  fileprivate static let cuts: [(role: Piece.Role, detail: Piece.Detail)] = [
    (.evidence, .short), (.document, .short), (.evidence, .line), (.timeline, .short), (.document, .line),
    (.remark, .short), (.heading, .gone), (.skipped, .gone), (.timeline, .line), (.evidence, .gone), (.head, .short),
    (.decision, .short), (.change, .short), (.timeline, .gone), (.document, .gone), (.summary, .short),
    (.remark, .gone), (.followUp, .gone), (.decision, .line), (.change, .line), (.summary, .line), (.decision, .gone),
    (.change, .gone), (.head, .line), (.summary, .gone),
  ]

  /// The Markdown within `budget`: cut at the borders of steps, with what was cut and where the whole is.
  public func markdown(within budget: Budget) throws(Budget.TooSmall) -> String {
    var shape = Shape(markdownPieces)
    if shape.total > budget.limit { shape.cut(to: budget.limit - min(1500, max(budget.limit / 8, 300))) }
    while true {
      let text = assembled(shape, budget)
      let size = text.utf16.count
      if size <= budget.limit { return text }
      // What the notice names is known only once it is cut: its length is made room for by cutting more.
      let before = shape.total
      shape.cut(to: before - (size - budget.limit))
      guard shape.total < before else { throw Budget.TooSmall(least: size) }
    }
  }

  /// How much of each piece is written.
  private struct Shape {
    let pieces: [Piece]
    private(set) var details: [Piece.Detail]
    private var sizes: [Int]
    private(set) var total: Int

    init(_ pieces: [Piece]) {
      self.pieces = pieces
      details = pieces.map { _ in .whole }
      sizes = pieces.map { MarkdownPage.size(of: $0, .whole) }
      total = sizes.reduce(0, +)
    }

    /// Cuts in the order of `cuts` until no more than `room` is left.
    mutating func cut(to room: Int) {
      for cut in Transcript.cuts where total > room {
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
  }

  private func assembled(_ shape: Shape, _ budget: Budget) -> String {
    var text = ""
    var page = MarkdownPage()
    for (piece, detail) in zip(shape.pieces, shape.details) where detail != .gone {
      text += page.text(of: piece, detail)
      if piece.role == .head { text += notice(shape, budget) }
    }
    return text
  }

  /// What was shortened and what was left out, as many names as there is room for.
  private func notice(_ shape: Shape, _ budget: Budget) -> String {
    let room = min(1000, max(budget.limit / 10, 150))
    func names(_ matches: (Piece.Detail) -> Bool) -> String? {
      let cut = zip(shape.pieces, shape.details).filter { matches($1) }.map { MarkdownText.inline($0.0.name) }
      if cut.isEmpty { return nil }
      let distinct = Set(cut).count
      var shown: [String] = []
      var length = 0
      for name in cut where !shown.contains(name) {
        length += name.utf16.count + 2
        if length > room / 2 { break }
        shown.append(name)
      }
      if shown.isEmpty { return "\(distinct) part\(distinct == 1 ? "" : "s")" }
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
