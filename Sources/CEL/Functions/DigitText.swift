/// Numbers as decimal digits, exact before rounding.
enum DigitText {
  enum Rounding {
    case halfToEven, halfAwayFromZero, up, down, towardZero
  }

  /// With exactly `precision` digits behind the point, rounded half to even.
  static func fixed(_ digits: Digits, _ precision: Int) -> String {
    digits.sign + point(digits.rounded(to: precision), precision)
  }

  /// One digit, a point, `precision` digits, and an exponent of two digits at least; rounded half to even.
  static func scientific(_ number: Digits, _ precision: Int) -> String {
    var digits = number
    guard !digits.isZero else { return digits.sign + point([0], precision) + "e+00" }
    var exponent = digits.exponent
    digits.shift(by: -exponent)
    var rounded = digits.rounded(to: precision)
    if rounded.count > precision + 1 {
      rounded.removeLast()
      exponent += 1
    }
    let size = String(exponent.magnitude)
    let padded = size.utf8.count < 2 ? "0" + size : size
    return digits.sign + point(rounded, precision) + "e" + (exponent < 0 ? "-" : "+") + padded
  }

  /// The shortest digits that read back the same, without an exponent.
  static func plain(_ number: Double) -> String {
    let text = number.description
    guard let mark = text.firstIndex(of: "e") else { return text.hasSuffix(".0") ? String(text.dropLast(2)) : text }
    var mantissa = text[..<mark].filter { $0 != "-" }
    let exponent = Int(text[text.index(after: mark)...]) ?? 0
    let whole =
      mantissa.firstIndex(of: ".").map { mantissa.distance(from: mantissa.startIndex, to: $0) } ?? mantissa.count
    mantissa = mantissa.filter { $0 != "." }
    let position = whole + exponent
    let sign = number < 0 ? "-" : ""
    if position <= 0 { return sign + "0." + String(repeating: "0", count: -position) + mantissa }
    if position >= mantissa.count { return sign + mantissa + String(repeating: "0", count: position - mantissa.count) }
    let split = mantissa.index(mantissa.startIndex, offsetBy: position)
    return sign + mantissa[..<split] + "." + mantissa[split...]
  }

  /// Digits with a point before the last `precision` of them.
  private static func point(_ digits: [UInt8], _ precision: Int) -> String {
    let missing = max(0, precision + 1 - digits.count)
    let digits = [UInt8](repeating: 0, count: missing) + digits
    let text = digits.map { $0 + 48 }
    let whole = String(decoding: text.dropLast(precision), as: UTF8.self)
    return precision == 0 ? whole : whole + "." + String(decoding: text.suffix(precision), as: UTF8.self)
  }

  /// All decimal digits of a number, which are finitely many.
  struct Digits {
    /// Without leading zeros, the first one the most significant.
    private var digits: [UInt8]
    /// How many of the digits stand before the point; may be negative or more than there are.
    private var whole: Int
    let sign: String

    init(_ number: Double) {
      sign = number.sign == .minus ? "-" : ""
      // significand × 2^exponent, both integers
      let significand = number == 0 ? 0 : number.significandBitPattern | (number.isNormal ? 1 << 52 : 0)
      let exponent = number == 0 ? 0 : max(Int(number.exponentBitPattern), 1) - 1075
      var digits = Array(String(significand).utf8.map { $0 - 48 }.reversed())
      var places = 0
      for _ in 0..<abs(exponent) {
        // A halving is a multiplication by five, one place further right.
        Self.multiply(&digits, by: exponent > 0 ? 2 : 5)
        if exponent < 0 { places += 1 }
      }
      self.digits = digits.reversed()
      whole = digits.count - places
    }

    /// Those of a decimal that can be calculated with.
    init(_ number: Decimal) throws(Fault) {
      let (digits, power) = number.canonical
      sign = number.isNegative ? "-" : ""
      self.digits = number.isZero ? [0] : digits.map { $0 - 48 }
      if number.isZero {
        whole = 1
        return
      }
      guard case .near(let power) = power, power.magnitude <= Decimal.most, digits.count <= Decimal.most else {
        throw Decimal.tooLong
      }
      whole = power + 1
    }

    var isZero: Bool { digits.allSatisfy { $0 == 0 } }

    private static func multiply(_ digits: inout [UInt8], by factor: UInt8) {
      var carry: UInt8 = 0
      for position in digits.indices {
        let product = digits[position] * factor + carry
        digits[position] = product % 10
        carry = product / 10
      }
      if carry > 0 { digits.append(carry) }
    }

    /// The power of ten of the first digit.
    var exponent: Int { whole - 1 }

    mutating func shift(by places: Int) { whole += places }

    /// The digits up to `precision` places behind the point.
    func rounded(to precision: Int, _ rule: Rounding = .halfToEven) -> [UInt8] {
      let count = max(0, whole + precision)
      // Where even the first digit is further right, there are zeros before it.
      let leading = max(0, -(whole + precision))
      var kept = Array(digits.prefix(count))
      kept += [UInt8](repeating: 0, count: max(0, count - kept.count))
      let cut = digits.dropFirst(count)
      let isUp =
        switch rule {
        case .towardZero: false
        case .up: sign.isEmpty && cut.contains { $0 != 0 }
        case .down: !sign.isEmpty && cut.contains { $0 != 0 }
        case .halfAwayFromZero: leading == 0 && cut.first ?? 0 >= 5
        case .halfToEven: leading == 0 && Self.isMoreThanHalf(cut, isOdd: (kept.last ?? 0) % 2 == 1)
        }
      if isUp { Self.increment(&kept) }
      return kept.isEmpty ? [0] : kept
    }

    private static func isMoreThanHalf(_ cut: ArraySlice<UInt8>, isOdd: Bool) -> Bool {
      guard let next = cut.first else { return false }
      return next > 5 || next == 5 && (isOdd || cut.dropFirst().contains { $0 != 0 })
    }

    private static func increment(_ digits: inout [UInt8]) {
      for position in digits.indices.reversed() {
        if digits[position] < 9 {
          digits[position] += 1
          return
        }
        digits[position] = 0
      }
      digits.insert(1, at: 0)
    }
  }
}
