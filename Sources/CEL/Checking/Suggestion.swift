/// "did you mean", by edit distance.
enum Suggestion {
  /// Among more names than these nothing is looked for: each of many misspelt names would be held against each of many.
  private static let most = 500

  /// The name that `name` is a misspelling of, as a question, or nil.
  static func help(for name: String, among names: some Sequence<String>) -> String? {
    nearest(to: name, among: names).map { "did you mean `\($0)`?" }
  }

  /// The nearest of `names` that is at most a third of its letters away.
  static func nearest(to name: String, among names: some Sequence<String>) -> String? {
    let wanted = Array(name.utf8)
    let names = Array(names.prefix(most + 1))
    guard wanted.count <= 64, names.count <= most else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in names {
      let letters = Array(candidate.utf8)
      let allowed = max(1, max(letters.count, wanted.count) / 3)
      guard letters.count <= 64, abs(letters.count - wanted.count) <= allowed else { continue }
      let distance = distance(wanted, letters)
      guard distance <= allowed, distance < wanted.count else { continue }
      if let found = best, (found.distance, found.name) <= (distance, candidate) { continue }
      best = (candidate, distance)
    }
    return best?.name
  }

  /// How many letters must be added, removed, replaced or swapped with their neighbour (optimal string alignment).
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var rows = [Array(0...other.count)]
    for (row, letter) in one.enumerated() {
      var line = [row + 1]
      for (column, candidate) in other.enumerated() {
        var best = min(rows[row][column + 1] + 1, line[column] + 1, rows[row][column] + (letter == candidate ? 0 : 1))
        if row > 0, column > 0, letter == other[column - 1], one[row - 1] == candidate {
          best = min(best, rows[row - 1][column - 1] + 1)
        }
        line.append(best)
      }
      rows.append(line)
    }
    return rows[one.count][other.count]
  }
}
