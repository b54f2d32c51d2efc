extension Decimal {
  /// The power of ten of a digit.
  enum Power {
    case near(Int)
    /// One of more than 17 digits, as text.
    case far(String)

    var text: String {
      switch self {
      case .near(let number): String(number)
      case .far(let text): text
      }
    }

    func order(_ other: Power) -> Order {
      if case .near(let one) = self, case .near(let other) = other { return Numbers.order(one, other) }
      let difference = LongArithmetic.combine("-", text, other.text)
      return difference == "0" ? .equal : difference.utf8.first == UInt8(ascii: "-") ? .less : .greater
    }
  }

  /// The digits (`0` to `9` as bytes of text) without zeros at either end, and the power of ten of the first one. No
  /// digits of zero.
  var canonical: (digits: ArraySlice<UInt8>, power: Power) {
    let bytes = Array(text.utf8)
    let mark = bytes.lastIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? bytes.count
    let start = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? 1 : 0
    let point = bytes[..<mark].firstIndex(of: UInt8(ascii: ".")) ?? mark
    let fraction = max(0, mark - point - 1)
    let digits = bytes[start..<point] + bytes[(mark - fraction)..<mark]
    let shortened = digits.drop { $0 == 48 }
    let offset = shortened.count - 1
    let end = shortened.lastIndex { $0 != 48 }.map { $0 + 1 } ?? shortened.startIndex
    let kept = shortened[..<end]
    if let exponent { return (kept, .near(exponent + offset)) }
    let written = String(decoding: bytes[mark...].dropFirst().drop { $0 == UInt8(ascii: "+") }, as: UTF8.self)
    let power = LongArithmetic.combine("+", written, String(offset - fraction))
    return (kept, power.utf8.count > 17 ? .far(power) : Int(power).map(Power.near) ?? .far(power))
  }

  /// −1, 0 or 1.
  var sign: Int { isZero ? 0 : isNegative ? -1 : 1 }

  func order(_ other: Decimal) -> Order {
    if sign != other.sign { return sign < other.sign ? .less : .greater }
    let order = magnitudeOrder(other)
    guard sign < 0 else { return order }
    return order == .less ? .greater : order == .greater ? .less : order
  }

  private func magnitudeOrder(_ other: Decimal) -> Order {
    if isZero || text == other.text { return .equal }
    if let one = coefficient, let two = other.coefficient, let first = exponent, let second = other.exponent {
      // Only one of them is shifted, and if it is then beyond 128 bits, it is the larger one.
      guard let shifted = Self.shifted(one, by: first - second) else { return .greater }
      guard let otherShifted = Self.shifted(two, by: second - first) else { return .less }
      return Numbers.order(shifted, otherShifted)
    }
    let (one, two) = (canonical, other.canonical)
    let order = one.power.order(two.power)
    if order != .equal { return order }
    if one.digits == two.digits { return .equal }
    return one.digits.lexicographicallyPrecedes(two.digits) ? .less : .greater
  }

  /// `number` times a power of ten, itself where `power` is none; nil beyond 128 bits.
  static func shifted(_ number: UInt128, by power: Int) -> UInt128? {
    if power <= 0 { return number }
    guard power <= mostSmallDigits else { return number == 0 ? 0 : nil }
    let (product, isOver) = number.multipliedReportingOverflow(by: powers[power])
    return isOver ? nil : product
  }

  private static let powers: [UInt128] = (0...mostSmallDigits).map { power in
    (0..<power).reduce(1) { (product, _) in product * 10 }
  }

  /// One text for all decimals of one value.
  var key: String {
    let (digits, power) = canonical
    if digits.isEmpty { return "0" }
    return (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self) + "e" + power.text
  }
}
