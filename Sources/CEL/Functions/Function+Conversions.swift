extension Function {
  /// From one type to another.
  static let conversions: [Function] = [
    Function(
      "int", .standard,
      "A whole number: of a number (without its fraction), a text of digits, or a time (seconds since 1970).",
      [
        .function(.int, to: .int) { (values, _) in values[0] },
        .function(.uint, to: .int) { (values, _) throws(Fault) in try toInt(values[0]) },
        .function(.double, to: .int) { (values, _) throws(Fault) in try toInt(values[0]) },
        .function(.decimal, to: .int) { (values, _) throws(Fault) in try toInt(values[0]) },
        .function(.string, to: .int) { (values, _) throws(Fault) in try toInt(values[0]) },
        .function(.timestamp, to: .int) { (values, _) throws(Fault) in try toInt(values[0]) },
      ]),
    Function(
      "uint", .standard, "A whole number from zero up.",
      [
        .function(.uint, to: .uint) { (values, _) in values[0] },
        .function(.int, to: .uint) { (values, _) throws(Fault) in try toUInt(values[0]) },
        .function(.double, to: .uint) { (values, _) throws(Fault) in try toUInt(values[0]) },
        .function(.decimal, to: .uint) { (values, _) throws(Fault) in try toUInt(values[0]) },
        .function(.string, to: .uint) { (values, _) throws(Fault) in try toUInt(values[0]) },
      ]),
    Function(
      "double", .standard, "A number with a fraction (64-bit floating point).",
      [
        .function(.double, to: .double) { (values, _) in values[0] },
        .function(.int, to: .double) { (values, _) throws(Fault) in try toDouble(values[0]) },
        .function(.uint, to: .double) { (values, _) throws(Fault) in try toDouble(values[0]) },
        .function(.decimal, to: .double) { (values, _) throws(Fault) in try toDouble(values[0]) },
        .function(.string, to: .double) { (values, _) throws(Fault) in try toDouble(values[0]) },
      ]),
    Function(
      "decimal", .own,
      "An exact number, with the digits of the text; a double as its shortest text writes it.",
      [
        .function(.decimal, to: .decimal) { (values, _) in values[0] },
        .function(.int, to: .decimal) { (values, _) throws(Fault) in try toDecimal(values[0]) },
        .function(.uint, to: .decimal) { (values, _) throws(Fault) in try toDecimal(values[0]) },
        .function(.double, to: .decimal) { (values, _) throws(Fault) in try toDecimal(values[0]) },
        .function(.string, to: .decimal) { (values, evaluator) throws(Fault) in
          guard let number = Decimal(try Arguments(values, evaluator).string(0)) else {
            throw Fault("this text is not a decimal", help: "write it like `1.10`")
          }
          return .decimal(number)
        },
      ]),
    Function(
      "string", .standard,
      "A text: a number's digits, a time in RFC 3339, a duration in seconds, bytes that are UTF-8.",
      [
        .function(.string, to: .string) { (values, _) in values[0] },
        .function(.int, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.uint, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.double, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.decimal, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.bool, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.bytes, to: .string) { (values, evaluator) throws(Fault) in
          guard let text = String(validating: try Arguments(values, evaluator).bytes(0), as: UTF8.self) else {
            throw Fault("these bytes are not UTF-8", help: "base64.encode(bytes)")
          }
          return .string(text)
        },
        .function(.timestamp, to: .string) { (values, evaluator) throws(Fault) in
          .string(try Arguments(values, evaluator).timestamp(0).description)
        },
        .function(.duration, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.ip, to: .string) { (values, _) in .string(values[0].rendered) },
        .function(.cidr, to: .string) { (values, _) in .string(values[0].rendered) },
      ]),
    Function(
      "bytes", .standard, "A text's UTF-8.",
      [
        .function(.bytes, to: .bytes) { (values, _) in values[0] },
        .function(.string, to: .bytes) { (values, evaluator) throws(Fault) in
          .bytes(Array(try Arguments(values, evaluator).string(0).utf8))
        },
      ]),
    Function(
      "bool", .standard, "A truth value, of a text: `true`, `t`, `1`, `false`, `f`, `0`.",
      [
        .function(.bool, to: .bool) { (values, _) in values[0] },
        .function(.string, to: .bool) { (values, evaluator) throws(Fault) in
          switch try Arguments(values, evaluator).string(0) {
          case "1", "t", "T", "true", "TRUE", "True": true
          case "0", "f", "F", "false", "FALSE", "False": false
          default: throw Fault("this text is neither true nor false")
          }
        },
      ]),
    Function(
      "timestamp", .time,
      "A point in time, of RFC 3339 (`2026-11-23T17:15:00Z`) or seconds since 1970, of a decimal with their fraction.",
      [
        .function(.timestamp, to: .timestamp) { (values, _) in values[0] },
        .function(.string, to: .timestamp) { (values, evaluator) throws(Fault) in
          guard let time = Timestamp(rfc3339: try Arguments(values, evaluator).string(0)) else {
            throw Fault("this is not a time from year 1 to 9999", help: "write it like `2026-11-23T17:15:00Z`")
          }
          return .timestamp(time)
        },
        .function(.int, to: .timestamp) { (values, evaluator) throws(Fault) in
          let time = Timestamp(seconds: Int64(try Arguments(values, evaluator).int(0)))
          guard time.isInRange else { throw Fault("this time is outside of years 1 to 9999") }
          return .timestamp(time)
        },
        .function(.decimal, to: .timestamp) { (values, _) throws(Fault) in try toTimestamp(values[0]) },
      ]),
    Function(
      "duration", .time,
      "A length of time, of a text such as `90s`, `1.5h` or `1h30m` (units `h`, `m`, `s`, `ms`, `us`, `ns`).",
      [
        .function(.duration, to: .duration) { (values, _) in values[0] },
        .function(.string, to: .duration) { (values, evaluator) throws(Fault) in
          guard let duration = Duration(cel: try Arguments(values, evaluator).string(0)) else {
            throw Fault(
              "this is not a duration, or one beyond 292 years", help: "write it like `90s` or `1h30m`; a day is `24h`")
          }
          return .duration(duration)
        },
      ]),
  ]

  private static func toInt(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .uint(let number):
      guard let whole = Int64(exactly: number) else { throw .overflow("this number") }
      return .int(whole)
    case .double(let number):
      // The bounds themselves are left out, as in the other implementations: −2⁶³ may be a rounded larger one.
      guard number > -0x1p63, number < 0x1p63 else { throw .overflow("this number") }
      return .int(Int64(number))
    case .decimal(let number):
      guard let whole = number.truncated(Int64.self) else { throw .overflow("this number") }
      return .int(whole)
    case .string(let text):
      guard let number = Int64(text) else { throw Fault("this text is not an int") }
      return .int(number)
    case .timestamp(let time): return .int(time.seconds)
    default: throw Fault("this can't be an int")
    }
  }

  private static func toUInt(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .int(let number):
      guard let whole = UInt64(exactly: number) else { throw Fault("a uint can't be negative") }
      return .uint(whole)
    case .double(let number):
      guard number >= 0, number < 0x1p64 else { throw Fault("this number is beyond the range of uint") }
      return .uint(UInt64(number))
    case .decimal(let number):
      guard let whole = number.truncated(UInt64.self), number.sign >= 0 else {
        throw Fault("this number is beyond the range of uint")
      }
      return .uint(whole)
    case .string(let text):
      guard let number = UInt64(text), text.utf8.first?.isDigit == true else { throw Fault("this text is not a uint") }
      return .uint(number)
    default: throw Fault("this can't be a uint")
    }
  }

  private static func toDouble(_ value: Value) throws(Fault) -> Value {
    switch value {
    case .int(let number): return .double(Double(number))
    case .uint(let number): return .double(Double(number))
    case .decimal(let number):
      guard let nearest = number.double else { throw Fault("this number is beyond the range of a double") }
      return .double(nearest)
    case .string(let text):
      guard text.utf8.count <= 1000, let number = Double(text) else { throw Fault("this text is not a double") }
      if number.isInfinite, text.utf8.contains(where: \.isDigit) {
        throw Fault("this number is beyond the range of a double")
      }
      return .double(number)
    default: throw Fault("this can't be a double")
    }
  }

  /// Parts finer than a nanosecond are dropped.
  private static func toTimestamp(_ value: Value) throws(Fault) -> Value {
    guard case .decimal(let number) = value,
      let nanoseconds = try number.applying(.multiply, Decimal(Int64(1_000_000_000))).truncated(Int128.self),
      let seconds = Int64(exactly: (nanoseconds - (nanoseconds < 0 ? 999_999_999 : 0)) / 1_000_000_000)
    else {
      throw Fault("this time is outside of years 1 to 9999")
    }
    let time = Timestamp(
      seconds: seconds, nanoseconds: Int32(truncatingIfNeeded: nanoseconds - Int128(seconds) * 1_000_000_000))
    guard time.isInRange else { throw Fault("this time is outside of years 1 to 9999") }
    return .timestamp(time)
  }

  private static func toDecimal(_ value: Value) throws(Fault) -> Value {
    guard let number = Numbers.decimal(value) else { throw Fault("\(value.rendered) is not a decimal") }
    return .decimal(number)
  }
}
