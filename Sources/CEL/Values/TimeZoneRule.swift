/// The rule of a `TZ` text, such as `CET-1CEST,M3.5.0,M10.5.0/3`: which offset holds when, year after year.
///
/// Source: POSIX.1-2024, "Other Environment Variables", and RFC 9636, section 3.3.1.
struct TimeZoneRule: Sendable {
  private enum Day {
    /// 1 to 365, the 29th of February never counted.
    case julian(Int)
    /// 0 to 365.
    case dayOfYear(Int)
    case week(month: Int, week: Int, day: Int)
  }

  private struct Change {
    let day: Day
    /// Seconds behind midnight of local time.
    let time: Int
  }

  private let standard: Int
  private var summer: (offset: Int, start: Change, end: Change)?

  /// Whether the offset is 0 all year.
  var isUTC: Bool { standard == 0 && summer == nil }

  init?(_ text: [UInt8]) {
    var rest = text[...]
    guard Self.name(&rest), let west = Self.time(&rest) else { return nil }
    standard = -west
    if rest.isEmpty { return }
    guard Self.name(&rest) else { return nil }
    var offset = standard + 3600
    if rest.first != UInt8(ascii: ",") {
      guard let west = Self.time(&rest) else { return nil }
      offset = -west
    }
    guard let start = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
    summer = (offset, start, end)
  }

  /// Seconds east of UTC.
  func offset(at seconds: Int64) -> Int {
    guard let summer else { return standard }
    let year = CalendarTime(seconds: seconds + Int64(standard)).year
    let start = Self.seconds(of: summer.start, year) - Int64(standard)
    let end = Self.seconds(of: summer.end, year) - Int64(summer.offset)
    let isSummer = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end
    return isSummer ? summer.offset : standard
  }

  private static func seconds(of change: Change, _ year: Int) -> Int64 {
    let newYear = CalendarTime.days(year: year, month: 1, day: 1)
    let day: Int
    switch change.day {
    case .dayOfYear(let number): day = newYear + number
    case .julian(let number):
      let isLeap = CalendarTime.days(inMonth: 2, of: year) == 29
      day = newYear + number - 1 + (isLeap && number >= 60 ? 1 : 0)
    case .week(let month, let week, let weekday):
      let first = CalendarTime.days(year: year, month: month, day: 1)
      let firstWeekday = ((first + 4) % 7 + 7) % 7
      var dayOfMonth = (weekday - firstWeekday + 7) % 7 + 1 + (week - 1) * 7
      while dayOfMonth > CalendarTime.days(inMonth: month, of: year) { dayOfMonth -= 7 }
      day = first + dayOfMonth - 1
    }
    return Int64(day) * 86400 + Int64(change.time)
  }

  /// Passes over a zone's abbreviation: letters, or anything between `<` and `>`.
  private static func name(_ rest: inout ArraySlice<UInt8>) -> Bool {
    if rest.first == UInt8(ascii: "<") {
      guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
      rest = rest[(end + 1)...]
      return true
    }
    let letters = rest.prefix { $0.isLetter }
    rest = rest.dropFirst(letters.count)
    return !letters.isEmpty
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let digits = rest.prefix(4).prefix { $0.isDigit }
    rest = rest.dropFirst(digits.count)
    return Int(String(decoding: digits, as: UTF8.self))
  }

  /// `[±]hh[:mm[:ss]]` in seconds.
  private static func time(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    guard let hours = number(&rest) else { return nil }
    var (seconds, unit) = (hours * 3600, 60)
    while rest.first == UInt8(ascii: ":"), unit > 0 {
      rest.removeFirst()
      guard let part = number(&rest) else { return nil }
      seconds += part * unit
      unit /= 60
    }
    return isNegative ? -seconds : seconds
  }

  private static func change(_ rest: inout ArraySlice<UInt8>) -> Change? {
    guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
    let day: Day
    switch rest.first {
    case UInt8(ascii: "M"):
      rest.removeFirst()
      guard let month = number(&rest), rest.popFirst() == UInt8(ascii: "."), let week = number(&rest),
        rest.popFirst() == UInt8(ascii: "."), let weekday = number(&rest), (1...12).contains(month),
        (1...5).contains(week), (0...6).contains(weekday)
      else { return nil }
      day = .week(month: month, week: week, day: weekday)
    case UInt8(ascii: "J"):
      rest.removeFirst()
      guard let number = number(&rest) else { return nil }
      day = .julian(number)
    default:
      guard let number = number(&rest) else { return nil }
      day = .dayOfYear(number)
    }
    guard rest.first == UInt8(ascii: "/") else { return Change(day: day, time: 7200) }
    rest.removeFirst()
    guard let time = time(&rest) else { return nil }
    return Change(day: day, time: time)
  }
}
