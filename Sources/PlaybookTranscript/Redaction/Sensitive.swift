import CEL

/// Finds addresses in texts.
enum Sensitive {
  /// Where `text` has an IP address or a mail address, with the kind of its pseudonym. Ranges of its UTF-8, in order.
  static func places(in text: String, _ redaction: Redaction) -> [(Range<Int>, String)] {
    guard redaction.hidesAddresses || redaction.hidesEmails else { return [] }
    let bytes = Array(text.utf8)
    var places: [(Range<Int>, String)] = []
    if redaction.hidesEmails { places += emails(in: bytes).map { ($0, "email") } }
    if redaction.hidesAddresses { places += addresses(in: bytes).map { ($0, "ip") } }
    return places
  }

  /// One text for all spellings of an address.
  static func key(_ text: String) -> String { IPAddress(text)?.description ?? text.lowercased() }

  /// Letters, digits, `_`, `-` and whatever is no ASCII: what a word is made of.
  static func isWord(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || byte == 0x5f || byte == 0x2d || byte >= 0x80 }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  private static func isAddressByte(_ byte: UInt8) -> Bool {
    (0x30...0x3a).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte) || byte == 0x2e
  }

  private static func addresses(in bytes: [UInt8]) -> [Range<Int>] {
    var places: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      guard isAddressByte(bytes[start]) else {
        start += 1
        continue
      }
      var end = start
      while end < bytes.count, isAddressByte(bytes[end]) { end += 1 }
      if let range = address(in: bytes, start..<end) { places.append(range) }
      start = end
    }
    return places
  }

  /// The address in a run of digits, points and colons: all of it, without a port, or without the sentence's end.
  private static func address(in bytes: [UInt8], _ run: Range<Int>) -> Range<Int>? {
    guard run.count >= 3, run.count < 64 else { return nil }
    var lower = run.lowerBound
    var upper = run.upperBound
    while upper > lower, bytes[upper - 1] == 0x2e { upper -= 1 }
    // `at:203.0.113.7` and `203.0.113.7:443`; a colon at the border belongs to an address only where there are two.
    while upper - lower > 2, bytes[upper - 1] == 0x3a, bytes[upper - 2] != 0x3a { upper -= 1 }
    while upper - lower > 2, bytes[lower] == 0x3a, bytes[lower + 1] != 0x3a { lower += 1 }
    var candidates = [lower..<upper]
    for colon in (lower..<upper).reversed() where bytes[colon] == 0x3a {
      candidates += [lower..<colon, colon + 1..<upper]
    }
    for range in candidates where range.count >= 3 {
      if range.lowerBound > 0, isWord(bytes[range.lowerBound - 1]), bytes[range.lowerBound - 1] != 0x2d { continue }
      if range.upperBound < bytes.count, isWord(bytes[range.upperBound]), bytes[range.upperBound] != 0x2d { continue }
      if IPAddress(String(decoding: bytes[range], as: UTF8.self)) != nil { return range }
    }
    return nil
  }

  private static func emails(in bytes: [UInt8]) -> [Range<Int>] {
    var places: [Range<Int>] = []
    for at in bytes.indices where bytes[at] == 0x40 {
      var start = at
      while start > places.last?.upperBound ?? 0, isLocal(bytes[start - 1]) { start -= 1 }
      var end = at + 1
      while end < bytes.count,
        isAlphanumeric(bytes[end]) || bytes[end] >= 0x80 || bytes[end] == 0x2e || bytes[end] == 0x2d
      {
        end += 1
      }
      while end > at + 1, bytes[end - 1] == 0x2e || bytes[end - 1] == 0x2d { end -= 1 }
      if start < at, bytes[at + 1..<end].contains(0x2e) { places.append(start..<end) }
    }
    return places
  }

  private static func isLocal(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte >= 0x80 || ".!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
  }
}
