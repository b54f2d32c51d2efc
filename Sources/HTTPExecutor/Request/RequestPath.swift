/// A path with its query as it goes over the wire (RFC 3986), and its meaning.
struct RequestPath: Sendable, Equatable {
  enum Problem: Error, Equatable {
    case noSlash, fragment, control, badEncoding, dotSegment
  }

  /// Percent-encoded, from the first slash on.
  var path: String
  /// Percent-encoded, without the question mark.
  var query: String?

  /// Reads an author's text, values in it already encoded. Characters that a URL can't hold are encoded here. Throws
  /// for dot segments, however they are encoded: a value must not climb out of where it was put.
  init(_ text: String) throws(Problem) {
    guard text.hasPrefix("/") else { throw .noSlash }
    guard !text.contains("#") else { throw .fragment }
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    path = try Self.encoded(parts[0])
    query = parts.count > 1 ? try Self.encoded(parts[1]) : nil
    if Self.segments(path).contains(where: { $0 == "." || $0 == ".." }) { throw .dotSegment }
  }

  /// A text as one part of a query or form: all but the unreserved characters encoded.
  static func encoded(part text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.unicodeScalars.append(.init(byte))
      default: encoded += percent(byte)
      }
    }
    return encoded
  }

  private static func encoded(_ text: Substring) throws(Problem) -> String {
    var encoded = ""
    let bytes = Array(text.utf8)
    for (position, byte) in bytes.enumerated() {
      switch byte {
      case 0..<0x20, 0x7F: throw .control
      case UInt8(ascii: "%"):
        guard position + 2 < bytes.count, hexadecimal(bytes[position + 1]) != nil,
          hexadecimal(bytes[position + 2]) != nil
        else { throw .badEncoding }
        encoded += "%"
      case 0x80...0xFF: encoded += percent(byte)
      default: encoded += " \"<>\\^`{|}".utf8.contains(byte) ? percent(byte) : String(Unicode.Scalar(byte))
      }
    }
    return encoded
  }

  private static func percent(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "%" + (byte < 16 ? "0" : "") + digits
  }

  private static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x37
    case 0x61...0x66: byte - 0x57
    default: nil
    }
  }

  /// The decoded segments between slashes. A server that decodes before it splits sees more of them.
  private static func segments(_ path: String) -> [String] {
    path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
      String(decoding: decoded($0), as: UTF8.self)
    }
  }

  static func decoded(_ text: Substring) -> [UInt8] {
    let bytes = Array(text.utf8)
    var decoded: [UInt8] = []
    var position = 0
    while position < bytes.count {
      if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
        let high = hexadecimal(bytes[position + 1]), let low = hexadecimal(bytes[position + 2])
      {
        decoded.append(high << 4 | low)
        position += 3
      } else {
        decoded.append(bytes[position])
        position += 1
      }
    }
    return decoded
  }

  /// The path with its query, as it goes over the wire.
  var text: String { path + (query.map { "?" + $0 } ?? "") }

  /// The query's parameters, decoded.
  var parameters: [(name: String, value: String)] {
    (query ?? "").split { $0 == "&" || $0 == ";" }.map(Self.pair)
  }

  /// A part of a query or a form, decoded: `a=b%20c`, `a=b+c`.
  static func pair(_ part: Substring) -> (name: String, value: String) {
    let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { half in
      String(decoding: decoded(Substring(half.replacing("+", with: "%20"))), as: UTF8.self)
    }
    return (halves[0], halves.count > 1 ? halves[1] : "")
  }

  /// Gives a parameter a value, in place of those it has.
  mutating func setParameter(_ name: String, _ value: String) {
    let others = (query ?? "").split(separator: "&").filter { Self.pair($0).name != name }
    let own = Self.encoded(part: name) + "=" + Self.encoded(part: value)
    query = (others.map(String.init) + [own]).joined(separator: "&")
  }

  /// Whether the path is within patterns in which `*` stands for anything within a segment and `**` for any segments.
  /// Never where servers could disagree on the path's meaning: an encoded slash, backslash, percent sign, question mark
  /// or `#`, an empty segment within, a path parameter.
  func isWithin(_ patterns: [String]) -> Bool {
    var segments = Self.segments(path)
    if segments.last == "" { segments.removeLast() }
    let isPlain = segments.allSatisfy { segment in
      !segment.isEmpty && segment != "." && segment != ".."
        && !segment.contains { "/\\%;?#".contains($0) }
        && !segment.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{FFFD}" }
    }
    guard isPlain else { return false }
    return patterns.contains { pattern in
      let parts = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
      return Self.matches(parts[...], segments[...])
    }
  }

  private static func matches(_ pattern: ArraySlice<String>, _ segments: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return segments.isEmpty }
    if first == "**" {
      return (0...segments.count).contains { matches(pattern.dropFirst(), segments.dropFirst($0)) }
    }
    guard let segment = segments.first, matches(Array(first.utf8)[...], Array(segment.utf8)[...]) else { return false }
    return matches(pattern.dropFirst(), segments.dropFirst())
  }

  /// `*` within a segment.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    if first == UInt8(ascii: "*") {
      return (0...text.count).contains { matches(pattern.dropFirst(), text.dropFirst($0)) }
    }
    return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
  }
}
