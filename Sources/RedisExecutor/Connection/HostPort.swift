/// A host, perhaps with a port: `db.internal`, `10.0.0.5:6379`, `::1`, `[::1]:6379`.
struct HostPort: Equatable {
  var host: String
  var port: Int?

  /// Nil for text that is no host.
  init?(_ text: String) {
    var host = text[...]
    var port: Substring?
    if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      if !rest.isEmpty {
        guard rest.hasPrefix(":") else { return nil }
        port = rest.dropFirst()
      }
    } else if let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].firstIndex(of: ":") == nil {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    let isName = host.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A: true
      default: false
      }
    }
    guard isName, !host.isEmpty, host.utf8.count <= 253 else { return nil }
    self.host = host.lowercased()
    if let port {
      guard let number = UInt16(port), number > 0 else { return nil }
      self.port = Int(number)
    }
  }

  /// Whether a host matches a pattern in which `*` stands for any characters; a pattern with a port is for that port only.
  static func matches(_ pattern: String, host: String, port: Int) -> Bool {
    if let colon = pattern.lastIndex(of: ":"), !pattern[..<colon].contains(":") {
      guard pattern[pattern.index(after: colon)...] == String(port) || pattern.hasSuffix(":*") else { return false }
      return matches(Array(pattern[..<colon].utf8)[...], Array(host.utf8)[...])
    }
    return matches(Array(pattern.utf8)[...], Array(host.utf8)[...])
  }

  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var (pattern, text) = (pattern, text)
    // The last star and what it has swallowed so far: one point to come back to is enough.
    var resume: (pattern: ArraySlice<UInt8>, text: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern = pattern.dropFirst()
        resume = (pattern, text)
      } else if let byte = text.first, pattern.first == byte {
        pattern = pattern.dropFirst()
        text = text.dropFirst()
      } else if pattern.isEmpty, text.isEmpty {
        return true
      } else if let last = resume, !last.text.isEmpty {
        resume = (last.pattern, last.text.dropFirst())
        pattern = last.pattern
        text = last.text.dropFirst()
      } else {
        return false
      }
    }
  }
}
