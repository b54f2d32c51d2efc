/// A character as texts of the usual encodings write it: `%3C`, `\"`, `\u003c`, `\x3c`, `&lt;`, `&#60;`, a plus for a space,
/// and each of them escaped again: `%253C`, `\\\"`, `\\u003c`, `&amp;lt;`, `\u0026lt;`.
///
/// Sources: RFC 3986, section 2.1; RFC 8259, section 7; HTML, section 13.5.
struct EncodedCharacter {
  let scalar: Unicode.Scalar
  /// Behind its last byte.
  let end: Int

  /// Whether an encoded character may begin with it.
  static func isLead(_ byte: UInt8) -> Bool {
    byte == backslash || byte == percent || byte == ampersand || byte == plus
  }

  private static let backslash = UInt8(ascii: "\\")
  private static let percent = UInt8(ascii: "%")
  private static let ampersand = UInt8(ascii: "&")
  private static let plus = UInt8(ascii: "+")

  /// What the bytes at `index` may stand for besides themselves.
  static func all(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    switch bytes[index] {
    case plus: [EncodedCharacter(scalar: " ", end: index + 1)]
    case percent: percentEncoded(at: index, in: bytes)
    case backslash: escaped(at: index, in: bytes)
    case ampersand: entities(after: index + 1, in: bytes)
    default: []
    }
  }

  /// `%3C`, `%253C`, `%C3%BC`.
  private static func percentEncoded(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    var found: [EncodedCharacter] = []
    var at = index + 1
    // A percent sign that was encoded again has its digits behind it.
    while let digits = number(at: at, count: 2, in: bytes), digits == 0x25 {
      at += 2
      found.append(EncodedCharacter(scalar: "%", end: at))
    }
    let character = sequence(at: index, in: bytes) { index in
      guard index < bytes.count, bytes[index] == percent else { return nil }
      var at = index + 1
      while let digits = number(at: at, count: 2, in: bytes) {
        at += 2
        guard digits == 0x25, number(at: at, count: 2, in: bytes) != nil else { return (UInt8(digits), at) }
      }
      return nil
    }
    if let character { found.append(character) }
    return found
  }

  /// A character of UTF-8 whose bytes are read one by one.
  private static func sequence(
    at index: Int, in bytes: [UInt8], _ read: (Int) -> (byte: UInt8, end: Int)?
  ) -> EncodedCharacter? {
    guard let first = read(index) else { return nil }
    let count = first.byte < 0x80 ? 1 : first.byte < 0xE0 ? 2 : first.byte < 0xF0 ? 3 : 4
    var (units, end) = ([first.byte], first.end)
    while units.count < count, let next = read(end) {
      units.append(next.byte)
      end = next.end
    }
    guard let text = String(validating: units, as: UTF8.self), let scalar = text.unicodeScalars.first,
      text.unicodeScalars.count == 1
    else { return nil }
    return EncodedCharacter(scalar: scalar, end: end)
  }

  /// `\\`, `\"`, `\n`, `\u003c`, `\U0001F600`, `\x3c`, each with more backslashes where it was escaped again.
  private static func escaped(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    var found: [EncodedCharacter] = []
    let letter = behindBackslashes(at: index, in: bytes)
    for count in [2, 4, 8, 16] where index + count <= letter {
      found.append(EncodedCharacter(scalar: "\\", end: index + count))
    }
    guard letter < bytes.count else { return found }
    var scalar: Unicode.Scalar?
    var end = letter + 1
    switch bytes[letter] {
    case UInt8(ascii: "n"): scalar = "\n"
    case UInt8(ascii: "r"): scalar = "\r"
    case UInt8(ascii: "t"): scalar = "\t"
    case UInt8(ascii: "b"): scalar = "\u{8}"
    case UInt8(ascii: "f"): scalar = "\u{c}"
    case UInt8(ascii: "u"):
      guard let unit = number(at: end, count: 4, in: bytes) else { break }
      end += 4
      scalar = Unicode.Scalar(unit)
      let next = behindBackslashes(at: end, in: bytes)
      if (0xD800..<0xDC00).contains(unit), next > end, next < bytes.count, bytes[next] == UInt8(ascii: "u"),
        let low = number(at: next + 1, count: 4, in: bytes), (0xDC00..<0xE000).contains(low)
      {
        scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        end = next + 5
      }
    case UInt8(ascii: "U"):
      scalar = number(at: end, count: 8, in: bytes).flatMap { Unicode.Scalar($0) }
      end += 8
    case UInt8(ascii: "x"):
      scalar = number(at: end, count: 2, in: bytes).flatMap { Unicode.Scalar($0) }
      end += 2
      let character = sequence(at: index, in: bytes) { index in
        let at = behindBackslashes(at: index, in: bytes)
        guard at > index, at < bytes.count, bytes[at] == UInt8(ascii: "x") else { return nil }
        return number(at: at + 1, count: 2, in: bytes).map { (UInt8($0), at + 3) }
      }
      if let character { found.append(character) }
    case 0x20..<0x30, 0x3A..<0x41, 0x5B..<0x61, 0x7B..<0x7F: scalar = Unicode.Scalar(bytes[letter])
    default: break
    }
    guard let scalar else { return found }
    found.append(EncodedCharacter(scalar: scalar, end: end))
    if scalar == "&" { found += entities(after: end, in: bytes) }
    return found
  }

  private static func behindBackslashes(at index: Int, in bytes: [UInt8]) -> Int {
    var at = index
    while at < bytes.count, at < index + 32, bytes[at] == backslash { at += 1 }
    return at
  }

  private static let names: [(bytes: [UInt8], scalar: Unicode.Scalar)] = [
    ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'"), ("amp;", "&"),
  ].map { (Array(($0.0 as String).utf8), $0.1) }

  /// `lt;`, `#60;`, `#x3c;`, `amp;lt;` behind an ampersand.
  private static func entities(after index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    var found: [EncodedCharacter] = []
    var index = index
    while let entity = entity(after: index, in: bytes) {
      found.append(entity)
      guard entity.scalar == "&" else { break }
      index = entity.end
    }
    return found
  }

  private static func entity(after index: Int, in bytes: [UInt8]) -> EncodedCharacter? {
    guard index < bytes.count else { return nil }
    guard bytes[index] == UInt8(ascii: "#") else {
      let name = names.first { bytes[index...].starts(with: $0.bytes) }
      return name.map { EncodedCharacter(scalar: $0.scalar, end: index + $0.bytes.count) }
    }
    let digits = bytes[(index + 1)...].prefix(10).prefix { $0 != UInt8(ascii: ";") }
    let end = index + 1 + digits.count
    guard end < bytes.count, bytes[end] == UInt8(ascii: ";") else { return nil }
    let text = String(decoding: digits, as: UTF8.self)
    let value = text.lowercased().hasPrefix("x") ? UInt32(text.dropFirst(), radix: 16) : UInt32(text)
    return value.flatMap { Unicode.Scalar($0) }.map { EncodedCharacter(scalar: $0, end: end + 1) }
  }

  /// Hexadecimal digits of either case, exactly so many.
  private static func number(at index: Int, count: Int, in bytes: [UInt8]) -> UInt32? {
    guard index + count <= bytes.count else { return nil }
    var value: UInt32 = 0
    for byte in bytes[index..<index + count] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
        value = value << 4 | UInt32((byte | 0x20) - UInt8(ascii: "a") + 10)
      default: return nil
      }
    }
    return value
  }
}
