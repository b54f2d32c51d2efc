/// The text between quotes, with its escapes read.
struct TextBody {
  let isRaw: Bool
  let isBytes: Bool
  private(set) var bytes: [UInt8] = []

  init(isRaw: Bool, isBytes: Bool) {
    self.isRaw = isRaw
    self.isBytes = isBytes
  }

  /// Takes one byte or one escape at `position`. Line ends of every sort become `\n`, as in the other implementations.
  mutating func take(_ source: [UInt8], _ position: inout Int) throws(Expression.Problem) {
    let byte = source[position]
    if byte == UInt8(ascii: "\\"), !isRaw {
      try takeEscape(source, &position)
    } else if byte == 0x0d {
      bytes.append(0x0a)
      position += position + 1 < source.count && source[position + 1] == 0x0a ? 2 : 1
    } else {
      bytes.append(byte)
      position += 1
    }
  }

  private mutating func takeEscape(_ source: [UInt8], _ position: inout Int) throws(Expression.Problem) {
    let start = position
    guard start + 1 < source.count else { throw Expression.Problem("this text doesn't end", start..<source.count) }
    let letter = source[start + 1]
    position = start + 2
    switch letter {
    case UInt8(ascii: "a"): bytes.append(0x07)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0c)
    case UInt8(ascii: "n"): bytes.append(0x0a)
    case UInt8(ascii: "r"): bytes.append(0x0d)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "v"): bytes.append(0x0b)
    case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      bytes.append(letter)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      try append(number(source, &position, from: start, digits: 2, radix: 16), isByte: true, start..<position)
    case UInt8(ascii: "u"):
      try append(number(source, &position, from: start, digits: 4, radix: 16), isByte: false, start..<position)
    case UInt8(ascii: "U"):
      try append(number(source, &position, from: start, digits: 8, radix: 16), isByte: false, start..<position)
    case UInt8(ascii: "0")...UInt8(ascii: "3"):
      position = start + 1
      try append(number(source, &position, from: start, digits: 3, radix: 8), isByte: true, start..<position)
    default:
      throw Expression.Problem(
        "this escape has no meaning", start..<position, help: "a backslash itself is `\\\\`, or use a raw text: r'…'")
    }
  }

  private func number(
    _ source: [UInt8], _ position: inout Int, from start: Int, digits: Int, radix: UInt32
  ) throws(Expression.Problem) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<digits {
      guard position < source.count, let digit = source[position].hexadecimalValue, digit < radix else {
        throw Expression.Problem("this escape needs \(digits) digits", start..<min(position + 1, source.count))
      }
      number = number &* radix &+ digit
      position += 1
    }
    return number
  }

  private mutating func append(_ number: UInt32, isByte: Bool, _ range: Range<Int>) throws(Expression.Problem) {
    if isBytes {
      guard isByte else { throw Expression.Problem("bytes have no Unicode escapes", range, help: "use `\\xNN`") }
      bytes.append(UInt8(number))
    } else {
      guard let scalar = Unicode.Scalar(number) else { throw Expression.Problem("this is not a code point", range) }
      bytes.append(contentsOf: String(scalar).utf8)
    }
  }
}
