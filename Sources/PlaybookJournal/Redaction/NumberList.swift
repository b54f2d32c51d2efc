/// Lists of numbers that are bytes, decimal or octal: `[67, 78]`, `[67, -61]`, `67 78`, `&#67;&#78;`, `\103\116`, `0103, 0116`.
enum NumberList {
  /// Fewer hold no secret.
  private static let shortest = 5
  /// Bytes between two numbers at most.
  private static let widestMark = 12

  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    for base in [10, 8] {
      var run = PlacedBytes()
      func finish() {
        if run.bytes.count >= shortest { body(run.run) }
        run.removeAll()
      }
      var at = 0
      while at < text.count {
        guard isDigit(text[at]) else {
          // The text between two numbers has no letters, but for the `o` of `0o103`.
          if !run.isEmpty, at - run.end > widestMark || text[at] >= 0x80 || DigitAlphabet.isAlphanumeric(text[at]) {
            finish()
          }
          at += 1
          continue
        }
        if text[at] == UInt8(ascii: "0"), at + 1 < text.count, text[at + 1] | 0x20 == UInt8(ascii: "o") { at += 2 }
        let first = at
        var value = 0
        while at < text.count, isDigit(text[at]) {
          value = min(value * base + Int(text[at] - UInt8(ascii: "0")), 1 << 20)
          if base == 8, text[at] > UInt8(ascii: "7") { value = 1 << 20 }
          at += 1
        }
        guard let byte = UInt8(exactly: value), at - first <= 4, at > first else {
          finish()
          continue
        }
        if base == 10, value <= 128, isNegative(at: first, in: text) {
          run.append(0 &- byte, from: first - 1, to: at)
        } else {
          run.append(byte, from: first, to: at)
        }
      }
      finish()
    }
  }

  /// Whether a `-` is the number's sign and parts no two numbers: `[67, -61]`.
  private static func isNegative(at index: Int, in text: [UInt8]) -> Bool {
    index > 1 && text[index - 1] == UInt8(ascii: "-") && " ,[\n\t".utf8.contains(text[index - 2])
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
