import CEL

/// Words of a mail's header: `=?utf-8?Q?a_b=3D?= =?utf-8?B?YQ==?=`. Words that follow each other are one text.
///
/// Source: RFC 2047, sections 2 to 4.
enum EncodedWord {
  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    var run = PlacedBytes()
    func finish() {
      if !run.isEmpty { body(run.run) }
      run.removeAll()
    }
    var at = 0
    while at + 1 < text.count {
      guard text[at] == equals, text[at + 1] == mark, let word = word(at: at, in: text) else {
        if text[at] > 0x20 { finish() }
        at += 1
        continue
      }
      for byte in word.bytes { run.append(byte, from: at, to: word.end) }
      at = word.end
    }
    finish()
  }

  private static let equals = UInt8(ascii: "=")
  private static let mark = UInt8(ascii: "?")
  private static let longestCharset = 40
  /// The standard's 75, and some more, as programs write them.
  private static let longest = 1000

  private static func word(at index: Int, in text: [UInt8]) -> (bytes: [UInt8], end: Int)? {
    var at = index + 2
    while at < text.count, at < index + longestCharset, text[at] > 0x20, text[at] != mark { at += 1 }
    guard at + 2 < text.count, text[at] == mark, text[at + 2] == mark else { return nil }
    let encoding = text[at + 1] | 0x20
    let first = at + 3
    at = first
    while at < text.count, at < first + longest, text[at] > 0x20, text[at] != mark { at += 1 }
    guard at + 1 < text.count, text[at] == mark, text[at + 1] == equals else { return nil }
    switch encoding {
    case UInt8(ascii: "q"): return (quoted(text[first..<at]), at + 2)
    case UInt8(ascii: "b"): return Base64.decode(String(decoding: text[first..<at], as: UTF8.self)).map { ($0, at + 2) }
    default: return nil
    }
  }

  private static func quoted(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var at = text.startIndex
    while at < text.endIndex {
      if text[at] == equals, at + 2 < text.endIndex, let high = DigitAlphabet.digit(text[at + 1]),
        let low = DigitAlphabet.digit(text[at + 2])
      {
        bytes.append(high << 4 | low)
        at += 3
      } else {
        bytes.append(text[at] == UInt8(ascii: "_") ? 0x20 : text[at])
        at += 1
      }
    }
    return bytes
  }
}
