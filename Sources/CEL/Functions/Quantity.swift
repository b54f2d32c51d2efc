/// Numbers with a unit, as Kubernetes, Redis and PostgreSQL write them.
enum Quantity {
  /// Powers of 1000 for a letter alone, of 1024 with `i` or `b` behind it.
  private static let powers: [UInt8: Int] = [
    UInt8(ascii: "k"): 1, UInt8(ascii: "m"): 2, UInt8(ascii: "g"): 3, UInt8(ascii: "t"): 4, UInt8(ascii: "p"): 5,
    UInt8(ascii: "e"): 6,
  ]

  /// `int` where the number is whole and fits, `double` where one writes the same digits, else `decimal`. Nil where
  /// `text` is not a quantity.
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
    guard let factor = factor(unit), let written = Decimal(number),
      let product = try? written.applying(.multiply, factor)
    else {
      return nil
    }
    if let whole = product.int { return .int(whole) }
    guard let nearest = product.double, Decimal(shortest: nearest) == product else {
      return .decimal(product.shortened)
    }
    return .double(nearest)
  }

  private static func factor(_ unit: ArraySlice<UInt8>) -> Decimal? {
    guard let letter = unit.first else { return Decimal(Int64(1)) }
    let rest = unit.dropFirst().map { $0 | 0x20 }
    if rest.isEmpty {
      switch letter {
      case UInt8(ascii: "m"): return Decimal("0.001")
      case UInt8(ascii: "e"): return nil
      case UInt8(ascii: "%"): return Decimal("0.01")
      case UInt8(ascii: "b"), UInt8(ascii: "B"): return Decimal(Int64(1))
      default: return powers[letter | 0x20].map { power(1000, $0) }
      }
    }
    guard let power = powers[letter | 0x20], ["i", "b", "ib"].contains(String(decoding: rest, as: UTF8.self)) else {
      return nil
    }
    return self.power(1024, power)
  }

  private static func power(_ base: Int64, _ exponent: Int) -> Decimal {
    Decimal((0..<exponent).reduce(1) { (product, _) in product * base })
  }
}
