import CEL

/// Numbers in texts whose meaning Redis itself fixes: INFO, CLIENT LIST, MEMORY STATS, scores, coordinates.
enum RedisNumber {
  /// The number that a text writes: `42` is an int, `1.05` a double, `1.10` and whole numbers beyond 64 bits are decimals, so
  /// that each is written again as it was. `007`, `1e5` and every other text stay text.
  static func value(_ text: Substring) -> Value {
    guard isPlain(text.utf8) else { return .string(String(text)) }
    if let number = Int64(text), String(number) == text { return .int(number) }
    if let number = Double(text), number.isFinite, Value.double(number).rendered == text { return .double(number) }
    return Decimal(String(text)).map(Value.decimal) ?? .string(String(text))
  }

  static func value(_ text: String) -> Value { value(text[...]) }

  /// A score, a distance or a coordinate, which Redis may write with an exponent. The infinities stay text.
  static func measure(_ text: String) -> Value {
    let value = value(text)
    guard case .string = value, let decimal = Decimal(text) else { return value }
    return .decimal(decimal)
  }

  /// Digits with at most one point within and no zero too many, perhaps with a minus before them.
  private static func isPlain(_ text: Substring.UTF8View) -> Bool {
    let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = parts.first, whole.count == 1 || whole.first != 0x30 else {
      return false
    }
    return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
