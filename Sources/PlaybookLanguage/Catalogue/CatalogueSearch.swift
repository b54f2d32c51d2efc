/// Finds scenarios by an alert, a status code or a symptom.
public enum CatalogueSearch {
  /// A scenario and why it was found.
  public struct Match: Sendable {
    public var entry: PlaybookCatalogue.Entry
    public var score: Int
    /// The line that fits best: "alert AuthLockoutsHigh", "Login returns 429 or 403".
    public var reason: String
  }

  /// The scenarios in which every word is found, best first; where there is none, those in which some are.
  ///
  /// An alert's whole name counts most, then the name, symptoms (where a word such as `429` must stand by itself), the
  /// title, the category and the summary. Case doesn't matter; a word may be the start of a longer one.
  public static func find(_ words: [String], in entries: [PlaybookCatalogue.Entry]) -> [Match] {
    let words = words.flatMap { tokens($0) }
    guard !words.isEmpty else { return [] }
    let found = entries.compactMap { match(words, $0) }
    let full = found.filter { $0.missing == 0 }
    return (full.isEmpty ? found : full).map(\.match).sorted {
      $0.score != $1.score ? $0.score > $1.score : $0.entry.name < $1.entry.name
    }
  }

  private static func match(
    _ words: [String], _ entry: PlaybookCatalogue.Entry
  ) -> (match: Match, missing: Int)? {
    let lines = lines(of: entry)
    var total = 0
    var missing = 0
    var scores = Array(repeating: 0, count: lines.count)
    for word in words {
      var best = 0
      for (index, line) in lines.enumerated() {
        let score = line.weight * fit(word, line.tokens)
        scores[index] += score
        best = max(best, score)
      }
      total += best
      if best == 0 { missing += 1 }
    }
    guard total > 0, let line = scores.indices.max(by: { (scores[$0], $1) < (scores[$1], $0) }) else { return nil }
    return (Match(entry: entry, score: total, reason: lines[line].text), missing)
  }

  private static func lines(
    of entry: PlaybookCatalogue.Entry
  ) -> [(text: String, weight: Int, tokens: [String])] {
    var lines = entry.alerts.map { (text: "alert \($0)", weight: 100, tokens: tokens($0)) }
    lines.append((entry.name, 40, tokens(entry.name) + tokens(entry.name.replacing("-", with: " "))))
    lines += entry.symptoms.map { ($0, 30, tokens($0)) }
    lines.append((entry.title, 20, tokens(entry.title)))
    lines += [entry.category, entry.section, entry.summary].compactMap { $0 }.map { ($0, 10, tokens($0)) }
    return lines
  }

  /// 2 for the whole word, 1 for the start of one; a number is never the start of another.
  private static func fit(_ word: String, _ tokens: [String]) -> Int {
    if tokens.contains(word) { return 2 }
    guard word.utf8.count > 2, !word.utf8.allSatisfy({ (48...57).contains($0) }) else { return 0 }
    return tokens.contains { $0.hasPrefix(word) } ? 1 : 0
  }

  private static func tokens(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "-" }.map(String.init)
  }
}
