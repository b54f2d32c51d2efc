/// The meaning of plain scalars by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, section 10.3.2): `on`, `yes` and
/// `no` are text.
enum CoreSchema {
  /// The value of a plain scalar; nil for a hexadecimal or octal number beyond 64 bits. A decimal one beyond them is
  /// `float`: its text tells the number.
  static func value(of text: String) -> YAMLScalar.Value? {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
    case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
    case ".nan", ".NaN", ".NAN": return .float(.nan)
    default: break
    }
    let bytes = Array(text.utf8)
    // Most scalars are words: those leave here.
    guard let first = bytes.first, first.isDigit || first == plus || first == minus || first == point else {
      return .string(text)
    }
    if let digits = digits(bytes, after: "0o", where: { (48...55).contains($0) }) { return integer(digits, radix: 8) }
    if let digits = digits(bytes, after: "0x", where: { $0.isDigit || (65...70).contains($0 & 0xDF) }) {
      return integer(digits, radix: 16)
    }
    let unsigned = first == plus || first == minus ? bytes.dropFirst() : bytes[...]
    if !unsigned.isEmpty, unsigned.allSatisfy(\.isDigit), let number = integer(text, radix: 10) { return number }
    if isFloat(unsigned), let number = Double(text) { return .float(number) }
    return .string(text)
  }

  private static let plus = UInt8(ascii: "+")
  private static let minus = UInt8(ascii: "-")
  private static let point = UInt8(ascii: ".")

  private static func integer(_ digits: String, radix: Int) -> YAMLScalar.Value? {
    Int64(digits, radix: radix).map(YAMLScalar.Value.int)
  }

  private static func digits(_ bytes: [UInt8], after prefix: String, where isDigit: (UInt8) -> Bool) -> String? {
    let digits = bytes.dropFirst(2)
    guard bytes.starts(with: prefix.utf8), !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
    return String(decoding: digits, as: UTF8.self)
  }

  /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
  private static func isFloat(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text
    let whole = rest.prefix(while: \.isDigit).count
    rest = rest.dropFirst(whole)
    var fraction = 0
    if rest.first == point {
      rest = rest.dropFirst()
      fraction = rest.prefix(while: \.isDigit).count
      rest = rest.dropFirst(fraction)
    }
    guard whole + fraction > 0 else { return false }
    guard let exponent = rest.first else { return true }
    guard exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") else { return false }
    rest = rest.dropFirst()
    if rest.first == plus || rest.first == minus { rest = rest.dropFirst() }
    return !rest.isEmpty && rest.allSatisfy(\.isDigit)
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { (48...57).contains(self) }
}
