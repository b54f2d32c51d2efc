extension Function {
  /// Fields of times and durations.
  static let time: [Function] = [
    field("getFullYear", "The year.") { (calendar, _) in calendar.year },
    field("getMonth", "The month, 0 for January.") { (calendar, _) in calendar.month - 1 },
    field("getDate", "The day of the month, 1 for the first.") { (calendar, _) in calendar.day },
    field("getDayOfMonth", "The day of the month, 0 for the first.") { (calendar, _) in calendar.day - 1 },
    field("getDayOfWeek", "The day of the week, 0 for Sunday.") { (calendar, _) in calendar.dayOfWeek },
    field("getDayOfYear", "The day of the year, 0 for the first.") { (calendar, _) in calendar.dayOfYear },
    field("getHours", "The hour; of a duration, all of its whole hours.", unit: 3_600_000_000_000) { (calendar, _) in
      calendar.hour
    },
    field("getMinutes", "The minute; of a duration, all of its whole minutes.", unit: 60_000_000_000) { (calendar, _) in
      calendar.minute
    },
    field("getSeconds", "The second; of a duration, all of its whole seconds.", unit: 1_000_000_000) { (calendar, _) in
      calendar.second
    },
    field("getMilliseconds", "The milliseconds within the second, of a duration as well.", unit: 1_000_000) {
      (_, nanoseconds) in nanoseconds / 1_000_000
    },
  ]

  /// A field of a time, in UTC or in a zone, and of a duration where `unit` (in nanoseconds) is given.
  private static func field(
    _ name: String, _ summary: String, unit: Int64? = nil, _ read: @escaping @Sendable (CalendarTime, Int) -> Int
  ) -> Function {
    var overloads: [Overload] = [
      .method(.timestamp, to: .int) { (values, evaluator) throws(Fault) in
        let time = try Arguments(values, evaluator).timestamp(0)
        return .int(Int64(read(time.calendar, Int(time.nanoseconds))))
      },
      .method(.timestamp, .string, to: .int) { (values, evaluator) throws(Fault) in
        let arguments = Arguments(values, evaluator)
        let (time, name) = (try arguments.timestamp(0), try arguments.string(1))
        guard let local = time.calendar(in: name) else {
          throw Fault("there is no time zone `\(name)`", help: "write it like `Europe/Berlin` or `+02:00`")
        }
        return .int(Int64(read(local, Int(time.nanoseconds))))
      },
    ]
    if let unit {
      overloads.append(
        .method(.duration, to: .int) { (values, _) throws(Fault) in
          guard case .duration(let duration) = values[0], let nanoseconds = duration.celNanoseconds else {
            throw Fault("this duration is beyond its range")
          }
          // Milliseconds alone are those of the second's fraction, as the specification's list of functions says.
          return .int((unit == 1_000_000 ? nanoseconds % 1_000_000_000 : nanoseconds) / unit)
        })
    }
    return Function(name, .time, summary, overloads)
  }
}
