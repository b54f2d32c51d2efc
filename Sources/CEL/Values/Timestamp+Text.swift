extension Timestamp {
  /// RFC 3339 in UTC with 0, 3, 6 or 9 digits of a second's fraction, as many as are needed; so CEL's
  /// `string(timestamp)` gives it, too.
  public var description: String {
    var digits = Array(String(1_000_000_000 + Int(nanoseconds)).utf8.dropFirst())
    while digits.suffix(3) == [48, 48, 48] { digits.removeLast(3) }
    return text(fraction: digits)
  }

  /// RFC 3339 in UTC, the fraction without trailing zeros, as `format` shows it.
  var shortest: String {
    var digits = Array(String(1_000_000_000 + Int(nanoseconds)).utf8.dropFirst())
    while digits.last == 48 { digits.removeLast() }
    return text(fraction: digits)
  }

  private func text(fraction: [UInt8]) -> String {
    let calendar = calendar
    func padded(_ number: Int, _ width: Int) -> String {
      let text = String(number)
      return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
    let date = "\(padded(calendar.year, 4))-\(padded(calendar.month, 2))-\(padded(calendar.day, 2))"
    let time = "\(padded(calendar.hour, 2)):\(padded(calendar.minute, 2)):\(padded(calendar.second, 2))"
    let rest = fraction.isEmpty ? "" : "." + String(decoding: fraction, as: UTF8.self)
    return date + "T" + time + rest + "Z"
  }

  /// Reads RFC 3339 (`2026-11-23T17:15:00.5+01:00`), with any number of fraction digits, of which nine count. Nil for
  /// other text and outside years 1 to 9999.
  public init?(rfc3339 text: String) {
    var reader = FieldReader(Array(text.utf8))
    guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
      let day = reader.number(2), reader.skip("T") || reader.skip("t"), let hour = reader.number(2), reader.skip(":"),
      let minute = reader.number(2), reader.skip(":"), let second = reader.number(2)
    else { return nil }
    guard (1...12).contains(month), day >= 1, day <= CalendarTime.days(inMonth: month, of: year), hour < 24,
      minute < 60, second < 60
    else { return nil }
    var nanoseconds = 0
    if reader.skip(".") {
      guard let fraction = reader.fraction() else { return nil }
      nanoseconds = fraction
    }
    guard let offset = reader.offset(), reader.isAtEnd else { return nil }
    let days = CalendarTime.days(year: year, month: month, day: day)
    let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
    self.init(seconds: Int64(seconds), nanoseconds: Int32(nanoseconds))
    if !isInRange { return nil }
  }
}

/// Reads the fixed fields of a time's text.
private struct FieldReader {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// A number of exactly `width` digits.
  mutating func number(_ width: Int) -> Int? {
    guard position + width <= bytes.count else { return nil }
    var number = 0
    for byte in bytes[position..<position + width] {
      guard (48...57).contains(byte) else { return nil }
      number = number * 10 + Int(byte) - 48
    }
    position += width
    return number
  }

  /// Digits behind a point, in nanoseconds.
  mutating func fraction() -> Int? {
    var (nanoseconds, count) = (0, 0)
    while position < bytes.count, (48...57).contains(bytes[position]) {
      if count < 9 { nanoseconds = nanoseconds * 10 + Int(bytes[position]) - 48 }
      count += 1
      position += 1
    }
    guard count > 0 else { return nil }
    for _ in min(count, 9)..<9 { nanoseconds *= 10 }
    return nanoseconds
  }

  /// `Z` or `±hh:mm`, in seconds east of UTC.
  mutating func offset() -> Int? {
    if skip("Z") || skip("z") { return 0 }
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
}
