/// An exact decimal number, with its text as the source wrote it: `1.10`, `100.00`, `1e5`, a whole number of 40 digits.
///
/// Two decimals of one value are equal whatever their texts are. There is neither NaN nor an infinity.
public struct Decimal: Sendable, Hashable, CustomStringConvertible {
  /// Its parts, read once.
  private final class Storage: Sendable {
    let text: String
    let isNegative: Bool
    let coefficient: UInt128?
    let exponent: Int?

    init(_ text: String, isNegative: Bool, coefficient: UInt128?, exponent: Int?) {
      self.text = text
      self.isNegative = isNegative
      self.coefficient = coefficient
      self.exponent = exponent
    }
  }

  private let storage: Storage

  /// The number as its source wrote it.
  public var text: String { storage.text }
  public var description: String { storage.text }
  /// Whether a minus stands before it; of a zero as well.
  var isNegative: Bool { storage.isNegative }
  /// All digits as one whole number, nil of more than 38 digits (leading zeros not counted).
  var coefficient: UInt128? { storage.coefficient }
  /// The power of ten of the last digit that is written, nil where that takes more than 17 digits.
  var exponent: Int? { storage.exponent }

  /// Reads `1`, `-1.10`, `+1`, `.5`, `5.`, `007`, `1e5`, `1.5E-7`; nil of anything else, NaN and infinities among it.
  public init?(_ text: String) {
    var bytes = text.utf8[...]
    let isNegative = Self.takeSign(&bytes)
    var (coefficient, significant, digits, fraction) = (UInt128(0), 0, 0, 0)
    func take(_ count: inout Int) {
      while let byte = bytes.first, byte.isDigit {
        if significant > 0 || byte != 48 { significant += 1 }
        if significant <= Self.mostSmallDigits { coefficient = coefficient * 10 + UInt128(byte - 48) }
        count += 1
        bytes.removeFirst()
      }
    }
    take(&digits)
    if bytes.first == UInt8(ascii: ".") {
      bytes.removeFirst()
      take(&fraction)
    }
    guard digits + fraction > 0 else { return nil }
    var exponent: Int? = 0
    if let mark = bytes.first {
      guard mark | 0x20 == UInt8(ascii: "e") else { return nil }
      bytes.removeFirst()
      let isSmall = Self.takeSign(&bytes)
      guard !bytes.isEmpty, bytes.allSatisfy(\.isDigit) else { return nil }
      bytes = bytes.drop { $0 == 48 }
      exponent = bytes.count > 17 ? nil : Int(String(Substring(bytes))) ?? 0
      if isSmall { exponent = exponent.map { -$0 } }
    }
    // A zero is one whatever its exponent is.
    if significant == 0, exponent == nil { exponent = 0 }
    storage = Storage(
      text, isNegative: isNegative, coefficient: significant > Self.mostSmallDigits ? nil : coefficient,
      exponent: exponent.map { $0 - fraction })
  }

  /// Takes a sign; whether it is a minus.
  private static func takeSign(_ bytes: inout Substring.UTF8View) -> Bool {
    let isNegative = bytes.first == UInt8(ascii: "-")
    if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
    return isNegative
  }

  /// So many digits fit 128 bits whatever they are.
  static let mostSmallDigits = 38

  init(_ number: Int64) {
    storage = Storage(
      String(number), isNegative: number < 0, coefficient: UInt128(number.magnitude), exponent: 0)
  }

  init(_ number: UInt64) {
    storage = Storage(String(number), isNegative: false, coefficient: UInt128(number), exponent: 0)
  }

  /// The decimal that the shortest text of a double writes; nil of NaN and infinities.
  init?(shortest number: Double) {
    guard number.isFinite else { return nil }
    self.init(Value.text(of: number))
  }

  public static func == (left: Decimal, right: Decimal) -> Bool { left.order(right) == .equal }

  public func hash(into hasher: inout Hasher) { Value.decimal(self).hash(into: &hasher) }

  var isZero: Bool { coefficient == 0 }

  /// The number as JSON writes one (RFC 8259): its own text where that is one, else without a plus, with a digit on both
  /// sides of the point, and without leading zeros.
  public var jsonText: String {
    var bytes = text.utf8[...]
    let sign = Self.takeSign(&bytes) ? "-" : ""
    let whole = bytes.prefix(while: \.isDigit)
    var rest = bytes.dropFirst(whole.count)
    let shortened = whole.drop { $0 == 48 }
    let hasPoint = rest.first == UInt8(ascii: ".")
    let isPointless = hasPoint && !(rest.dropFirst().first?.isDigit ?? false)
    if isPointless { rest = rest.dropFirst() }
    if shortened.count == whole.count, !whole.isEmpty, !isPointless, text.utf8.first != UInt8(ascii: "+") {
      return text
    }
    return sign + (shortened.isEmpty ? "0" : String(Substring(shortened))) + String(Substring(rest))
  }
}

extension Value {
  /// The number that a JSON or YAML source writes as `text`, so that nothing of it is lost: an `int` where it is a
  /// whole number that fits one (`-0` does not), a `double` where `text` is byte for byte that of `string(double)`,
  /// else a `decimal`. Nil where `text` is not such a number.
  public init?(number text: String) {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") }
    let isWhole = digits.allSatisfy(\.isDigit)
    if isWhole, let number = Int64(text), number != 0 || text.utf8.first != UInt8(ascii: "-") {
      self = .int(number)
      return
    }
    guard let decimal = Decimal(text) else { return nil }
    let nearest = decimal.nearest
    self = !isWhole && nearest.isFinite && Value.text(of: nearest) == text ? .double(nearest) : .decimal(decimal)
  }
}
