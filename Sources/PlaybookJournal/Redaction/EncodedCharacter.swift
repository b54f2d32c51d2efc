/// A character as texts of the usual encodings write it: `%3C`, `%u003C`, `=3C`, `\"`, `\u003c`, `\u{3c}`, `\x3c`,
/// `\x{3c}`, `\3c`, `\074`, `&lt;`, `&#60;`, a plus for a space, and each of them escaped again: `%253C`, `\\\"`,
/// `\\u003c`, `&amp;lt;`, `\u0026lt;`.
///
/// Sources: RFC 3986, section 2.1; RFC 2045, section 6.7; RFC 4514, section 2.4; RFC 8259, section 7; HTML, section
/// 13.5.
struct EncodedCharacter {
  let scalar: Unicode.Scalar
  /// Behind its last byte.
  let end: Int

  /// Whether an encoded character may begin with it.
  static func isLead(_ byte: UInt8) -> Bool {
    byte == backslash || byte == percent || byte == ampersand || byte == plus || byte == equals
  }

  /// How often a character may have been escaped again.
  private static let rounds = 8

  private static let backslash = UInt8(ascii: "\\")
  private static let percent = UInt8(ascii: "%")
  private static let ampersand = UInt8(ascii: "&")
  private static let plus = UInt8(ascii: "+")
  private static let equals = UInt8(ascii: "=")

  /// The bytes that those at `index` may stand for besides themselves.
  static func all(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    switch bytes[index] {
    case plus: [EncodedCharacter(scalar: " ", end: index + 1)]
    case percent: percentEncoded(at: index, in: bytes)
    case equals: quotedPrintable(at: index, in: bytes)
    case backslash: escaped(at: index, in: bytes)
    case ampersand: entities(after: index + 1, in: bytes)
    default: []
    }
  }

  /// `=3C`, `=C3=BC`.
  private static func quotedPrintable(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    let character = sequence(at: index, in: bytes) { index in
      guard index < bytes.count, bytes[index] == equals else { return nil }
      return number(at: index + 1, count: 2, in: bytes).map { (UInt8($0), index + 3) }
    }
    return character.map { [$0] } ?? []
  }

  /// `%3C`, `%253C`, `%C3%BC`, `%u003C`.
  private static func percentEncoded(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    var found: [EncodedCharacter] = []
    var at = index + 1
    // A percent sign that was encoded again has its digits behind it.
    while let digits = number(at: at, count: 2, in: bytes), digits == 0x25, found.count < rounds {
      at += 2
      found.append(EncodedCharacter(scalar: "%", end: at))
    }
    if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "u"),
      let (scalar, end) = unit(
        at: at + 1, in: bytes,
        { at in
          at + 1 < bytes.count && bytes[at] == percent && bytes[at + 1] | 0x20 == UInt8(ascii: "u") ? at + 2 : nil
        })
    {
      found.append(EncodedCharacter(scalar: scalar, end: end))
    }
    let character = sequence(at: index, in: bytes) { index in
      guard index < bytes.count, bytes[index] == percent else { return nil }
      var at = index + 1
      while at < index + 2 * rounds, let digits = number(at: at, count: 2, in: bytes) {
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
      if let braced = braced(at: end, in: bytes) {
        (scalar, end) = (Unicode.Scalar(braced.value), braced.end)
      } else if let (character, behind) = unit(
        at: end, in: bytes,
        { end in
          let next = behindBackslashes(at: end, in: bytes)
          return next > end && next < bytes.count && bytes[next] == UInt8(ascii: "u") ? next + 1 : nil
        })
      {
        (scalar, end) = (character, behind)
      }
    case UInt8(ascii: "U"):
      scalar = number(at: end, count: 8, in: bytes).flatMap { Unicode.Scalar($0) }
      end += 8
    case UInt8(ascii: "x"):
      if let braced = braced(at: end, in: bytes) {
        (scalar, end) = (Unicode.Scalar(braced.value), braced.end)
        break
      }
      scalar = number(at: end, count: 2, in: bytes).flatMap { Unicode.Scalar($0) }
      end += 2
      let character = sequence(at: index, in: bytes) { index in
        let at = behindBackslashes(at: index, in: bytes)
        guard at > index, at < bytes.count, bytes[at] == UInt8(ascii: "x") else { return nil }
        return number(at: at + 1, count: 2, in: bytes).map { (UInt8($0), at + 3) }
      }
      if let character { found.append(character) }
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      found += numbers(at: index, in: bytes)
    case 0x20..<0x30, 0x3A..<0x41, 0x5B..<0x61, 0x7B..<0x7F: scalar = Unicode.Scalar(bytes[letter])
    default: break
    }
    guard let scalar else { return found }
    found.append(EncodedCharacter(scalar: scalar, end: end))
    if scalar == "&" { found += entities(after: end, in: bytes) }
    return found
  }

