/// Parts of a URL that are decoded whole, so that another encoding within is seen: a query within a query, JSON or HTML
/// within one.
enum PercentEncoded {
  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    var run = PlacedBytes()
    var (at, isEncoded) = (0, false)
    func finish() {
      if isEncoded { body(run.run) }
      isEncoded = false
      run.removeAll()
    }
    while let start = text[at...].firstIndex(of: percent) {
      // From the beginning of the word on.
      var first = start
      while first > at, !isBorder(text[first - 1]) { first -= 1 }
      at = first
      while at < text.count, !isBorder(text[at]) {
        if text[at] == percent, let byte = DigitAlphabet.number(at: at + 1, count: 2, in: text) {
          run.append(UInt8(byte), from: at, to: at + 3)
          isEncoded = true
          at += 3
        } else {
          run.append(text[at], from: at, to: at + 1)
          at += 1
        }
      }
      finish()
    }
  }

  private static let percent = UInt8(ascii: "%")

  private static func isBorder(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
  }
}
