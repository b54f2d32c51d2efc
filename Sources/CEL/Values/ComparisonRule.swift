/// Which values an expression can compare.
///
/// Of some pairs neither order nor equality can be told, and the comparison is unknown: never a yes, and no "differs" either.
struct ComparisonRule: Sendable {
  /// NaN is less than, equal to and greater than no number, as CEL's specification has it, and not unknown.
  var comparesNaN = false

  /// Why nothing can be told of these two, one sentence; nil where something can, be it that they are of two types.
  func obstacle(_ left: Value, _ right: Value) -> String? {
    switch (left, right) {
    case (.double(let number), _) where !number.isFinite: obstacle(number, right)
    case (_, .double(let number)) where !number.isFinite: obstacle(number, left)
    case (.string(let text), .duration), (.duration, .string(let text)): Self.obstacle(text, toDuration: true)
    case (.string(let text), .timestamp), (.timestamp, .string(let text)): Self.obstacle(text, toDuration: false)
    default: nil
    }
  }

  private func obstacle(_ number: Double, _ other: Value) -> String? {
    guard other.isNumber else { return nil }
    if case .decimal = other { return "\(Value.text(of: number)) can't be compared with a decimal" }
    return number.isNaN && !comparesNaN ? "NaN is not a number, so nothing compares with it" : nil
  }

  /// PostgreSQL's words for an infinite length of time or point in time.
  private static func obstacle(_ text: String, toDuration isDuration: Bool) -> String? {
    if text == "infinity" || text == "-infinity" {
      return isDuration
        ? "`\(text)` is not a length of time; exclude it with `isfinite(x)`"
        : "`\(text)` is not a point in time; exclude it with `isfinite(x)`"
    }
    if !isDuration {
      guard isTime(text) else { return nil }
      return "`\(text)` is text: its time zone is not known here, or it is outside of years 1 to 9999"
    }
    guard isIntervalWithMonths(text) else { return nil }
    return "an interval with months is not a length of time; `now() - x` or `extract(epoch …)`"
  }

  /// `1 mon 9 days`, `-1 years -2 mons +3 days -04:05:06.789`: years or months, perhaps days, perhaps a clock.
  static func isIntervalWithMonths(_ text: String) -> Bool {
    guard text.utf8.count <= 100 else { return false }
    var words = text.split(separator: " ", omittingEmptySubsequences: false)
    if words.count % 2 == 1, let clock = words.last, isClock(clock) { words.removeLast() }
    guard !words.isEmpty, words.count % 2 == 0 else { return false }
    let units = stride(from: 1, to: words.count, by: 2).map { words[$0] }
    let numbers = stride(from: 0, to: words.count, by: 2).map { words[$0] }
    guard numbers.allSatisfy({ Int64($0) != nil }) else { return false }
    let known = ["year", "years", "mon", "mons", "day", "days"]
    return units.allSatisfy { known.contains(String($0)) } && units.contains { !$0.hasPrefix("day") }
  }

  /// `2026-11-29 17:15:00.5`, perhaps with a zone's offset or ` BC`: a time that was read as text since it is not a
  /// point in time that can be told.
  static func isTime(_ text: String) -> Bool {
    guard text.utf8.count <= 60, text.utf8.first?.isDigit == true else { return false }
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2 || words.count == 3 && words[2] == "BC" else { return false }
    let day = words[0].split(separator: "-", omittingEmptySubsequences: false)
    let clock = words[1].prefix { $0 != "+" && $0 != "-" }.split(separator: ":", omittingEmptySubsequences: false)
    return day.count == 3 && clock.count == 3 && day.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isDigit) }
      && words[1].utf8.allSatisfy { $0.isDigit || "+-:.".utf8.contains($0) }
  }

  private static func isClock(_ word: Substring) -> Bool {
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 3 && word.utf8.allSatisfy { $0.isDigit || "+-:.".utf8.contains($0) }
  }
}
