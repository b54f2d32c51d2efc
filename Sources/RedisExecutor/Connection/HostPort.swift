/// A host, perhaps with a port: `db.internal`, `10.0.0.5:6379`, `::1`, `[::1]:6379`.
struct HostPort: Equatable {
  var host: String
  var port: Int?

  /// Nil for text that is not a host.
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
}
