import ExecutorKit

/// Scheme, host and port: the receiver of a request (RFC 6454).
struct Origin: Sendable, Hashable, CustomStringConvertible {
  var scheme: String
  /// Lower-case; an IPv6 address without brackets.
  var host: String
  var port: Int

  private static let ports = ["http": 80, "https": 443]

  /// The origin of an absolute `http` or `https` URL and the rest of it. Nil for other text, and where it holds a user
  /// or password.
  static func split(_ url: String) -> (origin: Origin, rest: String)? {
    guard let colon = url.range(of: "://") else { return nil }
    let scheme = url[..<colon.lowerBound].lowercased()
    let after = url[colon.upperBound...]
    let end = after.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? after.endIndex
    guard let origin = Origin(scheme: scheme, authority: after[..<end]) else { return nil }
    return (origin, String(after[end...]))
  }

  /// Nil for a scheme other than `http` and `https`, a user, or text that is not a host.
  init?(scheme: String, authority: Substring) {
    guard let standard = Self.ports[scheme] else { return nil }
    var (name, port) = (authority, standard)
    let isBracketed = authority.hasPrefix("[")
    if isBracketed, let end = authority.firstIndex(of: "]") {
      name = authority[authority.index(after: authority.startIndex)..<end]
      let rest = authority[authority.index(after: end)...]
      if !rest.isEmpty {
        guard rest.hasPrefix(":"), let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
        port = Int(number)
      }
    } else if let colon = authority.lastIndex(of: ":") {
      guard let number = UInt16(authority[authority.index(after: colon)...]), number > 0 else { return nil }
      name = authority[..<colon]
      port = Int(number)
    }
    let isName = name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      case 0x3A: isBracketed
      default: false
      }
    }
    guard isName, !name.isEmpty, name.utf8.count <= 253 else { return nil }
    self.scheme = scheme
    host = name.lowercased()
    self.port = port
  }

  /// `api.internal`, with the port where it is not the scheme's own.
  var authority: String {
    let name = host.contains(":") ? "[\(host)]" : host
    return port == Self.ports[scheme] ? name : "\(name):\(port)"
  }

  var description: String { "\(scheme)://\(authority)" }

  /// Whether one of the patterns is for this host and port.
  func matches(_ patterns: [String]) -> Bool { HostPattern.matches(patterns, host: host, port: port) }
}

extension String {
  /// The first place of `text`.
  fileprivate func range(of text: String) -> Range<String.Index>? {
    ranges(of: text).first
  }
}
