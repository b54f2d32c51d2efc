import CEL

/// Times and sizes as an operator reads them. All times are UTC.
enum TimeText {
  /// `0.31s`, `42s`, `6m`, `1h05m`, `2d3h`; what is smaller is dropped.
  static func short(_ duration: Duration) -> String {
    let parts = clamped(duration).components
    if parts.seconds < 0 || parts.attoseconds < 0 { return "-" + short(.zero - clamped(duration)) }
    let seconds = parts.seconds
    if seconds < 10 {
      let hundredths = Int(parts.attoseconds / 10_000_000_000_000_000)
      if seconds > 0, hundredths == 0 { return "\(seconds)s" }
      return "\(seconds).\(hundredths < 10 ? "0" : "")\(hundredths)s"
    }
    if seconds < 60 { return "\(seconds)s" }
    if seconds < 3600 {
      return "\(seconds / 60)m" + (seconds % 60 == 0 || seconds >= 600 ? "" : two(seconds % 60) + "s")
    }
    if seconds < 86400 { return "\(seconds / 3600)h" + (seconds % 3600 < 60 ? "" : two(seconds / 60 % 60) + "m") }
    return "\(seconds / 86400)d" + (seconds % 86400 < 3600 ? "" : "\(seconds / 3600 % 24)h")
  }

  /// How a clock stands: `6m left`, `40s left`, `4m over`.
  static func left(_ duration: Duration) -> String {
    let seconds = clamped(duration).components.seconds
    let magnitude = seconds.magnitude
    let text = magnitude < 60 ? "\(magnitude)s" : short(.seconds(Int64(clamping: magnitude / 60 * 60)))
    return seconds < 0 ? text + " over" : text + " left"
  }

  /// `02:51Z`.
  static func minute(_ time: Timestamp) -> String {
    String(time.description.dropFirst(11).prefix(5)) + "Z"
  }

  /// `02:51Z`; of another day than that of `now` `2026-11-30 02:51Z`.
  static func minute(_ time: Timestamp, on now: Timestamp) -> String {
    let day = time.description.prefix(10)
    return day == now.description.prefix(10) ? minute(time) : "\(day) \(minute(time))"
  }

  /// `02:51:07Z`.
  static func second(_ time: Timestamp) -> String {
    String(time.description.dropFirst(11).prefix(8)) + "Z"
  }

  /// `2026-11-30`, with the minute where it is not midnight.
  static func date(_ time: Timestamp) -> String {
    let text = time.description
    let day = String(text.prefix(10))
    return text.hasSuffix("T00:00:00Z") ? day : day + " " + minute(time)
  }

  /// `512 bytes`, `1.5 MB`.
  static func size(_ bytes: Int64) -> String {
    if bytes < 1000 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    var (tenths, unit) = (bytes / 100, 0)
    while tenths >= 10_000, unit < 3 { (tenths, unit) = (tenths / 1000, unit + 1) }
    return "\(tenths / 10)" + (tenths % 10 == 0 ? "" : ".\(tenths % 10)") + " " + ["kB", "MB", "GB", "TB"][unit]
  }

  /// `1 row`, `10 rows`.
  static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  /// Within three thousand years: what is beyond would not fit `components` and says nothing.
  private static func clamped(_ duration: Duration) -> Duration {
    min(max(duration, .seconds(-100_000_000_000)), .seconds(100_000_000_000))
  }

  private static func two(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
