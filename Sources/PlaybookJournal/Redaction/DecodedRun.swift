/// Bytes that a part of a text stands for.
struct DecodedRun {
  let bytes: [UInt8]
  /// Where in the text the run ends.
  let end: Int
  /// Where in the text a part of the bytes, which is not empty, stands.
  let place: (Range<Int>) -> Range<Int>

  /// Calls `body` with each part of a text that may stand for other bytes: base64, base32, digits of the bases 2, 8, 10
  /// and 16 in any of the usual spellings, objects of numbered characters, dumps, URLs, words of a mail's header, coloured texts, lines with marks
  /// around them.
  static func forEach(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    guard text.count >= shortestText else { return }
    for alphabet in DigitAlphabet.all { alphabet.forEachRun(in: text, body) }
    NumberList.forEachRun(in: text, body)
    IndexedItems.forEachRun(in: text, body)
    Dump.forEachRun(in: text, body)
    PercentEncoded.forEachRun(in: text, body)
    EncodedWord.forEachRun(in: text, body)
    Colour.forEachRun(in: text, body)
    WrappedLines.forEachRun(in: text, body)
  }

  private static let shortestText = 8
}

/// Bytes with the place of each in the text.
struct PlacedBytes {
  private(set) var bytes: [UInt8] = []
  private var starts: [Int32] = []
  private var ends: [Int32] = []

  var isEmpty: Bool { bytes.isEmpty }
  /// Where in the text the first byte begins.
  var start: Int { Int(starts.first ?? 0) }
  /// Where in the text the last byte ends.
  var end: Int { Int(ends.last ?? 0) }

  mutating func append(_ byte: UInt8, from start: Int, to end: Int) {
    bytes.append(byte)
    starts.append(Int32(truncatingIfNeeded: start))
    ends.append(Int32(truncatingIfNeeded: end))
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  func place(of range: Range<Int>) -> Range<Int> { Int(starts[range.lowerBound])..<Int(ends[range.upperBound - 1]) }

  var run: DecodedRun { DecodedRun(bytes: bytes, end: end, place: place) }
}
