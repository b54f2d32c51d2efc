/// Objects that JavaScript makes of a text or of bytes: `{"0":"C","1":"N"}`, `{"0":67,"1":78}`.
enum IndexedItems {
  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    var at = 0
    while let start = text[at...].firstIndex(of: quote) {
      at = start + 1
      guard at < text.count, text[at] == UInt8(ascii: "0") else { continue }
      var run = PlacedBytes()
      var (index, next) = (0, start)
      while let item = item(index, at: next, in: text) {
        for byte in item.bytes { run.append(byte, from: next, to: item.end) }
        at = item.end
        next = skipBlanks(item.end, in: text)
        guard next < text.count, text[next] == UInt8(ascii: ",") else { break }
        next = skipBlanks(next + 1, in: text)
        index += 1
      }
      if !run.isEmpty { body(run.run) }
    }
  }

  private static let quote = UInt8(ascii: "\"")
  /// Bytes of a character at most, escaped.
  private static let longest = 12

  /// `"INDEX": 67` or `"INDEX": "C"`.
  private static func item(_ index: Int, at start: Int, in text: [UInt8]) -> (bytes: [UInt8], end: Int)? {
    let key = Array("\"\(index)\"".utf8)
    guard text[start...].starts(with: key) else { return nil }
    var at = skipBlanks(start + key.count, in: text)
    guard at < text.count, text[at] == UInt8(ascii: ":") else { return nil }
    at = skipBlanks(at + 1, in: text)
    guard at < text.count, text[at] == quote else {
      let digits = text[at...].prefix(4).prefix { (0x30...0x39).contains($0) }
      return UInt8(String(decoding: digits, as: UTF8.self)).map { ([$0], at + digits.count) }
    }
    let first = at + 1
    at = first
    while at < text.count, at < first + longest, text[at] != quote || at == first {
      at += text[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    return at < text.count && text[at] == quote ? (Array(text[first..<at]), at + 1) : nil
  }

  private static func skipBlanks(_ index: Int, in text: [UInt8]) -> Int {
    var at = index
    while at < text.count, at < index + 60, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    return at
  }
}