  /// `\074`, as C, git and `bytea` have it, and `\3c`, as LDAP and CSS have it.
  private static func numbers(at index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    let octal = sequence(at: index, in: bytes) { index in
      let at = behindBackslashes(at: index, in: bytes)
      guard at > index, at + 3 <= bytes.count else { return nil }
      var value = 0
      for byte in bytes[at..<at + 3] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
        value = value << 3 | Int(byte - UInt8(ascii: "0"))
      }
      return UInt8(exactly: value).map { ($0, at + 3) }
    }
    let hexadecimal = sequence(at: index, in: bytes) { index in
      let at = behindBackslashes(at: index, in: bytes)
      guard at > index else { return nil }
      return number(at: at, count: 2, in: bytes).map { (UInt8($0), at + 2) }
    }
    return [octal, hexadecimal].compactMap { $0 }
  }

  /// `{3c}`, `{1F600}`.
  private static func braced(at index: Int, in bytes: [UInt8]) -> (value: UInt32, end: Int)? {
    guard index < bytes.count, bytes[index] == UInt8(ascii: "{") else { return nil }
    let digits = bytes[(index + 1)...].prefix(8).prefix { $0 != UInt8(ascii: "}") }
    let end = index + 1 + digits.count
    guard end < bytes.count, bytes[end] == UInt8(ascii: "}") else { return nil }
    return UInt32(String(decoding: digits, as: UTF8.self), radix: 16).map { ($0, end + 1) }
  }

  /// Four digits of UTF-16, and of the second unit of a pair, whose digits begin at `next`.
  private static func unit(
    at index: Int, in bytes: [UInt8], _ next: (Int) -> Int?
  ) -> (scalar: Unicode.Scalar, end: Int)? {
    guard let unit = number(at: index, count: 4, in: bytes) else { return nil }
    let end = index + 4
    if (0xD800..<0xDC00).contains(unit), let start = next(end), let low = number(at: start, count: 4, in: bytes),
      (0xDC00..<0xE000).contains(low)
    {
      return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)).map { ($0, start + 4) }
    }
    return Unicode.Scalar(unit).map { ($0, end) }
  }

  private static func behindBackslashes(at index: Int, in bytes: [UInt8]) -> Int {
    var at = index
    while at < bytes.count, at < index + 32, bytes[at] == backslash { at += 1 }
    return at
  }

  private static let names: [(bytes: [UInt8], scalar: Unicode.Scalar)] = [
    ("lt;", "<"), ("gt;", ">"), ("quot;", "\""), ("apos;", "'"), ("amp;", "&"), ("excl;", "!"), ("num;", "#"),
    ("dollar;", "$"), ("percnt;", "%"), ("lpar;", "("), ("rpar;", ")"), ("ast;", "*"), ("midast;", "*"), ("plus;", "+"),
    ("comma;", ","), ("period;", "."), ("sol;", "/"), ("colon;", ":"), ("semi;", ";"), ("equals;", "="),
    ("quest;", "?"),
    ("commat;", "@"), ("lsqb;", "["), ("lbrack;", "["), ("bsol;", "\\"), ("rsqb;", "]"), ("rbrack;", "]"),
    ("Hat;", "^"),
    ("lowbar;", "_"), ("UnderBar;", "_"), ("grave;", "`"), ("DiacriticalGrave;", "`"), ("lcub;", "{"), ("lbrace;", "{"),
    ("verbar;", "|"), ("vert;", "|"), ("VerticalLine;", "|"), ("rcub;", "}"), ("rbrace;", "}"), ("nbsp;", "\u{A0}"),
    ("Tab;", "\t"), ("NewLine;", "\n"),
  ].map { (Array(($0.0 as String).utf8), $0.1) }

  /// `lt;`, `#60;`, `#x3c;`, `amp;lt;` behind an ampersand.
  private static func entities(after index: Int, in bytes: [UInt8]) -> [EncodedCharacter] {
    var found: [EncodedCharacter] = []
    var index = index
    while found.count < rounds, let entity = entity(after: index, in: bytes) {
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
