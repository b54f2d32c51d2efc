import CEL

/// Numbers in texts whose meaning Redis itself fixes: INFO, CLIENT LIST, MEMORY STATS, scores, coordinates.
enum RedisNumber {
  /// The number that a text writes, with all its digits: `42` is an int, `1.05` a double, `1.10` and a number of 20 digits a
  /// decimal. `007`, `1e5` and every other text stay text.
  static func value(_ text: Substring) -> Value {
    guard isPlain(text.utf8), let number = Value(number: String(text)) else { return .string(String(text)) }
    return number
  }

  static func value(_ text: String) -> Value { value(text[...]) }

  /// Digits with at most one point within, perhaps with a minus before them, and no zero before another digit.
  private static func isPlain(_ text: Substring.UTF8View) -> Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return (1...2).contains(parts.count)
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
      && (parts[0].count == 1 || parts[0].first != 0x30)
  }
}
