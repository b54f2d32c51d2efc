import CEL

/// Numbers in texts whose meaning Redis itself fixes: INFO, CLIENT LIST, MEMORY STATS, scores, coordinates.
enum RedisNumber {
  /// The number that a text writes, where the number writes the same text again: `42` is an int, `1.05` a double; `007`,
  /// `1.10` and every other text stay text. No digit is lost.
  static func value(_ text: Substring) -> Value {
    guard isPlain(text.utf8) else { return .string(String(text)) }
    if let number = Int64(text), String(number) == text { return .int(number) }
    if let number = Double(text), number.isFinite, Value.double(number).rendered == text { return .double(number) }
    return .string(String(text))
  }

  static func value(_ text: String) -> Value { value(text[...]) }

  /// Digits with at most one point within, perhaps with a minus before them.
  private static func isPlain(_ text: Substring.UTF8View) -> Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
