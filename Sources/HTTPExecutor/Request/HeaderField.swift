import CEL

/// The form of header names and values (RFC 9110, section 5), and the headers that a call can't set.
enum HeaderField {
  /// They frame the message or belong to the connection.
  static let reserved: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
    "proxy-authorization", "proxy-connection",
  ]

  /// They make another method of GET.
  private static let methodOverrides: Set<String> = [
    "x-http-method-override", "x-http-method", "x-method-override", "x-original-method", "x-rewrite-method",
    "x-forwarded-method", "x-method", "http-method-override", "-method", "-httpmethod", "-http-method",
  ]

  /// They make another path of the one that was checked.
  private static let pathOverrides: Set<String> = [
    "x-original-url", "x-rewrite-url", "x-forwarded-uri", "x-original-uri",
  ]

  /// Whether a header of this name can make another request of the one that was checked: another method, or another
  /// path. Gateways write a header's hyphens as underscores, and every framework has its own name for one.
  static func isOverride(header name: String) -> Bool {
    if isOverride(name) { return true }
    let letters = String(name.lowercased().filter { $0.isLetter })
    let words = /(x|https?|original|rewrite|rewritten|forwarded|real|request|proxy|target|envoy|override|new)*/
    if let rest = letters.prefixMatch(of: words).map({ letters[$0.range.upperBound...] }), rest != letters[...],
      rest.wholeMatch(of: /(method|verb|action)s?(overrides?)?/) != nil
    {
      return true
    }
    return letters.wholeMatch(
      of:
        /x?(http|original|rewrite|rewritten|forwarded|real|request|proxy|target|envoy|override)+(url|uri|path)s?(overrides?)?/
    )
      != nil
  }

  /// Whether a header, a parameter or a field of this name can make another request of the one that was checked. PHP
  /// takes blanks and points of a parameter for underscores, and drops the text in brackets or, as C does, a NUL behind
  /// it.
  static func isOverride(_ name: String) -> Bool {
    let name = name.prefix { $0 != "\0" }
    let start = name.drop { $0 == " " || $0 == "[" }.prefix { $0 != "[" && $0 != "]" }
    var plain = ""
    for character in start.lowercased() {
      plain.append("_. ".contains(character) ? "-" : character)
    }
    while plain.hasSuffix("-") { plain.removeLast() }
    if methodOverrides.contains(plain) || pathOverrides.contains(plain) { return true }
    return plain.filter { $0 != "-" }.wholeMatch(of: /(x|https?)*(method|verb)overrides?/) != nil
  }

  /// A token.
  static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }

  /// No control character save the tab: a line break would begin another header.
  static func isValue(_ text: String) -> Bool {
    text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
  }

  /// A value as the text of a header, a form or a query; nil for a value without a single text.
  static func text(_ value: Value) -> String? {
    switch value {
    case .null, .list, .map, .optional, .type, .unknown: nil
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
    default: value.rendered
    }
  }
}
