import CEL

/// Reads the text forms of typed inputs.
package enum InputText {
  /// A decimal number of 64 bits.
  static func integer(_ text: String) -> Int64? {
    Int64(text)
  }

  static func boolean(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "y": true
    case "false", "no", "n": false
    default: nil
    }
  }

  /// RFC 3339, also with a space for the `T`, without seconds, or a date alone, which is its midnight in UTC.
  static func timestamp(_ text: String) -> Timestamp? {
    if let exact = Timestamp(rfc3339: text) { return exact }
    var bytes = Array(text.utf8)
    if bytes.count == 10 { return Timestamp(rfc3339: text + "T00:00:00Z") }
    guard bytes.count > 16 else { return nil }
    if bytes[10] == UInt8(ascii: " ") { bytes[10] = UInt8(ascii: "T") }
    if bytes[16] != UInt8(ascii: ":") { bytes.insert(contentsOf: ":00".utf8, at: 16) }
    return Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self))
  }

  /// RFC 9562's text form, in small letters.
  static func uuid(_ text: String) -> String? {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [8, 4, 4, 4, 12] else { return nil }
    guard parts.joined().allSatisfy({ (48...57).contains($0) || (97...102).contains($0 | 0x20) }) else { return nil }
    return text.lowercased()
  }

  /// An absolute URL with a host: printable ASCII, without spaces and quotes.
  static func isURL(_ text: String) -> Bool {
    guard let mark = text.firstRange(of: "://") else { return false }
    let scheme = text[..<mark.lowerBound].utf8
    guard let first = scheme.first, (97...122).contains(first | 0x20) else { return false }
    guard scheme.allSatisfy({ (48...57).contains($0) || (97...122).contains($0 | 0x20) || "+-.".utf8.contains($0) })
    else {
      return false
    }
    let rest = text[mark.upperBound...].utf8
    let host = rest.prefix { !"/?#".utf8.contains($0) }
    return !host.isEmpty && rest.allSatisfy { (0x21...0x7E).contains($0) && !"\"<>\\^`{|}".utf8.contains($0) }
  }

  private static let matching = try? Expression(parsing: "text.matches(pattern)")

  /// Whether all of `text` matches the RE2 `pattern`; false where the pattern is none.
  package static func matches(_ text: String, _ pattern: String) -> Bool {
    match(text, "\\A(?:\(pattern))\\z") ?? false
  }

  /// Whether RE2 can read `pattern`, by itself and within a group: `a)|(b` is none.
  package static func isPattern(_ pattern: String) -> Bool {
    match("", pattern) != nil && match("", "(?:\(pattern))") != nil
  }

  private static func match(_ text: String, _ pattern: String) -> Bool? {
    let names: [String: Value] = ["text": .string(text), "pattern": .string(pattern)]
    return (try? matching?.evaluate(Bindings(names)))?.boolValue
  }
}
