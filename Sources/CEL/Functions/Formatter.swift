/// `string.format(list)`.
///
/// Source: the string extension of the CEL specification; numbers as in the conformance tests.
struct Formatter {
  private let evaluator: Evaluator
  private var result: [UInt8] = []

  static func format(_ template: String, _ values: [Value], _ evaluator: Evaluator) throws(Fault) -> String {
    var formatter = Formatter(evaluator: evaluator)
    try formatter.run(Array(template.utf8)[...], values)
    return String(decoding: formatter.result, as: UTF8.self)
  }

  private init(evaluator: Evaluator) { self.evaluator = evaluator }

  private mutating func run(_ template: ArraySlice<UInt8>, _ values: [Value]) throws(Fault) {
    var (rest, used) = (template, 0)
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        result.append(byte)
        continue
      }
      if rest.first == UInt8(ascii: "%") {
        rest.removeFirst()
        result.append(byte)
        continue
      }
      let precision = try precision(&rest)
      guard let clause = rest.popFirst() else { throw Fault("a `%` at the end of the text has no clause") }
      guard used < values.count else { throw Fault("there is no value for clause \(used + 1) of the text") }
      let text = try self.text(values[used], clause, precision)
      result.append(contentsOf: text.utf8)
      used += 1
      try evaluator.checkSize(result.count)
      try evaluator.charge(8 + text.utf8.count / 64)
    }
  }

  /// `.digits` in front of a clause.
  private func precision(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> Int? {
    guard rest.first == UInt8(ascii: ".") else { return nil }
    rest.removeFirst()
    let digits = rest.prefix { $0.isDigit }
    rest = rest.dropFirst(digits.count)
    guard let precision = Int(String(decoding: digits, as: UTF8.self)), precision <= 1000 else {
      throw Fault("the digits of a clause are a number up to 1000")
    }
    return precision
  }

  private func text(_ value: Value, _ clause: UInt8, _ precision: Int?) throws(Fault) -> String {
    switch clause {
    case UInt8(ascii: "s"): return try string(value)
    case UInt8(ascii: "d"): return try decimal(value)
    case UInt8(ascii: "f"): return try fixed(value, precision ?? 6)
    case UInt8(ascii: "e"): return try scientific(value, precision ?? 6)
    case UInt8(ascii: "b"):
      if case .bool(let flag) = value { return flag ? "1" : "0" }
      return try whole(value, radix: 2, "%b")
    case UInt8(ascii: "o"): return try whole(value, radix: 8, "%o")
    case UInt8(ascii: "x"): return try hexadecimalText(value)
    case UInt8(ascii: "X"): return try hexadecimalText(value).uppercased()
    default: throw Fault("there is no clause `%\(String(Unicode.Scalar(clause)))`")
    }
  }

  private func mismatch(_ clause: String, _ value: Value) -> Fault {
    Fault("`\(clause)` can't show \(value.typeName.name)")
  }

  private func decimal(_ value: Value) throws(Fault) -> String {
    switch value {
    case .int, .uint: return value.rendered
    case .double(let number) where !number.isFinite: return Value.text(of: number)
    case .decimal(let number):
      guard number.isWhole else {
        throw Fault(
          "`%d` can't show \(number.text.prefix(40)), which is not a whole number", help: "`%s`, `%f` or `int(x)`")
      }
      return try number.rounded(.towardZero).text
    default: throw mismatch("%d", value)
    }
  }

  private func whole(_ value: Value, radix: Int, _ clause: String) throws(Fault) -> String {
    switch value {
    case .int(let number): String(number, radix: radix)
    case .uint(let number): String(number, radix: radix)
    default: throw mismatch(clause, value)
    }
  }

  private func hexadecimalText(_ value: Value) throws(Fault) -> String {
    switch value {
    case .string(let text): hexadecimal(text.utf8)
    case .bytes(let bytes): hexadecimal(bytes)
    default: try whole(value, radix: 16, "%x")
    }
  }

  private func digits(_ value: Value, _ clause: String) throws(Fault) -> DigitText.Digits {
    switch value {
    case .int(let number): DigitText.Digits(Double(number))
    case .uint(let number): DigitText.Digits(Double(number))
    case .double(let number): DigitText.Digits(number)
    case .decimal(let number): try DigitText.Digits(number)
    default: throw mismatch(clause, value)
    }
  }

  private func fixed(_ value: Value, _ precision: Int) throws(Fault) -> String {
    if case .double(let number) = value, !number.isFinite { return Value.text(of: number) }
    return DigitText.fixed(try digits(value, "%f"), precision)
  }

  private func scientific(_ value: Value, _ precision: Int) throws(Fault) -> String {
    if case .double(let number) = value, !number.isFinite { return Value.text(of: number) }
    return DigitText.scientific(try digits(value, "%e"), precision)
  }

  /// The text of `%s`; lists and maps with the texts of their elements, a map's entries sorted.
  private func string(_ value: Value) throws(Fault) -> String {
    try evaluator.charge(1)
    switch value {
    case .double(let number) where number.isFinite: return DigitText.plain(number)
    case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
    case .timestamp(let time): return time.shortest
    case .list(let items):
      var (parts, size) = ([String](), 0)
      for item in items {
        parts.append(try string(item))
        size += (parts.last?.utf8.count ?? 0) + 2
        try evaluator.checkSize(size)
      }
      return "[" + parts.joined(separator: ", ") + "]"
    case .map(let map):
      var (parts, size) = ([(String, String)](), 0)
      for entry in map.entries {
        parts.append((try string(entry.key), try string(entry.value)))
        size += (parts.last?.1.utf8.count ?? 0) + 4
        try evaluator.checkSize(size)
      }
      parts.sort { Texts.order($0.0, $1.0) == .less }
      return "{" + parts.map { "\($0.0): \($0.1)" }.joined(separator: ", ") + "}"
    case .optional, .unknown: throw mismatch("%s", value)
    default: return value.rendered
    }
  }
}
