extension Decimal {
  enum Operation: Unicode.Scalar {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
  }

  /// A number in a calculation has at most so many digits, and its last digit is not beyond this power of ten.
  static let most = 131_072

  /// The sum, the difference or the product, exact, with as many digits behind the point as PostgreSQL's `numeric` has:
  /// of a sum as many as the one that has more, of a product as many as both. An error beyond `most` digits.
  func applying(_ operation: Operation, _ other: Decimal) throws(Fault) -> Decimal {
    let (one, two) = (try number(), try other.number())
    let scale = operation == .multiply ? one.scale + two.scale : max(one.scale, two.scale)
    guard scale <= Self.most else { throw Self.tooLong }
    if let small = Self.small(operation, one, two) { return Self(whole: small, scale: scale) }
    let (left, right) = (digits, other.digits)
    // Shifted to one power of ten, where it matters.
    let (first, second) =
      operation == .multiply
      ? (max(one.exponent, 0), max(two.exponent, 0)) : (one.exponent + scale, two.exponent + scale)
    let counts = (left.utf8.count + first, right.utf8.count + second)
    let count = operation == .multiply ? counts.0 + counts.1 - 1 : max(counts.0, counts.1)
    guard count <= Self.most else { throw Self.tooLong }
    return Self(whole: LongArithmetic.combine(operation.rawValue, left, by: first, right, by: second), scale: scale)
  }

  static let tooLong = Fault("this number is beyond 131,072 digits, and can't be calculated with")

  /// Its parts where it can be calculated with.
  private func number() throws(Fault) -> (number: Decimal, exponent: Int, scale: Int) {
    guard let exponent, exponent.magnitude <= Self.most, text.utf8.count <= 2 * Self.most else { throw Self.tooLong }
    return (self, exponent, max(0, -exponent))
  }

  /// The digits as one whole number with its sign.
  private var digits: String {
    let sign = isNegative ? "-" : ""
    if let coefficient { return sign + String(coefficient) }
    let digits = text.utf8.prefix { $0 | 0x20 != UInt8(ascii: "e") }.filter(\.isDigit)
    return sign + String(decoding: digits.drop { $0 == 48 }, as: UTF8.self)
  }

  /// The result as a whole number, where all fits 127 bits.
  private static func small(
    _ operation: Operation, _ one: (number: Decimal, exponent: Int, scale: Int),
    _ two: (number: Decimal, exponent: Int, scale: Int)
  ) -> String? {
    let scale = operation == .multiply ? 0 : max(one.scale, two.scale)
    func whole(_ part: (number: Decimal, exponent: Int, scale: Int)) -> Int128? {
      let power = operation == .multiply ? max(part.exponent, 0) : part.exponent + scale
      let shifted = part.number.coefficient.flatMap { Self.shifted($0, by: power) }.flatMap { Int128(exactly: $0) }
      return part.number.isNegative ? shifted.map { -$0 } : shifted
    }
    guard let left = whole(one), let right = whole(two) else { return nil }
    let (result, isOver) =
      switch operation {
      case .add: left.addingReportingOverflow(right)
      case .subtract: left.subtractingReportingOverflow(right)
      case .multiply: left.multipliedReportingOverflow(by: right)
      }
    return isOver ? nil : String(result)
  }

  /// A whole number (digits, a `-` or none) with its point `scale` digits further left.
  init(whole: String, scale: Int) {
    var digits = Array(whole.utf8)
    if scale > 0 {
      let sign = digits.first == UInt8(ascii: "-") ? 1 : 0
      let missing = scale + 1 - (digits.count - sign)
      if missing > 0 { digits.insert(contentsOf: repeatElement(48, count: missing), at: sign) }
      digits.insert(UInt8(ascii: "."), at: digits.count - scale)
    }
    guard let number = Decimal(String(decoding: digits, as: UTF8.self)) else { preconditionFailure("no digits") }
    self = number
  }

  /// Without an exponent, and without zeros at the end behind the point. Only for calculated numbers.
  var shortened: Decimal {
    let (digits, power) = canonical
    guard !digits.isEmpty, case .near(let power) = power else { return self }
    let zeros = repeatElement(UInt8(ascii: "0"), count: max(0, power + 1 - digits.count))
    let whole = (isNegative ? "-" : "") + String(decoding: digits + zeros, as: UTF8.self)
    return Decimal(whole: whole, scale: max(0, digits.count - 1 - power))
  }

  /// With the other sign, its digits as they are; a zero has none.
  var negated: Decimal {
    let unsigned = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    return Decimal((isNegative || isZero ? "" : "-") + String(Substring(unsigned))) ?? self
  }
}
