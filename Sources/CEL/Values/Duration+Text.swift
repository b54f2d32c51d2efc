extension Value {
  /// A duration in seconds: `3600s`, `1.5s`, `-0.25s`. Digits beyond nanoseconds are cut.
  public static func text(of duration: Duration) -> String {
    let parts = duration.components
    let nanoseconds = parts.attoseconds / 1_000_000_000
    let isNegative = parts.seconds < 0 || nanoseconds < 0
    var text = (isNegative ? "-" : "") + String(parts.seconds.magnitude)
    if nanoseconds != 0 {
      var digits = Array(String(1_000_000_000 + nanoseconds.magnitude).utf8.dropFirst())
      while digits.last == 48 { digits.removeLast() }
      text += "." + String(decoding: digits, as: UTF8.self)
    }
    return text + "s"
  }
}

extension Duration {
  /// The forms of an input of the type duration: CEL's form and whole or broken days, such as `7d` and `1d12h`.
  public init?(human text: String) {
    guard let duration = Self.parse(text, allowsDays: true) else { return nil }
    self = duration
  }

  /// CEL's form: numbers with units one after the other, such as `3600s`, `1.5s`, `1h30m`, `-250ms`; also `0`. The units
  /// are `h`, `m`, `s`, `ms`, `us` (or `µs`) and `ns`. Nil for other text and beyond 64 bits of nanoseconds.
  public init?(cel text: String) {
    guard let duration = Self.parse(text, allowsDays: false) else { return nil }
    self = duration
  }

  /// Nanoseconds, or nil beyond 64 bits, which is the range of CEL's durations (about 292 years).
  var celNanoseconds: Int64? {
    let parts = components
    let (whole, isOver) = parts.seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, isOverToo) = whole.addingReportingOverflow(parts.attoseconds / 1_000_000_000)
    return isOver || isOverToo ? nil : sum
  }

  private static let units: [(name: [UInt8], nanoseconds: Int64)] = [
    (Array("ns".utf8), 1), (Array("us".utf8), 1000), (Array("µs".utf8), 1000), (Array("μs".utf8), 1000),
    (Array("ms".utf8), 1_000_000), (Array("s".utf8), 1_000_000_000), (Array("m".utf8), 60_000_000_000),
    (Array("h".utf8), 3_600_000_000_000), (Array("d".utf8), 86_400_000_000_000),
  ]

  private static func parse(_ text: String, allowsDays: Bool) -> Duration? {
    var rest = Array(text.utf8)[...]
    var isNegative = false
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      rest.removeFirst()
    }
    if rest == [48] { return .zero }
    if rest.isEmpty { return nil }
    var total: Int128 = 0
    while !rest.isEmpty {
      guard let part = part(&rest, allowsDays: allowsDays) else { return nil }
      total += part
      if total > Int128(Int64.max) + 1 { return nil }
    }
    return Int64(exactly: isNegative ? -total : total).map { .nanoseconds($0) }
  }

  /// One number with its unit, in nanoseconds.
  private static func part(_ rest: inout ArraySlice<UInt8>, allowsDays: Bool) -> Int128? {
    let whole = rest.prefix { (48...57).contains($0) }
    rest = rest.dropFirst(whole.count)
    var fraction: ArraySlice<UInt8> = []
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = rest.prefix { (48...57).contains($0) }
      rest = rest.dropFirst(fraction.count)
    }
    guard whole.count + fraction.count > 0 else { return nil }
    let name = rest.prefix { !(48...57).contains($0) && $0 != UInt8(ascii: ".") }
    guard let unit = units.first(where: { $0.name.elementsEqual(name) }) else { return nil }
    guard allowsDays || unit.name != [UInt8(ascii: "d")] else { return nil }
    rest = rest.dropFirst(name.count)
    var number: Int128 = 0
    for digit in whole {
      number = number * 10 + Int128(digit) - 48
      if number > Int128(Int64.max) { return nil }
    }
    var (sum, scale) = (number * Int128(unit.nanoseconds), Int128(1))
    var part: Int128 = 0
    for digit in fraction.prefix(18) {
      part = part * 10 + Int128(digit) - 48
      scale *= 10
    }
    sum += part * Int128(unit.nanoseconds) / scale
    return sum
  }
}
