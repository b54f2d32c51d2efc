extension Transcript {
  /// What is cut, in this order, until it fits: evidence shortens first; changes, decisions and follow-ups stay longest, with
  /// reasons, undos and what was left out longer than the head's times.
  fileprivate static let cuts: [(role: Piece.Role, detail: Piece.Detail)] = [
    (.evidence, .short), (.document, .short), (.evidence, .line), (.timeline, .short), (.document, .line),
    (.remark, .short), (.heading, .gone), (.skipped, .gone), (.timeline, .line), (.evidence, .gone),
    (.timeline, .gone), (.document, .gone), (.decision, .short), (.head, .short), (.change, .short),
    (.summary, .short), (.remark, .gone), (.head, .line), (.decision, .line), (.change, .line), (.summary, .line),
    (.summary, .gone), (.followUp, .gone), (.decision, .gone), (.change, .gone),
  ]

  /// What is written again where what was cut has left room, in this order: what a reader needs most, then the rest.
  fileprivate static let kept: [[Piece.Role]] = [
    [.change, .decision, .followUp, .summary, .remark, .head], [.skipped, .timeline, .document, .evidence, .heading],
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
      shape.cut(to: before - max(size - budget.limit, budget.limit / 50))
      guard shape.total < before else { throw Budget.TooSmall(least: size) }
    }
  }

  /// How much of each piece is written.
  private struct Shape {
    let pieces: [Piece]
    private(set) var details: [Piece.Detail]
    private var sizes: [Int]
    private(set) var total: Int
    /// Where the pieces of a role are.
    private var places: [Piece.Role: [Int]] = [:]
    /// What is known of the pieces' sizes: each is written once for it.
    private var measured: [[Piece.Detail: Int]]

    init(_ pieces: [Piece]) {
      self.pieces = pieces
      details = pieces.map { _ in .whole }
      sizes = pieces.map { MarkdownPage.size(of: $0, .whole) }
      total = sizes.reduce(0, +)
      measured = sizes.map { [.whole: $0, .gone: 0] }
      for position in pieces.indices { places[pieces[position].role, default: []].append(position) }
    }

    /// Cuts in the order of `cuts` until no more than `room` is left.
    mutating func cut(to room: Int) {
      for cut in Transcript.cuts where total > room {
        let candidates = pieces.indices.filter { pieces[$0].role == cut.role && details[$0] > cut.detail }
        // The largest go first, so that few are cut; of equal ones the later.
        for position in candidates.sorted(by: { (sizes[$0], $0) > (sizes[$1], $1) }) where total > room {
          let size = size(of: position, cut.detail)
          guard size < sizes[position] else { continue }
          total += size - sizes[position]
          (sizes[position], details[position]) = (size, cut.detail)
        }
      }
      for roles in Transcript.kept { restore(roles, [.line, .short, .long, .longer], to: room) }
      for roles in Transcript.kept { restore(roles, [.whole], to: room) }
    }

    /// Brings back what was cut, each piece in the longest of `details` for which there is room: first a little of all.
    private mutating func restore(_ roles: [Piece.Role], _ details: [Piece.Detail], to room: Int) {
      for detail in details {
        for role in roles {
          // Of a change alone there is something between short and whole.
          let detail = detail > .short && role != .change ? .whole : detail
          for position in places[role] ?? [] where total <= room && self.details[position] < detail {
            let size = size(of: position, detail)
            guard size >= sizes[position], total + size - sizes[position] <= room else { continue }
            total += size - sizes[position]
            (sizes[position], self.details[position]) = (size, detail)
          }
        }
      }
    }

    private mutating func size(of position: Int, _ detail: Piece.Detail) -> Int {
      if let known = measured[position][detail] { return known }
      let size = MarkdownPage.size(of: pieces[position], detail)
      measured[position][detail] = size
      return size
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

  /// The names of pieces, each with how many it stands for: evidence that follows on another is `E1–E18`.
  private static func named(_ pieces: [Piece]) -> [(name: String, role: Piece.Role, count: Int)] {
    var names: [(name: String, role: Piece.Role, count: Int)] = []
    var row: (first: Int, last: Int)?
    for piece in pieces {
      let number = piece.role == .evidence && piece.name.hasPrefix("E") ? Int(piece.name.dropFirst()) : nil
      if let number, let open = row, open.last + 1 == number {
        row = (open.first, number)
        names[names.count - 1] = ("E\(open.first)–E\(number)", .evidence, number - open.first + 1)
        continue
      }
      row = number.map { ($0, $0) }
      names.append((MarkdownText.inline(piece.name), piece.role, 1))
    }
    return names
  }

  /// What was shortened and what was left out, as many names as there is room for.
  private func notice(_ shape: Shape, _ budget: Budget) -> String {
    let room = min(1000, max(budget.limit / 10, 150))
    func names(_ matches: (Piece.Detail) -> Bool) -> String? {
      let cut = zip(shape.pieces, shape.details).filter { matches($1) }.map { $0.0 }
      if cut.isEmpty { return nil }
      var shown: [String] = []
      var counts: [(role: Piece.Role, count: Int)] = []
      var length = 0
      for (name, role, count) in Self.named(cut) where !shown.contains(name) {
        if length + name.utf16.count + 2 <= room / 2 {
          length += name.utf16.count + 2
          shown.append(name)
        } else if let position = counts.firstIndex(where: { $0.role == role }) {
          counts[position].count += count
        } else {
          counts.append((role, count))
        }
      }
      return (shown + counts.map { $0.role.noun($0.count) }).joined(separator: ", ")
    }
    let shortened = names { [.line, .short, .long, .longer].contains($0) }
    let left = names { $0 == .gone }
    if shortened == nil, left == nil { return "" }
    var text = "\n> Cut to \(budget.limit) characters."
    if let shortened { text += " Shortened: \(shortened)." }
    if let left { text += " Left out: \(left)." }
    return text + " The whole: `playbook transcript \(runID)`.\n"
  }
}
