extension Decimal {
  /// The nearest double; nil where that is infinite.
  public var double: Double? { nearest.isFinite ? nearest : nil }

  /// The nearest double, an infinity beyond the greatest one.
  var nearest: Double {
    if let coefficient, let exponent, coefficient < 1 << 53, exponent <= 0, exponent >= -22 {
      // Both are exact in a double, so their quotient is rounded once.
      let number = Double(UInt64(coefficient)) / Self.exactPowers[-exponent]
      return isNegative ? -number : number
    }
    var number = 0.0
    if exponent == nil {
      // Of more than 17 digits: no text is long enough to make up for that.
      number = text.utf8.dropFirst().contains(UInt8(ascii: "-")) ? 0 : .infinity
    } else if case (let digits, .near(let power)) = canonical, !digits.isEmpty {
      // More digits never round otherwise than one more that is not zero.
      let kept = digits.count > 800 ? Array(digits.prefix(800)) + [49] : Array(digits)
      number = Double(String(decoding: kept, as: UTF8.self) + "e\(power - kept.count + 1)") ?? .infinity
    }
    return isNegative ? -number : number
  }

  private static let exactPowers: [Double] = (0...22).map { power in
    (0..<power).reduce(1.0) { (product, _) in product * 10 }
  }

  /// Whether there is nothing behind the point but zeros.
  var isWhole: Bool {
    if let exponent, exponent >= 0 { return true }
    let (digits, power) = canonical
    if digits.isEmpty { return true }
    if case .near(let power) = power { return power >= digits.count - 1 }
    return power.text.utf8.first != UInt8(ascii: "-")
  }

  /// Its whole part, without the digits behind the point; nil where `Number` can't hold it.
  func truncated<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    let (digits, power) = canonical
    guard !digits.isEmpty else { return 0 }
    guard case .near(let power) = power else { return power.text.utf8.first == UInt8(ascii: "-") ? 0 : nil }
    if power < 0 { return 0 }
    guard power < Self.mostSmallDigits else { return nil }
    let whole = digits.prefix(power + 1) + repeatElement(48, count: max(0, power + 1 - digits.count))
    return Number((isNegative ? "-" : "") + String(decoding: whole, as: UTF8.self))
  }

  /// As a whole number of 64 bits, where it is one.
  public var int: Int64? { isWhole ? truncated(Int64.self) : nil }

  /// Rounded to a whole number.
  func rounded(_ rule: DigitText.Rounding) throws(Fault) -> Decimal {
    let number = try DigitText.Digits(self)
    let digits = String(decoding: number.rounded(to: 0, rule).map { $0 + 48 }, as: UTF8.self)
    return Decimal(digits == "0" ? "0" : number.sign + digits) ?? self
  }
}
