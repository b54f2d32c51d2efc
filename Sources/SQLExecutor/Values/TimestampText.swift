import CEL

/// The text of PostgreSQL's times in the date style ISO: `2026-11-23 17:15:00.5+00`, of a `timestamp` without the zone.
enum TimestampText {
  /// The point in time of a `timestamptz`; nil for other text (`infinity`, `… BC`) and outside years 1 to 9999.
  static func instant(_ text: String) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count > 19, let sign = bytes[11...].firstIndex(where: { $0 == plus || $0 == minus }),
      let offset = offset(bytes[(sign + 1)...]), let local = local(String(decoding: bytes[..<sign], as: UTF8.self))
    else { return nil }
    return local.adding(.seconds(bytes[sign] == minus ? offset : -offset))
  }

  /// A time of day and date, as if its clock showed UTC.
  static func local(_ text: String) -> Timestamp? {
    var bytes = Array(text.utf8)
    guard bytes.count > 18, bytes[10] == UInt8(ascii: " ") else { return nil }
    bytes[10] = UInt8(ascii: "T")
    return Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self) + "Z")
  }

  private static let plus = UInt8(ascii: "+")
  private static let minus = UInt8(ascii: "-")

  /// `HH`, `HH:MM` or, of times long ago, `HH:MM:SS`, in seconds.
  private static func offset(_ bytes: ArraySlice<UInt8>) -> Int64? {
    let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count <= 3, parts.allSatisfy({ $0.count == 2 }) else { return nil }
    var seconds: Int64 = 0
    for (part, unit) in zip(parts, [3600, 60, 1] as [Int64]) {
      guard let number = Int64(String(decoding: part, as: UTF8.self)), number >= 0 else { return nil }
      seconds += number * unit
    }
    return seconds
  }
}
