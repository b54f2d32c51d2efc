/// The text of PostgreSQL's intervals, in the style `postgres`: `1 year 2 mons 3 days -04:05:06.789`.
enum IntervalText {
  /// Nil where the interval has years or months, which are not a length of time, or is beyond 64 bits of nanoseconds.
  static func duration(_ text: String) -> Duration? {
    var words = text.split(separator: " ").map(String.init)
    guard !words.isEmpty else { return nil }
    var total: Int128 = 0
    if let last = words.last, last.utf8.contains(UInt8(ascii: ":")) {
      guard let clock = nanoseconds(clock: last) else { return nil }
      total = clock
      words.removeLast()
    }
    for position in stride(from: 0, to: words.count, by: 2) {
      guard position + 1 < words.count, words[position + 1].hasPrefix("day"), let days = Int64(words[position]) else {
        return nil
      }
      total += Int128(days) * 86_400_000_000_000
    }
    return Int64(exactly: total).map { .nanoseconds($0) }
  }

  private static func nanoseconds(clock: String) -> Int128? {
    let isNegative = clock.utf8.first == UInt8(ascii: "-")
    let parts = clock.drop { $0 == "-" || $0 == "+" }.split(separator: ":").map(String.init)
    guard parts.count == 3, let hours = Int64(parts[0]), let minutes = Int64(parts[1]) else { return nil }
    let seconds = parts[2].split(separator: ".").map(String.init)
    guard let whole = seconds.first.flatMap({ Int64($0) }) else { return nil }
    var fraction: Int64 = 0
    if seconds.count == 2 {
      let digits = seconds[1].prefix(9)
      guard let number = Int64(digits) else { return nil }
      fraction = (digits.count..<9).reduce(number) { value, _ in value * 10 }
    }
    let total = (Int128(hours) * 3600 + Int128(minutes) * 60 + Int128(whole)) * 1_000_000_000 + Int128(fraction)
    return isNegative ? -total : total
  }

  /// A text that PostgreSQL reads as an interval of exactly that many microseconds; finer parts are dropped.
  static func text(_ duration: Duration) -> String {
    let parts = duration.components
    let micros = (parts.attoseconds / 1_000_000_000_000).magnitude
    let isNegative = parts.seconds < 0 || parts.attoseconds < 0
    let fraction = micros == 0 ? "" : "." + String(String(1_000_000 + micros).dropFirst())
    return "\(isNegative ? "-" : "")\(parts.seconds.magnitude)\(fraction) seconds"
  }
}
