import CEL

/// A text and what a target may make of it: percent-encoding decoded, JSON read, escapes and character references
/// resolved, a pattern's `[.]` taken for a point.
struct TextMeanings {
  /// It is encoded more often than is followed.
  struct TooDeep: Error, CustomStringConvertible {
    var description: String {
      "it is encoded more than \(TextMeanings.most) times, so that it can't be told from what is protected"
    }
  }

  private static let most = 12

  private(set) var texts: [String] = []
  /// The numbers of a JSON text.
  private(set) var numbers: [Value] = []

  init(_ text: String) throws(TooDeep) {
    var open = [text]
    var rounds = 0
    var seen: Set<[UInt8]> = []
    while !open.isEmpty {
      rounds += 1
      guard rounds <= Self.most else { throw TooDeep() }
      var next: [String] = []
      for text in open where seen.insert(Array(text.utf8)).inserted {
        texts.append(text)
        next += decoded(text)
      }
      open = next
    }
  }

  private mutating func decoded(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var found: [String] = []
    if bytes.contains(UInt8(ascii: "%")) { found.append(Escapes.percentDecoded(bytes)) }
    // A blank of a form.
    if bytes.contains(UInt8(ascii: "+")) {
      found.append(Escapes.percentDecoded(bytes.map { $0 == UInt8(ascii: "+") ? 0x20 : $0 }))
    }
    if bytes.contains(UInt8(ascii: "&")) { found.append(Escapes.referencesResolved(bytes)) }
    if bytes.contains(UInt8(ascii: "[")) { found.append(text.replacing("[.]", with: ".")) }
    if let first = bytes.first(where: { !" \t\r\n".utf8.contains($0) }), "{[\"".utf8.contains(first),
      let value = try? Value(json: text)
    {
      collect(value, &found)
    } else if bytes.contains(UInt8(ascii: "\\")) {
      found.append(Escapes.backslashesResolved(bytes))
    }
    return found.filter { $0 != text }
  }

  private mutating func collect(_ value: Value, _ found: inout [String]) {
    switch value {
    case .string(let text): found.append(text)
    case .list(let items): for item in items { collect(item, &found) }
    case .map(let map):
      for entry in map.entries {
        collect(entry.key, &found)
        collect(entry.value, &found)
      }
    case .int, .uint, .double, .decimal: numbers.append(value)
    default: break
    }
  }
}

/// The escapes that texts have within texts. What is none stays as it is.
private enum Escapes {
  /// `%41` (RFC 3986, 2.1), and `%u0041` as JavaScript's `escape` has it.
  static func percentDecoded(_ bytes: [UInt8]) -> String {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var position = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "%"), let byte = number(bytes, position + 1, 2) {
        decoded.append(UInt8(byte))
        position += 3
      } else if bytes[position] == UInt8(ascii: "%"), position + 1 < bytes.count,
        bytes[position + 1] | 0x20 == UInt8(ascii: "u"),
        let scalar = number(bytes, position + 2, 4).flatMap(Unicode.Scalar.init)
      {
        decoded += String(scalar).utf8
        position += 6
      } else {
        decoded.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// `\u0041`, `\u{41}`, `\x41`, `\101`, `\n`, `\"`, as JSON and most languages have them.
  static func backslashesResolved(_ bytes: [UInt8]) -> String {
    var units: [UInt8] = []
    var position = 0
    var high: UInt32?
    while position < bytes.count {
      guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count else {
        units.append(bytes[position])
        position += 1
        continue
      }
      let letter = bytes[position + 1]
      let count =
        letter == UInt8(ascii: "u") ? 4 : letter == UInt8(ascii: "x") ? 2 : letter == UInt8(ascii: "U") ? 8 : 0
      if let (scalar, end) = braced(bytes, position + 1) ?? octal(bytes, position + 1) {
        units += String(scalar).utf8
        position = end
      } else if count > 0, let code = number(bytes, position + 2, count) {
        position += 2 + count
        if 0xD800..<0xDC00 ~= code {
          high = code
          continue
        }
        var scalar = Unicode.Scalar(code)
        if let first = high, 0xDC00..<0xE000 ~= code {
          scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (code - 0xDC00))
        }
        units += String(scalar ?? " ").utf8
      } else {
        units.append("nrtbfv".utf8.contains(letter) ? 0x20 : letter)
        position += 2
      }
      high = nil
    }
    return String(decoding: units, as: UTF8.self)
  }

