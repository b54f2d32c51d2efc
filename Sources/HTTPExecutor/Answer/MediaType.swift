/// A `Content-Type` (RFC 9110, section 8.3).
struct MediaType: Equatable {
  /// Lower-case, without parameters; empty where there is none.
  var name: String
  /// The parameter `charset`, without quotes.
  var charset: String?

  init(_ header: String?) {
    let parts = (header ?? "").split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
    name = parts.first?.lowercased() ?? ""
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1).map(Self.trimmed)
      guard pair.count == 2, pair[0].lowercased() == "charset" else { continue }
      let value = pair[1].filter { $0 != "\"" && $0 != "'" }
      if !value.isEmpty { charset = value }
      return
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return start.lastIndex { $0 != " " && $0 != "\t" }.map { String(start[...$0]) } ?? ""
  }

  /// `application/json` and whatever ends in `+json` (RFC 6839).
  var isJSON: Bool { name == "application/json" || name == "text/json" || name.hasSuffix("+json") }

  /// Whether a document of this type may name its character set itself.
  var isMarkup: Bool {
    name == "text/html" || name == "text/xml" || name == "application/xml" || name.hasSuffix("+xml")
  }

  /// The character set that a document names at its beginning, by `<meta charset=…>`, `<meta … content="…charset=…">`
  /// or `<?xml … encoding="…"?>`: the name behind `charset=` or `encoding=` in the first 1024 bytes.
  static func charset(within document: [UInt8]) -> String? {
    let start = String(decoding: document.prefix(1024).map { $0 < 0x80 ? $0 : 0x3F }, as: UTF8.self).lowercased()
    for (tag, attribute) in [("<meta", "charset"), ("<?xml", "encoding")] {
      for piece in start.split(separator: tag).dropFirst(start.hasPrefix(tag) ? 0 : 1) {
        let inside = piece.prefix { $0 != ">" }
        guard let place = inside.ranges(of: attribute).first else { continue }
        var rest = inside[place.upperBound...].drop { $0 == " " }
        guard rest.first == "=" else { continue }
        rest = rest.dropFirst().drop { " \"'".contains($0) }
        let name = rest.prefix { $0.isLetter || $0.isNumber || "-_:.".contains($0) }
        if !name.isEmpty { return String(name) }
      }
    }
    return nil
  }
}
