/// How a place reads a time of day that is written without a zone.
public struct LocalTimeRules: Sendable {
  private let zone: TimeZone
  /// Whether times of day there are those of UTC, always.
  public let isUTC: Bool

  private static let utc: Set<String> = ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Etc/UCT", "UCT", "Zulu", "Etc/Zulu"]
  /// Files of tzdata whose meaning is the machine's own.
  private static let local: Set<String> = ["localtime", "posixrules", "Factory"]

  /// - Parameter zone: A name of tzdata (`Europe/Berlin`) or a `TZ` text of POSIX (`<+05:30>-05:30`). Nil where it is
  /// neither, for the zones with leap seconds (`right/…`) and for the machine's own (`localtime`).
  public init?(zone name: String) {
    if Self.utc.contains(name) {
      zone = TimeZone(offset: 0)
    } else if Self.local.contains(name) || name.hasPrefix("right/") {
      return nil
    } else if name.utf8.first.map({ $0.isLetter }) == true, let zone = TimeZone.named(name) {
      self.zone = zone
    } else if let rule = TimeZoneRule(Array(name.utf8)) {
      zone = TimeZone(rule: rule)
    } else {
      return nil
    }
    isUTC = zone.isUTC
  }

  /// The point in time at which clocks there show `local`, which is given as if they showed UTC. Nil where no clock ever
  /// showed it (it was skipped when clocks were put forward), and outside years 1 to 9999. A time that was shown twice is
  /// the second one, as PostgreSQL has it.
  public func instant(showing local: Timestamp) -> Timestamp? {
    // No two changes of a zone's clocks are nearer to each other than this, and no offset is as large.
    let reach: Int64 = 26 * 3600
    let offsets = [zone.offset(at: local.seconds + reach), zone.offset(at: local.seconds - reach)]
    for offset in offsets.map(Int64.init) where zone.offset(at: local.seconds - offset) == Int(offset) {
      let instant = Timestamp(seconds: local.seconds - offset, nanoseconds: local.nanoseconds)
      return instant.isInRange ? instant : nil
    }
    return nil
  }
}