  /// `u{41}` behind a backslash.
  private static func braced(_ bytes: [UInt8], _ start: Int) -> (Unicode.Scalar, end: Int)? {
    guard bytes[start...].starts(with: "u{".utf8) else { return nil }
    let digits = bytes[(start + 2)...].prefix(8).prefix { $0 != UInt8(ascii: "}") }
    guard digits.endIndex < bytes.count, bytes[digits.endIndex] == UInt8(ascii: "}") else { return nil }
    let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    return code.flatMap(Unicode.Scalar.init).map { ($0, digits.endIndex + 1) }
  }

  /// `101` behind a backslash.
  private static func octal(_ bytes: [UInt8], _ start: Int) -> (Unicode.Scalar, end: Int)? {
    let digits = bytes[start...].prefix(3)
    guard digits.count == 3, let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8) else { return nil }
    return (Unicode.Scalar(code), start + 3)
  }

  /// The name or number of a reference that may stand there.
  private static func name(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard bytes.first == UInt8(ascii: "#") else { return bytes.prefix(12).prefix { 0x41...0x7A ~= $0 } }
    let isHexadecimal = bytes.dropFirst().first.map { $0 | 0x20 } == UInt8(ascii: "x")
    let digits = bytes.dropFirst(isHexadecimal ? 2 : 1).prefix(8).prefix {
      isHexadecimal ? $0.isHexadecimal : $0.isDigit
    }
    return bytes[..<digits.endIndex]
  }

  private static let names: [String: Character] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "period": ".", "colon": ":", "commat": "@", "sol": "/",
    "bsol": "\\", "nbsp": " ", "lowbar": "_", "hyphen": "-", "dash": "-", "percnt": "%", "plus": "+", "comma": ",",
    "num": "#",
  ]

  /// `&#64;`, `&#x40;`, `&apos;` (XML 1.0, 4.1; HTML, 13.5), a number also without the `;`.
  static func referencesResolved(_ bytes: [UInt8]) -> String {
    var text = ""
    var rest = bytes[...]
    while let start = rest.firstIndex(of: UInt8(ascii: "&")) {
      text += String(decoding: rest[..<start], as: UTF8.self)
      rest = rest[start...]
      let name = name(rest.dropFirst())
      let end = name.endIndex < rest.endIndex && rest[name.endIndex] == UInt8(ascii: ";") ? name.endIndex + 1 : nil
      guard let character = character(name), end != nil || name.first == UInt8(ascii: "#") else {
        text += "&"
        rest = rest.dropFirst()
        continue
      }
      text.append(character)
      rest = rest[(end ?? name.endIndex)...]
    }
    return text + String(decoding: rest, as: UTF8.self)
  }

  private static func character(_ bytes: ArraySlice<UInt8>) -> Character? {
    let name = String(decoding: bytes, as: UTF8.self)
    guard name.hasPrefix("#") else { return names[name] }
    let isHexadecimal = name.hasPrefix("#x") || name.hasPrefix("#X")
    return UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10).flatMap(Unicode.Scalar.init)
      .map(Character.init)
  }

  private static func number(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt32? {
    guard start + count <= bytes.count else { return nil }
    var number: UInt32 = 0
    for byte in bytes[start..<(start + count)] {
      switch byte {
      case 0x30...0x39: number = number << 4 | UInt32(byte - 0x30)
      case 0x41...0x46: number = number << 4 | UInt32(byte - 0x37)
      case 0x61...0x66: number = number << 4 | UInt32(byte - 0x57)
      default: return nil
      }
    }
    return number
  }
}
