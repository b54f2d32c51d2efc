/// "Did you mean": the candidate nearest to the written word.
public enum Suggestion {
  /// Among more candidates than these nothing is looked for: each of many misspelt words would be held against each of
  /// many names.
  private static let most = 500

  /// The candidate within a third of the word's length in edits (at least one, swaps of neighbours counting once), or
  /// nil.
  public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
    let candidates = Array(candidates.prefix(most + 1))
    guard candidates.count <= most else { return nil }
    let written = Array(word.lowercased().unicodeScalars.prefix(64))
    var best: (distance: Int, candidate: String)?
    for candidate in candidates.sorted() {
      let distance = distance(written, Array(candidate.lowercased().unicodeScalars.prefix(64)))
      if distance < best?.distance ?? max(2, written.count / 3 + 1) { best = (distance, candidate) }
    }
    return best?.candidate
  }

  /// The help line for a word that is not among `candidates`: the nearest one, or all of a few.
  public static func help(for word: String, in candidates: some Collection<String>) -> String? {
    if let nearest = nearest(to: word, in: candidates) { return "did you mean `\(nearest)`?" }
    guard !candidates.isEmpty, candidates.count <= 12 else { return nil }
    return "one of " + candidates.sorted().map { "`\($0)`" }.joined(separator: ", ")
  }

  /// Optimal string alignment distance.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var before: [Int] = []
    var previous = Array(0...right.count)
    for i in 1...left.count {
      var current = [i]
      for j in 1...right.count {
        let same = left[i - 1] == right[j - 1]
        var cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (same ? 0 : 1))
        if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
          cost = min(cost, before[j - 2] + 1)
        }
        current.append(cost)
      }
      (before, previous) = (previous, current)
    }
    return previous[right.count]
  }
}
