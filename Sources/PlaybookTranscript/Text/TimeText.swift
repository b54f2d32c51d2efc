import CEL

/// Times as a transcript writes them.
enum TimeText {
  /// `2026-11-23 17:15:00Z`.
  static func utc(_ time: Timestamp) -> String {
    let text = time.description
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
  }

  /// `17:15:00` on the day of `start`, `2026-11-24 17:15:00` on any other.
  static func clock(_ time: Timestamp, since start: Timestamp?) -> String {
    start.map { day($0) == day(time) } ?? true ? clock(time) : day(time) + " " + clock(time)
  }

  /// `17:15:00`.
  static func clock(_ time: Timestamp) -> String {
    String(time.description.dropFirst(11).prefix(8))
  }

  /// `2026-11-23`.
  static func day(_ time: Timestamp) -> String { String(time.description.prefix(10)) }

  /// `2026-11-24 17:15Z`, or the day alone where it is due when that begins.
  static func due(_ time: Timestamp) -> String {
    clock(time) == "00:00:00" ? day(time) : "\(day(time)) \(clock(time).prefix(5))Z"
  }

  /// A value as people write it: `1h30m` for a duration of 5400 seconds.
  static func written(_ value: Value) -> String {
    guard case .duration(let duration) = value else { return value.rendered }
    let (whole, attoseconds) = duration.components
    guard attoseconds == 0, whole >= 60 else { return value.rendered }
    let parts = [(whole / 86_400, "d"), (whole / 3600 % 24, "h"), (whole / 60 % 60, "m"), (whole % 60, "s")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }

  /// `+3m05s`: from one time to another.
  static func offset(from start: Timestamp, to end: Timestamp) -> String {
    let seconds = end.seconds - start.seconds
    return (seconds < 0 ? "-" : "+") + short(.seconds(abs(seconds)))
  }

  /// `1h02m`, `3m05s`, `12s`, `0.31s`.
  static func short(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    if seconds >= 3600 { return "\(seconds / 3600)h\(padded(seconds % 3600 / 60))m" }
    if seconds >= 60 { return "\(seconds / 60)m\(padded(seconds % 60))s" }
    if seconds >= 10 || attoseconds == 0 { return "\(seconds)s" }
    return "\(seconds).\(padded(attoseconds / 10_000_000_000_000_000))s"
  }

  private static func padded(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : String(number)
  }
}
