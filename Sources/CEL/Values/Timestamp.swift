import FoundationEssentials

/// A point in time with nanoseconds, in UTC, from year 1 to year 9999.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z.
  public var seconds: Int64
  /// 0 to 999,999,999, always forward in time.
  public var nanoseconds: Int32

  /// 0001-01-01T00:00:00Z, the first second that CEL's timestamps know.
  static let firstSecond: Int64 = -62_135_596_800
  /// 9999-12-31T23:59:59Z, the last one.
  static let lastSecond: Int64 = 253_402_300_799

  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// The present by the system's clock.
  public static func now() -> Timestamp {
    let since = Date().timeIntervalSince1970
    let whole = since.rounded(.down)
    return Timestamp(seconds: Int64(whole), nanoseconds: Int32(((since - whole) * 1e6).rounded(.down)) * 1000)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }

  /// Whether the year is within 1 to 9999.
  var isInRange: Bool { (Self.firstSecond...Self.lastSecond).contains(seconds) }

  /// The time `duration` later, or nil outside years 1 to 9999.
  public func adding(_ duration: Duration) -> Timestamp? {
    let parts = duration.components
    let nanos = Int64(nanoseconds) + parts.attoseconds / 1_000_000_000
    let carry = (Double(nanos) / 1e9).rounded(.down)
    let (sum, isOver) = seconds.addingReportingOverflow(parts.seconds)
    let (whole, isOverToo) = sum.addingReportingOverflow(Int64(carry))
    if isOver || isOverToo { return nil }
    let result = Timestamp(seconds: whole, nanoseconds: Int32(nanos - Int64(carry) * 1_000_000_000))
    return result.isInRange ? result : nil
  }

  /// The fields in UTC.
  public var calendar: CalendarTime { CalendarTime(seconds: seconds) }

  /// The fields in a zone, given as `±hh:mm` or as a name of tzdata such as `Europe/Berlin`; nil where there is no such zone.
  public func calendar(in zone: String) -> CalendarTime? {
    TimeZone.named(zone).map { CalendarTime(seconds: seconds + Int64($0.offset(at: seconds))) }
  }

  /// How much later this is than `earlier`.
  public func since(_ earlier: Timestamp) -> Duration {
    .seconds(seconds) - .seconds(earlier.seconds) + .nanoseconds(Int64(nanoseconds) - Int64(earlier.nanoseconds))
  }
}
