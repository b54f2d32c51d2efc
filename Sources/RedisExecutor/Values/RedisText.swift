import CEL

/// Values and words, and words as `redis-cli` takes them.
enum RedisText {
  /// A value as an argument, or nil where it has no one text: null, lists, maps, optionals, types and unknowns.
  static func word(_ value: Value) -> Word? {
    switch value {
    case .bytes(let bytes): bytes
    case .null, .list, .map, .optional, .type, .unknown: nil
    default: Array(value.rendered.utf8)
    }
  }

  /// A word as it would be typed in redis-cli: bare where nothing in it is special, else in double quotes with `\xHH`,
  /// `\n`, `\r`, `\t`, `\"` and `\\`.
  static func quoted(_ word: Word) -> String {
    let isBare = word.allSatisfy { byte in
      byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "'")
        && byte != UInt8(ascii: "\\")
    }
    let text = String(validating: word, as: UTF8.self)
    if isBare, !word.isEmpty, let text { return text }
    var quoted = "\""
    if let text {
      for scalar in text.unicodeScalars { quoted += escaped(scalar) }
    } else {
      for byte in word { quoted += byte < 0x80 ? escaped(Unicode.Scalar(byte)) : hexadecimal(byte) }
    }
    return quoted + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": "\\\""
    case "\\": "\\\\"
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: scalar.value < 0x20 || scalar.value == 0x7F ? hexadecimal(UInt8(scalar.value)) : String(scalar)
    }
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    return "\\x" + (byte < 16 ? "0" : "") + digits
  }

  /// Bytes as a name in a map: text, or where they are not UTF-8 as `quoted` has them.
  static func name(_ bytes: [UInt8]) -> String {
    String(validating: bytes, as: UTF8.self) ?? quoted(bytes)
  }
}
