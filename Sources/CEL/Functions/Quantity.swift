/// Numbers with a unit, as Kubernetes, Redis and PostgreSQL write them.
enum Quantity {
  /// Powers of 1000 for a letter alone, of 1024 with `i` or `b` behind it.
  private static let powers: [UInt8: Int] = [
    UInt8(ascii: "k"): 1, UInt8(ascii: "m"): 2, UInt8(ascii: "g"): 3, UInt8(ascii: "t"): 4, UInt8(ascii: "p"): 5,
    UInt8(ascii: "e"): 6,
  ]

  /// `int` where the number is whole and fits, else `double`. Nil where `text` is no quantity.
  static func parse(_ text: String) -> Value? {
    let bytes = Array(text.utf8)
    guard bytes.count <= 64 else { return nil }
    var end = 0
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { end = 1 }
    while end < bytes.count, bytes[end].isDigit || bytes[end] == UInt8(ascii: ".") { end += 1 }
    // An exponent, but not the unit E: `1e3` has a digit behind it.
    if end + 1 < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "e") {
      let sign = bytes[end + 1] == UInt8(ascii: "-") || bytes[end + 1] == UInt8(ascii: "+") ? 1 : 0
      var digits = end + 1 + sign
      while digits < bytes.count, bytes[digits].isDigit { digits += 1 }
      if digits > end + 1 + sign { end = digits }
    }
    let number = String(decoding: bytes[..<end], as: UTF8.self)
    guard bytes[..<end].contains(where: \.isDigit), bytes[end - 1] != UInt8(ascii: ".") else { return nil }
    let unit = bytes[end...].drop { $0 == 0x20 }
    guard let factor = factor(unit) else { return nil }
    if let whole = Int64(number), let times = Int64(exactly: factor) {
      let (product, isOver) = whole.multipliedReportingOverflow(by: times)
      if !isOver { return .int(product) }
    }
    guard let real = Double(number) else { return nil }
    // A fraction of a unit is divided by, not multiplied with: 0.001 is no exact double.
    let product = factor < 1 ? real / (1 / factor).rounded() : real * factor
    return Int64(exactly: product).map(Value.int) ?? (product.isFinite ? .double(product) : nil)
  }

  private static func factor(_ unit: ArraySlice<UInt8>) -> Double? {
    guard let letter = unit.first else { return 1 }
    let rest = unit.dropFirst().map { $0 | 0x20 }
    if rest.isEmpty {
      switch letter {
      case UInt8(ascii: "m"): return 0.001
      case UInt8(ascii: "e"): return nil
      case UInt8(ascii: "%"): return 0.01
      case UInt8(ascii: "b"), UInt8(ascii: "B"): return 1
      default: return powers[letter | 0x20].map { power(1000, $0) }
      }
    }
    guard let power = powers[letter | 0x20], ["i", "b", "ib"].contains(String(decoding: rest, as: UTF8.self)) else {
      return nil
    }
    return self.power(1024, power)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { (product, _) in product * base }
  }
}
